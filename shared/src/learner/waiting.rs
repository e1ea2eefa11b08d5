//! Examples on their way through a step: those that came, those that wait for their labels, and
//! those whose labels are known.
//!
//! With a label delay of `k` an example is predicted when it comes, and judged and learned from
//! when `k` more records have come, in order. What waits keeps its features and its scores as they
//! were when it came, so that nothing later leaks into them.

use serde::{Deserialize, Serialize};

use crate::encode::{Features, Row};
use crate::evaluate::{Baseline, DelayedLabels};
use crate::settings::SettingsError;

/// Examples with what was said of them before they were learned from.
#[derive(Clone, Debug, Default)]
pub(super) struct Predicted {
    pub(super) features: Features,
    pub(super) labels: Vec<u16>,
    /// One a label, or none at all where the schema has no weights.
    pub(super) weights: Vec<f64>,
    /// What the model said: `labels.len() × outputs`.
    pub(super) scores: Vec<f64>,
    /// What the baselines said, where labels are delayed; else they are asked when judged.
    pub(super) baselines: Vec<Baseline>,
}

/// What all examples of a learner have in common: a batch without any does not show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Number of features.
    pub(super) width: usize,
    /// Whether examples have weights.
    pub(super) weighted: bool,
}

/// One example that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    columns: Vec<u32>,
    values: Vec<f64>,
    label: u16,
    weight: f64,
}

/// What was said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    scores: Vec<f64>,
    baseline: Baseline,
}

/// The examples that wait, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Waiting(DelayedLabels<Said, Example>);

impl Predicted {
    /// Forgets the examples and keeps the memory.
    pub(super) fn restart(&mut self) {
        self.features.restart(0, 0, 0).finish();
        self.labels.clear();
        self.weights.clear();
        self.scores.clear();
        self.baselines.clear();
    }

    /// Takes examples in, instead of those before.
    fn fill(&mut self, shape: Shape, examples: &[(Said, Example)]) {
        let Shape { width, weighted } = shape;
        self.restart();
        let most = examples.iter().map(|(_, example)| example.columns.len());
        let most = most.max().unwrap_or_default();
        let mut writer = self.features.restart(width, examples.len(), most);
        for (said, example) in examples {
            for (&column, &value) in example.columns.iter().zip(&example.values) {
                writer.push(column, value);
            }
            writer.end_row();
            self.labels.push(example.label);
            if weighted {
                self.weights.push(example.weight);
            }
            self.scores.extend_from_slice(&said.scores);
            self.baselines.push(said.baseline);
        }
        writer.finish();
    }

    fn example(&self, row: usize) -> Example {
        let (columns, values) = match self.features.row(row) {
            Row::Sparse { columns, values } => (columns.to_vec(), values.to_vec()),
            Row::Dense(values) => {
                let columns = (0u32..).zip(values).map(|(column, _)| column);
                (columns.collect(), values.to_vec())
            }
        };
        Example {
            columns,
            values,
            label: self.labels[row],
            weight: self.weights.get(row).copied().unwrap_or(1.0),
        }
    }

    fn said(&self, row: usize) -> Said {
        let outputs = self.scores.len() / self.labels.len().max(1);
        Said {
            scores: self.scores[row * outputs..(row + 1) * outputs].to_vec(),
            baseline: self.baselines[row],
        }
    }
}

impl Waiting {
    /// Nothing waits.
    pub(super) fn new(delay_records: u32) -> Result<Self, SettingsError> {
        DelayedLabels::new(delay_records).map(Self)
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether labels are delayed at all.
    pub(super) fn is_in_use(&self) -> bool {
        self.0.delay_records() > 0
    }

    /// Fills `known` with the examples whose labels have come when a batch of so many records has,
    /// oldest first; `indices` says which of its records the arrived examples are. Gives back how
    /// many of them had waited. Nothing is let go of yet, for learning may still fail.
    pub(super) fn coming(
        &self,
        records: usize,
        indices: &[usize],
        arrived: &Predicted,
        known: &mut Predicted,
        shape: Shape,
    ) -> usize {
        let coming = self.0.coming(records as u64);
        let mut examples: Vec<_> = coming
            .map(|(said, example)| (said.clone(), example.clone()))
            .collect();
        let waited = examples.len();
        let delay = self.0.delay_records() as usize;
        for (row, index) in indices.iter().enumerate() {
            if index + delay < records {
                examples.push((arrived.said(row), arrived.example(row)));
            }
        }
        known.fill(shape, &examples);
        waited
    }

    /// Takes the batch in, and lets go of what was coming with it.
    pub(super) fn move_on(&mut self, records: usize, indices: &[usize], arrived: &Predicted) {
        let mut examples = indices.iter().enumerate().peekable();
        for record in 0..records {
            match examples.next_if(|(_, index)| **index == record) {
                Some((row, _)) => drop(self.0.push(arrived.said(row), arrived.example(row))),
                None => drop(self.0.skip()),
            }
        }
    }

    /// Whether what was read from a file fits a model of so many features and classes.
    pub(super) fn is_consistent(&self, width: usize, classes: u16) -> bool {
        let outputs = if classes > 2 { usize::from(classes) } else { 1 };
        self.0.is_consistent()
            && self.0.waiting().all(|(said, example)| {
                let columns = &example.columns;
                columns.len() == example.values.len()
                    && columns.is_sorted_by(|a, b| a < b)
                    && columns.last().is_none_or(|&last| (last as usize) < width)
                    && example.label < classes
                    && said.scores.len() == outputs
                    && example.weight >= 0.0
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A batch of records labelled `from..to`, of which every third is bad; an example's feature
    /// and score are its label.
    fn batch(from: u16, to: u16) -> (usize, Vec<usize>, Predicted) {
        let mut arrived = Predicted::default();
        let mut indices = Vec::new();
        let mut features = Vec::new();
        for (index, label) in (from..to).enumerate() {
            if label % 3 == 2 {
                continue;
            }
            indices.push(index);
            features.push(f64::from(label));
            arrived.labels.push(label);
            arrived.scores.push(f64::from(label));
            arrived.baselines.push(Baseline {
                majority: 0,
                no_change: 0,
            });
        }
        arrived.features = Features::from_rows(1, features).unwrap();
        (usize::from(to - from), indices, arrived)
    }

    fn step(waiting: &mut Waiting, from: u16, to: u16) -> Vec<u16> {
        let (records, indices, arrived) = batch(from, to);
        let mut known = Predicted::default();
        let shape = Shape {
            width: 1,
            weighted: false,
        };
        waiting.coming(records, &indices, &arrived, &mut known, shape);
        waiting.move_on(records, &indices, &arrived);
        let scores: Vec<f64> = known.labels.iter().map(|&label| f64::from(label)).collect();
        assert_eq!(known.scores, scores);
        assert_eq!(known.features.rows(), known.labels.len());
        known.labels
    }

    #[test]
    fn labels_come_in_order_however_the_stream_is_cut() {
        for cuts in [
            vec![0, 20],
            vec![0, 3, 7, 8, 20],
            (0..=20).collect::<Vec<u16>>(),
        ] {
            let mut waiting = Waiting::new(5).unwrap();
            let mut come = Vec::new();
            for cut in cuts.windows(2) {
                come.extend(step(&mut waiting, cut[0], cut[1]));
            }
            // Record 14's label comes with record 19, the last; every third record is bad.
            assert_eq!(come, [0, 1, 3, 4, 6, 7, 9, 10, 12, 13], "{cuts:?}");
            assert!(!waiting.is_consistent(1, 2), "a class that does not exist");
        }
    }
}
