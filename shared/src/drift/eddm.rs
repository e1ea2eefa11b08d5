//! EDDM: the distance between errors against the greatest one so far.

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, Statistic, Values};
use super::moments::Variance;
use super::settings::{DriftSettings, check_share};
use crate::model::pow;
use crate::settings::SettingsError;

/// Settings of EDDM, the *early drift detection method* (Baena-García, del Campo-Ávila, Fidalgo,
/// Bifet, Gavaldà and Morales-Bueno 2006).
///
/// Errors that come closer show a gradual change earlier than their rate does. With mean p' and
/// standard deviation s' of the number of values from one error to the next, and the greatest
/// p' + 2s' so far:
///
/// ```text
/// level = (p' + 2·s') / max(p' + 2·s')
/// warning:  level < alpha
/// drift:    level < beta
/// ```
///
/// Takes errors: numbers from 0 to 1, of which exactly 1 is an error and any other is none.
///
/// Statistics: `mean_distance` (p'), `deviation` (s'), `greatest` (max of p' + 2s'), `level`,
/// `n_errors`.
///
/// # Quirks that are kept
///
/// - The first distance is counted from the start. The variance is the sample's (n − 1).
/// - The maximum is taken once there were `warm_start` *values*, compared with once there were
///   `warm_start` *errors*.
/// - Flags only move at errors that set no new maximum; in between, a warning stays up. Drift does
///   not take a warning back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EddmSettings {
    /// Errors before the first comparison.
    pub warm_start: u32,
    /// Level below which there is a warning, from 0 to 1 and at least `beta`.
    pub alpha: f64,
    /// Level below which there is drift, from 0 to 1.
    pub beta: f64,
}

impl Default for EddmSettings {
    fn default() -> Self {
        Self {
            warm_start: 30,
            alpha: 0.95,
            beta: 0.9,
        }
    }
}

impl EddmSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        check_share("eddm.alpha", self.alpha)?;
        check_share("eddm.beta", self.beta)?;
        if self.alpha >= self.beta {
            return Ok(());
        }
        Err(SettingsError {
            field: "eddm.alpha",
            range: format!("at least beta, {}", self.beta),
            value: self.alpha.to_string(),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Eddm {
    settings: EddmSettings,
    /// Numbers of values from one error to the next; as many as there were errors.
    distances: Variance,
    /// Values so far; whole.
    n: f64,
    /// Number of the last error, 0 before the first.
    last_error: f64,
    /// The greatest p' + 2s'.
    greatest: Option<f64>,
    state: DriftState,
}

impl Eddm {
    pub(super) fn new(settings: EddmSettings) -> Self {
        Self {
            settings,
            distances: Variance::default(),
            n: 0.0,
            last_error: 0.0,
            greatest: None,
            state: DriftState::default(),
        }
    }

    fn deviation(&self) -> f64 {
        // River's `x ** 0.5`, which differs from the square root in the last bit now and then.
        pow(self.distances.get(), 0.5)
    }

    /// p' + 2s'.
    fn spread(&self) -> f64 {
        self.distances.mean.mean + 2.0 * self.deviation()
    }

    fn error(&mut self) {
        self.distances.update(self.n - self.last_error);
        self.last_error = self.n;
        let warm_start = f64::from(self.settings.warm_start);
        if self.n > warm_start {
            self.compare(self.spread(), self.distances.mean.n > warm_start);
        }
    }

    fn compare(&mut self, spread: f64, warm: bool) {
        match self.greatest {
            Some(greatest) if spread <= greatest => {
                if warm {
                    self.judge(spread / greatest);
                }
            }
            _ => self.greatest = Some(spread),
        }
    }

    fn judge(&mut self, level: f64) {
        if level < self.settings.beta {
            self.state.drift = true;
        } else {
            self.state.warning = level < self.settings.alpha;
        }
    }
}

impl Detect for Eddm {
    fn settings(&self) -> DriftSettings {
        DriftSettings::Eddm(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Errors
    }

    fn step(&mut self, value: f64) {
        if self.state.drift {
            *self = Self::new(self.settings.clone());
        }
        self.n += 1.0;
        if value == 1.0 {
            self.error();
        }
    }

    fn state(&self) -> DriftState {
        self.state
    }

    fn statistics(&self) -> Vec<Statistic> {
        let mean = self.distances.mean.get();
        vec![
            Statistic::new("mean_distance", mean),
            Statistic::new("deviation", mean.map(|_| self.deviation())),
            Statistic::new("greatest", self.greatest),
            Statistic::new("level", self.greatest.map(|most| self.spread() / most)),
            Statistic::new("n_errors", self.distances.mean.n),
        ]
    }

    fn fits(&self) -> bool {
        self.greatest.is_none_or(|greatest| greatest > 0.0)
    }
}
