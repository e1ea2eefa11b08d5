//! A learner: encoder, model and evaluation under one set of settings, and the step that takes
//! them from one batch to the next.
//!
//! A step is a transaction. The batch is decoded; the encoder takes it in and it is encoded once;
//! the model as it was predicts every example (test); then it learns from the same features
//! (train). Either all of it happens and a [`Report`] says so, or nothing does.
//!
//! With a label delay an example is predicted when it comes, and judged and learned from when its
//! label is known, so many examples later.

mod decoded;
mod estimator;
mod explained;
mod go_on;
mod hold_out;
mod predictor;
mod report;
mod snapshot;
mod step;
mod waiting;

pub use decoded::{BatchDecoder, DecodedBatch};
pub use estimator::{EstimatorState, Learned};
pub use explained::{Explained, OFFERED_VALUE_BYTES};
pub use predictor::{PredictError, Prediction, Predictor};
pub use report::{ClassWeights, DriftAlarm, REPORTED_ALARMS, REPORTED_BAD_RECORDS, Report};
pub use snapshot::{Snapshot, SnapshotError};
pub use step::StepError;

use std::num::NonZeroU32;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::estimator::Estimator;
use self::hold_out::HoldOut;
use self::step::Workspace;
use self::waiting::Waiting;
use crate::batch::Trigger;
use crate::decode::{Decoder, Format, FormatError};
use crate::drift::DriftDetector;
use crate::encode::Encoder;
use crate::evaluate::{Measures, Over, Prequential};
use crate::model::{Loss, SgdClassifier};
use crate::record::Position;
use crate::schema::{Schema, SchemaError};
use crate::settings::{EvaluationSettings, Settings, SettingsError};

/// What a learner has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Batches learned from or passed over.
    pub batches: u64,
    /// Models, that is batches that were learned from.
    pub models: u64,
    /// Records, bad ones included.
    pub records: u64,
    /// Bad records.
    pub bad_records: u64,
    /// Examples that were judged and learned from.
    pub learned: u64,
    /// Drifts that the detector told.
    pub drifts: u64,
}

/// Encoder, model and evaluation under one set of settings.
#[derive(Clone, Debug)]
pub struct Learner {
    settings: Settings,
    /// What the fields mean.
    schema: Schema,
    /// The decoder's and the encoder's schema, which may let more through.
    decoding_schema: Arc<Schema>,
    format: Format,
    decoder: Decoder,
    encoder: Encoder,
    model: Estimator,
    evaluation: Prequential,
    drift: DriftDetector,
    /// Examples whose labels are not known yet.
    waiting: Waiting,
    counters: Counters,
    /// Next offsets, sorted by partition.
    positions: Vec<Position>,
    hold_out: Option<HoldOut>,
    workspace: Option<Box<Workspace>>,
}

/// Why there is no such learner.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum LearnerError {
    /// A setting out of its range, or one that does not fit the schema.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The schema cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Records cannot be read so.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// Checks the settings for streams of `schema`.
fn check_fit(schema: &Schema, settings: &Settings) -> Result<(), SettingsError> {
    settings.validate_for(schema.classes())?;
    settings
        .model
        .class_weight
        .of_classes(&schema.class_names())?;
    if let (Some(field), Some(_)) = (schema.weight(), &settings.online) {
        return Err(SettingsError {
            field: "online",
            range: "none where the schema weighs examples".into(),
            value: format!("set, and the schema weighs them by {field}"),
        });
    }
    Ok(())
}

impl Learner {
    /// A learner of JSON records of the loan schema that has seen nothing.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let classes = Schema::loan().classes();
        settings.validate_for(classes)?;
        Self::with_schema(Schema::loan(), Format::Json, settings).map_err(|error| match error {
            LearnerError::Settings(error) => error,
            LearnerError::Schema(_) | LearnerError::Format(_) => {
                unreachable!("the loan schema is good and JSON has no header")
            }
        })
    }

    /// A learner of records of another schema that has seen nothing.
    ///
    /// # Errors
    /// A fault of the schema or the format, or the first setting that is out of its range or does
    /// not fit the schema.
    pub fn with_schema(
        schema: Schema,
        format: Format,
        settings: Settings,
    ) -> Result<Self, LearnerError> {
        schema.check()?;
        check_fit(&schema, &settings)?;
        let decoding = settings.encoder.decoding_schema(&schema);
        let decoder = Decoder::with_format(decoding.clone(), &format)?;
        let encoder = Encoder::new(decoding.clone(), &settings.encoder)?;
        let model = Estimator::new(&settings, &schema, encoder.width());
        let EvaluationSettings {
            window_records,
            measures,
        } = settings.evaluation.clone();
        let waiting = Waiting::new(measures.label_delay_records)?;
        Ok(Self {
            decoder,
            encoder,
            model,
            evaluation: Prequential::new(schema.classes(), window_records, measures)?,
            drift: DriftDetector::new(&settings.drift)?,
            settings,
            schema,
            decoding_schema: Arc::new(decoding),
            format,
            waiting,
            counters: Counters::default(),
            positions: Vec::new(),
            hold_out: None,
            workspace: None,
        })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the fields of a record mean.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How records are written.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The encoder.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// scikit-learn's classifier, unless an online model learns in its place.
    #[must_use]
    pub fn sgd(&self) -> Option<&SgdClassifier> {
        match &self.model {
            Estimator::Sgd(model) => Some(model),
            Estimator::Online(_) => None,
        }
    }

    /// The weights that predict: one entry for two classes, else one a class.
    #[must_use]
    pub fn weights(&self) -> Vec<ClassWeights> {
        self.model.weights()
    }

    /// The loss by which scores mean probabilities, `log_loss` or `modified_huber`; none where
    /// they mean none.
    pub(crate) fn loss_of_probabilities(&self) -> Option<Loss> {
        self.model.loss_of_probabilities()
    }

    /// What is taken from a weighted sum to make it a score.
    pub(crate) fn threshold(&self) -> f64 {
        self.model.threshold()
    }

    /// Number of samples learned from, plus 1: scikit-learn's `t_`.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.model.t()
    }

    /// What the model continues from.
    #[must_use]
    pub fn model_state(&self) -> EstimatorState {
        self.model.state()
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

    /// Every measure of what was judged so far.
    #[must_use]
    pub fn measures(&self, over: Over) -> Measures {
        self.evaluation.measures(over)
    }

    /// The detector that watches for drift.
    #[must_use]
    pub fn drift(&self) -> &DriftDetector {
        &self.drift
    }

    /// Takes a trigger and a window into use; they concern the next batch, not what was learned.
    ///
    /// # Errors
    /// The first setting out of its range; the old ones stay in use.
    pub fn set_trigger_and_window(
        &mut self,
        trigger: Trigger,
        window_records: NonZeroU32,
    ) -> Result<(), SettingsError> {
        let mut settings = self.settings.clone();
        settings.trigger = trigger;
        settings.evaluation.window_records = window_records;
        settings.validate_for(self.schema().classes())?;
        self.evaluation.set_window(window_records);
        self.settings = settings;
        Ok(())
    }

    /// Forgets what was learned: weights, and what the encoder has seen. Counters, positions and
    /// what was judged stay, for the stream goes on; so do examples that wait for their labels.
    pub fn reset_model(&mut self) {
        // The settings were good for an encoder of this schema before.
        if let Ok(encoder) = Encoder::new(self.encoder.schema().clone(), &self.settings.encoder) {
            self.encoder = encoder;
        }
        self.model = Estimator::new(&self.settings, self.schema(), self.encoder.width());
    }
}
