//! What a learner leaves behind: bytes of files that other programs open.
//!
//! Numbers are written as the shortest decimal that reads back to the same f64, −0.0 included.
//! Every file that is read back begins with its format's name and version.
//!
//! What is done once a click is `#[inline]`, so that it is compiled where it is called: the page builds
//! its own crate for size and this one for speed, and so its download is smaller.

mod checkpoint;
mod column_transformer;
mod format;
mod formula;
mod joblib;
mod onnx;
mod pickle;
mod raw;
mod scoring;

pub use checkpoint::{Checkpoint, CheckpointError, Lengths, checkpoint, open_checkpoint};
pub use column_transformer::{check_encoder_joblib, encoder_joblib};
pub use format::{ModelFormat, encoder_file_name, metrics_file_name, model_file_name};
pub use formula::ScoringError;
pub use joblib::{JoblibError, SklearnVersion, check_joblib, sgd_joblib};
pub use onnx::model_onnx;
pub use raw::{next_raw_line, raw_file_name, raw_records};
pub use scoring::{check_scoring, model_python, model_sql};

use serde::{Deserialize, Serialize};

use crate::decode::BadRecord;
use crate::encode::Scaler;
use crate::evaluate::{Measures, Over};
use crate::learner::{EstimatorState, Learner, Report};
use crate::record::{OffsetRange, Position};
use crate::schema::{Class, Schema};
use crate::settings::Settings;

/// Name of the format of a model's file.
pub const MODEL_FORMAT: &str = "gradually-model";

/// Version of that format which this crate writes and reads.
pub const MODEL_VERSION: u32 = 1;

/// A model's file: what scikit-learn would hold, what is needed to encode, and where to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// [`MODEL_FORMAT`].
    pub format: String,
    /// [`MODEL_VERSION`].
    pub version: u32,
    /// Number of models so far.
    pub model_id: u64,
    /// Batch it was saved after; none before the first.
    pub batch_id: Option<u64>,
    /// The classes.
    pub classes: Vec<Class>,
    /// Names of the features, in the order of `coef`.
    pub feature_names: Vec<String>,
    /// scikit-learn's `coef_`: one row of weights for two classes, else one a class.
    pub coef: Vec<Vec<f64>>,
    /// scikit-learn's `intercept_`.
    pub intercept: Vec<f64>,
    /// scikit-learn's `t_`: samples learned from, plus 1.
    pub t: f64,
    /// What turns records into features.
    pub encoder: EncoderFile,
    /// All settings.
    pub settings: Settings,
    /// The next record of each partition.
    pub positions: Vec<Position>,
    /// What a partial fit continues from; differs from `coef` under averaging only.
    pub state: EstimatorState,
}

/// The encoder's part of a model's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderFile {
    /// `stable`, `per_batch` or `hashed`.
    pub kind: String,
    /// Fields, categories in column order, label.
    pub schema: Schema,
    /// Means, variances and scales of the numeric fields; none where they do not run on.
    pub scaler: Option<Scaler>,
}

/// The model's file as JSON.
#[must_use]
#[inline]
pub fn model_json(learner: &Learner) -> Vec<u8> {
    let counters = learner.counters();
    let rows = learner.weights();
    let intercept = rows.iter().map(|row| row.intercept).collect();
    pretty(&ModelFile {
        format: MODEL_FORMAT.into(),
        version: MODEL_VERSION,
        model_id: counters.models,
        batch_id: counters.batches.checked_sub(1),
        classes: learner.schema().label.classes.clone(),
        feature_names: learner.encoder().feature_names(),
        coef: rows.into_iter().map(|row| row.coef).collect(),
        intercept,
        t: learner.t(),
        encoder: EncoderFile {
            kind: learner.encoder().settings().name().into(),
            schema: learner.schema().clone(),
            scaler: learner.encoder().scaler().cloned(),
        },
        settings: learner.settings().clone(),
        positions: learner.positions().to_vec(),
        state: learner.model_state(),
    })
}

/// The model as a file of joblib, which scikit-learn opens as an `SGDClassifier`.
///
/// # Errors
/// When scikit-learn has no such model, or that version has not.
#[inline]
pub fn model_joblib(learner: &Learner, version: SklearnVersion) -> Result<Vec<u8>, JoblibError> {
    let model = learner.sgd().ok_or(JoblibError::Online)?;
    sgd_joblib(model, &learner.schema().label.classes, version)
}

