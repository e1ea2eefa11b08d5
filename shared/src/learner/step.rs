//! The step: one batch in, one report out, or nothing done.

use thiserror::Error;

use super::decoded::Decoded;
use super::estimator::class_of;
use super::explained::{Explained, Told};
use super::waiting::Known;
use super::{Learner, Report};
use crate::batch::Batch;
use crate::decode::Examples;
use crate::evaluate::{Tally, log_loss};
use crate::model::{FitError, Loss, Update};

/// Why a step did not happen.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StepError {
    /// A batch without a record.
    #[error("the batch is empty: a step needs at least 1 record")]
    Empty,
    /// The model refused the batch.
    #[error("batch {batch_id} was not learned: {source}")]
    Fit {
        /// The id that the batch would have had.
        batch_id: u64,
        /// Why.
        source: FitError,
    },
}

/// Memory that a step uses and the next step uses again.
#[derive(Clone, Debug, Default)]
pub(super) struct Workspace {
    examples: Examples,
    /// Of each example: its index in the batch.
    indices: Vec<usize>,
    /// The batch's examples, as they came.
    arrived: Known,
    /// Those whose labels are known, where labels are delayed.
    due: Known,
    /// Scores after learning.
    learned: Vec<f64>,
}

/// What the examples of a step showed.
#[derive(Default)]
struct Outcome {
    tested: Tally,
    log_loss: f64,
    same_batch: Tally,
    updates: Vec<Update>,
}

impl Learner {
    /// One step: decode, encode, test, train. `explain` is the index in the batch of a record
    /// whose way the report shall tell in full; one whose label is not known yet cannot be told.
    ///
    /// # Errors
    /// When the batch is empty or the model refuses it; the learner is then as it was.
    pub fn step(&mut self, batch: &Batch, explain: Option<usize>) -> Result<Report, StepError> {
        if batch.is_empty() {
            return Err(StepError::Empty);
        }
        let mut workspace = std::mem::take(&mut self.workspace);
        let report = self.step_in(&mut workspace, batch, explain);
        self.workspace = workspace;
        report
    }

    fn step_in(
        &mut self,
        workspace: &mut Workspace,
        batch: &Batch,
        explain: Option<usize>,
    ) -> Result<Report, StepError> {
        let decoded = self.decode(workspace, batch);
        let scaler = self.encoder.scaler().clone();
        self.test(workspace);
        let told = explain.and_then(|index| workspace.indices.iter().position(|&i| i == index));
        let outcome = self.train(workspace, told).map_err(|source| {
            self.encoder.set_scaler(scaler);
            StepError::Fit {
                batch_id: self.counters.batches,
                source,
            }
        })?;
        self.account(batch, &decoded, outcome.tested.total > 0);
        let update = outcome.updates.first().cloned();
        let explained = told
            .zip(update)
            .and_then(|(told, update)| self.explain(workspace, batch, told, update));
        Ok(self.report(batch, decoded, &outcome, explained))
    }

    fn decode(&self, workspace: &mut Workspace, batch: &Batch) -> Decoded {
        let Workspace {
            examples, indices, ..
        } = workspace;
        examples.clear();
        indices.clear();
        let mut decoded = Decoded::default();
        for (index, record) in batch.records().enumerate() {
            match self.decoder.decode(record.value, examples) {
                Ok(()) => indices.push(index),
                Err(reason) => decoded.count(&record, &reason),
            }
        }
        decoded
    }

    /// Encodes the examples and predicts each with the model as it is.
    fn test(&mut self, workspace: &mut Workspace) {
        let Workspace {
            examples, arrived, ..
        } = workspace;
        arrived.restart(self.model.width());
        if examples.is_empty() {
            return;
        }
        self.encoder.encode(examples, &mut arrived.features);
        arrived.labels.extend_from_slice(examples.labels());
        arrived.weights.extend_from_slice(examples.weights());
        self.model.decisions(&arrived.features, &mut arrived.scores);
    }

