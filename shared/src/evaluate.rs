//! How good the model is: tallies of right predictions, tested before learning.
//!
//! *Test-then-train* (prequential, Dawid 1984; Gama, Sebastião and Rodrigues 2013): every example
//! is predicted before the model learns from it, so no example is set aside and none is judged
//! twice. A sliding window forgets old examples, so that it shows how good the model is *now*.

use std::collections::VecDeque;
use std::num::NonZeroU32;

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

/// Test-then-train accuracy over a sliding window and since the start, beside the majority class:
/// what somebody scores who always says the label seen most often so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prequential {
    window_records: NonZeroU32,
    /// The last predictions, oldest first: bit 0 the model's, bit 1 the majority class's.
    window: VecDeque<u8>,
    /// Right predictions in the window: the model's, the majority class's.
    right: [u64; 2],
    cumulative: Tally,
    /// Examples seen of label 0 and of label 1.
    labels: [u64; 2],
}

const MODEL: usize = 0;
const MAJORITY: usize = 1;

impl Prequential {
    /// Nothing judged yet.
    #[must_use]
    pub fn new(window_records: NonZeroU32) -> Self {
        Self {
            window_records,
            window: VecDeque::new(),
            right: [0; 2],
            cumulative: Tally::default(),
            labels: [0; 2],
        }
    }

    /// Counts one example: its label and what the model had said, before it learned from it.
    pub fn count(&mut self, label: u16, predicted: u16) {
        let majority = u16::from(self.labels[1] > self.labels[0]);
        let right = predicted == label;
        self.cumulative.count(right);
        self.labels[usize::from(label == 1)] += 1;
        if self.window.len() >= self.window_records.get() as usize {
            self.forget_oldest();
        }
        let bits = u8::from(right) << MODEL | u8::from(majority == label) << MAJORITY;
        self.window.push_back(bits);
        self.add(bits, |count| *count += 1);
    }

    fn forget_oldest(&mut self) {
        if let Some(bits) = self.window.pop_front() {
            self.add(bits, |count| *count -= 1);
        }
    }

    fn add(&mut self, bits: u8, change: impl Fn(&mut u64)) {
        for (who, count) in self.right.iter_mut().enumerate() {
            if bits >> who & 1 == 1 {
                change(count);
            }
        }
    }

    /// Takes another length; a shorter window forgets its oldest examples.
    pub fn set_window(&mut self, window_records: NonZeroU32) {
        self.window_records = window_records;
        while self.window.len() > window_records.get() as usize {
            self.forget_oldest();
        }
    }

    /// The model over the window.
    #[must_use]
    pub fn window(&self) -> Tally {
        self.tally(MODEL)
    }

    /// The majority class over the window.
    #[must_use]
    pub fn majority(&self) -> Tally {
        self.tally(MAJORITY)
    }

    /// The model since the start.
    #[must_use]
    pub fn cumulative(&self) -> Tally {
        self.cumulative
    }

    fn tally(&self, who: usize) -> Tally {
        Tally {
            correct: self.right[who],
            total: self.window.len() as u64,
        }
    }

    /// Whether the counts are those of the window, as they always are unless read from a file.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let count = |who: usize| {
            self.window
                .iter()
                .filter(|&&bits| bits >> who & 1 == 1)
                .count()
        };
        self.window.len() <= self.window_records.get() as usize
            && self.right == [count(MODEL) as u64, count(MAJORITY) as u64]
    }
}

/// Logarithmic loss of one prediction, `−ln P(label)`, from the score `d`: `ln(1 + e⁻ᵐ)` with
/// `m = d` for label 1 and `m = −d` for label 0, in a form that neither overflows nor cancels.
#[must_use]
pub fn log_loss(label: u16, score: f64) -> f64 {
    let margin = if label == 1 { score } else { -score };
    f64::max(-margin, 0.0) + libm::log1p(crate::model::exp(-margin.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(records: u32) -> Prequential {
        Prequential::new(NonZeroU32::new(records).unwrap())
    }

    #[test]
    fn the_window_forgets_and_the_whole_does_not() {
        let mut judged = window(2);
        for (label, predicted) in [(1, 0), (1, 1), (0, 0)] {
            judged.count(label, predicted);
        }
        assert_eq!(
            judged.window(),
            Tally {
                correct: 2,
                total: 2
            }
        );
        assert_eq!(
            judged.cumulative(),
            Tally {
                correct: 2,
                total: 3
            }
        );
    }

    #[test]
    fn the_majority_class_is_known_only_from_the_past() {
        let mut judged = window(10);
        // Before anything was seen it says 0; a tie is 0.
        for label in [1, 1, 0, 0, 0] {
            judged.count(label, 0);
        }
        // said 0, 1, 1, 1, 0
        assert_eq!(
            judged.majority(),
            Tally {
                correct: 2,
                total: 5
            }
        );
    }

    #[test]
    fn a_shorter_window_keeps_the_newest() {
        let mut judged = window(3);
        for predicted in [0, 1, 1] {
            judged.count(1, predicted);
        }
        judged.set_window(NonZeroU32::new(2).unwrap());
        assert_eq!(
            judged.window(),
            Tally {
                correct: 2,
                total: 2
            }
        );
    }

    #[test]
    fn nothing_judged_has_no_accuracy() {
        assert_eq!(window(5).window().accuracy(), None);
        assert_eq!(
            Tally {
                correct: 403,
                total: 500
            }
            .accuracy(),
            Some(0.806)
        );
    }

    #[test]
    fn log_loss_holds_at_both_ends() {
        assert!((log_loss(1, 0.0) - std::f64::consts::LN_2).abs() < 1e-15);
        assert!((log_loss(0, 1000.0) - 1000.0).abs() < 1e-9);
        assert!(log_loss(1, 1000.0) < 1e-300);
    }
}
