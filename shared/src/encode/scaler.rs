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
//! The sums run row by row, as `NumPy` sums the rows of a row-major matrix; a matrix of one column
//! is summed pairwise, as `NumPy` sums contiguous numbers. Source: the corrected two-pass update
//! of Chan, Golub and `LeVeque` (1983), as in `sklearn.utils.extmath`.
//!
//! **Missing numbers.** A `NaN` adds nothing to the sums and is not counted, so `n` and `N` are
//! numbers of *values* and differ from column to column. In one case this module is kinder than
//! scikit-learn 1.7.2: a column without any value in a batch stays as it was, where scikit-learn
//! divides 0 by 0 and loses its variance.

mod sum;

use serde::{Deserialize, Serialize};

use sum::Sums;

/// Counts beyond this are not exact as `f64`.
const MOST_SAMPLES: u64 = 1 << 53;

/// Mean, variance and scale of each column, and the number of values they were taken over.
///
/// ```
/// let mut scaler = shared::encode::Scaler::new(1);
/// scaler.partial_fit(&[1.0, 3.0, f64::NAN]);
/// assert_eq!((scaler.mean(), scaler.scale()), (&[2.0][..], &[1.0][..]));
/// assert_eq!(scaler.n_samples_seen(), [2]);
/// ```
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaler {
    mean: Vec<f64>,
    var: Vec<f64>,
    scale: Vec<f64>,
    n_samples_seen: Vec<u64>,
    /// Memory of a partial fit.
    #[serde(skip)]
    sums: Sums,
}

impl Scaler {
    /// A scaler of `width` columns that has seen nothing: it leaves numbers as they are.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            mean: vec![0.0; width],
            var: vec![0.0; width],
            scale: vec![1.0; width],
            n_samples_seen: vec![0; width],
            sums: Sums::default(),
        }
    }

    /// Running means, one per column.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Running variances (divided by the number of values), one per column.
    #[must_use]
    pub fn var(&self) -> &[f64] {
        &self.var
    }

    /// What a centred number is divided by: the standard deviation, or 1 for a constant column.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Values seen so far, one count per column; missing ones are not counted.
    #[must_use]
    pub fn n_samples_seen(&self) -> &[u64] {
        &self.n_samples_seen
    }

    /// Takes a batch of row-major numbers into mean and variance; `NaN` is a missing number.
    pub fn partial_fit(&mut self, numbers: &[f64]) {
        let width = self.mean.len();
        if width == 0 || numbers.is_empty() {
            return;
        }
        let mut sums = std::mem::take(&mut self.sums);
        sums.of_batch(width, numbers);
        for column in 0..width {
            self.update_column(column, &sums);
        }
        self.sums = sums;
    }

    // Counts are far below 2⁵³, so they are exact as f64.
    #[allow(clippy::cast_precision_loss)]
    fn update_column(&mut self, column: usize, sums: &Sums) {
        let (count, sum) = (sums.counts[column], sums.values[column]);
        if count == 0 {
            return;
        }
        let seen = self.n_samples_seen[column].saturating_add(count);
        let (batch, after) = (count as f64, seen as f64);
        let before = self.n_samples_seen[column] as f64;
        let last_sum = self.mean[column] * before;
        // The second term takes back the rounding of the batch's mean.
        let correction = sums.centred[column];
        let mut squares = sums.squares[column] - correction * correction / batch;
        if before > 0.0 {
            let ratio = before / batch;
            let shift = last_sum / ratio - sum;
            squares = self.var[column] * before + squares + ratio / after * (shift * shift);
        }
        self.mean[column] = (last_sum + sum) / after;
        self.var[column] = squares / after;
        self.scale[column] = scale_of(self.var[column], self.mean[column], after);
        self.n_samples_seen[column] = seen;
    }

    /// `(x − mean) / scale` of a column.
    #[must_use]
    #[inline]
    pub fn scaled(&self, column: usize, value: f64) -> f64 {
        (value - self.mean[column]) / self.scale[column]
    }

    /// The first column whose mean or variance is beyond the range of `f64`.
    pub(super) fn overflowed(&self) -> Option<usize> {
        let mut columns = self.mean.iter().zip(&self.var);
        columns.position(|(mean, var)| !(mean.is_finite() && var.is_finite()))
    }

    /// Whether this is a state that numbers can lead to: `width` columns, finite, each scale the
    /// one that belongs to its variance.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn is_consistent(&self, width: usize) -> bool {
        let lengths = [self.mean.len(), self.var.len(), self.scale.len()];
        let column = |column: usize| {
            let (mean, var) = (self.mean[column], self.var[column]);
            match self.n_samples_seen[column] {
                0 => (mean, var, self.scale[column]) == (0.0, 0.0, 1.0),
                seen => {
                    seen <= MOST_SAMPLES && self.scale[column] == scale_of(var, mean, seen as f64)
                }
            }
        };
        lengths == [width; 3]
            && self.n_samples_seen.len() == width
            && self.overflowed().is_none()
            && (0..width).all(column)
    }
}

impl Clone for Scaler {
    fn clone(&self) -> Self {
        let mut clone = Self::default();
        clone.clone_from(self);
        clone
    }

    /// Copies the state into memory that is there; a step of a learner does this every batch.
    fn clone_from(&mut self, source: &Self) {
        self.mean.clone_from(&source.mean);
        self.var.clone_from(&source.var);
        self.scale.clone_from(&source.scale);
        self.n_samples_seen.clone_from(&source.n_samples_seen);
    }
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
        assert_eq!(scaler.scaled(0, 7.0), 2.0);
    }

    #[test]
    fn batches_give_the_variance_of_the_whole() {
        let mut scaler = Scaler::new(2);
        scaler.partial_fit(&[1.0, 10.0, 2.0, 20.0]);
        scaler.partial_fit(&[3.0, 30.0, 6.0, 40.0]);
        assert_eq!(scaler.mean(), [3.0, 25.0]);
        assert!((scaler.var()[0] - 3.5).abs() < 1e-12 && (scaler.var()[1] - 125.0).abs() < 1e-10);
        assert_eq!(scaler.n_samples_seen(), [4, 4]);
    }

    #[test]
    fn a_column_without_a_value_stays_as_it_was() {
        let mut scaler = Scaler::new(2);
        scaler.partial_fit(&[1.0, f64::NAN, 3.0, f64::NAN]);
        let before = scaler.clone();
        assert_eq!((before.scale()[1], before.n_samples_seen()[1]), (1.0, 0));
        scaler.partial_fit(&[f64::NAN, 8.0]);
        assert_eq!(
            (scaler.mean(), scaler.n_samples_seen()),
            (&[2.0, 8.0][..], &[2, 1][..])
        );
        assert_eq!(scaler.var()[0], before.var()[0]);
    }

    #[test]
    fn a_scaler_that_numbers_cannot_lead_to_is_told() {
        let mut scaler = Scaler::new(1);
        assert!(scaler.is_consistent(1) && !scaler.is_consistent(2));
        scaler.partial_fit(&[1.0, 2.0]);
        assert!(scaler.is_consistent(1));
        scaler.scale[0] = 0.0;
        assert!(!scaler.is_consistent(1));
    }
}
