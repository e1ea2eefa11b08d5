//! How far a probability was from the truth: logarithmic loss and Brier score of one example.

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
    fn a_sure_prediction_has_a_finite_loss() {
        let sure = f64::EPSILON.next_up(); // ε + ε²/2
        assert_eq!(binary_log_loss(1, 1.0), sure);
        assert_eq!(binary_log_loss(0, 0.0), sure);
        for worst in [binary_log_loss(1, 0.0), binary_log_loss(0, 1.0)] {
            assert!((36.0..MOST_LOG_LOSS).contains(&worst), "{worst}");
        }
    }
}
