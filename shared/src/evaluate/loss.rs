//! How far a probability was from the truth: logarithmic loss and Brier score of one example.

/// Logarithmic loss of one prediction, `−ln P(label)`, from the score `d`: `ln(1 + e⁻ᵐ)` with
/// `m = d` for label 1 and `m = −d` for label 0, in a form that neither overflows nor cancels.
///
/// It is the loss that a model with log loss descends, and has no upper bound. The evaluation's
/// measure is [`Measures::log_loss`](super::Measures::log_loss), from the probability, as
/// scikit-learn computes it: that is at most 36.04, and coarse where the probability lies within
/// some roundings of 1.
#[must_use]
pub fn log_loss(label: u8, score: f64) -> f64 {
    let margin = if label == 1 { score } else { -score };
    f64::max(-margin, 0.0) + libm::log1p(crate::model::exp(-margin.abs()))
}

/// `−ln p` for the probability of what it was, kept off 0 and 1 by one unit in the last place of 1,
/// so that it is finite and, for a sure and right prediction, 2.2e-16.
#[inline]
pub(super) fn clipped_log_loss(probability: f64) -> f64 {
    -libm::log(probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON))
}

/// Greater than any [`clipped_log_loss`].
pub(super) const MOST_LOG_LOSS: f64 = 36.05;

/// Logarithmic loss of one prediction of two classes, from the probability of class 1.
#[inline]
pub(super) fn binary_log_loss(label: u16, probability: f64) -> f64 {
    clipped_log_loss(if label == 1 {
        probability
    } else {
        1.0 - probability
    })
}

/// Brier score of one prediction of two classes, from the probability of class 1.
#[inline]
pub(super) fn binary_brier(label: u16, probability: f64) -> f64 {
    let miss = probability - f64::from(u8::from(label == 1));
    miss * miss
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_loss_holds_at_both_ends() {
        assert!((log_loss(1, 0.0) - std::f64::consts::LN_2).abs() < 1e-15);
        assert!((log_loss(0, 1000.0) - 1000.0).abs() < 1e-9);
        assert!(log_loss(1, 1000.0) < 1e-300);
    }

    #[test]
    fn a_sure_prediction_has_a_finite_loss() {
        let sure = f64::EPSILON.next_up(); // ε + ε²/2
        assert_eq!(binary_log_loss(1, 1.0), sure);
        assert_eq!(binary_log_loss(0, 0.0), sure);
        for worst in [binary_log_loss(1, 0.0), binary_log_loss(0, 1.0)] {
            assert!((36.0..MOST_LOG_LOSS).contains(&worst), "{worst}");
        }
    }
}
