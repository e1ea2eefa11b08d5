//! A run that begins with a model that was opened.

use shared::learner::Learner;
use shared::record::Position;

use super::log::Log;
use super::{Run, StartModel};
use crate::port::SourceConfig;

impl Run {
    /// A run of `learner`, which goes on from `model`, at these places of the source; where there are
    /// none, where a run of the source begins.
    pub(crate) fn of_model(
        learner: Learner,
        source: SourceConfig,
        model: StartModel,
        start: Vec<Position>,
    ) -> Self {
        let log = Log::new(learner.settings().clone(), source.clone()).with_model(model, start);
        Self::of(learner, source, log)
    }

    /// The weights as they are, the intercept last.
    pub(crate) fn weights(&self) -> Vec<f64> {
        // Two classes have one row.
        let rows = self.learner.weights();
        rows.first().map_or_else(Vec::new, |row| {
            row.coef.iter().copied().chain([row.intercept]).collect()
        })
    }
}