/// The figures of one batch: the bounded part of a report that files need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Number of the batch, from 0.
    pub batch_id: u64,
    /// Number of models so far.
    pub model_id: u64,
    /// The lab's accuracy: this batch, after learning from it.
    pub accuracy: Option<f64>,
    /// This batch, before learning from it.
    pub test_then_train_accuracy: Option<f64>,
    /// Before learning, over the sliding window.
    pub window_accuracy: Option<f64>,
    /// Examples in the window.
    pub window_records: u64,
    /// Before learning, since the start.
    pub cumulative_accuracy: Option<f64>,
    /// The majority class over the window.
    pub majority_accuracy: Option<f64>,
    /// Mean logarithmic loss of this batch before learning.
    pub log_loss: Option<f64>,
    /// Learning rate of the last update.
    pub learning_rate: f64,
    /// Records of the batch.
    pub records: u64,
    /// Bad ones among them.
    pub bad_records: u64,
    /// Records so far.
    pub total_records: u64,
    /// Bad ones among them.
    pub total_bad_records: u64,
    /// Offsets of the batch.
    pub offsets: Vec<OffsetRange>,
}

impl Report {
    /// The figures of this batch for files.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        Metrics {
            batch_id: self.batch_id,
            model_id: self.model_id,
            accuracy: self.same_batch.accuracy(),
            test_then_train_accuracy: self.tested.accuracy(),
            window_accuracy: self.window.accuracy(),
            window_records: self.window.total,
            cumulative_accuracy: self.cumulative.accuracy(),
            majority_accuracy: self.majority.accuracy(),
            log_loss: self.log_loss,
            learning_rate: self.learning_rate,
            records: self.records,
            bad_records: self.bad_records,
            total_records: self.total_records,
            total_bad_records: self.total_bad_records,
            offsets: self.ranges.clone(),
        }
    }
}

/// Every measure, by what it is taken over: the test-then-train predictions, and the hold-out set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuresFile {
    /// Over the sliding window.
    pub window: Measures,
    /// Under the fading factor.
    pub fading: Measures,
    /// Since the start.
    pub everything: Measures,
    /// Of a set that is never learned from, with the model as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<Measures>,
}

/// The file of the learner's last batch, as JSON: its figures, and every measure under `measures`;
/// of the hold-out set if the learner has one.
#[must_use]
#[inline]
pub fn metrics_json(metrics: &Metrics, learner: &mut Learner) -> Vec<u8> {
    #[derive(Serialize)]
    struct File<'a> {
        #[serde(flatten)]
        metrics: &'a Metrics,
        measures: MeasuresFile,
    }
    let measures = MeasuresFile {
        window: learner.measures(Over::Window),
        fading: learner.measures(Over::Fading),
        everything: learner.measures(Over::Everything),
        hold_out: learner.hold_out(),
    };
    pretty(&File { metrics, measures })
}

/// The columns of [`metrics_csv`], the first of its lines.
pub const CSV_HEAD: &str = "batch_id,model_id,records,bad_records,total_records,total_bad_records,\
    accuracy,test_then_train_accuracy,window_accuracy,window_records,cumulative_accuracy,\
    majority_accuracy,log_loss,learning_rate\n";

/// The metrics of many batches as CSV (RFC 4180 with bare line feeds): numbers only, an empty cell
/// where there is none.
#[must_use]
#[inline]
pub fn metrics_csv<'a>(metrics: impl IntoIterator<Item = &'a Metrics>) -> Vec<u8> {
    let rows = metrics.into_iter().map(metrics_csv_row);
    let csv: String = std::iter::once(CSV_HEAD.to_owned()).chain(rows).collect();
    csv.into_bytes()
}

/// A batch's row of [`metrics_csv`], with its end.
#[must_use]
#[inline]
pub fn metrics_csv_row(metrics: &Metrics) -> String {
    let m = metrics;
    let cells = [
        m.batch_id.to_string(),
        m.model_id.to_string(),
        m.records.to_string(),
        m.bad_records.to_string(),
        m.total_records.to_string(),
        m.total_bad_records.to_string(),
        cell(m.accuracy),
        cell(m.test_then_train_accuracy),
        cell(m.window_accuracy),
        m.window_records.to_string(),
        cell(m.cumulative_accuracy),
        cell(m.majority_accuracy),
        cell(m.log_loss),
        cell(Some(m.learning_rate)),
    ];
    cells.join(",") + "\n"
}

#[inline]
fn cell(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Bad records, one JSON object a line.
#[must_use]
#[inline]
pub fn bad_records_ndjson<'a>(records: impl IntoIterator<Item = &'a BadRecord>) -> Vec<u8> {
    let mut lines = Vec::new();
    for record in records {
        lines.extend(to_json(record));
        lines.push(b'\n');
    }
    lines
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("files have string keys and finite numbers only")
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes =
        serde_json::to_vec_pretty(value).expect("files have string keys and finite numbers only");
    bytes.push(b'\n');
    bytes
}
