//! `HDDM_W`: exponentially weighted averages before and after a cut, by `McDiarmid`'s bound.

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, Statistic, Values};
use super::settings::{DriftSettings, check_confidence, check_share};
use crate::model::{log, pow};
use crate::settings::SettingsError;

/// Settings of `HDDM_W`, *Hoeffding's drift detection method* with weighted averages (Frías-Blanco,
/// del Campo-Ávila, Ramos-Jiménez, Morales-Bueno, Ortiz-Díaz and Caballero-Mota 2015).
///
/// Old values fade: `x̄ ← λ·x + (1 − λ)·x̄`, beginning with the first value. `McDiarmid`'s inequality
/// bounds how far such a mean strays by the sum of its squared weights, `b ← λ² + (1 − λ)²·b`,
/// b = 1 at the start: by more than `ε(b, α) = √(b·ln(1/α)/2)` with probability α at most. A cut is
/// kept where `x̄ + ε` over all values was least; `x̄₁`, `b₁` are the state at the cut and
/// `x̄₂`, `b₂` those of the values since:
///
/// ```text
/// x̄₂ − x̄₁ > ε(b₁ + b₂, α)
/// ```
///
/// with α the confidence of drift or of warning. The two-sided test does the same downwards.
///
/// Takes errors: numbers from 0 to 1, usually 1 for a wrong prediction and 0 for a right one.
///
/// Statistics: `mean` (x̄ over all) and its `bound` (b); `before_increase`, `since_increase`,
/// `before_decrease`, `since_decrease` (x̄₁ and x̄₂ of either direction); `increase_cut` (the least
/// `x̄ + ε`) and `decrease_cut` (the greatest `x̄ − ε`).
///
/// # Quirks that are kept
///
/// - The first value's weight is 1 in the mean, but b after it is λ² + (1 − λ)².
/// - The cuts go by the confidence of drift, for warnings too.
/// - In the two-sided test a decrease that is drift leaves an increase's warning up, and a
///   decrease's warning is raised beside an increase's drift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HddmWSettings {
    /// α of drift, from 1e-300 to 1.
    pub drift_confidence: f64,
    /// α of a warning, from 1e-300 to 1.
    pub warning_confidence: f64,
    /// λ, the weight of the newest value, from 0 to 1.
    pub lambda_val: f64,
    /// Whether a falling mean is drift, too.
    pub two_sided_test: bool,
}

impl Default for HddmWSettings {
    fn default() -> Self {
        Self {
            drift_confidence: 0.001,
            warning_confidence: 0.005,
            lambda_val: 0.05,
            two_sided_test: false,
        }
    }
}

impl HddmWSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        check_confidence("hddm_w.drift_confidence", self.drift_confidence)?;
        check_confidence("hddm_w.warning_confidence", self.warning_confidence)?;
        check_share("hddm_w.lambda_val", self.lambda_val)
    }
}

/// A fading mean with the sum of its squared weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FadingMean {
    /// `None` before the first value.
    mean: Option<f64>,
    bound: f64,
}

impl Default for FadingMean {
    fn default() -> Self {
        Self {
            mean: None,
            bound: 1.0,
        }
    }
}

/// What follows from the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Constants {
    /// λ.
    weight: f64,
    /// 1 − λ.
    rest: f64,
    /// (1 − λ)².
    rest_squared: f64,
    /// `ln(1/α)` of drift.
    drift: f64,
    /// `ln(1/α)` of warning.
    warning: f64,
}

impl FadingMean {
    fn update(&mut self, x: f64, constants: &Constants) {
        let Constants {
            weight,
            rest,
            rest_squared,
            ..
        } = *constants;
        self.mean = Some(self.mean.map_or(x, |mean| weight * x + rest * mean));
        self.bound = weight * weight + rest_squared * self.bound;
    }
}

/// One direction: the state at the cut, the values since, and how far out the cut lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Side {
    before: FadingMean,
    since: FadingMean,
    /// `None` before the first value.
    cut: Option<f64>,
}

