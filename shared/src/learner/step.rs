//! The step: one batch in, one report out, or nothing done.

use thiserror::Error;

use super::decoded::Decoded;
use super::estimator::Learned;
use super::explained::{Explained, Told};
use super::waiting::Predicted;
use super::{DriftAlarm, Learner, REPORTED_ALARMS, Report};
use crate::batch::Batch;
use crate::decode::Examples;
use crate::drift::DriftSettings;
use crate::evaluate::{Judged, Tally};
use crate::model::{FitError, class_of};

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
    arrived: Predicted,
    /// Those whose labels are known, where labels are delayed.
    due: Predicted,
    /// Scores after learning.
    learned: Vec<f64>,
}

/// What the examples of a step showed.
#[derive(Default)]
struct Outcome {
    tested: Tally,
    /// Sum over the examples that have a probability, and their number.
    log_loss: (f64, u64),
    same_batch: Tally,
    alarms: Vec<DriftAlarm>,
    learned: Option<Learned>,
}

impl Outcome {
    fn count(&mut self, judged: &Judged) {
        self.tested.count(judged.is_right());
        if let Some(forecast) = judged.forecast {
            self.log_loss.0 += forecast.log_loss();
            self.log_loss.1 += 1;
        }
    }
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
        let outcome = self.train(workspace, batch.len(), told).map_err(|source| {
            self.encoder.set_scaler(scaler);
            StepError::Fit {
                batch_id: self.counters.batches,
                source,
            }
        })?;
        self.account(batch, &decoded, outcome.tested.total > 0);
        let mut outcome = outcome;
        let explained = told
            .zip(outcome.learned.take())
            .and_then(|(told, learned)| self.explain(workspace, batch, told, learned));
        Ok(self.report(batch, decoded, outcome, explained))
    }

    fn decode(&mut self, workspace: &mut Workspace, batch: &Batch) -> Decoded {
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
        records: usize,
        told: Option<usize>,
    ) -> Result<Outcome, FitError> {
        let Workspace {
            indices,
            arrived,
            due,
            learned,
            ..
        } = workspace;
        if !self.waiting.is_in_use() {
            return self.learn(arrived, told, learned);
        }
        let baseline = self.evaluation.baseline();
        arrived.baselines.resize(arrived.labels.len(), baseline);
        let waited = self.waiting.coming(records, indices, arrived, due);
        let told = told.map(|row| row + waited);
        let told = told.filter(|&row| row < due.labels.len());
        let outcome = self.learn(due, told, learned)?;
        self.waiting.move_on(records, indices, arrived);
        Ok(outcome)
    }

    fn learn(
        &mut self,
        known: &Predicted,
        told: Option<usize>,
        learned: &mut Vec<f64>,
    ) -> Result<Outcome, FitError> {
        let mut outcome = Outcome::default();
        if known.labels.is_empty() {
            return Ok(outcome);
        }
        outcome.learned =
            self.model
                .partial_fit(&known.features, &known.labels, &known.weights, told)?;
        self.judge(known, &mut outcome);
        self.model.decisions(&known.features, learned);
        let outputs = self.model.outputs();
        for (scores, &label) in learned.chunks_exact(outputs).zip(&known.labels) {
            outcome.same_batch.count(class_of(scores) == label);
        }
        Ok(outcome)
    }

    /// Judges what was predicted before learning.
    fn judge(&mut self, known: &Predicted, outcome: &mut Outcome) {
        let outputs = self.model.outputs();
        let is_watched = self.settings.drift != DriftSettings::None;
        let mut said = known.baselines.iter();
        for (scores, &label) in known.scores.chunks_exact(outputs).zip(&known.labels) {
            let judged = self.model.judge(label, scores);
            outcome.count(&judged);
            let baseline = said.next().copied();
            let baseline = baseline.unwrap_or_else(|| self.evaluation.baseline());
            let counted = self.evaluation.count_against(&judged, baseline);
            debug_assert!(counted.is_ok(), "the decoder knows no other classes");
            self.counters.learned += 1;
            if is_watched {
                self.watch(&judged, outcome);
            }
        }
    }

    /// Shows the detector whether a prediction was wrong.
    fn watch(&mut self, judged: &Judged, outcome: &mut Outcome) {
        let warned = self.drift.state().warning;
        // 0 and 1 are values that every detector takes.
        let Ok(state) = self.drift.update(if judged.is_right() { 0.0 } else { 1.0 }) else {
            return;
        };
        self.counters.drifts += u64::from(state.drift);
        if (state.drift || state.warning && !warned) && outcome.alarms.len() < REPORTED_ALARMS {
            outcome.alarms.push(DriftAlarm {
                example: self.counters.learned,
                is_drift: state.drift,
            });
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
        learned: Learned,
    ) -> Option<Explained> {
        let index = *workspace.indices.get(example)?;
        let outputs = self.model.outputs();
        let arrived = &workspace.arrived;
        let scores = &arrived.scores[example * outputs..(example + 1) * outputs];
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
                judged: self.model.judge(arrived.labels[example], scores),
                scores: scores.to_vec(),
                learned,
            },
        ))
    }

    // A batch holds far fewer than 2⁵³ examples.
    #[allow(clippy::cast_precision_loss)]
    fn report(
        &self,
        batch: &Batch,
        decoded: Decoded,
        outcome: Outcome,
        explained: Option<Explained>,
    ) -> Report {
        let (loss, with_loss) = outcome.log_loss;
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
            log_loss: (with_loss > 0).then(|| loss / with_loss as f64),
            learning_rate: self.model.last_rate(),
            learned: outcome.tested.total,
            weights: self.model.weights(),
            t: self.model.t(),
            bad: decoded.bad,
            bad_reasons: decoded.bad_reasons,
            alarms: outcome.alarms,
            total_drifts: self.counters.drifts,
            explained,
        }
    }
}
