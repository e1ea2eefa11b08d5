//! The online model's settings, under River's names and with its defaults.

use serde::{Deserialize, Serialize};

use crate::settings::{SettingsError, check_number as check};

/// AdaGrad (J. Duchi, E. Hazan, Y. Singer, 2011): the rate of a weight falls with the root of the
/// sum of its squared gradients.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdaGrad {
    /// Learning rate.
    pub lr: f64,
    /// Added to the sum of squares, under the root.
    pub eps: f64,
}

impl Default for AdaGrad {
    fn default() -> Self {
        Self { lr: 0.1, eps: 1e-8 }
    }
}

/// Adam (D. Kingma, J. Ba, 2015): running means of gradient and squared gradient, freed of their
/// bias towards zero, in the efficient order of the paper's section 2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adam {
    /// Learning rate.
    pub lr: f64,
    /// How much of the gradients' mean is kept in a step.
    pub beta_1: f64,
    /// How much of the squares' mean is kept in a step.
    pub beta_2: f64,
    /// Added to the root of the squares' mean.
    pub eps: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self {
            lr: 0.1,
            beta_1: 0.9,
            beta_2: 0.999,
            eps: 1e-8,
        }
    }
}

/// FTRL-Proximal (H. B. McMahan et al., 2013): follow the regularised leader, with a rate for every
/// weight and penalties of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FtrlProximal {
    /// First learning rates are near `alpha/beta`.
    pub alpha: f64,
    /// Keeps the first rates small.
    pub beta: f64,
    /// Weights are zero until their gradients' sum outweighs this.
    pub l1: f64,
    /// Draws weights towards zero.
    pub l2: f64,
    /// When weights follow from the sums.
    pub variant: FtrlVariant,
}

impl Default for FtrlProximal {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            beta: 1.0,
            l1: 0.0,
            l2: 1.0,
            variant: FtrlVariant::River,
        }
    }
}

/// When FTRL-Proximal computes its weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FtrlVariant {
    /// As River does it: in the middle of a step, so that a prediction uses the weights of one step
    /// before; a weight with `|z| ≤ l1` stays as it was.
    #[default]
    River,
    /// As published (Algorithm 1): before every prediction; a weight with `|z| ≤ l1` is zero.
    #[serde(rename = "mcmahan")]
    McMahan,
}

/// How gradients move weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// Rates fall with the sum of squared gradients.
    #[serde(rename = "adagrad")]
    AdaGrad(AdaGrad),
    /// Momentum, and rates by the mean of squared gradients.
    Adam(Adam),
    /// Follow the regularised leader.
    FtrlProximal(FtrlProximal),
}

impl Optimizer {
    /// The rate from which each weight's own is made: `lr`, or FTRL-Proximal's `alpha`.
    #[must_use]
    pub fn rate(&self) -> f64 {
        match self {
            Self::AdaGrad(AdaGrad { lr, .. }) | Self::Adam(Adam { lr, .. }) => *lr,
            Self::FtrlProximal(FtrlProximal { alpha, .. }) => *alpha,
        }
    }
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::AdaGrad(AdaGrad::default())
    }
}

/// What a prediction's error costs, for score `p` and label `y`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlineLoss {
    /// `ln(1 + e^(−yp))` with labels −1 and 1: logistic regression.
    #[default]
    Log,
    /// `max(0, 1 − yp)` with labels −1 and 1: linear support vector machine.
    Hinge,
    /// `(p − y)²` with labels 0 and 1: least squares.
    Squared,
}

/// Settings of an [`OnlineClassifier`](super::OnlineClassifier) (River's `LogisticRegression`).
///
/// # Examples
/// ```
/// use shared::optim::OptimSettings;
/// let json = r#"{"optimizer": {"adam": {"lr": 0.01}}, "l2": 0.001}"#;
/// let settings: OptimSettings = serde_json::from_str(json).unwrap();
/// settings.validate().unwrap();
/// assert_eq!(settings.intercept_lr, 0.01);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptimSettings {
    /// How gradients move weights.
    pub optimizer: Optimizer,
    /// What a prediction's error costs.
    pub loss: OnlineLoss,
    /// Share of each weight that is added to its gradient.
    pub l2: f64,
    /// Strength of the cumulative L1 penalty; not with `l2`, nor with FTRL-Proximal, which has its
    /// own.
    pub l1: f64,
    /// The intercept before the first step.
    pub intercept_init: f64,
    /// Learning rate of the intercept, which the optimiser does not move; 0 keeps it.
    pub intercept_lr: f64,
    /// Slopes are clipped to this magnitude.
    pub clip_gradient: f64,
}

impl Default for OptimSettings {
    fn default() -> Self {
        Self {
            optimizer: Optimizer::default(),
            loss: OnlineLoss::default(),
            l2: 0.0,
            l1: 0.0,
            intercept_init: 0.0,
            intercept_lr: 0.01,
            clip_gradient: 1e12,
        }
    }
}

/// The largest rate. It keeps `lr/√eps` finite for every `eps`, so that a zero gradient moves
/// nothing.
const MAX_RATE: f64 = 1e100;

impl OptimSettings {
    /// Checks every range.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        match &self.optimizer {
            Optimizer::AdaGrad(o) => {
                rate("lr", o.lr)?;
                positive("eps", o.eps)?;
            }
            Optimizer::Adam(o) => {
                rate("lr", o.lr)?;
                let decays = [("beta_1", o.beta_1), ("beta_2", o.beta_2)];
                for (field, decay) in decays {
                    let range = "at least 0 and less than 1";
                    check(field, decay, |v| (0.0..1.0).contains(&v), range)?;
                }
                positive("eps", o.eps)?;
            }
            Optimizer::FtrlProximal(o) => {
                positive("alpha", o.alpha)?;
                for (field, value) in [("beta", o.beta), ("l1", o.l1), ("l2", o.l2)] {
                    not_negative(field, value)?;
                }
            }
        }
        not_negative("l2", self.l2)?;
        not_negative("l1", self.l1)?;
        self.validate_l1()?;
        check("intercept_init", self.intercept_init, |_| true, "finite")?;
        not_negative("intercept_lr", self.intercept_lr)?;
        positive("clip_gradient", self.clip_gradient)
    }

    fn validate_l1(&self) -> Result<(), SettingsError> {
        let (l1, has_own) = (
            self.l1,
            matches!(self.optimizer, Optimizer::FtrlProximal(_)),
        );
        check("l1", l1, |v| v == 0.0 || self.l2 == 0.0, "0 beside an l2")?;
        let range = "0 with ftrl_proximal, which has an l1 of its own";
        check("l1", l1, |v| v == 0.0 || !has_own, range)
    }
}

fn positive(field: &'static str, value: f64) -> Result<(), SettingsError> {
    check(field, value, |v| v > 0.0, "a number greater than 0")
}

fn not_negative(field: &'static str, value: f64) -> Result<(), SettingsError> {
    check(field, value, |v| v >= 0.0, "a number of at least 0")
}

fn rate(field: &'static str, value: f64) -> Result<(), SettingsError> {
    let range = "greater than 0 and at most 1e100";
    check(field, value, |v| v > 0.0 && v <= MAX_RATE, range)
}
