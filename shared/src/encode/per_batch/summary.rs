//! Mean and standard deviation of a batch as Spark's `StandardScaler` fits them.
//!
//! Values are taken one after the other (Welford's update, zeros passed over), as
//! `org.apache.spark.ml.stat.Summarizer` does. With `k` values so far that are not zero:
//!
//! ```text
//! mean' = mean + (x − mean)/(k + 1)         m2n' = m2n + (x − mean')·(x − mean)
//! ```
//!
//! and at the end, with `n` rows of which `k` are not zero:
//!
//! ```text
//! mean = mean·(k/n)      variance = max(0, (m2n + mean²·k·(n − k)/n) / (n − 1))
//! ```
//!
//! where the variance takes the mean before it is multiplied by `k/n`.

/// What is known of a column.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary {
    mean: f64,
    m2n: f64,
    not_zero: f64,
}

impl Summary {
    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        if value == 0.0 {
            return;
        }
        let difference = value - self.mean;
        self.mean += difference / (self.not_zero + 1.0);
        self.m2n += (value - self.mean) * difference;
        self.not_zero += 1.0;
    }

    /// Mean and sample standard deviation over `rows` rows (at least one); `None` if they are not
    /// finite, or the deviation is so small that its reciprocal is not.
    pub(super) fn mean_and_std(&self, rows: f64) -> Option<(f64, f64)> {
        let mean = self.mean * (self.not_zero / rows);
        let denominator = rows - 1.0;
        let mut variance = 0.0;
        if denominator > 0.0 {
            let zeros = self.mean * self.mean * self.not_zero * (rows - self.not_zero) / rows;
            variance = (self.m2n + zeros) / denominator;
        }
        if !(mean.is_finite() && variance.is_finite()) {
            return None;
        }
        let std = variance.max(0.0).sqrt();
        reciprocal(std).is_finite().then_some((mean, std))
    }
}

/// What a centred number is multiplied with: `1/std`, or 0 for a constant column.
#[inline]
pub(super) fn reciprocal(std: f64) -> f64 {
    if std == 0.0 { 0.0 } else { 1.0 / std }
}
