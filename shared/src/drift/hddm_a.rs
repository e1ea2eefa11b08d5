//! `HDDM_A`: averages before and after a cut, by Hoeffding's bound.

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, Statistic, Values};
use super::moments::Mean;
use super::settings::{DriftSettings, check_confidence};
use crate::model::log;
use crate::settings::SettingsError;

/// Settings of `HDDM_A`, *Hoeffding's drift detection method* with averages (Frías-Blanco, del
/// Campo-Ávila, Ramos-Jiménez, Morales-Bueno, Ortiz-Díaz and Caballero-Mota 2015).
///
/// Hoeffding's inequality bounds how far the mean of n values from 0 to 1 strays from its
/// expectation, whatever their distribution: by more than `ε(n) = √(ln(1/α)/(2n))` with probability
/// α at most. A cut is kept where mean + ε was least: `x̄` over n values, against `z̄` over all N. With
/// `m = (N − n)/n · 1/N` and α the confidence of drift or of warning:
///
/// ```text
/// z̄ − x̄ ≥ √(m/2 · ln(2/α))
/// ```
///
/// The two-sided test does the same downwards with the cut where mean − ε was greatest.
///
/// Takes errors: numbers from 0 to 1, usually 1 for a wrong prediction and 0 for a right one.
///
/// Statistics: `mean` (z̄), `x_min` and `x_max` (means at the two cuts), `n`, `n_min` and `n_max`
/// (values in each).
///
/// # Quirks that are kept
///
/// - The test has ln(2/α), also when it is one-sided.
/// - The cuts go by the confidence of drift, for warnings too.
/// - In the two-sided test a decrease that is drift leaves an increase's warning up, and a
///   decrease's warning is raised beside an increase's drift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HddmASettings {
    /// α of drift, from 1e-300 to 1.
    pub drift_confidence: f64,
    /// α of a warning, from 1e-300 to 1.
    pub warning_confidence: f64,
    /// Whether a falling mean is drift, too.
    pub two_sided_test: bool,
}

impl Default for HddmASettings {
    fn default() -> Self {
        Self {
            drift_confidence: 0.001,
            warning_confidence: 0.005,
            two_sided_test: false,
        }
    }
}

impl HddmASettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        check_confidence("hddm_a.drift_confidence", self.drift_confidence)?;
        check_confidence("hddm_a.warning_confidence", self.warning_confidence)
    }
}

/// Logarithms of the confidences.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Logs {
    /// `ln(1/α)` for the cuts.
    cut: f64,
    /// `ln(2/α)` for the test of drift.
    drift: f64,
    /// `ln(2/α)` for the test of warning.
    warning: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HddmA {
    settings: HddmASettings,
    #[serde(skip)]
    logs: Logs,
    /// Over the values up to the cut from which the mean has risen.
    x_min: Mean,
    /// Over the values up to the cut from which the mean has fallen.
    x_max: Mean,
    /// Over all values.
    z: Mean,
    state: DriftState,
}

impl HddmA {
    pub(super) fn new(settings: HddmASettings) -> Self {
        let mut detector = Self {
            settings,
            logs: Logs::default(),
            x_min: Mean::default(),
            x_max: Mean::default(),
            z: Mean::default(),
            state: DriftState::default(),
        };
        detector.prepare();
        detector
    }

    fn start_anew(&mut self) {
        let nothing = Mean::default();
        (self.x_min, self.x_max, self.z) = (nothing, nothing, nothing);
        self.state = DriftState::default();
    }

    /// ε of the cuts.
    fn radius(&self, mean: Mean) -> f64 {
        (1.0 / (2.0 * mean.n) * self.logs.cut).sqrt()
    }

    fn move_cuts(&mut self) {
        let z = self.z;
        let radius = self.radius(z);
        let (least, greatest) = (self.x_min, self.x_max);
        if least.n == 0.0 || least.mean + self.radius(least) >= z.mean + radius {
            self.x_min = z;
        }
        if greatest.n == 0.0 || greatest.mean - self.radius(greatest) <= z.mean - radius {
            self.x_max = z;
        }
    }

    fn has_risen(&self, log_term: f64) -> bool {
        let (cut, all) = (self.x_min, self.z);
        cut.n != all.n && all.mean - cut.mean >= distance(cut, all, log_term)
    }

    fn has_fallen(&self, log_term: f64) -> bool {
        let (cut, all) = (self.x_max, self.z);
        cut.n != all.n && cut.mean - all.mean >= distance(cut, all, log_term)
    }
}

/// How far apart two means may be by chance.
fn distance(cut: Mean, all: Mean, log_term: f64) -> f64 {
    let m = (all.n - cut.n) / cut.n * (1.0 / all.n);
    (m / 2.0 * log_term).sqrt()
}

impl Detect for HddmA {
    fn settings(&self) -> DriftSettings {
        DriftSettings::HddmA(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Errors
    }

    fn step(&mut self, value: f64) {
        if self.state.drift {
            self.start_anew();
        }
        self.z.update(value);
        self.move_cuts();
        let drift = self.has_risen(self.logs.drift);
        let warning = !drift && self.has_risen(self.logs.warning);
        self.state = DriftState { drift, warning };
        if self.settings.two_sided_test {
            if self.has_fallen(self.logs.drift) {
                self.state.drift = true;
            } else if self.has_fallen(self.logs.warning) {
                self.state.warning = true;
            }
        }
    }

    fn state(&self) -> DriftState {
        self.state
    }

    fn statistics(&self) -> Vec<Statistic> {
        vec![
            Statistic::new("mean", self.z.get()),
            Statistic::new("x_min", self.x_min.get()),
            Statistic::new("x_max", self.x_max.get()),
            Statistic::new("n", self.z.n),
            Statistic::new("n_min", self.x_min.n),
            Statistic::new("n_max", self.x_max.n),
        ]
    }

    fn prepare(&mut self) {
        let HddmASettings {
            drift_confidence,
            warning_confidence,
            ..
        } = self.settings;
        self.logs = Logs {
            cut: log(1.0 / drift_confidence),
            drift: log(2.0 / drift_confidence),
            warning: log(2.0 / warning_confidence),
        };
    }
}
