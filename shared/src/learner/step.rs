//! The step: one batch in, one report out, or nothing done.

use thiserror::Error;

use super::decoded::{Decoded, DecodedBatch};
use super::estimator::{Estimator, Learned};
use super::explained::{Explained, Told};
use super::waiting::{Predicted, Shape};
use super::{DriftAlarm, Learner, REPORTED_ALARMS, Report};
use crate::batch::{Batch, Records, Run};
use crate::drift::DriftSettings;
use crate::encode::Encoded;
use crate::evaluate::{Judged, Tally};
use crate::model::{FitError, class_of};
use crate::record::Record;

/// Why a step did not happen.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StepError {
    /// A batch without a record.
    #[error("the batch is empty: a step needs at least 1 record")]
    Empty,
    /// A batch that was decoded for a learner of another schema.
    #[error("the batch was decoded for another schema: decode it with this learner's own decoder")]
    OtherSchema,
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
    decoded: Decoded,
    encoded: Encoded,
    /// Of each example that was encoded: its index in the batch.
    indices: Vec<usize>,
    /// The batch's examples, as they came.
    arrived: Predicted,
    /// Those whose labels are known, where labels are delayed.
    due: Predicted,
    /// Scores after learning.
    learned: Vec<f64>,
    /// Some of the examples that are judged.
    judged: Vec<Judged>,
    /// The batch's runs of records of one partition.
    runs: Vec<Run>,
}

