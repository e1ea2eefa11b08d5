//! `SGDClassifier`: its state, one partial fit, and what it says.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::exp::exp;
use super::loss::LossFunction;
use super::settings::{LearningRate, Penalty, SgdSettings};
use super::shuffle::{in_order, shuffle_seed, shuffled};
use super::weights::Weights;
use crate::encode::Features;

/// Slopes are clipped to this magnitude.
const MAX_SLOPE: f64 = 1e12;

/// Why a partial fit was refused. The model is then as it was.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FitError {
    /// No sample.
    #[error("the batch has no sample: at least 1 is needed")]
    Empty,
    /// More samples than a shuffle can number.
    #[error("the batch has {rows} samples: at most 4294967295 can be learned from at once")]
    TooMany {
        /// Number of samples.
        rows: usize,
    },
    /// Another number of features than the model has.
    #[error("a sample has {found} features, the model {wanted}")]
    Width {
        /// The samples'.
        found: usize,
        /// The model's.
        wanted: usize,
    },
    /// As many labels as samples are needed.
    #[error("{labels} labels for {rows} samples")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of samples.
        rows: usize,
    },
    /// A label that is no class.
    #[error("sample {row} has label {label}: the classes are 0 and 1")]
    UnknownLabel {
        /// The sample.
        row: usize,
        /// Its label.
        label: u8,
    },
    /// A feature is infinite or not a number.
    #[error("sample {row}, feature {column} is {value}: features must be finite")]
    NotFinite {
        /// The sample.
        row: usize,
        /// The feature.
        column: usize,
        /// Its value.
        value: String,
    },
    /// The weights left the range of numbers.
    #[error(
        "the weights overflowed; scale the features, or choose a smaller eta0 or a larger alpha"
    )]
    Overflow,
}

/// Everything that a partial fit continues from.
///
/// `coef` and `intercept` are what scikit-learn's `coef_` and `intercept_` hold. Under averaging
/// these are the averages once averaging is active, and the plain values stand beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelState {
    /// Number of samples learned from, plus 1.
    pub t: f64,
    /// The plain weights that updates move.
    pub plain_coef: Vec<f64>,
    /// The plain intercept. Under averaging it is the one from before averaging became active:
    /// scikit-learn does not write it back, and every call starts from it again.
    pub plain_intercept: f64,
    /// The averaged weights, under averaging.
    pub average_coef: Option<Vec<f64>>,
    /// The averaged intercept, under averaging.
    pub average_intercept: f64,
}

/// One update as it happened, for whoever watches.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Number of the update in its batch, from 1.
    pub number: u64,
    /// Score before it.
    pub score: f64,
    /// Slope of the loss.
    pub gradient: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Weights before and after.
    pub coef: (Vec<f64>, Vec<f64>),
    /// Intercept before and after.
    pub intercept: (f64, f64),
}

/// A linear classifier of two classes, 0 and 1.
#[derive(Clone, Debug)]
pub struct SgdClassifier {
    settings: SgdSettings,
    state: ModelState,
    shuffle_seed: u32,
    /// First learning rate's share in `optimal`, from the settings.
    optimal_init: f64,
    last_rate: f64,
}

impl SgdClassifier {
    /// A model of `width` features that has learned nothing. The settings must be valid.
    #[must_use]
    pub fn new(settings: SgdSettings, width: usize) -> Self {
        let averaged = settings.average.0 > 0;
        let state = ModelState {
            t: 1.0,
            plain_coef: vec![0.0; width],
            plain_intercept: 0.0,
            average_coef: averaged.then(|| vec![0.0; width]),
            average_intercept: 0.0,
        };
        Self::from_state(settings, state)
    }

    /// A model that goes on from `state`.
    #[must_use]
    pub fn from_state(settings: SgdSettings, state: ModelState) -> Self {
        let shuffle_seed = shuffle_seed(settings.random_state);
        let optimal_init = optimal_init(&settings);
        Self {
            settings,
            state,
            shuffle_seed,
            optimal_init,
            last_rate: 0.0,
        }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &SgdSettings {
        &self.settings
    }

    /// What a partial fit continues from.
    #[must_use]
    pub fn state(&self) -> &ModelState {
        &self.state
    }

    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.state.plain_coef.len()
    }

    /// The weights that predict: scikit-learn's `coef_`.
    #[must_use]
    pub fn coef(&self) -> &[f64] {
        match &self.state.average_coef {
            Some(average) if self.average_is_active() => average,
            _ => &self.state.plain_coef,
        }
    }

