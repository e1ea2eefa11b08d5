//! A model that is used and learns no more: one record in, what it says out.

use serde::Serialize;

use super::Learner;
use super::estimator::Estimator;
use crate::decode::{BadReason, Decoder, Examples};
use crate::encode::{EncodeError, Encoded, Encoder};
use crate::model::class_of;
use crate::schema::Class;

/// Encoder and model as they stand. It never learns, so every record is encoded alike.
#[derive(Clone, Debug)]
pub struct Predictor {
    classes: Vec<Class>,
    decoder: Decoder,
    encoder: Encoder,
    model: Estimator,
    examples: Examples,
    encoded: Encoded,
}

/// What a model says of one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The class.
    pub label: Class,
    /// Its number.
    pub class: u16,
    /// One score for two classes, above 0 for the second; else one a class.
    pub decision: Vec<f64>,
    /// The probability of each class, where the loss gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<Vec<f64>>,
}

/// Why nothing is said of a record.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PredictError {
    /// The record is bad.
    #[error(transparent)]
    Bad(#[from] BadReason),
    /// The encoder cannot take it.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// There is nothing to predict from: the lab's encoder without a batch.
    #[error("the encoder has no fixed columns, so that one record alone cannot be predicted")]
    NoColumns,
}

impl Predictor {
    /// The classes, in the order of their numbers.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// What the model says of a JSON record, whose label is not looked at but must be there and
    /// good, as in every record.
    ///
    /// # Errors
    /// When the record is bad or cannot be encoded.
    pub fn predict(&mut self, value: &[u8]) -> Result<Prediction, PredictError> {
        self.examples.clear();
        self.decoder.decode(Some(value), &mut self.examples)?;
        self.encoder.transform(&self.examples, &mut self.encoded)?;
        let features = self.encoded.features();
        if features.rows() != 1 || features.width() != self.model.width() {
            return Err(PredictError::NoColumns);
        }
        let mut decision = Vec::new();
        self.model.decisions(features, &mut decision);
        let class = class_of(&decision);
        let label = self.classes.get(usize::from(class));
        Ok(Prediction {
            label: label.ok_or(PredictError::NoColumns)?.clone(),
            class,
            probabilities: self.model.probabilities(&decision),
            decision,
        })
    }
}

impl Learner {
    /// The encoder and the model as they stand, to predict with; of JSON records, whatever the
    /// learner reads.
    #[must_use]
    pub fn predictor(&self) -> Predictor {
        Predictor {
            classes: self.schema.label.classes.clone(),
            decoder: Decoder::new(self.encoder.schema().clone()),
            encoder: self.encoder.clone(),
            model: self.model.clone(),
            examples: Examples::default(),
            encoded: Encoded::default(),
        }
    }
}
