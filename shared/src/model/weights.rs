//! The weight vector during one partial fit: weights kept as `scale · stored`, so that the L2
//! penalty costs one multiplication per update, and their running average.
//!
//! After W. Xu, "Towards Optimal One Pass Large Scale Learning with Averaged Stochastic Gradient
//! Descent" (2011), as scikit-learn does it.
//!
//! # Rows that leave zeros out
//!
//! scikit-learn multiplies and adds the zeros of a dense row too. That shows in two cases only: a
//! weight of −0.0 becomes 0.0 when `0·step = 0.0` is added, and an infinite weight or step makes
//! NaN. So a sparse row's zeros are skipped, but not while some weight is −0.0
//! ([`Weights::negative_zero`]), and a pass in which a step was so large that a weight may have
//! overflowed ([`Weights::tame`]) is done again with dense rows.

#![expect(
    clippy::inline_always,
    reason = "one update is one piece of code, so that its numbers stay in registers"
)]

use super::float::{Real, is_negative_zero};
use super::sample::Sample;

/// The average of the weights over the updates, kept as `(sum + a·stored) / b`.
pub(super) struct Averaged<'a, F> {
    sum: &'a mut [F],
    a: f64,
    b: f64,
    negative_zero: bool,
}

/// Weights during one partial fit.
pub(super) struct Weights<'a, F> {
    stored: &'a mut [F],
    scale: f64,
    averaged: Option<Averaged<'a, F>>,
    /// Whether some stored weight may be −0.0.
    negative_zero: bool,
    /// Whether weights and steps were small enough for zeros to be skipped.
    tame: bool,
}

/// [`Iterator::all`] of every value, which is faster where it holds.
fn all<F: Copy>(values: &[F], holds: impl Fn(F) -> bool) -> bool {
    values.iter().fold(true, |all, &value| all & holds(value))
}

fn has_negative_zero<F: Real>(values: &[F]) -> bool {
    !all(values, |value| !is_negative_zero(value))
}

impl<'a, F: Real> Weights<'a, F> {
    pub(super) fn new(stored: &'a mut [F], averaged: Option<&'a mut [F]>) -> Self {
        let averaged = averaged.map(|sum| Averaged {
            a: 0.0,
            b: 1.0,
            negative_zero: has_negative_zero(sum),
            sum,
        });
        Self {
            scale: 1.0,
            averaged,
            negative_zero: has_negative_zero(stored),
            tame: all(stored, |w| w.wide().abs() <= F::TAME_WEIGHT),
            stored,
        }
    }

    /// `Σ w·x`, summed from left to right.
    #[inline(always)]
    pub(super) fn dot(&self, x: impl Sample) -> f64 {
        F::near(x.dot(self.stored) * self.scale).wide()
    }

    /// `w += update·x`; gives back the step that was added to the stored weights.
    #[inline(always)]
    pub(super) fn add(&mut self, x: impl Sample, update: f64) -> f64 {
        let step = (F::near(update) / F::near(self.scale)).wide();
        self.tame &= step.abs() <= F::TAME;
        self.negative_zero = x.add(self.stored, |x| x * step, self.negative_zero);
        step
    }

    /// `w *= factor`; whether the scale was folded in.
    #[inline(always)]
    pub(super) fn shrink(&mut self, factor: f64) -> bool {
        self.scale *= F::near(factor).wide();
        let folds = self.scale < F::SMALLEST_SCALE;
        if folds {
            self.fold();
        }
        folds
    }

    /// Takes the weights after the `n`-th averaged update into the average.
    #[inline(always)]
    pub(super) fn average(&mut self, x: impl Sample, update: f64, n: f64) {
        let scale = self.scale;
        let Some(averaged) = &mut self.averaged else {
            return;
        };
        let n = F::near(n).wide();
        let mu = 1.0 / n;
        // No larger than the step of the weights, which was looked at.
        let step = -F::near(update).wide() / scale;
        let a = averaged.a;
        let add = |x| a * x * step;
        averaged.negative_zero = x.add(averaged.sum, add, averaged.negative_zero);
        if n > 1.0 {
            averaged.b /= 1.0 - mu;
        }
        averaged.a += mu * averaged.b * scale;
    }

    /// The cumulative L1 penalty (Tsuruoka, Tsujii and Ananiadou, 2009): each weight gives up what
    /// it still owes of the penalty `due`, and never crosses zero. `paid` is what it has given. Rows
    /// have their zeros in such a pass.
    pub(super) fn truncate(&mut self, paid: &mut [F], due: f64) {
        let scale = self.scale;
        for (w, q) in self.stored.iter_mut().zip(paid) {
            let before = w.wide();
            if scale * before > 0.0 {
                let left = before - (due + q.wide()) / scale;
                *w = F::near(if left > 0.0 { left } else { 0.0 });
            } else if scale * before < 0.0 {
                let left = before + (due - q.wide()) / scale;
                *w = F::near(if left < 0.0 { left } else { 0.0 });
            }
            *q = F::near(q.wide() + scale * (w.wide() - before));
        }
    }

    /// Folds the scales into the weights and their average.
    pub(super) fn fold(&mut self) {
        if let Some(averaged) = &mut self.averaged {
            fold_average(averaged.sum, self.stored, averaged.a, averaged.b);
            (averaged.a, averaged.b) = (0.0, 1.0);
            averaged.negative_zero = has_negative_zero(averaged.sum);
        }
        self.negative_zero = fold_scale(self.stored, self.scale);
        self.scale = 1.0;
    }

    /// The weights as they are kept, without the scale.
    pub(super) fn stored(&self) -> &[F] {
        self.stored
    }

    /// What the stored weights are multiplied with.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Whether zeros may be skipped in this pass; if not it is done again with dense rows.
    pub(super) fn is_tame(&self) -> bool {
        self.tame
    }

    /// Whether every stored weight is finite.
    pub(super) fn is_finite(&self) -> bool {
        all(self.stored, |w| w.wide().is_finite())
    }

    /// Whether every averaged weight is finite.
    pub(super) fn average_is_finite(&self) -> bool {
        let averaged = self.averaged.as_ref();
        averaged.is_none_or(|averaged| all(averaged.sum, |w| w.wide().is_finite()))
    }
}

/// `sum ← (sum + a·stored)·(1/b)`, fused as the BLAS under scikit-learn does it on a machine with
/// FMA. Its `axpy` does nothing when `a` is zero.
#[cold]
fn fold_average<F: Real>(sum: &mut [F], stored: &[F], a: f64, b: f64) {
    let (a, factor) = (F::near(a), F::near(1.0 / b));
    for (sum, &w) in sum.iter_mut().zip(stored) {
        let joined = if a.wide() == 0.0 {
            *sum
        } else {
            a.fused(w, *sum)
        };
        *sum = joined * factor;
    }
}

/// `stored ← stored·scale`; whether a weight became −0.0.
#[cold]
fn fold_scale<F: Real>(stored: &mut [F], scale: f64) -> bool {
    let scale = F::near(scale);
    for w in stored.iter_mut() {
        *w = *w * scale;
    }
    has_negative_zero(stored)
}