    /// The intercept that predicts: scikit-learn's `intercept_`.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        if self.state.average_coef.is_some() && self.average_is_active() {
            self.state.average_intercept
        } else {
            self.state.plain_intercept
        }
    }

    /// Number of samples learned from, plus 1: scikit-learn's `t_`.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.state.t
    }

    /// Learning rate of the last update; 0 before the first.
    #[must_use]
    pub fn last_rate(&self) -> f64 {
        self.last_rate
    }

    // The number of updates stays far below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    fn average_from(&self) -> f64 {
        self.settings.average.0 as f64
    }

    fn average_is_active(&self) -> bool {
        self.average_from() <= self.state.t - 1.0
    }

    /// Score `Σ w·x + b` of one row: above 0 the model says class 1.
    #[must_use]
    pub fn decision_function(&self, row: &[f64]) -> f64 {
        let sum = self
            .coef()
            .iter()
            .zip(row)
            .fold(0.0, |sum, (w, x)| sum + w * x);
        sum + self.intercept()
    }

    /// The class of one row; a tie is class 0.
    #[must_use]
    pub fn predict(&self, row: &[f64]) -> u8 {
        u8::from(self.decision_function(row) > 0.0)
    }

    /// Learns from a batch, sample by sample.
    ///
    /// # Errors
    /// When the batch does not fit the model or the weights overflow; the model is as it was.
    pub fn partial_fit(&mut self, x: &Features, y: &[u8]) -> Result<(), FitError> {
        self.partial_fit_watched(x, y, None).map(|_| ())
    }

    /// [`SgdClassifier::partial_fit`] that also tells how the sample `watched` was learned from.
    ///
    /// # Errors
    /// As [`SgdClassifier::partial_fit`].
    pub fn partial_fit_watched(
        &mut self,
        x: &Features,
        y: &[u8],
        watched: Option<usize>,
    ) -> Result<Option<Update>, FitError> {
        self.check(x, y)?;
        let rows = u32::try_from(x.rows()).map_err(|_| FitError::TooMany { rows: x.rows() })?;
        let mut order = Vec::new();
        if self.settings.shuffle {
            shuffled(&mut order, rows, self.shuffle_seed);
        } else {
            in_order(&mut order, rows);
        }
        let mut pass = Pass::new(self);
        let mut update = None;
        for (number, sample) in (1u64..).zip(order) {
            let sample = sample as usize;
            let watch = (watched == Some(sample)).then_some(number);
            update = pass.learn(x.row(sample), y[sample], watch).or(update);
        }
        let rate = pass.rate;
        self.state = pass.finish()?;
        self.last_rate = rate;
        Ok(update)
    }

    fn check(&self, x: &Features, y: &[u8]) -> Result<(), FitError> {
        if x.rows() == 0 {
            return Err(FitError::Empty);
        }
        if x.width() != self.width() {
            return Err(FitError::Width {
                found: x.width(),
                wanted: self.width(),
            });
        }
        if y.len() != x.rows() {
            return Err(FitError::Labels {
                labels: y.len(),
                rows: x.rows(),
            });
        }
        if let Some(row) = y.iter().position(|&label| label > 1) {
            return Err(FitError::UnknownLabel { row, label: y[row] });
        }
        if x.is_finite() {
            Ok(())
        } else {
            Err(not_finite(x))
        }
    }
}

/// Names the first feature that is not finite.
fn not_finite(x: &Features) -> FitError {
    let mut cells = x.iter().enumerate().flat_map(|(row, values)| {
        values
            .iter()
            .enumerate()
            .map(move |(column, value)| (row, column, *value))
    });
    let (row, column, value) = cells.find(|(_, _, v)| !v.is_finite()).unwrap_or_default();
    FitError::NotFinite {
        row,
        column,
        value: value.to_string(),
    }
}

/// `1/(e0·α)` with `e0 = typw / max(1, slope(1, −typw))` and `typw = √(1/√α)`: the number of
/// updates at which the rate `optimal` begins (L. Bottou's heuristic).
fn optimal_init(settings: &SgdSettings) -> f64 {
    if settings.learning_rate != LearningRate::Optimal {
        return 0.0;
    }
    let loss = LossFunction {
        loss: settings.loss,
        epsilon: settings.epsilon,
    };
    let typical_weight = (1.0 / settings.alpha.sqrt()).sqrt();
    let eta0 = typical_weight / f64::max(1.0, loss.gradient(1.0, -typical_weight));
    1.0 / (eta0 * settings.alpha)
}

/// The running state of one partial fit.
struct Pass<'a> {
    settings: &'a SgdSettings,
    loss: LossFunction,
    optimal_init: f64,
    average_from: f64,
    l1_ratio: f64,
    weights: Weights,
    intercept: f64,
    /// The plain intercept from before the pass.
    stale_intercept: f64,
    average_intercept: f64,
    t: f64,
    rate: f64,
    /// Cumulative L1 penalty: what each weight should have paid, and what each has paid.
    l1_due: f64,
    l1_paid: Vec<f64>,
}

