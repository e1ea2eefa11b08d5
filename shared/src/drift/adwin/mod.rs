//! ADWIN: a window that is as long as the stream has been steady.

mod window;

use serde::{Deserialize, Serialize};

use super::detector::{Detect, DriftState, Statistic, Values};
use super::settings::{DriftSettings, check_count};
use crate::settings::{SettingsError, check_number};
use window::Window;

/// The most buckets of one size.
pub const MAX_BUCKETS: u32 = 1000;

/// Settings of ADWIN, *adaptive windowing* (Bifet and Gavaldà 2007).
///
/// It keeps a window of the newest values and asks at every possible cut whether the older part
/// `W₀` (n₀ values, mean μ₀) and the newer part `W₁` (n₁, μ₁) have the same mean. With the window's
/// length n and variance σ²:
///
/// ```text
/// |μ₀ − μ₁| > ε,   ε = √(2·m·σ²·ln(2·ln n / δ)) + ⅔·m·ln(2·ln n / δ)
///                  m = 1/(n₀ − l + 1) + 1/(n₁ − l + 1),   l = min_window_length
/// ```
///
/// means drift; the oldest values go until no cut is left. The window is kept as buckets of 1, 2, 4, …
/// values with their sum and sum of squared deviations, the oldest two of a size merged when there
/// are more than `max_buckets`, so n values take O(`max_buckets`·log n) memory, and cuts lie between
/// buckets. Variances of merged and dropped buckets: Babcock et al. 2003.
///
/// Statistics: `width` (n), `estimation` (mean of the window, 0 if empty), `variance` (River's
/// property of that name: the *sum* of squared deviations), `total` (sum of the values) and
/// `n_detections` (since the last new start, so 1 at a drift and 0 otherwise).
///
/// # Quirks that are kept
///
/// - The value after a drift meets an empty window: the newer part, which ADWIN of the paper keeps, is
///   dropped too.
/// - The paper divides δ by ln n or n and has the plain lengths in m; here it is `ln(2·ln n / δ)` and
///   `l − 1` is taken off the lengths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdwinSettings {
    /// δ, the chance of a false alarm at a check; greater than 0 and less than 1.
    pub delta: f64,
    /// A check every so many values, at least 1.
    pub clock: u32,
    /// Buckets of one size before two of them are merged, from 1 to [`MAX_BUCKETS`].
    pub max_buckets: u32,
    /// The least length of either part at a cut, at least 1.
    pub min_window_length: u32,
    /// No check before the window is longer than this.
    pub grace_period: u32,
}

impl Default for AdwinSettings {
    fn default() -> Self {
        Self {
            delta: 0.002,
            clock: 32,
            max_buckets: 5,
            min_window_length: 5,
            grace_period: 10,
        }
    }
}

impl AdwinSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let range = "greater than 0 and less than 1";
        check_number("adwin.delta", self.delta, |v| v > 0.0 && v < 1.0, range)?;
        check_count("adwin.clock", self.clock, 1..=u32::MAX)?;
        check_count("adwin.max_buckets", self.max_buckets, 1..=MAX_BUCKETS)?;
        let shortest = self.min_window_length;
        check_count("adwin.min_window_length", shortest, 1..=u32::MAX)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Adwin {
    settings: AdwinSettings,
    window: Window,
    /// Values since the last one at which the clock struck.
    ticks: u32,
    drift: bool,
}

impl Adwin {
    pub(super) fn new(settings: AdwinSettings) -> Self {
        Self {
            settings,
            window: Window::default(),
            ticks: 0,
            drift: false,
        }
    }

    fn clock_strikes(&mut self) -> bool {
        self.ticks += 1;
        let strikes = self.ticks >= self.settings.clock;
        if strikes {
            self.ticks = 0;
        }
        strikes
    }

    /// Drops the oldest values while there is a cut; says whether there was one.
    fn shrink(&mut self) -> bool {
        let shortest = f64::from(self.settings.min_window_length);
        let mut shrunk = false;
        while self.window.has_cut(self.settings.delta, shortest) {
            self.window.drop_oldest();
            shrunk = true;
        }
        shrunk
    }
}

impl Detect for Adwin {
    fn settings(&self) -> DriftSettings {
        DriftSettings::Adwin(self.settings.clone())
    }

    fn values(&self) -> Values {
        Values::Reals
    }

    fn step(&mut self, value: f64) {
        if self.drift {
            *self = Self::new(self.settings.clone());
        }
        self.window.insert(value, self.settings.max_buckets);
        let long_enough = self.window.width() > f64::from(self.settings.grace_period);
        self.drift = self.clock_strikes() && long_enough && self.shrink();
    }

    fn state(&self) -> DriftState {
        DriftState {
            drift: self.drift,
            warning: false,
        }
    }

    fn statistics(&self) -> Vec<Statistic> {
        vec![
            Statistic::new("width", self.window.width()),
            Statistic::new("estimation", self.window.mean()),
            Statistic::new("variance", self.window.squares()),
            Statistic::new("total", self.window.total()),
            Statistic::new("n_detections", f64::from(u8::from(self.drift))),
        ]
    }

    fn fits(&self) -> bool {
        self.ticks < self.settings.clock && self.window.fits(self.settings.max_buckets)
    }
}
