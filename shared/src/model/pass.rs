//! One partial fit: the updates of a batch, one sample after the other.

use super::loss::LossFunction;
use super::settings::{LearningRate, Penalty, SgdSettings};
use super::sgd::{FitError, ModelState, Update};
use super::weights::Weights;
use crate::encode::Row;

/// Slopes are clipped to this magnitude.
const MAX_SLOPE: f64 = 1e12;

/// `1/(e0·α)` with `e0 = typw / max(1, slope(1, −typw))` and `typw = √(1/√α)`: the number of
/// updates at which the rate `optimal` begins (L. Bottou's heuristic).
pub(super) fn optimal_init(settings: &SgdSettings) -> f64 {
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

/// The update from which on the weights are averaged; 0 is never.
// The number of updates stays far below 2⁵³.
#[allow(clippy::cast_precision_loss)]
fn average_from(settings: &SgdSettings) -> f64 {
    settings.average.0 as f64
}

/// Whether the averages predict, after `t − 1` updates.
pub(super) fn average_is_active(settings: &SgdSettings, t: f64) -> bool {
    settings.average.0 > 0 && average_from(settings) <= t - 1.0
}

/// The running state of one partial fit.
pub(super) struct Pass<'a> {
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
    pub(super) fn new(settings: &'a SgdSettings, state: &ModelState, optimal_init: f64) -> Self {
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
            optimal_init,
            average_from: average_from(settings),
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
    pub(super) fn learn(&mut self, x: Row<'_>, label: u16, watch: Option<u64>) -> Option<Update> {
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

    fn update(&mut self, x: Row<'_>, update: f64) {
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

    fn average(&mut self, x: Row<'_>, update: f64) {
        let n = self.t - self.average_from + 1.0;
        self.weights.average(x, update, n);
        self.average_intercept += (self.intercept - self.average_intercept) / n;
    }

    /// Learning rate of the last update.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// The state after the pass.
    pub(super) fn finish(self) -> Result<ModelState, FitError> {
        if !self.intercept.is_finite() || !self.weights.is_finite() {
            return Err(FitError::Overflow);
        }
        let (plain_coef, average_coef) = self.weights.into_parts();
        let averaging = average_is_active(self.settings, self.t);
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