/// Examples that are judged before they are counted. The logarithm and the exponential of one take
/// long, and a processor works on the next ones meanwhile if nothing stands between them.
const JUDGED_TOGETHER: usize = 64;

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
        self.step_of(Records::Kept(batch), explain)
    }

    /// [`Learner::step`] of records that lie ready in memory, without a copy of their values: the
    /// same to the bit. They are one batch, and come in the order of (partition, offset).
    ///
    /// # Errors
    /// As [`Learner::step`].
    pub fn step_records(
        &mut self,
        records: &[Record<'_>],
        explain: Option<usize>,
    ) -> Result<Report, StepError> {
        self.step_of(Records::Lent(records), explain)
    }

    fn step_of(
        &mut self,
        records: Records<'_>,
        explain: Option<usize>,
    ) -> Result<Report, StepError> {
        if records.len() == 0 {
            return Err(StepError::Empty);
        }
        let mut workspace = self.workspace.take().unwrap_or_default();
        workspace.decoded.fill(&mut self.decoder, records);
        let report = self.step_in(&mut workspace, records, explain);
        self.workspace = Some(workspace);
        report
    }

    /// [`Learner::step`] of a batch that another thread has decoded with
    /// [`Learner::batch_decoder`]: the same to the bit.
    ///
    /// # Errors
    /// As [`Learner::step`], and when the batch was decoded for another schema.
    pub fn step_decoded(
        &mut self,
        decoded: &mut DecodedBatch,
        explain: Option<usize>,
    ) -> Result<Report, StepError> {
        if decoded.batch.is_empty() {
            return Err(StepError::Empty);
        }
        if !self.can_use(decoded) {
            return Err(StepError::OtherSchema);
        }
        let mut workspace = self.workspace.take().unwrap_or_default();
        std::mem::swap(&mut workspace.decoded, &mut decoded.decoded);
        let report = self.step_in(&mut workspace, Records::Kept(&decoded.batch), explain);
        std::mem::swap(&mut workspace.decoded, &mut decoded.decoded);
        self.workspace = Some(workspace);
        report
    }

    fn step_in(
        &mut self,
        workspace: &mut Workspace,
        records: Records<'_>,
        explain: Option<usize>,
    ) -> Result<Report, StepError> {
        let blank_width = self.model.is_blank().then(|| self.model.width());
        let encoded = self.encode(workspace);
        let Predicted {
            features, scores, ..
        } = &mut workspace.arrived;
        self.model.decisions(features, scores);
        let told = explain.and_then(|index| workspace.indices.iter().position(|&i| i == index));
        let trained = self.train(workspace, records.len(), told);
        let mut outcome = trained.map_err(|source| {
            // Without an example nothing was encoded, and the batch before is not to be undone.
            if encoded.is_ok() && !workspace.decoded.examples.is_empty() {
                self.encoder.undo();
            }
            self.take_width_back(blank_width);
            StepError::Fit {
                batch_id: self.counters.batches,
                source,
            }
        })?;
        records.runs(&mut workspace.runs);
        self.account(workspace, records.len(), outcome.tested.total > 0);
        let explained = told
            .zip(outcome.learned.take())
            .and_then(|(told, learned)| self.explain(workspace, records, told, learned));
        Ok(self.report(workspace, records.len(), encoded, outcome, explained))
    }

    /// Encodes the examples. A batch that cannot be encoded is passed over, with the reason.
    fn encode(&mut self, workspace: &mut Workspace) -> Result<u64, String> {
        workspace.indices.clear();
        let is_empty = workspace.decoded.examples.is_empty();
        let dropped = if is_empty {
            Ok(0)
        } else {
            self.encode_some(workspace)
        };
        if is_empty || dropped.is_err() {
            workspace.arrived.restart();
        }
        dropped
    }

    /// The same for one example at least; when it fails the workspace holds what it held.
    fn encode_some(&mut self, workspace: &mut Workspace) -> Result<u64, String> {
        let Workspace {
            decoded:
                Decoded {
                    examples,
                    indices: decoded_indices,
                    ..
                },
            encoded,
            indices,
            arrived,
            ..
        } = workspace;
        self.encoder
            .encode(examples, encoded)
            .map_err(|error| error.to_string())?;
        let (found, width) = (encoded.features().width(), self.model.width());
        if found != width {
            self.take_width(found, width)?;
        }
        encoded.keep(decoded_indices, indices);
        encoded.keep(examples.labels(), &mut arrived.labels);
        encoded.keep(examples.weights(), &mut arrived.weights);
        encoded.swap_features(&mut arrived.features);
        arrived.scores.clear();
        arrived.baselines.clear();
        Ok(encoded.dropped().len() as u64)
    }

    /// An encoder that is fitted on each batch decides the width with the first one, as
    /// scikit-learn's first `partial_fit` does; from then on another width is refused.
    fn take_width(&mut self, found: usize, width: usize) -> Result<(), String> {
        if self.model.is_blank() && self.waiting.is_empty() {
            self.model = Estimator::new(&self.settings, self.schema(), found);
            return Ok(());
        }
        self.encoder.undo();
        Err(format!(
            "the encoder found {found} features in this batch, the model has {width}: more or \
             fewer categories than in the first batch; take larger batches or the stable encoder"
        ))
    }

    /// Gives a model that has learned nothing the width back that it had before the batch.
    fn take_width_back(&mut self, blank_width: Option<usize>) {
        if let Some(width) = blank_width.filter(|&width| width != self.model.width()) {
            self.model = Estimator::new(&self.settings, self.schema(), width);
        }
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
            judged,
            ..
        } = workspace;
        if !self.waiting.is_in_use() {
            return self.learn(arrived, told, learned, judged);
        }
        let baseline = self.evaluation.baseline();
        arrived.baselines.resize(arrived.labels.len(), baseline);
        let shape = Shape {
            width: self.model.width(),
            weighted: self.schema.weight().is_some(),
        };
        let waited = self.waiting.coming(records, indices, arrived, due, shape);
        let told = told.map(|row| row + waited);
        let told = told.filter(|&row| row < due.labels.len());
        let outcome = self.learn(due, told, learned, judged)?;
        self.waiting.move_on(records, indices, arrived);
        Ok(outcome)
    }

    fn learn(
        &mut self,
        known: &Predicted,
        told: Option<usize>,
        learned: &mut Vec<f64>,
        judged: &mut Vec<Judged>,
    ) -> Result<Outcome, FitError> {
        let mut outcome = Outcome::default();
        if known.labels.is_empty() {
            return Ok(outcome);
        }
        outcome.learned =
            self.model
                .partial_fit(&known.features, &known.labels, &known.weights, told)?;
        self.judge(known, judged, &mut outcome);
        self.model.decisions(&known.features, learned);
        let outputs = self.model.outputs();
        for (scores, &label) in learned.chunks_exact(outputs).zip(&known.labels) {
            outcome.same_batch.count(class_of(scores) == label);
        }
        Ok(outcome)
    }

    /// Judges what was predicted before learning.
    fn judge(&mut self, known: &Predicted, judged: &mut Vec<Judged>, outcome: &mut Outcome) {
        let outputs = self.model.outputs();
        let mut said = &known.baselines[..];
        let scores = known.scores.chunks(JUDGED_TOGETHER * outputs);
        for (scores, labels) in scores.zip(known.labels.chunks(JUDGED_TOGETHER)) {
            judged.clear();
            let examples = scores.chunks_exact(outputs).zip(labels);
            judged.extend(examples.map(|(scores, &label)| self.model.judge(label, scores)));
            let (of_these, rest) = said.split_at(said.len().min(labels.len()));
            said = rest;
            let counted = self.evaluation.count_all(judged, of_these);
            debug_assert!(counted.is_ok(), "the decoder knows no other classes");
            for judged in &*judged {
                outcome.count(judged);
                self.counters.learned += 1;
                if self.settings.drift != DriftSettings::None {
                    self.watch(judged, outcome);
                }
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
    fn account(&mut self, workspace: &Workspace, records: usize, learned: bool) {
        self.counters.batches += 1;
        self.counters.models += u64::from(learned);
        self.counters.records += records as u64;
        self.counters.bad_records += workspace.decoded.bad_records;
        for next in workspace.runs.iter().map(Run::next_position) {
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
        records: Records<'_>,
        row: usize,
        learned: Learned,
    ) -> Option<Box<Explained>> {
        let index = *workspace.indices.get(row)?;
        let example = workspace.decoded.indices.binary_search(&index).ok()?;
        let outputs = self.model.outputs();
        let arrived = &workspace.arrived;
        let scores = &arrived.scores[row * outputs..(row + 1) * outputs];
        let numbers = workspace.decoded.examples.numbers_of(example);
        let names = self.schema().numeric().map(|(name, _)| name.to_owned());
        Some(Box::new(Explained::new(
            &records.get(index)?,
            Told {
                index: index as u64,
                numbers: names.zip(numbers.iter().copied()).collect(),
                features: arrived.features.row(row).to_dense(arrived.features.width()),
                label: arrived.labels[row],
                judged: self.model.judge(arrived.labels[row], scores),
                scores: scores.to_vec(),
                learned,
            },
        )))
    }

    // A batch holds far fewer than 2⁵³ examples.
    #[allow(clippy::cast_precision_loss)]
    fn report(
        &self,
        workspace: &Workspace,
        records: usize,
        encoded: Result<u64, String>,
        outcome: Outcome,
        explained: Option<Box<Explained>>,
    ) -> Report {
        let (loss, with_loss) = outcome.log_loss;
        let Workspace { decoded, runs, .. } = workspace;
        Report {
            batch_id: self.counters.batches - 1,
            model_id: self.counters.models,
            records: records as u64,
            bad_records: decoded.bad_records,
            dropped_examples: encoded.as_ref().copied().unwrap_or_default(),
            refused: encoded.err(),
            total_records: self.counters.records,
            total_bad_records: self.counters.bad_records,
            ranges: runs.iter().map(Run::range).collect(),
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
            bad: decoded.bad.clone(),
            bad_reasons: decoded.bad_reasons.clone(),
            alarms: outcome.alarms,
            total_drifts: self.counters.drifts,
            explained,
        }
    }
}
