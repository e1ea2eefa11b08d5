//! The formats of a model, and the names of files.

/// What a model can be saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelFormat {
    /// All of it, to go on from here: [`model_json`](super::model_json).
    Json,
    /// For scikit-learn: [`model_joblib`](super::model_joblib).
    Joblib,
    /// Encoder and model as one graph of ONNX: [`model_onnx`](super::model_onnx).
    Onnx,
    /// As a query of SQL: [`model_sql`](super::model_sql).
    Sql,
    /// As a module of Python: [`model_python`](super::model_python).
    Python,
}

impl ModelFormat {
    /// The end of its files' names.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Joblib => "joblib",
            Self::Onnx => "onnx",
            Self::Sql => "sql",
            Self::Python => "py",
        }
    }
}

/// Name of a model's file: `model_{count}_batch_{id}.json` and the like.
#[must_use]
pub fn model_file_name(format: ModelFormat, model_id: u64, batch_id: u64) -> String {
    let extension = format.extension();
    format!("model_{model_id}_batch_{batch_id}.{extension}")
}

/// Name of the file of joblib that holds a model's encoder: `encoder_{count}_batch_{id}.joblib`.
#[must_use]
pub fn encoder_file_name(model_id: u64, batch_id: u64) -> String {
    format!("encoder_{model_id}_batch_{batch_id}.joblib")
}

/// Name of a batch's metrics file: `batch_{id}_metrics.json`.
#[must_use]
pub fn metrics_file_name(batch_id: u64) -> String {
    format!("batch_{batch_id}_metrics.json")
}
