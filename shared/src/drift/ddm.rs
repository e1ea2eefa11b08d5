//! DDM: the error rate against the least one so far.

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, Statistic, Values};
use super::moments::Mean;
use super::settings::DriftSettings;
use crate::settings::{SettingsError, check_number};

/// Settings of DDM, the *drift detection method* (Gama, Medas, Castillo and Rodrigues 2004).
///
/// As long as the rule stands, a learner's error rate falls. After n values with error rate p and
/// its standard deviation s, and with `p_min`, `s_min` those for which p + s was least:
///
/// ```text
/// s = √(p·(1 − p)/n)
/// warning:  p + s > p_min + warning_threshold·s_min
/// drift:    p + s > p_min + drift_threshold·s_min
/// ```
///
/// Takes errors: numbers from 0 to 1, usually 1 for a wrong prediction and 0 for a right one.
///
/// Statistics: `error_rate` (p), `deviation` (s), `level` (p + s), `p_min`, `s_min`,
/// `warning_level` and `drift_level` (the two right sides).
///
/// # Quirks that are kept
///
/// - The comparisons are strict, where the paper has ≥. With `s_min` 0, after a run without errors,
///   one error is drift.
/// - Minima are taken from the first value after the warm start, and a tie moves them.
/// - Drift takes the warning back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DdmSettings {
    /// Values before the first comparison.
    pub warm_start: u32,
    /// Standard deviations above the least level that are a warning, at least 0.
    pub warning_threshold: f64,
    /// Standard deviations above the least level that are drift, at least 0.
    pub drift_threshold: f64,
}

impl Default for DdmSettings {
    fn default() -> Self {
        Self {
            warm_start: 30,
            warning_threshold: 2.0,
            drift_threshold: 3.0,
        }
    }
}

impl DdmSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let thresholds = [
            ("ddm.warning_threshold", self.warning_threshold),
            ("ddm.drift_threshold", self.drift_threshold),
        ];
        for (field, value) in thresholds {
            check_number(field, value, |v| v >= 0.0, "a number of at least 0")?;
        }
        Ok(())
    }
}

/// Error rate and deviation where their sum was least.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Least {
    p: f64,
    s: f64,
}

impl Least {
    fn above(self, deviations: f64) -> f64 {
        self.p + deviations * self.s
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ddm {
    settings: DdmSettings,
    error_rate: Mean,
    least: Option<Least>,
    state: DriftState,
}

impl Ddm {
    pub(super) fn new(settings: DdmSettings) -> Self {
        Self {
            settings,
            error_rate: Mean::default(),
            least: None,
            state: DriftState::default(),
        }
    }

    fn deviation(&self) -> f64 {
        let Mean { n, mean: p } = self.error_rate;
        (p * (1.0 - p) / n).sqrt()
    }

    fn compare(&mut self, p: f64, s: f64) {
        let level = p + s;
        let least = match self.least {
            Some(least) if level > least.p + least.s => least,
            _ => Least { p, s },
        };
        self.least = Some(least);
        let drift = level > least.above(self.settings.drift_threshold);
        let warning = level > least.above(self.settings.warning_threshold) && !drift;
        self.state = DriftState { drift, warning };
    }
}

impl Detect for Ddm {
    fn settings(&self) -> DriftSettings {
        DriftSettings::Ddm(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Errors
    }

    fn step(&mut self, value: f64) {
        if self.state.drift {
            *self = Self::new(self.settings.clone());
        }
        self.error_rate.update(value);
        if self.error_rate.n > f64::from(self.settings.warm_start) {
            self.compare(self.error_rate.mean, self.deviation());
        }
    }

    fn state(&self) -> DriftState {
        self.state
    }

    fn statistics(&self) -> Vec<Statistic> {
        let p = self.error_rate.get();
        let s = p.map(|_| self.deviation());
        let above = |deviations| self.least.map(|least| least.above(deviations));
        vec![
            Statistic::new("error_rate", p),
            Statistic::new("deviation", s),
            Statistic::new("level", p.zip(s).map(|(p, s)| p + s)),
            Statistic::new("p_min", self.least.map(|least| least.p)),
            Statistic::new("s_min", self.least.map(|least| least.s)),
            Statistic::new("warning_level", above(self.settings.warning_threshold)),
            Statistic::new("drift_level", above(self.settings.drift_threshold)),
        ]
    }
}
