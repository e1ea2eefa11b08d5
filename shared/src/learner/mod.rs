//! A learner: encoder, model and evaluation under one set of settings, and the step that takes
//! them from one batch to the next.
//!
//! A step is a transaction. The batch is decoded; the scaler takes it in and it is encoded once;
//! the model as it was predicts every example (test); then it learns from the same features
//! (train). Either all of it happens and a [`Report`] says so, or nothing does.

mod report;
mod snapshot;

pub use report::{Explained, OFFERED_VALUE_BYTES, REPORTED_BAD_RECORDS, Report};
pub use snapshot::{Snapshot, SnapshotError};

use thiserror::Error;

use crate::batch::Batch;
use crate::decode::{BadRecord, Decoder, Examples, Vocabularies};
use crate::encode::{Encoder, Features};
use crate::evaluate::{Prequential, Tally, log_loss};
use crate::model::{FitError, Loss, SgdClassifier, Update};
use crate::record::{OffsetRange, Position};
use crate::schema::Schema;
use crate::settings::{Settings, SettingsError};

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

/// What a learner has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counters {
    /// Batches learned from or passed over.
    pub batches: u64,
    /// Models, that is batches with at least one example.
    pub models: u64,
    /// Records, bad ones included.
    pub records: u64,
    /// Bad records.
    pub bad_records: u64,
}

/// Encoder, model and evaluation under one set of settings.
#[derive(Clone, Debug)]
pub struct Learner {
    settings: Settings,
    decoder: Decoder,
    encoder: Encoder,
    model: SgdClassifier,
    evaluation: Prequential,
    counters: Counters,
    /// Next offsets, sorted by partition.
    positions: Vec<Position>,
    workspace: Workspace,
}

/// Memory that a step uses and the next step uses again.
#[derive(Clone, Debug, Default)]
struct Workspace {
    examples: Examples,
    features: Features,
    /// Of each example: its index in the batch.
    indices: Vec<usize>,
    /// What the model said of each example before it learned.
    predicted: Vec<u16>,
}

/// What decoding a batch found.
#[derive(Default)]
struct Decoded {
    bad: Vec<BadRecord>,
    bad_reasons: Vec<(String, u64)>,
    bad_records: u64,
}

/// What testing a batch found.
#[derive(Default)]
struct Tested {
    tally: Tally,
    log_loss: f64,
}

