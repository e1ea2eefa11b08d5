//! The running scaler: mean and variance of every numeric field over all batches so far, as
//! scikit-learn's `StandardScaler.partial_fit` computes them, to the last bit.
//!
//! For a batch of `n` rows with column sums `S`, after `N` rows with mean `m` and variance `v`,
//! and with `T = S/n`, `k = N/n`:
//!
//! ```text
//! nu   = Σ(x−T)² − (Σ(x−T))²/n
//! M2   = v·N + nu + k/(N+n) · (m·N/k − S)²        (nu alone in the first batch)
//! mean = (m·N + S)/(N+n)      var = M2/(N+n)
//! ```
//!
//! The sums run row by row, as `NumPy` sums the rows of a row-major matrix. Source: the
//! corrected two-pass update of Chan, Golub and `LeVeque`, as in `sklearn.utils.extmath`.

use serde::{Deserialize, Serialize};

/// Mean, variance and scale of each column, and the number of rows they were taken over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    mean: Vec<f64>,
    var: Vec<f64>,
    scale: Vec<f64>,
    n_samples_seen: u64,
}

impl Scaler {
    /// A scaler of `width` columns that has seen nothing: it leaves numbers as they are.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            mean: vec![0.0; width],
            var: vec![0.0; width],
            scale: vec![1.0; width],
            n_samples_seen: 0,
        }
    }

    /// Running means, one per column.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Running variances (divided by the number of rows), one per column.
    #[must_use]
    pub fn var(&self) -> &[f64] {
        &self.var
    }

    /// What a centred number is divided by: the standard deviation, or 1 for a constant column.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Rows seen so far.
    #[must_use]
    pub fn n_samples_seen(&self) -> u64 {
        self.n_samples_seen
    }

    /// Takes a batch of row-major numbers into mean and variance.
    pub fn partial_fit(&mut self, numbers: &[f64]) {
        let width = self.mean.len();
        if width == 0 || numbers.is_empty() {
            return;
        }
        let rows = (numbers.len() / width) as u64;
        let seen = self.n_samples_seen + rows;
        for column in 0..width {
            let values = || numbers.iter().skip(column).step_by(width).copied();
            self.update_column(column, values, rows, seen);
        }
        self.n_samples_seen = seen;
    }

    // Row counts are far below 2⁵³, so they are exact as f64.
    #[allow(clippy::cast_precision_loss)]
    fn update_column<I: Iterator<Item = f64>>(
        &mut self,
        column: usize,
        values: impl Fn() -> I,
        rows: u64,
        seen: u64,
    ) {
        let (batch, before, after) = (rows as f64, self.n_samples_seen as f64, seen as f64);
        let sum = values().fold(0.0, |sum, value| sum + value);
        let last_sum = self.mean[column] * before;
        let mut squares = centred_squares(values, sum / batch, batch);
        if self.n_samples_seen > 0 {
            let ratio = before / batch;
            let shift = last_sum / ratio - sum;
            squares = self.var[column] * before + squares + ratio / after * (shift * shift);
        }
        self.mean[column] = (last_sum + sum) / after;
        self.var[column] = squares / after;
        self.scale[column] = scale_of(self.var[column], self.mean[column], after);
    }

    /// Appends `(x − mean) / scale` for each column of one row.
    pub fn transform(&self, row: &[f64], out: &mut Vec<f64>) {
        let columns = self.mean.iter().zip(&self.scale);
        out.extend(
            row.iter()
                .zip(columns)
                .map(|(value, (mean, scale))| (value - mean) / scale),
        );
    }
}

/// `Σ(x−T)² − (Σ(x−T))²/n`: the second term takes back the rounding of `T`.
fn centred_squares<I: Iterator<Item = f64>>(values: impl Fn() -> I, centre: f64, n: f64) -> f64 {
    let (mut correction, mut squares) = (0.0, 0.0);
    for value in values() {
        let centred = value - centre;
        correction += centred;
        squares += centred * centred;
    }
    squares - correction * correction / n
}

/// The standard deviation, or 1 where the variance is no more than the rounding of its own sum.
fn scale_of(var: f64, mean: f64, n: f64) -> f64 {
    let rounding = n * mean * f64::EPSILON;
    if var <= n * f64::EPSILON * var + rounding * rounding {
        1.0
    } else {
        var.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_column_is_centred_and_not_scaled() {
        let mut scaler = Scaler::new(1);
        scaler.partial_fit(&[5.0, 5.0, 5.0]);
        let mut out = Vec::new();
        scaler.transform(&[7.0], &mut out);
        assert_eq!(out, [2.0]);
    }

    #[test]
    fn batches_give_the_variance_of_the_whole() {
        let mut scaler = Scaler::new(2);
        scaler.partial_fit(&[1.0, 10.0, 2.0, 20.0]);
        scaler.partial_fit(&[3.0, 30.0, 6.0, 40.0]);
        assert_eq!(scaler.mean(), [3.0, 25.0]);
        assert!((scaler.var()[0] - 3.5).abs() < 1e-12 && (scaler.var()[1] - 125.0).abs() < 1e-10);
        assert_eq!(scaler.n_samples_seen(), 4);
    }
}
