//! How many of some predictions were right.

use serde::{Deserialize, Serialize};

/// How many of some predictions were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Right predictions.
    pub correct: u64,
    /// All predictions.
    pub total: u64,
}

impl Tally {
    /// Counts one prediction.
    pub fn count(&mut self, right: bool) {
        self.correct += u64::from(right);
        self.total += 1;
    }

    /// `correct / total`; `None` when nothing was predicted.
    #[must_use]
    // Counts stay below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    pub fn accuracy(self) -> Option<f64> {
        (self.total > 0).then(|| self.correct as f64 / self.total as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_judged_has_no_accuracy() {
        assert_eq!(Tally::default().accuracy(), None);
        let tally = Tally {
            correct: 403,
            total: 500,
        };
        assert_eq!(tally.accuracy(), Some(0.806));
    }

    #[test]
    fn every_prediction_counts_and_so_does_a_right_one() {
        let mut tally = Tally::default();
        for right in [true, false, true] {
            tally.count(right);
        }
        assert_eq!((tally.correct, tally.total), (2, 3));
    }
}
