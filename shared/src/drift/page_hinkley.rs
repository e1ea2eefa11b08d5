//! Page–Hinkley: a running sum of deviations from the mean against its extremes.

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, MAX_VALUE, Statistic, Values};
use super::moments::Mean;
use super::settings::{DriftSettings, check_share};
use crate::settings::{SettingsError, check_number};

/// Settings of the Page–Hinkley test (Page 1954; Hinkley 1971).
///
/// Deviations from the running mean x̄ cancel while nothing changes, and add up when the mean moves.
/// Two fading sums with a tolerance `delta`, each against its extreme so far:
///
/// ```text
/// U ← alpha·U + (x − x̄) − delta      upwards:    U − min U > threshold
/// D ← alpha·D + (x − x̄) + delta      downwards:  max D − D > threshold
/// ```
///
/// Statistics: `mean` (x̄), `sum_increase` (U), `sum_decrease` (D), `min_increase`, `max_decrease`,
/// `test_increase` and `test_decrease` (the two left sides).
///
/// # Quirks that are kept
///
/// - The maximum of D starts at −1, as if that had been seen: a stream whose D is below −1 from the
///   start counts as having fallen.
/// - Only the sums fade; the mean is over all values since the last drift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageHinkleySettings {
    /// Values before the first comparison.
    pub min_instances: u32,
    /// Deviation that is tolerated, of a magnitude up to [`MAX_VALUE`].
    pub delta: f64,
    /// λ, what the sum may stray from its extreme, at least 0.
    pub threshold: f64,
    /// What is kept of the sums at each value, from 0 to 1.
    pub alpha: f64,
    /// The direction watched.
    pub mode: Mode,
}

/// In which direction a mean's change is drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// Either.
    #[default]
    Both,
}

impl Default for PageHinkleySettings {
    fn default() -> Self {
        Self {
            min_instances: 30,
            delta: 0.005,
            threshold: 50.0,
            alpha: 1.0 - 0.0001,
            mode: Mode::Both,
        }
    }
}

impl PageHinkleySettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let holds = |v: f64| v.abs() <= MAX_VALUE;
        check_number(
            "page_hinkley.delta",
            self.delta,
            holds,
            "from -1e100 to 1e100",
        )?;
        let range = "a number of at least 0";
        check_number(
            "page_hinkley.threshold",
            self.threshold,
            |v| v >= 0.0,
            range,
        )?;
        check_share("page_hinkley.alpha", self.alpha)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageHinkley {
    settings: PageHinkleySettings,
    mean: Mean,
    sum_increase: f64,
    sum_decrease: f64,
    /// `None` before the first value.
    min_increase: Option<f64>,
    max_decrease: f64,
    drift: bool,
}

impl PageHinkley {
    pub(super) fn new(settings: PageHinkleySettings) -> Self {
        Self {
            settings,
            mean: Mean::default(),
            sum_increase: 0.0,
            sum_decrease: 0.0,
            min_increase: None,
            max_decrease: -1.0,
            drift: false,
        }
    }

    /// How far the sums have strayed, upwards and downwards.
    fn tests(&self) -> Option<(f64, f64)> {
        let increase = self.sum_increase - self.min_increase?;
        Some((increase, self.max_decrease - self.sum_decrease))
    }

    fn has_drifted(&self) -> bool {
        let threshold = self.settings.threshold;
        self.tests().is_some_and(|(increase, decrease)| {
            let (up, down) = (increase > threshold, decrease > threshold);
            match self.settings.mode {
                Mode::Up => up,
                Mode::Down => down,
                Mode::Both => up || down,
            }
        })
    }
}

impl Detect for PageHinkley {
    fn settings(&self) -> DriftSettings {
        DriftSettings::PageHinkley(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Reals
    }

    fn step(&mut self, value: f64) {
        if self.drift {
            *self = Self::new(self.settings.clone());
        }
        self.mean.update(value);
        let deviation = value - self.mean.mean;
        let PageHinkleySettings { alpha, delta, .. } = self.settings;
        self.sum_increase = alpha * self.sum_increase + deviation - delta;
        self.sum_decrease = alpha * self.sum_decrease + deviation + delta;
        let lowest = self.min_increase.filter(|&min| self.sum_increase >= min);
        self.min_increase = Some(lowest.unwrap_or(self.sum_increase));
        if self.sum_decrease > self.max_decrease {
            self.max_decrease = self.sum_decrease;
        }
        let warm = self.mean.n >= f64::from(self.settings.min_instances);
        self.drift = warm && self.has_drifted();
    }

    fn state(&self) -> DriftState {
        DriftState {
            drift: self.drift,
            warning: false,
        }
    }

    fn statistics(&self) -> Vec<Statistic> {
        let (increase, decrease) = self.tests().unzip();
        vec![
            Statistic::new("mean", self.mean.get()),
            Statistic::new("sum_increase", self.sum_increase),
            Statistic::new("sum_decrease", self.sum_decrease),
            Statistic::new("min_increase", self.min_increase),
            Statistic::new("max_decrease", self.max_decrease),
            Statistic::new("test_increase", increase),
            Statistic::new("test_decrease", decrease),
        ]
    }
}
