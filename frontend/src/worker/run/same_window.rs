//! The lab's accuracy over more than one batch.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use shared::evaluate::Tally;

/// Same-batch accuracy over the batches of about as many records as the evaluation window, so that
/// it can be compared with the windowed test-then-train accuracy.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SameWindow {
    tallies: VecDeque<Tally>,
    sum: Tally,
    records: u64,
}

impl SameWindow {
    pub(super) fn new(records: u32) -> Self {
        let empty = Tally {
            correct: 0,
            total: 0,
        };
        Self {
            tallies: VecDeque::new(),
            sum: empty,
            records: u64::from(records),
        }
    }

    /// Adds a batch and lets go of those that the window no longer needs.
    pub(super) fn add(&mut self, tally: Tally) -> Tally {
        if tally.total == 0 {
            return self.sum;
        }
        self.tallies.push_back(tally);
        self.sum.correct += tally.correct;
        self.sum.total += tally.total;
        while let Some(oldest) = self.tallies.front().copied() {
            if self.tallies.len() == 1 || self.sum.total - oldest.total < self.records {
                break;
            }
            self.tallies.pop_front();
            self.sum.correct -= oldest.correct;
            self.sum.total -= oldest.total;
        }
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_batch_window_spans_about_as_many_records_as_the_other() {
        let mut window = SameWindow::new(500);
        let tally = |correct| Tally {
            correct,
            total: 100,
        };
        let sums: Vec<_> = (90..98)
            .map(|correct| window.add(tally(correct)).total)
            .collect();
        assert_eq!(sums, [100, 200, 300, 400, 500, 500, 500, 500]);
        assert_eq!(
            window.add(Tally {
                correct: 900,
                total: 1000
            }),
            Tally {
                correct: 900,
                total: 1000
            }
        );
    }
}