    /// Learns from the examples whose labels are known, and judges what was said of them. Nothing
    /// has changed when it fails.
    fn train(
        &mut self,
        workspace: &mut Workspace,
        told: Option<usize>,
    ) -> Result<Outcome, FitError> {
        let delay = self.settings.evaluation.label_delay as usize;
        let is_delayed = delay > 0 || self.waiting.len() > 0;
        let waited = self.waiting.len();
        if is_delayed {
            self.waiting
                .due(&workspace.arrived, delay, &mut workspace.due);
        }
        let Workspace {
            arrived,
            due,
            learned,
            ..
        } = workspace;
        let known = if is_delayed { due } else { &mut *arrived };
        let mut outcome = Outcome::default();
        if !known.labels.is_empty() {
            let told = told
                .map(|row| row + waited)
                .filter(|&row| row < known.labels.len());
            outcome.updates =
                self.model
                    .partial_fit(&known.features, &known.labels, &known.weights, told)?;
            self.judge(known, &mut outcome);
            self.model.decisions(&known.features, learned);
            let outputs = self.model.outputs();
            for (scores, &label) in learned.chunks_exact(outputs).zip(&known.labels) {
                outcome.same_batch.count(class_of(scores) == label);
            }
        }
        if is_delayed {
            self.waiting.move_on(arrived, delay);
        }
        Ok(outcome)
    }

    /// Judges what was predicted before learning.
    fn judge(&mut self, known: &Known, outcome: &mut Outcome) {
        let outputs = self.model.outputs();
        for (scores, &label) in known.scores.chunks_exact(outputs).zip(&known.labels) {
            let predicted = class_of(scores);
            outcome.tested.count(predicted == label);
            if let [score] = scores {
                outcome.log_loss += log_loss(label, *score);
            }
            self.evaluation.count(label, predicted);
        }
    }

    /// Counts the batch and moves the positions behind it.
    fn account(&mut self, batch: &Batch, decoded: &Decoded, learned: bool) {
        self.counters.batches += 1;
        self.counters.models += u64::from(learned);
        self.counters.records += batch.len() as u64;
        self.counters.bad_records += decoded.bad_records;
        for next in batch.next_positions() {
            let found = self
                .positions
                .binary_search_by_key(&next.partition, |position| position.partition);
            match found {
                Ok(place) => self.positions[place] = next,
                Err(place) => self.positions.insert(place, next),
            }
        }
    }

    fn explain(
        &self,
        workspace: &Workspace,
        batch: &Batch,
        example: usize,
        update: Update,
    ) -> Option<Explained> {
        let index = *workspace.indices.get(example)?;
        let outputs = self.model.outputs();
        let arrived = &workspace.arrived;
        let numbers = workspace.examples.numbers_of(example);
        let names = self.schema().numeric().map(|(name, _)| name.to_owned());
        Some(Explained::new(
            &batch.get(index)?,
            Told {
                index: index as u64,
                numbers: names.zip(numbers.iter().copied()).collect(),
                features: arrived
                    .features
                    .row(example)
                    .to_dense(arrived.features.width()),
                label: arrived.labels[example],
                tested_score: arrived.scores[example * outputs],
                update,
            },
        ))
    }

    // A batch holds far fewer than 2⁵³ examples.
    #[allow(clippy::cast_precision_loss)]
    fn report(
        &self,
        batch: &Batch,
        decoded: Decoded,
        outcome: &Outcome,
        explained: Option<Explained>,
    ) -> Report {
        let examples = outcome.tested.total;
        let has_loss = examples > 0 && self.settings.model.loss == Loss::LogLoss;
        Report {
            batch_id: self.counters.batches - 1,
            model_id: self.counters.models,
            records: batch.len() as u64,
            bad_records: decoded.bad_records,
            total_records: self.counters.records,
            total_bad_records: self.counters.bad_records,
            ranges: batch.ranges(),
            tested: outcome.tested,
            same_batch: outcome.same_batch,
            window: self.evaluation.window(),
            cumulative: self.evaluation.cumulative(),
            majority: self.evaluation.majority(),
            log_loss: has_loss.then(|| outcome.log_loss / examples as f64),
            learning_rate: self.model.last_rate(),
            learned: examples,
            weights: self.model.weights(),
            t: self.model.t(),
            bad: decoded.bad,
            bad_reasons: decoded.bad_reasons,
            explained,
        }
    }
}
