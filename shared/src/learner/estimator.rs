//! The model of a learner, whichever it is: scikit-learn's classifier, or an online model beyond it.

use serde::{Deserialize, Serialize};

use super::report::ClassWeights;
use crate::encode::Features;
use crate::evaluate::Judged;
use crate::model::{
    FitError, Loss, ModelState, SgdClassifier, Update, class_of, probabilities, probability,
};
use crate::optim::{OnlineClassifier, OnlineLoss, OnlineUpdate, OptimState};
use crate::schema::Schema;
use crate::settings::Settings;

/// What learns.
#[derive(Clone, Debug)]
pub(super) enum Estimator {
    Sgd(SgdClassifier),
    Online(OnlineClassifier),
}

/// What it continues from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EstimatorState {
    /// scikit-learn's classifier.
    Sgd(ModelState),
    /// An online model.
    Online(OptimState),
}

/// The same, lent.
#[derive(Serialize)]
pub(super) enum LentState<'a> {
    Sgd(&'a ModelState),
    Online(&'a OptimState),
}

/// How one example was learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learned {
    /// By scikit-learn's classifier: one update for each row of weights.
    Sgd(Vec<Update>),
    /// By an online model.
    Online(Box<OnlineUpdate>),
}

impl EstimatorState {
    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        match self {
            Self::Sgd(state) => state.rows.first().map_or(0, |row| row.plain_coef.len()),
            Self::Online(state) => state.coef.len(),
        }
    }
}

impl Estimator {
    /// A model of `width` features that has learned nothing. The settings are valid.
    pub(super) fn new(settings: &Settings, schema: &Schema, width: usize) -> Self {
        match settings.online {
            None => {
                let model = SgdClassifier::new(settings.model.clone(), width, schema.classes());
                Self::Sgd(model.named(&schema.class_names()))
            }
            Some(online) => Self::Online(OnlineClassifier::new(online, width)),
        }
    }

    /// A model that goes on from `state`; `None` when it is not one of such a model.
    pub(super) fn from_state(
        settings: &Settings,
        schema: &Schema,
        width: usize,
        state: EstimatorState,
    ) -> Option<Self> {
        match (settings.online, state) {
            (None, EstimatorState::Sgd(state)) => {
                let averages = settings.model.average.0 > 0;
                let fits = state.is_consistent(width, schema.classes());
                (fits && state.averages() == averages).then(|| {
                    let model = SgdClassifier::from_state(settings.model.clone(), state);
                    Self::Sgd(model.named(&schema.class_names()))
                })
            }
            (Some(online), EstimatorState::Online(state)) => {
                let model = OnlineClassifier::from_state(online, state).ok()?;
                (model.width() == width).then_some(Self::Online(model))
            }
            _ => None,
        }
    }

    pub(super) fn state(&self) -> EstimatorState {
        match self {
            Self::Sgd(model) => EstimatorState::Sgd(model.state().clone()),
            Self::Online(model) => EstimatorState::Online(model.state().clone()),
        }
    }

