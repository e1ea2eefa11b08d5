//! One record's way through a step, with every number on it.

use serde::{Deserialize, Serialize};

use crate::model::{Update, probability};
use crate::record::Record;

/// Most bytes of an explained record's value.
pub const OFFERED_VALUE_BYTES: usize = 1024;

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

/// What a step knows of the record that it tells.
pub(super) struct Told {
    pub(super) index: u64,
    pub(super) numbers: Vec<(String, f64)>,
    pub(super) features: Vec<f64>,
    pub(super) label: u16,
    pub(super) tested_score: f64,
    pub(super) update: Update,
}

impl Explained {
    pub(super) fn new(record: &Record<'_>, told: Told) -> Self {
        let Told {
            index,
            numbers,
            features,
            label,
            tested_score,
            update,
        } = told;
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
