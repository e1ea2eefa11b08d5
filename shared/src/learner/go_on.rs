//! A learner in whose place another model's state is put, for [`open`](crate::open).

use super::estimator::Estimator;
use super::{Counters, EstimatorState, Learner};
use crate::encode::{Encoder, EncoderSettings};
use crate::record::Position;

impl Learner {
    /// This learner with a model that goes on from `state`; `None` when it is not one of its models.
    pub(crate) fn with_model(self, state: EstimatorState) -> Option<Self> {
        let width = match self.settings.encoder {
            // The width is what the model has learned with.
            EncoderSettings::PerBatch => state.width(),
            EncoderSettings::Stable(_) | EncoderSettings::Hashed(_) => self.encoder.width(),
        };
        let model = Estimator::from_state(&self.settings, &self.schema, width, state)?;
        Some(Self { model, ..self })
    }

    /// This learner with an encoder of its settings that has learned, at a place of a stream.
    pub(crate) fn with_place(
        self,
        encoder: Encoder,
        counters: Counters,
        positions: Vec<Position>,
    ) -> Self {
        Self {
            encoder,
            counters,
            positions,
            ..self
        }
    }
}
