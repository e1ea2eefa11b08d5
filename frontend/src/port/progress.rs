//! A progress report: what the worker learned since the last one that the page has drawn.

use serde::{Deserialize, Serialize};
use shared::evaluate::Tally;
use shared::learner::{Explained, Report};

use super::SaveKind;

/// What happened since the last report. Several batches may be merged into one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The run that it belongs to.
    pub(crate) run: u32,
    /// A point for each batch since the last report (thinned when there were very many).
    pub(crate) points: Vec<Point>,
    /// The newest batch in full, when there was one.
    pub(crate) report: Option<Report>,
    /// One record of a batch since the last report, followed through its update.
    pub(crate) explained: Option<(u64, Explained)>,
    /// Counts since the run began.
    pub(crate) counters: Counters,
    /// Records that wait for their batch to be complete.
    pub(crate) waiting: u64,
    /// The newest record that waits, when it came by a step.
    pub(crate) arrival: Option<Arrival>,
    /// Whether the worker goes on by itself.
    pub(crate) running: bool,
    /// How many of the run's commands to start, stop or step it has followed: a report that was
    /// sent before the newest one does not say whether it goes on now.
    pub(crate) commands: u32,
    /// Bad records since the last report and reasons since the run began.
    pub(crate) bad: BadSummary,
    /// What was done in the run, for the chart; the newest [`MAX_MARKS`].
    pub(crate) marks: Vec<Mark>,
    /// The raw records that are kept.
    pub(crate) raw: RawSummary,
    /// How far the run's log goes.
    pub(crate) log: LogSummary,
    /// Files that cannot hold this learner's model, each with the reason.
    pub(crate) refused: Vec<(SaveKind, String)>,
    /// The folder into which every batch is saved.
    pub(crate) folder: Option<FolderTold>,
}

/// A folder into which every batch is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderTold {
    pub(crate) name: String,
    /// Batches that are in it by now.
    pub(crate) batches: u64,
}

/// Points that a chart keeps; beyond it the older half is thinned.
pub(crate) const MAX_POINTS: usize = 4096;

/// Marks that a chart keeps.
pub(crate) const MAX_MARKS: usize = 12;

/// Something that was done in a run and is drawn into its chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// It was done after this batch, counted from 1.
    pub(crate) after_batch: u64,
    pub(crate) event: Event,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Event {
    /// What was learned was forgotten.
    ModelReset,
    /// The simulated stream went on with the records of another seed.
    NewData,
}

impl Event {
    /// It in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::ModelReset => "model reset",
            Self::NewData => "new data",
        }
    }
}

/// How far a run's log goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogSummary {
    /// The batches in it.
    pub(crate) batches: u64,
    /// The run began with a model, whose file a replay needs.
    pub(crate) has_model: bool,
    /// Why it has no more.
    pub(crate) end: Option<LogEnd>,
}

/// Why a log ended before its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LogEnd {
    /// Something was done that a log has no line for.
    Done(Event),
    /// It has [`LogSummary::MOST_BYTES`].
    Full,
}

impl LogSummary {
    /// Bytes that a log has at most.
    pub(crate) const MOST_BYTES: usize = 16_000_000;
}

/// What is known of the raw records that are kept for a download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RawSummary {
    /// Whether those of the coming batches will be kept.
    pub(crate) keeping: bool,
    /// Batches whose records are kept.
    pub(crate) batches: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Batches that were let go of, as there was no more room.
    pub(crate) let_go: u64,
}

impl RawSummary {
    /// Bytes that are kept at most; then the oldest batches are let go of.
    pub(crate) const MOST_BYTES: usize = 32_000_000;

    /// Batches that are kept at most: each is a file of an archive.
    pub(crate) const MOST_BATCHES: usize = 10_000;
}

/// One batch as the chart draws it. Tallies are exact; weights are for their small history curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// The batch, counted from 1.
    pub(crate) batch: u64,
    /// This batch, before learning from it.
    pub(crate) tested: Tally,
    /// This batch, after learning from it.
    pub(crate) same_batch: Tally,
    /// The last `window` records, each tested before it was learned from.
    pub(crate) window: Tally,
    /// The batches of about the last `window` records, each after it was learned from.
    pub(crate) same_window: Tally,
    /// All records, each tested before it was learned from.
    pub(crate) cumulative: Tally,
    /// The last `window` records, guessed by the class most common among them.
    pub(crate) majority: Tally,
    /// The weights and, last, the intercept after the batch.
    pub(crate) weights: Vec<f32>,
}

/// Counts since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) records: u64,
    pub(crate) batches: u64,
    pub(crate) models: u64,
    pub(crate) bad_records: u64,
    /// Records a second over the last second or so.
    pub(crate) records_per_second: f64,
    /// Records written to the topic but not yet learned from; unknown for a source without an end.
    pub(crate) lag: Option<u64>,
}

/// A record that was taken by a step and waits for its batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    /// The value's beginning as text.
    pub(crate) value: String,
}

/// What is known of the bad records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct BadSummary {
    /// The newest bad records, newest first, as many as the page shows.
    pub(crate) newest: Vec<shared::decode::BadRecord>,
    /// How often each kind of fault was met since the run began, most frequent first.
    pub(crate) kinds: Vec<(String, u64)>,
    /// How many of them the worker keeps for the download.
    pub(crate) kept: u64,
}
