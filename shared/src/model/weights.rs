//! The weight vector during one partial fit: weights kept as `wscale · w`, so that the L2 penalty
//! costs one multiplication per update, and their running average.
//!
//! After W. Xu, "Towards Optimal One Pass Large Scale Learning with Averaged Stochastic Gradient
//! Descent" (2011), as scikit-learn does it.

use crate::encode::Row;

/// Below this the scale is folded into the weights, before it loses digits.
const SMALLEST_SCALE: f64 = 1e-9;

/// The average of the weights over the updates, kept as `(aw + a·w) / b` while updates run.
#[derive(Clone, Debug)]
struct Averaged {
    weights: Vec<f64>,
    a: f64,
    b: f64,
}

/// Weights during one partial fit.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    values: Vec<f64>,
    scale: f64,
    averaged: Option<Averaged>,
}

impl Weights {
    pub(super) fn new(values: Vec<f64>, averaged: Option<Vec<f64>>) -> Self {
        let averaged = averaged.map(|weights| Averaged {
            weights,
            a: 0.0,
            b: 1.0,
        });
        Self {
            values,
            scale: 1.0,
            averaged,
        }
    }

    /// `Σ w·x`, summed from left to right.
    #[inline]
    pub(super) fn dot(&self, x: Row<'_>) -> f64 {
        let sum = x
            .entries()
            .fold(0.0, |sum, (j, x)| sum + self.values[j] * x);
        sum * self.scale
    }

    /// `w += update·x`.
    #[inline]
    pub(super) fn add(&mut self, x: Row<'_>, update: f64) {
        let step = update / self.scale;
        let mut entries = x.entries().peekable();
        for (j, w) in self.values.iter_mut().enumerate() {
            // A zero is added too: it turns a weight of −0.0 into 0.0.
            let x = entries.next_if(|(column, _)| *column == j);
            *w += x.map_or(0.0, |(_, x)| x) * step;
        }
    }

    /// `w *= factor`.
    #[inline]
    pub(super) fn shrink(&mut self, factor: f64) {
        self.scale *= factor;
        if self.scale < SMALLEST_SCALE {
            self.fold();
        }
    }

    /// Takes the weights after the `n`-th averaged update into the average.
    pub(super) fn average(&mut self, x: Row<'_>, update: f64, n: f64) {
        let Some(averaged) = &mut self.averaged else {
            return;
        };
        let mu = 1.0 / n;
        let step = -update / self.scale;
        for (j, x) in x.entries() {
            averaged.weights[j] += averaged.a * x * step;
        }
        if n > 1.0 {
            averaged.b /= 1.0 - mu;
        }
        averaged.a += mu * averaged.b * self.scale;
    }

    /// The cumulative L1 penalty (Tsuruoka, Tsujii and Ananiadou, 2009): each weight gives up what
    /// it still owes of the penalty `u`, and never crosses zero. `q` is what it has given so far.
    pub(super) fn truncate(&mut self, q: &mut [f64], u: f64) {
        for (w, q) in self.values.iter_mut().zip(q) {
            let before = *w;
            if self.scale * before > 0.0 {
                *w = f64::max(0.0, before - (u + *q) / self.scale);
            } else if self.scale * before < 0.0 {
                *w = f64::min(0.0, before + (u - *q) / self.scale);
            }
            *q += self.scale * (*w - before);
        }
    }

    /// Folds the scales into the weights and their average.
    pub(super) fn fold(&mut self) {
        if let Some(Averaged { weights, a, b }) = &mut self.averaged {
            let factor = 1.0 / *b;
            // Fused, as the BLAS under scikit-learn does it on a machine with FMA.
            for (aw, w) in weights.iter_mut().zip(&self.values) {
                *aw = a.mul_add(*w, *aw) * factor;
            }
            (*a, *b) = (0.0, 1.0);
        }
        for w in &mut self.values {
            *w *= self.scale;
        }
        self.scale = 1.0;
    }

    /// The weights as they are at this moment.
    pub(super) fn current(&self) -> Vec<f64> {
        self.values.iter().map(|w| w * self.scale).collect()
    }

    /// Whether every weight is finite before the scale is folded in.
    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|w| w.is_finite())
    }

    /// Folds and gives back the weights and their average.
    pub(super) fn into_parts(mut self) -> (Vec<f64>, Option<Vec<f64>>) {
        self.fold();
        (self.values, self.averaged.map(|averaged| averaged.weights))
    }
}
