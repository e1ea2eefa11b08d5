//! Examples whose labels are not known yet.
//!
//! With a label delay of `k`, an example is predicted when it comes and learned from when `k` more
//! have come, in order: the last `k` examples always wait. What waits keeps its features and its
//! scores as they were when it came, so that nothing later leaks into them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::encode::{Features, Row};

/// The examples that wait, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Waiting {
    examples: VecDeque<Example>,
}

/// One that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    columns: Vec<u32>,
    values: Vec<f64>,
    label: u16,
    weight: f64,
    scores: Vec<f64>,
}

/// Examples whose labels are known: what is judged and learned from in one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) features: Features,
    pub(super) labels: Vec<u16>,
    /// One a label, or none at all where the schema has no weights.
    pub(super) weights: Vec<f64>,
    /// What the model said when each came: `labels.len() × outputs`.
    pub(super) scores: Vec<f64>,
}

impl Known {
    /// Forgets the examples and keeps the memory.
    pub(super) fn restart(&mut self, width: usize) {
        self.features.restart(width);
        self.labels.clear();
        self.weights.clear();
        self.scores.clear();
    }

    fn weight(&self, example: usize) -> f64 {
        self.weights.get(example).copied().unwrap_or(1.0)
    }

    fn take(&mut self, example: &Example, weighted: bool) {
        for (&column, &value) in example.columns.iter().zip(&example.values) {
            self.features.push(column, value);
        }
        self.features.end_row();
        self.labels.push(example.label);
        if weighted {
            self.weights.push(example.weight);
        }
        self.scores.extend_from_slice(&example.scores);
    }
}

impl Waiting {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.examples.len()
    }

    /// Fills `due` with what is known once `arrived` have come and `delay` go on waiting: the
    /// oldest ones, in order. Nothing is let go of yet, for learning may still fail.
    pub(super) fn due(&self, arrived: &Known, delay: usize, due: &mut Known) {
        due.restart(arrived.features.width());
        let count = (self.len() + arrived.labels.len()).saturating_sub(delay);
        let weighted = !arrived.weights.is_empty();
        for example in self.examples.iter().take(count) {
            due.take(example, weighted);
        }
        for row in 0..count.saturating_sub(self.len()) {
            due.take(&Example::of(arrived, row), weighted);
        }
    }

    /// Lets go of what was due, and takes in what arrived and waits on.
    pub(super) fn move_on(&mut self, arrived: &Known, delay: usize) {
        for row in 0..arrived.labels.len() {
            self.examples.push_back(Example::of(arrived, row));
            if self.examples.len() > delay {
                self.examples.pop_front();
            }
        }
        // A delay that became shorter.
        let known = self.examples.len().saturating_sub(delay);
        self.examples.drain(..known);
    }

    /// Whether what was read from a file fits a model of so many features, classes and outputs.
    pub(super) fn is_consistent(
        &self,
        delay: usize,
        width: usize,
        classes: usize,
        outputs: usize,
    ) -> bool {
        let fits = |example: &Example| {
            let columns = &example.columns;
            columns.len() == example.values.len()
                && columns.is_sorted_by(|a, b| a < b)
                && columns.last().is_none_or(|&last| (last as usize) < width)
                && usize::from(example.label) < classes
                && example.scores.len() == outputs
                && example.weight >= 0.0
        };
        self.len() <= delay && self.examples.iter().all(fits)
    }
}

impl Example {
    fn of(arrived: &Known, row: usize) -> Self {
        let (columns, values) = match arrived.features.row(row) {
            Row::Sparse { columns, values } => (columns.to_vec(), values.to_vec()),
            Row::Dense(values) => {
                let columns = (0u32..).zip(values).map(|(column, _)| column);
                (columns.collect(), values.to_vec())
            }
        };
        let outputs = arrived.scores.len() / arrived.labels.len().max(1);
        Self {
            columns,
            values,
            label: arrived.labels[row],
            weight: arrived.weight(row),
            scores: arrived.scores[row * outputs..(row + 1) * outputs].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples labelled `from..to`, whose feature and score are their label.
    fn arrived(from: u16, to: u16) -> Known {
        let mut known = Known::default();
        known.restart(1);
        for label in from..to {
            known.features.push(0, f64::from(label));
            known.features.end_row();
            known.labels.push(label);
            known.scores.push(f64::from(label));
        }
        known
    }

    fn step(waiting: &mut Waiting, from: u16, to: u16, delay: usize) -> Vec<u16> {
        let (arrived, mut due) = (arrived(from, to), Known::default());
        waiting.due(&arrived, delay, &mut due);
        waiting.move_on(&arrived, delay);
        assert_eq!(due.features.rows(), due.labels.len());
        assert!(
            due.scores.iter().eq(due
                .labels
                .iter()
                .map(|&label| f64::from(label))
                .collect::<Vec<_>>()
                .iter())
        );
        due.labels
    }

    #[test]
    fn the_last_examples_wait_and_come_in_order() {
        let mut waiting = Waiting::default();
        assert_eq!(step(&mut waiting, 0, 3, 5), [0; 0]);
        assert_eq!(step(&mut waiting, 3, 7, 5), [0, 1]);
        assert_eq!(step(&mut waiting, 7, 20, 5), (2..15).collect::<Vec<_>>());
        assert_eq!(waiting.len(), 5);
        assert!(waiting.is_consistent(5, 1, 20, 1));
        assert!(!waiting.is_consistent(4, 1, 20, 1));
        assert!(!waiting.is_consistent(5, 1, 19, 1));
    }

    #[test]
    fn a_delay_that_becomes_shorter_lets_go() {
        let mut waiting = Waiting::default();
        step(&mut waiting, 0, 6, 6);
        assert_eq!(step(&mut waiting, 6, 7, 2), [0, 1, 2, 3, 4]);
        assert_eq!(waiting.len(), 2);
    }
}
