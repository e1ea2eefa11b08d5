//! What one batch yielded.

use serde::{Deserialize, Serialize};

use super::Explained;
use crate::decode::BadRecord;
use crate::evaluate::Tally;
use crate::record::OffsetRange;

/// Most bad records of a batch that a report keeps; all are counted.
pub const REPORTED_BAD_RECORDS: usize = 10_000;

/// Most alarms of a batch that a report keeps; all drifts are counted.
pub const REPORTED_ALARMS: usize = 100;

/// What one batch yielded. Its size is bounded, whatever the batch held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Number of the batch, from 0.
    pub batch_id: u64,
    /// Number of models so far: the first batch with an example gives model 1.
    pub model_id: u64,
    /// Records of this batch, bad ones included.
    pub records: u64,
    /// Bad records of this batch.
    pub bad_records: u64,
    /// Examples that the encoder dropped: the lab's, where a word is missing.
    pub dropped_examples: u64,
    /// Why the batch's examples could not be encoded, if they could not: it was passed over.
    pub refused: Option<String>,
    /// Records so far.
    pub total_records: u64,
    /// Bad records so far.
    pub total_bad_records: u64,
    /// Offsets of this batch, by partition.
    pub ranges: Vec<OffsetRange>,
    /// Predictions of this batch before learning from it.
    pub tested: Tally,
    /// Predictions of this batch after learning from it: the lab's accuracy.
    pub same_batch: Tally,
    /// Predictions before learning, over the sliding window.
    pub window: Tally,
    /// Predictions before learning, since the start.
    pub cumulative: Tally,
    /// The majority class over the same window.
    pub majority: Tally,
    /// Mean logarithmic loss of this batch before learning; only with the loss `log_loss`.
    pub log_loss: Option<f64>,
    /// Learning rate of the last update.
    pub learning_rate: f64,
    /// Examples learned from in this batch.
    pub learned: u64,
    /// The model after the batch: one entry for two classes, else one a class.
    pub weights: Vec<ClassWeights>,
    /// Number of samples learned from so far, plus 1.
    pub t: f64,
    /// The first bad records of this batch.
    pub bad: Vec<BadRecord>,
    /// Bad records of this batch by kind.
    pub bad_reasons: Vec<(String, u64)>,
    /// Drifts that the detector told in this batch, and where its warnings began; the first
    /// [`REPORTED_ALARMS`].
    pub alarms: Vec<DriftAlarm>,
    /// Drifts so far.
    pub total_drifts: u64,
    /// One record's way through the step, if it was asked for and the record was good.
    pub explained: Option<Box<Explained>>,
}

impl Report {
    /// Whether the batch gave a model: at least one example was learned from.
    #[must_use]
    pub fn has_model(&self) -> bool {
        self.learned > 0
    }
}

/// What the detector told at one example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftAlarm {
    /// Number of the example among all that were judged, from 1.
    pub example: u64,
    /// A drift; otherwise the beginning of a warning.
    pub is_drift: bool,
}

/// The weights of one class against the others; of two classes there is one entry, for the second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassWeights {
    /// One a feature.
    pub coef: Vec<f64>,
    /// The intercept.
    pub intercept: f64,
}
