//! What somebody scores who looks at no field of the record: the two predictors that any model
//! has to beat.

use serde::{Deserialize, Serialize};

/// What the two baselines say of the next example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// *Majority class*: the label seen most often so far; of equally frequent ones the lowest, and
    /// class 0 before any.
    pub majority: u16,
    /// *No change*: the last label; class 0 before any. It is hard to beat where labels come in
    /// runs (Žliobaitė et al. 2015).
    pub no_change: u16,
}

/// The labels seen so far, as far as the baselines need them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baselines {
    /// Examples seen of each class.
    labels: Vec<u64>,
    next: Baseline,
}

impl Baselines {
    pub(super) fn new(classes: u16) -> Self {
        Self {
            labels: vec![0; usize::from(classes)],
            next: Baseline {
                majority: 0,
                no_change: 0,
            },
        }
    }

    /// What they say of the next example.
    #[inline]
    pub(super) fn predict(&self) -> Baseline {
        self.next
    }

    /// Shows them the next label, which must be one of the classes.
    #[inline]
    pub(super) fn learn(&mut self, label: u16) {
        let seen = &mut self.labels[usize::from(label)];
        *seen += 1;
        let (seen, most) = (*seen, self.labels[usize::from(self.next.majority)]);
        // One comparison: which label comes is what a processor's branch predictor misses.
        let overtakes = seen + u64::from(label < self.next.majority) > most;
        self.next = Baseline {
            majority: if overtakes { label } else { self.next.majority },
            no_change: label,
        };
    }

    /// All labels seen.
    pub(super) fn total(&self) -> u64 {
        self.labels
            .iter()
            .fold(0, |total, &seen| total.saturating_add(seen))
    }

    /// Whether it is a state that labels of this many classes lead to.
    pub(super) fn is_consistent(&self, classes: u16) -> bool {
        let most = self.labels.iter().max();
        let majority = self.labels.iter().position(|seen| Some(seen) == most);
        self.labels.len() == usize::from(classes)
            && majority == Some(usize::from(self.next.majority))
            && match self.labels.get(usize::from(self.next.no_change)) {
                Some(0) => self.next.no_change == 0 && self.total() == 0,
                Some(_) => true,
                None => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_know_only_the_past() {
        let mut baselines = Baselines::new(3);
        let said: Vec<_> = [1, 1, 0, 0, 2, 0]
            .map(|label| {
                let Baseline {
                    majority,
                    no_change,
                } = baselines.predict();
                baselines.learn(label);
                (majority, no_change)
            })
            .into();
        assert_eq!(said, [(0, 0), (1, 1), (1, 1), (1, 0), (0, 0), (0, 2)]);
    }

    #[test]
    fn a_state_that_no_labels_lead_to_is_told() {
        let mut baselines = Baselines::new(2);
        assert!(baselines.is_consistent(2));
        baselines.learn(1);
        assert!(baselines.is_consistent(2));
        assert!(!baselines.is_consistent(3));
        let wrong = |majority, no_change| Baselines {
            next: Baseline {
                majority,
                no_change,
            },
            ..baselines.clone()
        };
        assert!(!wrong(0, 1).is_consistent(2), "not the most frequent");
        assert!(!wrong(1, 0).is_consistent(2), "never seen");
        assert!(!wrong(1, 9).is_consistent(2), "no class");
    }
}
