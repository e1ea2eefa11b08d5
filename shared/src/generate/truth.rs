//! How well a stream can be predicted at best, by somebody who knows how it is made.

use serde::Serialize;

/// The best possible scores of a stream at one index, those of the Bayes classifier, which says
/// `P(class | fields)` as it truly is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// Share of label 1; `None` where it is not counted, or there are more than two classes.
    pub base_rate: Option<f64>,
    /// `Σ_cells max_class P(cell, class)`.
    pub accuracy: f64,
    /// `−Σ P(cell, class)·ln P(class | cell)`, natural logarithm.
    pub log_loss: f64,
    /// Two classes: `Σ P(cell)·p·(1 − p)`, the mean of `(p − y)²`. More classes: the mean of
    /// `Σ_class (p_class − y_class)²` (Brier, 1950).
    pub brier: f64,
}

impl Truth {
    /// From the joint probabilities `P(cell, class)` of all cells: sets of records with the same
    /// `P(class | fields)`.
    pub(super) fn of_cells<const K: usize>(cells: &[[f64; K]]) -> Self {
        let mut truth = Self::of_label_noise(0.0, (K == 2).then_some(0.0));
        truth.accuracy = 0.0;
        for joint in cells {
            let cell: f64 = joint.iter().sum();
            if cell <= 0.0 {
                continue;
            }
            truth.accuracy += joint.iter().copied().fold(0.0, f64::max);
            for &share in joint.iter().filter(|&&share| share > 0.0) {
                truth.log_loss -= share * libm::log(share / cell);
            }
            let squares: f64 = joint.iter().map(|share| share * share).sum();
            let two = if K == 2 { 0.5 } else { 1.0 };
            truth.brier += two * (cell - squares / cell);
        }
        if K == 2 {
            truth.base_rate = Some(cells.iter().map(|joint| joint[1]).sum());
        }
        truth
    }

    /// Of a rule of two classes whose label is wrong with probability `noise`.
    pub(super) fn of_label_noise(noise: f64, base_rate: Option<f64>) -> Self {
        let part = |p: f64| if p > 0.0 { -p * libm::log(p) } else { 0.0 };
        Self {
            base_rate,
            accuracy: noise.max(1.0 - noise),
            log_loss: part(noise) + part(1.0 - noise),
            brier: noise * (1.0 - noise),
        }
    }
}