impl Learner {
    /// A learner of the loan schema that has seen nothing.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.validate()?;
        let schema = Schema::loan();
        let encoder = Encoder::new(schema.clone(), settings.encoder);
        let model = SgdClassifier::new(settings.model.clone(), encoder.width());
        let evaluation = Prequential::new(settings.evaluation.window_records);
        Ok(Self {
            settings,
            decoder: Decoder::new(schema, Vocabularies::Declared),
            encoder,
            model,
            evaluation,
            counters: Counters::default(),
            positions: Vec::new(),
            workspace: Workspace::default(),
        })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Decoding schema.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        self.decoder.schema()
    }

    /// The encoder.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &SgdClassifier {
        &self.model
    }

    /// The next records to read, sorted by partition.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Takes a trigger and a window into use; they concern the next batch, not what was learned.
    ///
    /// # Errors
    /// The first setting out of its range; the old ones stay in use.
    pub fn set_trigger_and_window(
        &mut self,
        trigger: crate::batch::Trigger,
        evaluation: crate::settings::EvaluationSettings,
    ) -> Result<(), SettingsError> {
        let settings = Settings {
            trigger,
            evaluation,
            ..self.settings.clone()
        };
        settings.validate()?;
        self.evaluation
            .set_window(settings.evaluation.window_records);
        self.settings = settings;
        Ok(())
    }

    /// Forgets what was learned: weights and the scaler's running mean. Counters, positions and
    /// what was judged stay, for the stream goes on.
    pub fn reset_model(&mut self) {
        self.encoder = Encoder::new(self.schema().clone(), self.settings.encoder);
        self.model = SgdClassifier::new(self.settings.model.clone(), self.encoder.width());
    }

    /// One step: decode, encode, test, train. `explain` is the index in the batch of a record
    /// whose way the report shall tell in full.
    ///
    /// # Errors
    /// When the batch is empty or the model refuses it; the learner is then as it was.
    pub fn step(&mut self, batch: &Batch, explain: Option<usize>) -> Result<Report, StepError> {
        if batch.is_empty() {
            return Err(StepError::Empty);
        }
        let decoded = self.decode(batch);
        let scaler = self.encoder.scaler().clone();
        self.learn(batch, decoded, explain).map_err(|source| {
            self.encoder.set_scaler(scaler);
            StepError::Fit {
                batch_id: self.counters.batches,
                source,
            }
        })
    }

    fn decode(&mut self, batch: &Batch) -> Decoded {
        let Workspace {
            examples, indices, ..
        } = &mut self.workspace;
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

    fn learn(
        &mut self,
        batch: &Batch,
        decoded: Decoded,
        explain: Option<usize>,
    ) -> Result<Report, FitError> {
        let mut workspace = std::mem::take(&mut self.workspace);
        let outcome = self.test_and_train(&mut workspace, explain);
        let report = outcome.map(|(tested, same_batch, explained)| {
            self.account(batch, &decoded, !workspace.examples.is_empty());
            let explained = explained.and_then(|e| e.describe(batch, self.schema(), &workspace));
            self.report(batch, decoded, &tested, same_batch, explained)
        });
        self.workspace = workspace;
        report
    }

    /// Test, then train, on the examples of the workspace.
    fn test_and_train(
        &mut self,
        workspace: &mut Workspace,
        explain: Option<usize>,
    ) -> Result<(Tested, Tally, Option<Watched>), FitError> {
        if workspace.examples.is_empty() {
            return Ok(Default::default());
        }
        self.encoder
            .encode(&workspace.examples, &mut workspace.features);
        let labels = workspace.examples.labels();
        let tested = self.test(&workspace.features, labels, &mut workspace.predicted);
        let watched = explain.and_then(|index| workspace.indices.iter().position(|&i| i == index));
        let tested_score = watched.map(|example| {
            self.model
                .decision_function(workspace.features.row(example))
        });
        let update = self
            .model
            .partial_fit_watched(&workspace.features, labels, watched)?;
        for (&label, &predicted) in labels.iter().zip(&workspace.predicted) {
            self.evaluation.count(label, predicted);
        }
        let mut same_batch = Tally::default();
        for (row, &label) in workspace.features.iter().zip(labels) {
            same_batch.count(self.model.predict(row) == label);
        }
        let watched = watched.zip(tested_score).zip(update);
        let watched = watched.map(|((example, tested_score), update)| Watched {
            example,
            tested_score,
            update,
        });
        Ok((tested, same_batch, watched))
    }

    /// Predicts every example with the model as it is.
    fn test(&self, features: &Features, labels: &[u16], predicted: &mut Vec<u16>) -> Tested {
        let mut tested = Tested::default();
        predicted.clear();
        for (row, &label) in features.iter().zip(labels) {
            let score = self.model.decision_function(row);
            let said = u16::from(score > 0.0);
            tested.tally.count(said == label);
            tested.log_loss += log_loss(label, score);
            predicted.push(said);
        }
        tested
    }

    /// Counts the batch and moves the positions behind it.
    fn account(&mut self, batch: &Batch, decoded: &Decoded, learned: bool) {
        self.counters.batches += 1;
        self.counters.models += u64::from(learned);
        self.counters.records += batch.len() as u64;
        self.counters.bad_records += decoded.bad_records;
        for record in batch.records() {
            let next = Position {
                partition: record.partition,
                offset: record.offset + 1,
                leader_epoch: record.leader_epoch,
            };
            match self
                .positions
                .binary_search_by_key(&record.partition, |p| p.partition)
            {
                Ok(place) => self.positions[place] = next,
                Err(place) => self.positions.insert(place, next),
            }
        }
    }

    // A batch holds far fewer than 2⁵³ examples.
    #[allow(clippy::cast_precision_loss)]
    fn report(
        &self,
        batch: &Batch,
        decoded: Decoded,
        tested: &Tested,
        same_batch: Tally,
        explained: Option<Explained>,
    ) -> Report {
        let examples = tested.tally.total;
        let has_loss = examples > 0 && self.settings.model.loss == Loss::LogLoss;
        Report {
            batch_id: self.counters.batches - 1,
            model_id: self.counters.models,
            records: batch.len() as u64,
            bad_records: decoded.bad_records,
            total_records: self.counters.records,
            total_bad_records: self.counters.bad_records,
            ranges: ranges(batch),
            tested: tested.tally,
            same_batch,
            window: self.evaluation.window(),
            cumulative: self.evaluation.cumulative(),
            majority: self.evaluation.majority(),
            log_loss: has_loss.then(|| tested.log_loss / examples as f64),
            learning_rate: self.model.last_rate(),
            coef: self.model.coef().to_vec(),
            intercept: self.model.intercept(),
            t: self.model.t(),
            bad: decoded.bad,
            bad_reasons: decoded.bad_reasons,
            explained,
        }
    }
}

/// The example that is told in full.
struct Watched {
    example: usize,
    tested_score: f64,
    update: Update,
}

impl Watched {
    fn describe(self, batch: &Batch, schema: &Schema, workspace: &Workspace) -> Option<Explained> {
        let index = *workspace.indices.get(self.example)?;
        let record = batch.get(index)?;
        let numeric = schema.numeric().count();
        let start = self.example * numeric;
        let numbers = &workspace.examples.numbers[start..start + numeric];
        Some(Explained::new(
            &record,
            index as u64,
            workspace
                .features
                .row(self.example)
                .to_dense(workspace.features.width()),
            workspace.examples.labels()[self.example],
            self.tested_score,
            self.update,
            schema
                .numeric()
                .map(|(name, _)| name.to_owned())
                .zip(numbers.iter().copied())
                .collect(),
        ))
    }
}

impl Decoded {
    fn count(&mut self, record: &crate::record::Record<'_>, reason: &crate::decode::BadReason) {
        self.bad_records += 1;
        let kind = reason.kind().to_string();
        match self
            .bad_reasons
            .iter_mut()
            .find(|(known, _)| *known == kind)
        {
            Some((_, count)) => *count += 1,
            None => self.bad_reasons.push((kind, 1)),
        }
        if self.bad.len() < REPORTED_BAD_RECORDS {
            self.bad.push(BadRecord::new(record, reason));
        }
    }
}

/// The offsets of a batch, which is in the order of (partition, offset).
fn ranges(batch: &Batch) -> Vec<OffsetRange> {
    let mut ranges: Vec<OffsetRange> = Vec::new();
    for record in batch.records() {
        match ranges.last_mut() {
            Some(range) if range.partition == record.partition => range.last = record.offset,
            _ => ranges.push(OffsetRange {
                partition: record.partition,
                first: record.offset,
                last: record.offset,
            }),
        }
    }
    ranges
}
