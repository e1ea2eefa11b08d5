//! One sample of a batch as a pass works with it: all of its features, or those that are not zero.

#![expect(
    clippy::inline_always,
    reason = "one update is one piece of code, so that its numbers stay in registers"
)]

use super::float::{Real, is_negative_zero};

/// The features of one sample.
pub(super) trait Sample: Copy {
    /// `Σ w·x`, summed from left to right in `f64`; each product has the width of the weights.
    fn dot<F: Real>(self, weights: &[F]) -> f64;

    /// `w += change(x)` for every feature. `exact` says that some weight may be −0.0; so does what
    /// comes back, as far as zeros that are left out must care.
    fn add<F: Real>(self, weights: &mut [F], change: impl Fn(f64) -> f64, exact: bool) -> bool;

    /// `Σ x²`.
    fn square_norm<F: Real>(self) -> f64;
}

/// A value for every column.
#[derive(Clone, Copy)]
pub(super) struct Dense<'a>(pub(super) &'a [f64]);

/// Ascending columns and their values; the others are zero.
#[derive(Clone, Copy)]
pub(super) struct Sparse<'a> {
    pub(super) columns: &'a [u32],
    pub(super) values: &'a [f64],
}

fn square_sum<F: Real>(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, &x| {
        let x = F::near(x).wide();
        sum + x * x
    })
}

impl Sample for Dense<'_> {
    #[inline(always)]
    fn dot<F: Real>(self, weights: &[F]) -> f64 {
        let pairs = weights.iter().zip(self.0);
        pairs.fold(0.0, |sum, (&w, &x)| sum + (w * F::near(x)).wide())
    }

    #[inline(always)]
    fn add<F: Real>(self, weights: &mut [F], change: impl Fn(f64) -> f64, exact: bool) -> bool {
        for (w, &x) in weights.iter_mut().zip(self.0) {
            *w = F::near(w.wide() + change(F::near(x).wide()));
        }
        exact
    }

    fn square_norm<F: Real>(self) -> f64 {
        square_sum::<F>(self.0)
    }
}

impl Sample for Sparse<'_> {
    #[inline(always)]
    fn dot<F: Real>(self, weights: &[F]) -> f64 {
        let pairs = self.columns.iter().zip(self.values);
        pairs.fold(0.0, |sum, (&column, &x)| {
            sum + (weights[column as usize] * F::near(x)).wide()
        })
    }

    #[inline(always)]
    fn add<F: Real>(self, weights: &mut [F], change: impl Fn(f64) -> f64, exact: bool) -> bool {
        if exact {
            return self.add_zeros_too(weights, change);
        }
        let mut negative_zero = false;
        for (&column, &x) in self.columns.iter().zip(self.values) {
            let w = &mut weights[column as usize];
            *w = F::near(w.wide() + change(F::near(x).wide()));
            negative_zero |= F::ROUNDS_ON_STORE && is_negative_zero(*w);
        }
        negative_zero
    }

    fn square_norm<F: Real>(self) -> f64 {
        square_sum::<F>(self.values)
    }
}

impl Sparse<'_> {
    #[cold]
    fn add_zeros_too<F: Real>(self, weights: &mut [F], change: impl Fn(f64) -> f64) -> bool {
        let mut entries = self.columns.iter().zip(self.values).peekable();
        let mut negative_zero = false;
        for (column, w) in (0u32..).zip(weights) {
            let entry = entries.next_if(|(found, _)| **found == column);
            let x = entry.map_or(0.0, |(_, &x)| F::near(x).wide());
            *w = F::near(w.wide() + change(x));
            negative_zero |= is_negative_zero(*w);
        }
        negative_zero
    }
}