impl<'a> Pass<'a> {
    fn new(model: &'a SgdClassifier) -> Self {
        let (settings, state) = (&model.settings, &model.state);
        let l1_ratio = match settings.penalty {
            Penalty::L1 => 1.0,
            Penalty::ElasticNet => settings.l1_ratio,
            Penalty::L2 | Penalty::None => 0.0,
        };
        Self {
            settings,
            loss: LossFunction {
                loss: settings.loss,
                epsilon: settings.epsilon,
            },
            optimal_init: model.optimal_init,
            average_from: model.average_from(),
            l1_ratio,
            weights: Weights::new(state.plain_coef.clone(), state.average_coef.clone()),
            intercept: state.plain_intercept,
            stale_intercept: state.plain_intercept,
            average_intercept: state.average_intercept,
            t: state.t,
            rate: settings.eta0.unwrap_or_default(),
            l1_due: 0.0,
            l1_paid: vec![0.0; state.plain_coef.len()],
        }
    }

    /// One update. `watch` is its number when it is to be told.
    fn learn(&mut self, x: &[f64], label: u8, watch: Option<u64>) -> Option<Update> {
        let before = watch.map(|_| (self.weights.current(), self.intercept));
        let y = if label == 1 {
            1.0
        } else {
            self.loss.negative()
        };
        let score = self.weights.dot(x) + self.intercept;
        self.rate = self.rate_at();
        let gradient = self.loss.gradient(y, score).clamp(-MAX_SLOPE, MAX_SLOPE);
        self.update(x, -self.rate * gradient);
        self.t += 1.0;
        let (number, (coef, intercept)) = watch.zip(before)?;
        Some(Update {
            number,
            score,
            gradient,
            learning_rate: self.rate,
            coef: (coef, self.weights.current()),
            intercept: (intercept, self.intercept),
        })
    }

    /// The learning rate of the update number `t`.
    fn rate_at(&self) -> f64 {
        match self.settings.learning_rate {
            LearningRate::Optimal => {
                1.0 / (self.settings.alpha * (self.optimal_init + self.t - 1.0))
            }
            LearningRate::InvScaling => self.rate_zero() / power(self.t, self.settings.power_t),
            LearningRate::Constant | LearningRate::Adaptive => self.rate_zero(),
        }
    }

    fn rate_zero(&self) -> f64 {
        self.settings.eta0.unwrap_or_default()
    }

    fn update(&mut self, x: &[f64], update: f64) {
        let penalty = self.settings.penalty;
        if matches!(penalty, Penalty::L2 | Penalty::ElasticNet) {
            let pull = (1.0 - self.l1_ratio) * self.rate * self.settings.alpha;
            // A large rate would turn the weights round: they become zero instead.
            self.weights.shrink(f64::max(0.0, 1.0 - pull));
        }
        if update != 0.0 {
            self.weights.add(x, update);
            if self.settings.fit_intercept {
                self.intercept += update;
            }
        }
        if 0.0 < self.average_from && self.average_from <= self.t {
            self.average(x, update);
        }
        if matches!(penalty, Penalty::L1 | Penalty::ElasticNet) {
            self.l1_due += self.l1_ratio * self.rate * self.settings.alpha;
            self.weights.truncate(&mut self.l1_paid, self.l1_due);
        }
    }

    fn average(&mut self, x: &[f64], update: f64) {
        let n = self.t - self.average_from + 1.0;
        self.weights.average(x, update, n);
        self.average_intercept += (self.intercept - self.average_intercept) / n;
    }

    /// The state after the pass.
    fn finish(self) -> Result<ModelState, FitError> {
        if !self.intercept.is_finite() || !self.weights.is_finite() {
            return Err(FitError::Overflow);
        }
        let (plain_coef, average_coef) = self.weights.into_parts();
        let averaging = average_coef.is_some() && self.average_from <= self.t - 1.0;
        Ok(ModelState {
            t: self.t,
            plain_coef,
            plain_intercept: if averaging {
                self.stale_intercept
            } else {
                self.intercept
            },
            average_coef,
            average_intercept: self.average_intercept,
        })
    }
}

/// `t^e`, with the square root where that is what it is.
fn power(t: f64, exponent: f64) -> f64 {
    if exponent.to_bits() == 0.5f64.to_bits() {
        t.sqrt()
    } else {
        libm::pow(t, exponent)
    }
}

/// `1/(1+e⁻ᵈ)`: the probability of class 1 at score `d`, under `log_loss`.
#[must_use]
pub fn probability(score: f64) -> f64 {
    1.0 / (1.0 + exp(-score))
}
