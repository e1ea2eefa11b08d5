//! A model's JSON file, opened to predict with.

use serde::Deserialize;
use thiserror::Error;

use super::{MODEL_FORMAT, MODEL_VERSION, ModelFile};
use crate::encode::{Encoder, Scaler};
use crate::learner::Predictor;

/// Why bytes are no model that can predict.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// Not the JSON of a model's file.
    #[error("not a model's file: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format or a later version.
    #[error(
        "a {format} of version {version}; this program reads {MODEL_FORMAT} of version {MODEL_VERSION}"
    )]
    Version {
        /// The format's name.
        format: String,
        /// Its version.
        version: u32,
    },
    /// The schema cannot be used.
    #[error("the file's schema: {0}")]
    Schema(#[from] crate::schema::SchemaError),
    /// A setting out of its range.
    #[error("the file's settings: {0}")]
    Settings(#[from] crate::settings::SettingsError),
    /// The lab's encoder is fitted on every batch anew and is in no file.
    #[error("the per_batch encoder has no fixed columns: such a model predicts nothing by itself")]
    PerBatch,
    /// Parts that do not belong together.
    #[error("the file does not fit together: {0}")]
    Inconsistent(&'static str),
}

/// Opens what [`model_json`](super::model_json) wrote, to predict with.
///
/// # Errors
/// When the bytes are no such file, of a later version, or their parts do not fit together.
pub fn model_predictor(json: &[u8]) -> Result<Predictor, ModelFileError> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    let Head { format, version } = serde_json::from_slice(json)?;
    if format != MODEL_FORMAT || version != MODEL_VERSION {
        return Err(ModelFileError::Version { format, version });
    }
    let file: ModelFile = serde_json::from_slice(json)?;
    let (schema, settings) = (&file.encoder.schema, &file.settings);
    schema.check()?;
    settings.validate_for(schema.classes())?;
    let decoding = settings.encoder.decoding_schema(schema);
    // Checked with its own error; what follows can only be inconsistent.
    Encoder::new(decoding.clone(), &settings.encoder)?;
    if file.encoder.kind == "per_batch" {
        return Err(ModelFileError::PerBatch);
    }
    let scaler = file
        .encoder
        .scaler
        .unwrap_or_else(|| Scaler::new(schema.numeric().count()));
    let none = || vec![Vec::new(); schema.categorical().count()];
    let vocabularies = file.encoder.vocabularies.unwrap_or_else(none);
    let encoder = Encoder::with_learned(decoding, &settings.encoder, scaler, vocabularies);
    let encoder = encoder.ok_or(ModelFileError::Inconsistent(
        "what the encoder learned is not of its schema and settings",
    ))?;
    Predictor::new(schema, settings, encoder, file.state).ok_or(ModelFileError::Inconsistent(
        "the model's state is not of its schema and settings",
    ))
}