    /// What it continues from, without a copy.
    pub(super) fn lent_state(&self) -> LentState<'_> {
        match self {
            Self::Sgd(model) => LentState::Sgd(model.state()),
            Self::Online(model) => LentState::Online(model.state()),
        }
    }

    /// Number of features.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Sgd(model) => model.width(),
            Self::Online(model) => model.width(),
        }
    }

    /// Whether it has learned from nothing yet.
    pub(super) fn is_blank(&self) -> bool {
        self.t() == 1.0
    }

    /// Scores of one example: 1 for two classes, else one a class.
    pub(super) fn outputs(&self) -> usize {
        match self {
            Self::Sgd(model) => model.rows(),
            Self::Online(_) => 1,
        }
    }

    /// The scores of every row, `rows × outputs`; of two classes a score above 0 says class 1.
    pub(super) fn decisions(&self, features: &Features, scores: &mut Vec<f64>) {
        match self {
            Self::Sgd(model) => model.decisions(features, scores),
            Self::Online(model) => {
                let threshold = model.settings().loss.threshold();
                scores.clear();
                scores.extend(
                    features
                        .iter()
                        .map(|row| model.decision_function(row) - threshold),
                );
            }
        }
    }

    /// What was said of an example of this label, by its scores.
    #[inline]
    pub(super) fn judge(&self, label: u16, scores: &[f64]) -> Judged {
        match (self, scores) {
            (Self::Sgd(model), [score]) => Judged::binary(
                label,
                *score,
                binary_probability(model.settings().loss, *score),
            ),
            (Self::Sgd(model), scores) => {
                let predicted = class_of(scores);
                let score = scores.get(usize::from(predicted)).copied();
                let probabilities = probabilities(model.settings().loss, scores);
                let score = score.unwrap_or_default();
                Judged::multiclass(label, predicted, score, probabilities.as_deref())
            }
            (Self::Online(model), scores) => {
                let score = scores.first().copied().unwrap_or_default();
                let is_logistic = model.settings().loss == OnlineLoss::Log;
                Judged::binary(label, score, is_logistic.then(|| probability(score)))
            }
        }
    }

    /// The probability of each class by the scores of one example, where the loss gives one.
    pub(super) fn probabilities(&self, scores: &[f64]) -> Option<Vec<f64>> {
        probabilities(self.loss_of_probabilities()?, scores)
    }

    /// Learns from a batch; tells how the example `watched` was learned from.
    pub(super) fn partial_fit(
        &mut self,
        features: &Features,
        labels: &[u16],
        weights: &[f64],
        watched: Option<usize>,
    ) -> Result<Option<Learned>, FitError> {
        let weights = Some(weights).filter(|weights| !weights.is_empty());
        match (self, watched) {
            (Self::Sgd(model), None) => {
                model.partial_fit(features, labels, weights)?;
                Ok(None)
            }
            (Self::Sgd(model), Some(watched)) => {
                let updates =
                    model.partial_fit_watched(features, labels, weights, Some(watched))?;
                Ok(Some(Learned::Sgd(updates)))
            }
            (Self::Online(model), None) => {
                model.partial_fit(features, labels)?;
                Ok(None)
            }
            (Self::Online(model), Some(watched)) => {
                let update = model.partial_fit_watched(features, labels, watched)?;
                Ok(update.map(|update| Learned::Online(Box::new(update))))
            }
        }
    }

    /// The loss by which scores mean probabilities; none where they mean none.
    pub(super) fn loss_of_probabilities(&self) -> Option<Loss> {
        match self {
            Self::Sgd(model) => match model.settings().loss {
                loss @ (Loss::LogLoss | Loss::ModifiedHuber) => Some(loss),
                _ => None,
            },
            Self::Online(model) => {
                (model.settings().loss == OnlineLoss::Log).then_some(Loss::LogLoss)
            }
        }
    }

    /// What is taken from a weighted sum to make a score above 0 say class 1; 0 for most.
    pub(super) fn threshold(&self) -> f64 {
        match self {
            Self::Sgd(_) => 0.0,
            Self::Online(model) => model.settings().loss.threshold(),
        }
    }

    /// The weights that predict, of each output.
    pub(super) fn weights(&self) -> Vec<ClassWeights> {
        let of = |coef: &[f64], intercept| ClassWeights {
            coef: coef.to_vec(),
            intercept,
        };
        match self {
            Self::Sgd(model) => (0..model.rows())
                .map(|row| of(model.coef(row), model.intercept(row)))
                .collect(),
            Self::Online(model) => vec![of(model.coef(), model.intercept())],
        }
    }

    /// Number of samples learned from, plus 1.
    // Counts stay below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn t(&self) -> f64 {
        match self {
            Self::Sgd(model) => model.t(),
            Self::Online(model) => model.n_iterations() as f64 + 1.0,
        }
    }

    /// Takes over the rate of the last update before a snapshot.
    pub(super) fn set_last_rate(&mut self, rate: f64) {
        match self {
            Self::Sgd(model) => model.set_last_rate(rate),
            // Its rate is one of its settings.
            Self::Online(_) => {}
        }
    }

    /// Learning rate of the last update; of an online model the rate from which each weight's own
    /// is made.
    pub(super) fn last_rate(&self) -> f64 {
        match self {
            Self::Sgd(model) => model.last_rate(),
            Self::Online(model) => model.settings().optimizer.rate(),
        }
    }
}

/// The probability of class 1 of two, where the loss gives one.
fn binary_probability(loss: Loss, score: f64) -> Option<f64> {
    match loss {
        Loss::LogLoss => Some(probability(score)),
        Loss::ModifiedHuber => probabilities(loss, &[score]).map(|both| both[1]),
        _ => None,
    }
}
