//! What one batch yielded.

use serde::{Deserialize, Serialize};

use crate::decode::BadRecord;
use crate::evaluate::Tally;
use crate::model::{Update, probability};
use crate::record::{OffsetRange, Record};

/// Most bad records of a batch that a report keeps; all are counted.
pub const REPORTED_BAD_RECORDS: usize = 10_000;

/// Most bytes of an explained record's value.
pub const OFFERED_VALUE_BYTES: usize = 1024;

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
    /// Weights after the batch.
    pub coef: Vec<f64>,
    /// Intercept after the batch.
    pub intercept: f64,
    /// Number of samples learned from so far, plus 1.
    pub t: f64,
    /// The first bad records of this batch.
    pub bad: Vec<BadRecord>,
    /// Bad records of this batch by kind.
    pub bad_reasons: Vec<(String, u64)>,
    /// One record's way through the step, if it was asked for and the record was good.
    pub explained: Option<Explained>,
}

impl Report {
    /// Whether the batch gave a model: it held at least one example.
    #[must_use]
    pub fn has_model(&self) -> bool {
        self.tested.total > 0
    }
}

/// One record's way: value, features, prediction, error, change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The partition it came from.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its place in the batch, from 0.
    pub index: u64,
    /// Its value as text, cut to [`OFFERED_VALUE_BYTES`].
    pub value: String,
    /// Raw numeric fields.
    pub numbers: Vec<(String, f64)>,
    /// Its features.
    pub features: Vec<f64>,
    /// Its label.
    pub label: u16,
    /// Score when it was tested, before the batch.
    pub tested_score: f64,
    /// Probability of label 1 then.
    pub tested_probability: f64,
    /// What the model said then.
    pub tested_label: u16,
    /// Number of its update in the batch, from 1.
    pub update_number: u64,
    /// Score at its own update.
    pub score: f64,
    /// Probability of label 1 then.
    pub probability: f64,
    /// Slope of the loss.
    pub gradient: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Weights before its update.
    pub coef_before: Vec<f64>,
    /// Weights after it.
    pub coef_after: Vec<f64>,
    /// Intercept before its update.
    pub intercept_before: f64,
    /// Intercept after it.
    pub intercept_after: f64,
}

impl Explained {
    pub(super) fn new(
        record: &Record<'_>,
        index: u64,
        features: Vec<f64>,
        label: u16,
        tested_score: f64,
        update: Update,
        numbers: Vec<(String, f64)>,
    ) -> Self {
        let value = record.value.unwrap_or_default();
        let value = &value[..value.len().min(OFFERED_VALUE_BYTES)];
        Self {
            partition: record.partition,
            offset: record.offset,
            index,
            value: String::from_utf8_lossy(value).into_owned(),
            numbers,
            features,
            label,
            tested_score,
            tested_probability: probability(tested_score),
            tested_label: u16::from(tested_score > 0.0),
            update_number: update.number,
            score: update.score,
            probability: probability(update.score),
            gradient: update.gradient,
            learning_rate: update.learning_rate,
            coef_before: update.coef.0,
            coef_after: update.coef.1,
            intercept_before: update.intercept.0,
            intercept_after: update.intercept.1,
        }
    }
}
