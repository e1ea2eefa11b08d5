//! What the settings say, worked out once for all partial fits: learning rate, penalty, averaging.

#![expect(
    clippy::inline_always,
    reason = "one update is one piece of code, so that its numbers stay in registers"
)]

use super::loss::LossFunction;
use super::pow::pow;
use super::settings::{LearningRate, Penalty, SgdSettings};

/// How the learning rate comes about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rate {
    /// `η = 1/(α·((init + t) − 1))`.
    Optimal { alpha: f64, init: f64 },
    /// `η = eta0 / t^power_t`.
    InvScaling { eta0: f64, power_t: f64 },
    /// `η = eta0`.
    Constant { eta0: f64 },
    /// Passive-aggressive I: the update itself is `min(eta0, loss/‖x‖²)·y`.
    Passive1 { eta0: f64 },
    /// Passive-aggressive II: the update itself is `loss/(‖x‖² + 0.5/eta0)·y`.
    Passive2 { eta0: f64 },
}

impl Rate {
    fn new(settings: &SgdSettings, loss: LossFunction) -> Self {
        // Valid settings have it wherever it is used.
        let eta0 = settings.eta0.unwrap_or_default();
        match settings.learning_rate {
            LearningRate::Optimal => Self::Optimal {
                alpha: settings.alpha,
                init: optimal_init(settings.alpha, loss),
            },
            LearningRate::InvScaling => Self::InvScaling {
                eta0,
                power_t: settings.power_t,
            },
            LearningRate::Constant | LearningRate::Adaptive => Self::Constant { eta0 },
            LearningRate::Pa1 => Self::Passive1 { eta0 },
            LearningRate::Pa2 => Self::Passive2 { eta0 },
        }
    }

    /// The learning rate η of the update number `t`. The passive-aggressive rates use it for the
    /// penalty alone.
    #[inline(always)]
    pub(super) fn at(self, t: f64) -> f64 {
        match self {
            Self::Optimal { alpha, init } => 1.0 / (alpha * (init + t - 1.0)),
            Self::InvScaling { eta0, power_t } => eta0 / pow(t, power_t),
            Self::Constant { eta0 } | Self::Passive1 { eta0 } | Self::Passive2 { eta0 } => eta0,
        }
    }
}

/// `1/(e0·α)` with `e0 = typw / max(1, slope(1, −typw))` and `typw = √(1/√α)`: the number of
/// updates at which the rate `optimal` begins (L. Bottou's heuristic).
fn optimal_init(alpha: f64, loss: LossFunction) -> f64 {
    let typical_weight = (1.0 / alpha.sqrt()).sqrt();
    let eta0 = typical_weight / f64::max(1.0, loss.gradient(1.0, -typical_weight));
    1.0 / (eta0 * alpha)
}

/// The settings of one model, as a pass uses them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) loss: LossFunction,
    pub(super) rate: Rate,
    pub(super) alpha: f64,
    /// Share of L1 in the penalty.
    pub(super) l1_ratio: f64,
    /// Whether weights shrink.
    pub(super) shrinks: bool,
    /// Whether weights are truncated.
    pub(super) truncates: bool,
    pub(super) fit_intercept: bool,
    /// The update from which on weights are averaged; infinite without averaging.
    average_from: f64,
}

impl Plan {
    pub(super) fn new(settings: &SgdSettings) -> Self {
        let loss = LossFunction {
            loss: settings.loss,
            epsilon: settings.epsilon,
        };
        let (l1_ratio, shrinks, truncates) = match settings.penalty {
            Penalty::None => (0.0, false, false),
            Penalty::L2 => (0.0, true, false),
            Penalty::L1 => (1.0, false, true),
            Penalty::ElasticNet => (settings.l1_ratio, true, true),
        };
        Self {
            loss,
            rate: Rate::new(settings, loss),
            alpha: settings.alpha,
            l1_ratio,
            shrinks,
            truncates,
            fit_intercept: settings.fit_intercept,
            average_from: average_from(settings.average.0),
        }
    }

    /// Whether there is averaging at all.
    pub(super) fn averages(&self) -> bool {
        self.average_from.is_finite()
    }

    /// Whether the update number `t` is averaged, and then as which one, from 1.
    #[inline(always)]
    pub(super) fn averaged_updates(&self, t: f64) -> Option<f64> {
        (self.average_from <= t).then_some(t - self.average_from + 1.0)
    }

    /// Whether the averages predict, after `t − 1` updates.
    pub(super) fn average_is_active(&self, t: f64) -> bool {
        self.average_from <= t - 1.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "valid settings stay below 2³¹")]
fn average_from(update: u64) -> f64 {
    if update == 0 {
        f64::INFINITY
    } else {
        update as f64
    }
}
