//! Everything needed to go on: a learner as JSON or as bytes, model and positions together.

mod bytes;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::estimator::{Estimator, EstimatorState};
use super::waiting::Waiting;
use super::{Counters, Learner, LearnerError};
use crate::decode::Format;
use crate::drift::DriftDetector;
use crate::encode::Encoder;
use crate::evaluate::Prequential;
use crate::record::Position;
use crate::run_log::{Hash, hash_of};
use crate::schema::Schema;
use crate::settings::Settings;

const FORMAT: &str = "gradually-snapshot";
const VERSION: u32 = 1;

/// A learner between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    format: String,
    version: u32,
    settings: Settings,
    schema: Schema,
    records: Format,
    encoder: Encoder,
    model: EstimatorState,
    /// What the next report says where nothing is learned; snapshots did not have it at first.
    #[serde(default)]
    last_rate: f64,
    evaluation: Prequential,
    drift: DriftDetector,
    waiting: Waiting,
    counters: Counters,
    positions: Vec<Position>,
}

/// Why bytes are no snapshot that can be gone on from.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// Not the JSON of a snapshot.
    #[error("not a snapshot: {0}")]
    Json(#[from] serde_json::Error),
    /// Not the bytes of a snapshot.
    #[error("not the bytes of a snapshot: {0}")]
    Bytes(String),
    /// Another format or a later version.
    #[error("a {format} of version {version}; this program reads {} of version {}", read.0, read.1)]
    Version {
        /// The format's name.
        format: String,
        /// Its version.
        version: u32,
        /// The name and the version that are read.
        read: (&'static str, u32),
    },
    /// Settings, schema or format that no learner can have.
    #[error("the snapshot's settings: {0}")]
    Settings(#[from] LearnerError),
    /// Parts that do not belong together.
    #[error("the snapshot does not fit together: {0}")]
    Inconsistent(&'static str),
}

fn known(format: &str, version: u32) -> Result<(), SnapshotError> {
    if format == FORMAT && version == VERSION {
        return Ok(());
    }
    Err(SnapshotError::Version {
        format: format.to_owned(),
        version,
        read: (FORMAT, VERSION),
    })
}

impl Snapshot {
    /// The snapshot as JSON, every number as its shortest exact decimal.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a snapshot has string keys and finite numbers only")
    }

    /// Reads what [`Snapshot::to_json`] wrote.
    ///
    /// # Errors
    /// When the bytes are not JSON, or of another format or version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let Head { format, version } = serde_json::from_slice(bytes)?;
        known(&format, version)?;
        Ok(serde_json::from_slice(bytes)?)
    }

    fn of_this_version(self) -> Result<Self, SnapshotError> {
        known(&self.format, self.version)?;
        Ok(self)
    }

    fn check(&self) -> Result<(), SnapshotError> {
        let classes = self.schema.classes();
        let width = self.encoder.width();
        let parts = [
            (
                *self.encoder.settings() == self.settings.encoder,
                "the encoder and the settings differ",
            ),
            (
                self.evaluation.is_consistent()
                    && self.evaluation.classes() == classes
                    && *self.evaluation.settings() == self.settings.evaluation.measures,
                "the window and its counts differ",
            ),
            (
                self.drift.settings() == self.settings.drift,
                "the drift detector and the settings differ",
            ),
            (
                self.waiting.is_consistent(width, classes),
                "the examples that wait for their labels and the settings differ",
            ),
        ];
        match parts.iter().find(|(holds, _)| !holds) {
            Some((_, message)) => Err(SnapshotError::Inconsistent(message)),
            None => Ok(()),
        }
    }
}

impl Learner {
    /// Everything needed to go on from here.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            format: FORMAT.into(),
            version: VERSION,
            settings: self.settings.clone(),
            schema: self.schema.clone(),
            records: self.format.clone(),
            encoder: self.encoder.clone(),
            model: self.model.state(),
            last_rate: self.model.last_rate(),
            evaluation: self.evaluation.clone(),
            drift: self.drift.clone(),
            waiting: self.waiting.clone(),
            counters: self.counters,
            positions: self.positions.clone(),
        }
    }

    /// The hash of everything that learning goes on from, of the counts and of the accuracies so
    /// far: XXH3 over the bytes that postcard makes of model, encoder, examples that wait, drift
    /// detector, counters, positions and three tallies. Learners of the same settings with the
    /// same hash have the same weights, but for a chance of 2⁻⁶⁴.
    #[must_use]
    pub fn state_hash(&self) -> Hash {
        let judged = [
            self.evaluation.window(),
            self.evaluation.cumulative(),
            self.evaluation.majority(),
        ];
        let model = self.model.lent_state();
        let rest = (
            self.encoder.state(),
            &self.waiting,
            &self.drift,
            self.counters,
            &self.positions,
            judged,
        );
        hash_of(&(model, rest)).expect("postcard writes plain numbers, words and lists")
    }

    /// A learner that goes on from a snapshot, to the same bits as the one it was taken of.
    ///
    /// # Errors
    /// When its settings are out of range or its parts do not fit together.
    pub fn restore(snapshot: Snapshot) -> Result<Self, SnapshotError> {
        snapshot.check()?;
        let Snapshot {
            settings,
            schema,
            records,
            encoder,
            model,
            last_rate,
            evaluation,
            drift,
            waiting,
            counters,
            positions,
            ..
        } = snapshot;
        let fresh = Self::with_schema(schema, records, settings)?;
        if *encoder.schema() != *fresh.encoder.schema() {
            return Err(SnapshotError::Inconsistent("encoder and schema differ"));
        }
        let unfit = "the model's state does not fit schema and settings";
        let model = Estimator::from_state(&fresh.settings, &fresh.schema, encoder.width(), model);
        let mut model = model.ok_or(SnapshotError::Inconsistent(unfit))?;
        model.set_last_rate(last_rate);
        Ok(Self {
            encoder,
            model,
            evaluation,
            drift,
            waiting,
            counters,
            positions,
            ..fresh
        })
    }
}
