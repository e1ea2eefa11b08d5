//! Running mean and variance, one value at a time, in the order of operations of River's `Mean`
//! and `Var`.

use serde::{Deserialize, Serialize};

/// Mean of the values so far: `m ← m + (1/n)·(x − m)` (West 1979).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mean {
    /// Number of values; whole, and a float because it only enters quotients.
    pub(super) n: f64,
    pub(super) mean: f64,
}

impl Mean {
    pub(super) fn update(&mut self, x: f64) {
        self.n += 1.0;
        self.mean += (1.0 / self.n) * (x - self.mean);
    }

    /// The mean, once there is a value.
    pub(super) fn get(self) -> Option<f64> {
        (self.n > 0.0).then_some(self.mean)
    }
}

/// Sample variance of the values so far: `S ← S + (x − m)·(x − m')`, `S/(n − 1)` with `m` the mean
/// before and `m'` after (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variance {
    pub(super) mean: Mean,
    sum_of_squares: f64,
}

impl Variance {
    pub(super) fn update(&mut self, x: f64) {
        let before = self.mean.mean;
        self.mean.update(x);
        self.sum_of_squares += (x - before) * (x - self.mean.mean);
    }

    /// The variance; 0 for fewer than two values.
    pub(super) fn get(self) -> f64 {
        if self.mean.n > 1.0 {
            self.sum_of_squares / (self.mean.n - 1.0)
        } else {
            0.0
        }
    }
}
