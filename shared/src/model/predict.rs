//! What a classifier says: scores, classes, probabilities.
//!
//! Scores are summed from left to right in `f64`, zeros left out or not. scikit-learn leaves that
//! sum to a BLAS, whose order differs from machine to machine, so that the last bit of its
//! `decision_function` is not promised to be ours; what is learned does not depend on it.

use super::classifier::SgdClassifier;
use super::exp::exp;
use super::float::Real;
use super::settings::{Dtype, Loss};
use crate::encode::{Features, Row};

impl SgdClassifier {
    /// Score `Σ w·x + b` of one sample for one row of weights. With two classes there is row 0
    /// alone, and a score above 0 says class 1. Columns beyond the weights count nothing.
    #[must_use]
    pub fn decision_function(&self, x: Row<'_>, row: usize) -> f64 {
        score(
            self.settings().dtype,
            x,
            self.coef(row),
            self.intercept(row),
        )
    }

    /// Scores of a batch: `rows()` numbers for each sample, in the order of the classes. `scores`
    /// is cleared first.
    pub fn decisions(&self, x: &Features, scores: &mut Vec<f64>) {
        scores.clear();
        scores.reserve(x.rows() * self.rows());
        let dtype = self.settings().dtype;
        if self.rows() == 1 {
            let (coef, intercept) = (self.coef(0), self.intercept(0));
            scores.extend((0..x.rows()).map(|row| score(dtype, x.row(row), coef, intercept)));
            return;
        }
        for x in x.iter() {
            scores.extend((0..self.rows()).map(|row| self.decision_function(x, row)));
        }
    }

    /// The class of one sample.
    #[must_use]
    pub fn predict(&self, x: Row<'_>) -> u16 {
        let scores = (0..self.rows()).map(|row| self.decision_function(x, row));
        class_of_scores(self.rows(), scores)
    }

    /// Probabilities of the classes of one sample; `None` unless the loss is `log_loss` or
    /// `modified_huber`. See [`probabilities`].
    #[must_use]
    pub fn predict_proba(&self, x: Row<'_>) -> Option<Vec<f64>> {
        let scores: Vec<f64> = (0..self.rows())
            .map(|row| self.decision_function(x, row))
            .collect();
        probabilities(self.settings().loss, &scores)
    }
}

#[inline]
fn score(dtype: Dtype, x: Row<'_>, coef: &[f64], intercept: f64) -> f64 {
    let sum = match dtype {
        Dtype::Float64 => dot(x, coef, |x| x),
        Dtype::Float32 => dot(x, coef, |x| f32::near(x).wide()),
    };
    sum + intercept
}

#[inline]
fn dot(x: Row<'_>, coef: &[f64], width: impl Fn(f64) -> f64) -> f64 {
    match x {
        Row::Dense(values) => {
            let pairs = coef.iter().zip(values);
            pairs.fold(0.0, |sum, (w, &x)| sum + w * width(x))
        }
        Row::Sparse { columns, values } => {
            let pairs = columns.iter().zip(values);
            pairs.fold(0.0, |sum, (&column, &x)| match coef.get(column as usize) {
                Some(w) => sum + w * width(x),
                None => sum,
            })
        }
    }
}

/// The class that the scores of one sample say: with one score class 1 above 0 and class 0
/// otherwise, a tie included; with more the class of the greatest, of equal ones the first.
#[must_use]
pub fn class_of(scores: &[f64]) -> u16 {
    class_of_scores(scores.len(), scores.iter().copied())
}

fn class_of_scores(rows: usize, scores: impl Iterator<Item = f64>) -> u16 {
    let (first, threshold) = if rows == 1 {
        (1, 0.0)
    } else {
        (0, f64::NEG_INFINITY)
    };
    let (best, _) = (first..)
        .zip(scores)
        .fold((0, threshold), |best, (class, score)| {
            if score > best.1 { (class, score) } else { best }
        });
    best
}

/// `1/(1+e⁻ᵈ)`: the probability of class 1 at score `d`, under `log_loss`.
#[must_use]
pub fn probability(score: f64) -> f64 {
    1.0 / (1.0 + exp(-score))
}

/// Probabilities of the classes from the scores of one sample, as scikit-learn's `predict_proba`
/// makes them; `None` for losses whose scores mean no probability.
///
/// `log_loss` takes `1/(1+e⁻ᵈ)`, `modified_huber` (T. Zhang, 2004) `(clip(d, ±1) + 1)/2`. With one
/// score these are class 1's; with more, one for each class, they are divided by their sum. Where
/// all are zero each class gets the same.
#[must_use]
pub fn probabilities(loss: Loss, scores: &[f64]) -> Option<Vec<f64>> {
    let of = match loss {
        Loss::LogLoss => probability,
        Loss::ModifiedHuber => |score: f64| f64::midpoint(score.clamp(-1.0, 1.0), 1.0),
        _ => return None,
    };
    let mut all: Vec<f64> = scores.iter().map(|&score| of(score)).collect();
    if let [one] = all[..] {
        return Some(vec![1.0 - one, one]);
    }
    let sum: f64 = all.iter().fold(0.0, |sum, p| sum + p);
    // As many as there are class numbers at most.
    let classes = f64::from(u32::try_from(all.len()).unwrap_or(u32::MAX));
    for p in &mut all {
        *p = if sum == 0.0 { 1.0 / classes } else { *p / sum };
    }
    Some(all)
}
