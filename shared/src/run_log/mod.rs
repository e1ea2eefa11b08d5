//! The log of a run: all that is needed to do it again, and to see whether it came out the same.
//!
//! A log is a file of JSON lines. The first is the [`Header`]: settings, schema, the source and
//! where reading began. Then comes a line for each batch, with its offset ranges and its hashes:
//! of the bytes that were read ([`input_hash`]), of each record a short one, and of what the learner
//! was afterwards ([`Learner::state_hash`]); and one for each checkpoint. Nothing in it depends on a clock, so
//! two runs of the same settings over the same records differ in their checkpoints only.
//!
//! [`LogReader`] reads it strictly, line by line; [`Replay`] holds batches against it.
//!
//! [`Learner::state_hash`]: crate::learner::Learner::state_hash

mod hash;
mod input;
mod raw;
mod read;
mod replay;
mod weights;

pub use hash::Hash;
pub use input::{InputHash, RecordHashes, input_hash};
pub use raw::{push_lines, restore_raw};
pub use read::{Line, LogError, LogReader, MOST_LINE_BYTES};
pub use replay::{Difference, Replay};
pub use weights::{FoundWeight, found_weights};

pub(crate) use hash::hash_of;

use serde::{Deserialize, Serialize};

use crate::batch::{Batch, Records, Run};
use crate::decode::Format;
use crate::generate::StreamSettings;
use crate::learner::{Learner, Report};
use crate::record::{OffsetRange, Position};
use crate::schema::Schema;
use crate::settings::Settings;

/// The name of the format.
pub const FORMAT: &str = "gradually-run";
/// The version of the format, hashes included.
pub const VERSION: u32 = 3;

/// The first line of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// Where the records come from.
    pub source: RunSource,
    /// Where reading began, by partition; a partition that is not named is read from its beginning.
    pub start: Vec<Position>,
    /// How records are written.
    pub records: Format,
    /// What their fields mean.
    pub schema: Schema,
    /// All settings.
    pub settings: Settings,
    /// The model with which it began; else with one that had learned nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelSource>,
    /// The number of the first batch: that model's batches come before it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first_batch: u64,
    /// The hold-out set, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<HoldOutSource>,
    /// What each model is saved as; nothing that is learned depends on it.
    pub saves: Saved,
}

/// Where records come from, so that the same can be found again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RunSource {
    /// A topic of a cluster; offsets are places in it.
    Kafka {
        /// Addresses of brokers.
        brokers: String,
        /// The topic.
        topic: String,
        /// The cluster's id, where it says one.
        cluster_id: Option<String>,
    },
    /// A topic that a relay hands out.
    Relay {
        /// The relay's address.
        url: String,
        /// The topic.
        topic: String,
        /// The id of the cluster behind it, where it says one.
        cluster_id: Option<String>,
    },
    /// A file with a record a line; line *i*, counted from 0 and without a header, has offset *i*.
    File {
        /// Its path.
        path: String,
        /// Whether its first line has the names of the columns.
        has_header: bool,
        /// How many bytes of its beginning were hashed.
        head_bytes: u64,
        /// The hash of these bytes.
        head_hash: Hash,
    },
    /// Generated records.
    Simulated {
        /// The seed.
        seed: u64,
        /// The stream.
        stream: StreamSettings,
    },
}

/// The file of the model with which a run began, beside its log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSource {
    /// Its name.
    pub file: String,
    /// The hash of its bytes.
    pub hash: Hash,
}

/// The records of the hold-out set: the first of a generated stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOutSource {
    /// The stream's seed.
    pub seed: u64,
    /// How many.
    pub records: u32,
    /// The stream.
    pub stream: StreamSettings,
}

/// What each model is saved as.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Endings of the files' names.
    pub models: Vec<String>,
    /// The version of scikit-learn that its files say they are for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sklearn_version: Option<String>,
    /// Raw records are kept, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw: bool,
}

