//! The model of a learner, whichever it is.

use super::report::ClassWeights;
use crate::encode::Features;
use crate::evaluate::Judged;
use crate::model::{FitError, Loss, ModelState, SgdClassifier, Update, probability};
use crate::settings::Settings;

/// What learns.
#[derive(Clone, Debug)]
pub(super) struct Estimator {
    model: SgdClassifier,
    classes: u16,
}

impl Estimator {
    /// A model of `width` features that has learned nothing.
    pub(super) fn new(settings: &Settings, width: usize, classes: u16) -> Self {
        let model = SgdClassifier::new(settings.model.clone(), width);
        Self { model, classes }
    }

    pub(super) fn from_state(settings: &Settings, state: ModelState, classes: u16) -> Self {
        let model = SgdClassifier::from_state(settings.model.clone(), state);
        Self { model, classes }
    }

    pub(super) fn state(&self) -> &ModelState {
        self.model.state()
    }

    pub(super) fn sgd(&self) -> &SgdClassifier {
        &self.model
    }

    /// Number of features.
    pub(super) fn width(&self) -> usize {
        self.model.width()
    }

    /// Scores of one example: 1 for two classes, else one a class.
    pub(super) fn outputs(&self) -> usize {
        if self.classes > 2 {
            self.classes.into()
        } else {
            1
        }
    }

    /// The scores of every row: `rows × outputs`.
    pub(super) fn decisions(&self, features: &Features, scores: &mut Vec<f64>) {
        scores.clear();
        scores.extend(features.iter().map(|row| self.model.decision_function(row)));
    }

    /// What was said of an example of this label, by its scores.
    #[inline]
    pub(super) fn judge(&self, label: u16, scores: &[f64]) -> Judged {
        let has_probability = self.model.settings().loss == Loss::LogLoss;
        let score = scores[0];
        Judged::binary(label, score, has_probability.then(|| probability(score)))
    }

    /// Learns from a batch; tells the updates by the example `watched`.
    pub(super) fn partial_fit(
        &mut self,
        features: &Features,
        labels: &[u16],
        _weights: &[f64],
        watched: Option<usize>,
    ) -> Result<Vec<Update>, FitError> {
        let update = self.model.partial_fit_watched(features, labels, watched)?;
        Ok(update.into_iter().collect())
    }

    /// The weights that predict, of each output.
    pub(super) fn weights(&self) -> Vec<ClassWeights> {
        vec![ClassWeights {
            coef: self.model.coef().to_vec(),
            intercept: self.model.intercept(),
        }]
    }

    /// Number of samples learned from, plus 1.
    pub(super) fn t(&self) -> f64 {
        self.model.t()
    }

    /// Learning rate of the last update.
    pub(super) fn last_rate(&self) -> f64 {
        self.model.last_rate()
    }
}

/// The class that scores say: above zero is class 1 of two, a tie is class 0; of more classes the
/// first with the highest score.
pub(super) fn class_of(scores: &[f64]) -> u16 {
    if let [score] = scores {
        return u16::from(*score > 0.0);
    }
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    u16::try_from(best).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::class_of;

    #[test]
    fn ties_go_to_the_first_class() {
        assert_eq!((class_of(&[0.0]), class_of(&[0.1])), (0, 1));
        assert_eq!(class_of(&[0.5, 0.5, 0.25]), 0);
        assert_eq!(class_of(&[-3.0, -1.0, -2.0]), 1);
    }
}
