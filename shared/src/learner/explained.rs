//! One record's way through a step, with every number on it.

use serde::{Deserialize, Serialize};

use super::estimator::Learned;
use crate::evaluate::Judged;
use crate::model::probability;
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
    /// Number of its class.
    pub label: u16,
    /// Scores when it was tested, before the batch: one for two classes, else one a class.
    pub tested_scores: Vec<f64>,
    /// What the logistic function makes of the first of them: the probability of class 1 of two,
    /// under `log_loss`.
    pub tested_probability: f64,
    /// What the model said then.
    pub tested_label: u16,
    /// How it was learned from.
    pub learned: Learned,
}

/// What a step knows of the record that it tells.
pub(super) struct Told {
    pub(super) index: u64,
    pub(super) numbers: Vec<(String, f64)>,
    pub(super) features: Vec<f64>,
    pub(super) label: u16,
    pub(super) judged: Judged,
    pub(super) scores: Vec<f64>,
    pub(super) learned: Learned,
}

impl Explained {
    pub(super) fn new(record: &Record<'_>, told: Told) -> Self {
        let value = record.value.unwrap_or_default();
        let value = &value[..value.len().min(OFFERED_VALUE_BYTES)];
        Self {
            partition: record.partition,
            offset: record.offset,
            index: told.index,
            value: String::from_utf8_lossy(value).into_owned(),
            numbers: told.numbers,
            features: told.features,
            label: told.label,
            tested_probability: probability(told.scores.first().copied().unwrap_or_default()),
            tested_scores: told.scores,
            tested_label: told.judged.predicted,
            learned: told.learned,
        }
    }

    /// Weights of the first row before and after it was learned from.
    #[must_use]
    pub fn coef(&self) -> (&[f64], &[f64]) {
        let (before, after) = match &self.learned {
            Learned::Sgd(updates) => match updates.first() {
                Some(update) => &update.coef,
                None => return (&[], &[]),
            },
            Learned::Online(update) => &update.coef,
        };
        (before, after)
    }

    /// What each feature adds to the score of the first row, `wⱼ·xⱼ`, with the weights that it met
    /// at its own update.
    #[must_use]
    pub fn contributions(&self) -> Vec<f64> {
        let (before, _) = self.coef();
        before
            .iter()
            .zip(&self.features)
            .map(|(w, x)| w * x)
            .collect()
    }
}