/// What the learner was given, and what it was afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchEntry {
    /// Number of the batch, from 0.
    pub batch_id: u64,
    /// Number of models so far.
    pub model_id: u64,
    /// The records, in the order in which they were learned from.
    pub ranges: Vec<RangeEntry>,
    /// Bad records among them.
    pub bad_records: u64,
    /// The hash of what was read: [`input_hash`].
    pub input: Hash,
    /// Short hashes of the records that were read.
    pub input_records: RecordHashes,
    /// The hash of the learner after it: [`Learner::state_hash`].
    pub state: Hash,
}

/// Records of one partition that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeEntry {
    /// The partition.
    pub partition: i32,
    /// The first offset.
    pub first: i64,
    /// The last offset.
    pub last: i64,
    /// How many records: offsets in between may be missing.
    pub records: u64,
    /// The leader epoch of the last record, where its source says one. It is part of the position
    /// that follows, and no file of records has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader_epoch: Option<i32>,
}

/// A checkpoint: everything before it can be gone on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointEntry {
    /// Batches before it.
    pub batches: u64,
    /// The next record of each partition.
    pub positions: Vec<Position>,
}

impl Header {
    /// The line, with its end.
    #[must_use]
    #[inline]
    pub fn to_line(&self) -> Vec<u8> {
        line(self)
    }

    /// A learner of this run that has seen nothing, whatever model the run began with. The hold-out
    /// set is not given to it.
    ///
    /// # Errors
    /// When its settings, schema and format do not go together.
    #[inline]
    pub fn learner(&self) -> Result<Learner, crate::learner::LearnerError> {
        Learner::with_schema(
            self.schema.clone(),
            self.records.clone(),
            self.settings.clone(),
        )
    }
}

impl BatchEntry {
    /// The entry of the batch that `learner` has just learned from.
    #[must_use]
    pub fn new(input: InputHash, batch: &Batch, report: &Report, learner: &Learner) -> Self {
        Self {
            batch_id: report.batch_id,
            model_id: report.model_id,
            ranges: ranges(batch),
            bad_records: report.bad_records,
            input: input.batch,
            input_records: input.records,
            state: learner.state_hash(),
        }
    }

    /// The line, with its end.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        line(&WrittenEntry::Batch(self))
    }
}

impl CheckpointEntry {
    /// The checkpoint of this learner.
    #[must_use]
    pub fn of(learner: &Learner) -> Self {
        Self {
            batches: learner.counters().batches,
            positions: learner.positions().to_vec(),
        }
    }

    /// The line, with its end.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        line(&WrittenEntry::Checkpoint(self))
    }
}

impl RangeEntry {
    /// Whether both are the same records. Where the epochs of their leaders differ, the learner's
    /// state tells.
    fn is_place_of(&self, other: &Self) -> bool {
        let other = Self {
            leader_epoch: self.leader_epoch,
            ..*other
        };
        *self == other
    }

    /// Its offsets.
    #[must_use]
    pub fn offsets(&self) -> OffsetRange {
        OffsetRange {
            partition: self.partition,
            first: self.first,
            last: self.last,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum WrittenEntry<'a> {
    Batch(&'a BatchEntry),
    Checkpoint(&'a CheckpointEntry),
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde wants it so; on 32 bits it is not trivial"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn ranges(batch: &Batch) -> Vec<RangeEntry> {
    let mut runs = Vec::new();
    Records::Kept(batch).runs(&mut runs);
    let entry = |run: &Run| {
        let OffsetRange {
            partition,
            first,
            last,
        } = run.range();
        RangeEntry {
            partition,
            first,
            last,
            records: run.records(),
            leader_epoch: run.leader_epoch(),
        }
    };
    runs.iter().map(entry).collect()
}

fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line =
        serde_json::to_vec(value).expect("a log has string keys and finite numbers only");
    line.push(b'\n');
    line
}