impl Side {
    fn cut_at(total: FadingMean, cut: f64) -> Self {
        Self {
            before: total,
            since: FadingMean::default(),
            cut: Some(cut),
        }
    }

    /// `since − before`, and the bound that goes with it.
    fn difference(&self) -> Option<(f64, f64)> {
        let difference = self.since.mean? - self.before.mean?;
        Some((difference, self.before.bound + self.since.bound))
    }

    fn has_risen(&self, log_term: f64) -> bool {
        let difference = self.difference();
        difference.is_some_and(|(rise, bound)| rise > radius(bound, log_term))
    }

    fn has_fallen(&self, log_term: f64) -> bool {
        let difference = self.difference();
        difference.is_some_and(|(rise, bound)| -rise > radius(bound, log_term))
    }
}

/// ε.
fn radius(bound: f64, log_term: f64) -> f64 {
    (bound * log_term / 2.0).sqrt()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HddmW {
    settings: HddmWSettings,
    #[serde(skip)]
    constants: Constants,
    total: FadingMean,
    increase: Side,
    decrease: Side,
    state: DriftState,
}

impl HddmW {
    pub(super) fn new(settings: HddmWSettings) -> Self {
        let mut detector = Self {
            settings,
            constants: Constants::default(),
            total: FadingMean::default(),
            increase: Side::default(),
            decrease: Side::default(),
            state: DriftState::default(),
        };
        detector.prepare();
        detector
    }

    fn start_anew(&mut self) {
        self.total = FadingMean::default();
        (self.increase, self.decrease) = (Side::default(), Side::default());
        self.state = DriftState::default();
    }

    fn take(&mut self, x: f64) {
        self.total.update(x, &self.constants);
        let mean = self.total.mean.unwrap_or(x);
        let radius = radius(self.total.bound, self.constants.drift);
        let (above, below) = (mean + radius, mean - radius);
        if self.increase.cut.is_none_or(|cut| above < cut) {
            self.increase = Side::cut_at(self.total, above);
        } else {
            self.increase.since.update(x, &self.constants);
        }
        if self.decrease.cut.is_none_or(|cut| below > cut) {
            self.decrease = Side::cut_at(self.total, below);
        } else {
            self.decrease.since.update(x, &self.constants);
        }
    }
}

impl Detect for HddmW {
    fn settings(&self) -> DriftSettings {
        DriftSettings::HddmW(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Errors
    }

    fn step(&mut self, value: f64) {
        if self.state.drift {
            self.start_anew();
        }
        self.take(value);
        let Constants { drift, warning, .. } = self.constants;
        self.state.drift = self.increase.has_risen(drift);
        self.state.warning = !self.state.drift && self.increase.has_risen(warning);
        if self.settings.two_sided_test {
            if self.decrease.has_fallen(drift) {
                self.state.drift = true;
            } else if self.decrease.has_fallen(warning) {
                self.state.warning = true;
            }
        }
    }

    fn state(&self) -> DriftState {
        self.state
    }

    fn statistics(&self) -> Vec<Statistic> {
        vec![
            Statistic::new("mean", self.total.mean),
            Statistic::new("bound", self.total.bound),
            Statistic::new("before_increase", self.increase.before.mean),
            Statistic::new("since_increase", self.increase.since.mean),
            Statistic::new("before_decrease", self.decrease.before.mean),
            Statistic::new("since_decrease", self.decrease.since.mean),
            Statistic::new("increase_cut", self.increase.cut),
            Statistic::new("decrease_cut", self.decrease.cut),
        ]
    }

    fn prepare(&mut self) {
        let HddmWSettings {
            drift_confidence,
            warning_confidence,
            lambda_val,
            ..
        } = self.settings;
        self.constants = Constants {
            weight: lambda_val,
            rest: 1.0 - lambda_val,
            rest_squared: pow(1.0 - lambda_val, 2.0),
            drift: log(1.0 / drift_confidence),
            warning: log(1.0 / warning_confidence),
        };
    }
}
