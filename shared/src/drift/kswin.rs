//! KSWIN: the newest values against a sample of older ones, by a Kolmogorov–Smirnov test.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, Statistic, Values};
use super::kolmogorov_smirnov::test;
use super::python_random::PythonRandom;
use super::settings::{DriftSettings, check_count, check_share};
use crate::settings::SettingsError;

/// The longest window.
pub const MAX_WINDOW_SIZE: u32 = 100_000;

/// The most values that are compared; beyond it `SciPy` leaves the exact test.
pub const MAX_STAT_SIZE: u32 = 10_000;

/// A statistic up to this is never drift.
const LEAST_STATISTIC: f64 = 0.1;

/// Settings of KSWIN, *Kolmogorov–Smirnov windowing* (Raab, Heusinger and Schleif 2020).
///
/// It sees any change of a distribution, not only of its mean. Once the window is full, with each
/// new value: `stat_size` values are drawn without replacement from all but the newest `stat_size`,
/// and both samples are compared. With D the greatest difference of their distribution functions
/// and p the probability of one as great by chance:
///
/// ```text
/// drift:  p ≤ alpha  and  D > 0.1
/// ```
///
/// Statistics: `p_value` (River has 0 before the first test), `statistic` (D) and `n` (values since
/// the last new start).
///
/// # Randomness
///
/// The sample is the one that Python's `random.Random(seed).sample` draws. River's default seed is
/// none, which differs from run to run; here it is 42.
///
/// # Quirks that are kept
///
/// - The paper compares D with `√(−ln α / r)`; here it is the exact test's p-value, and D must also
///   be above 0.1.
/// - River keeps the newest values at drift, and drops them with the next value, when it starts anew.
/// - The random numbers start anew with the same seed after every drift.
///
/// # What is equal
///
/// Flags and D are River's. So is p, to the bit, but where D is so small that p is 1 up to rounding
/// (within 4·10⁻⁵): `SciPy` then may change to an asymptotic formula; here it is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KswinSettings {
    /// The chance of a false alarm at a test, from 0 to 1.
    pub alpha: f64,
    /// Values in the window, at least twice `stat_size` and at most [`MAX_WINDOW_SIZE`].
    pub window_size: u32,
    /// Values that are compared, from 1 to [`MAX_STAT_SIZE`].
    pub stat_size: u32,
    /// Seed of the sample.
    pub seed: u64,
}

impl Default for KswinSettings {
    fn default() -> Self {
        Self {
            alpha: 0.005,
            window_size: 100,
            stat_size: 30,
            seed: 42,
        }
    }
}

impl KswinSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        check_share("kswin.alpha", self.alpha)?;
        check_count("kswin.stat_size", self.stat_size, 1..=MAX_STAT_SIZE)?;
        let sizes = 2 * self.stat_size..=MAX_WINDOW_SIZE;
        check_count("kswin.window_size", self.window_size, sizes)
    }

    /// Values that the sample is drawn from.
    fn older(&self) -> u32 {
        self.window_size - self.stat_size
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kswin {
    settings: KswinSettings,
    random: PythonRandom,
    /// The newest values, oldest first.
    window: VecDeque<f64>,
    /// Values so far; whole.
    n: f64,
    p_value: Option<f64>,
    statistic: Option<f64>,
    drift: bool,
}

impl Kswin {
    pub(super) fn new(settings: KswinSettings) -> Self {
        Self {
            random: PythonRandom::new(settings.seed),
            settings,
            window: VecDeque::new(),
            n: 0.0,
            p_value: None,
            statistic: None,
            drift: false,
        }
    }

    fn push(&mut self, value: f64) {
        if self.is_full() {
            self.window.pop_front();
        }
        self.window.push_back(value);
        self.n += 1.0;
    }

    fn is_full(&self) -> bool {
        self.window.len() >= self.settings.window_size as usize
    }

    fn compare(&mut self) {
        let (older, size) = (self.settings.older(), self.settings.stat_size);
        let drawn = self.random.sample(older, size).into_iter();
        let sample = drawn.map(|at| self.window[at as usize]).collect();
        let newest = self.window.range(older as usize..).copied().collect();
        let found = test(sample, newest, size);
        self.p_value = Some(found.p_value);
        self.statistic = Some(found.statistic);
        self.drift = found.p_value <= self.settings.alpha && found.statistic > LEAST_STATISTIC;
    }
}

impl Detect for Kswin {
    fn settings(&self) -> DriftSettings {
        DriftSettings::Kswin(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Reals
    }

    fn step(&mut self, value: f64) {
        if self.drift {
            *self = Self::new(self.settings.clone());
        }
        self.push(value);
        if self.is_full() {
            self.compare();
        }
    }

    fn state(&self) -> DriftState {
        DriftState {
            drift: self.drift,
            warning: false,
        }
    }

    fn statistics(&self) -> Vec<Statistic> {
        vec![
            Statistic::new("p_value", self.p_value),
            Statistic::new("statistic", self.statistic),
            Statistic::new("n", self.n),
        ]
    }

    fn fits(&self) -> bool {
        self.window.len() <= self.settings.window_size as usize && self.random.fits()
    }
}
