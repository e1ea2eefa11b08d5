//! The project's own model file, read strictly: it is JSON of this format and version, has the
//! members of the format and no other, and its parts belong together. What it says twice, such as the
//! weights that predict and the state they come from, must be the same both times.

use super::error::OpenError;
use super::{Note, check};
use crate::decode::Format;
use crate::encode::{Encoder, EncoderSettings};
use crate::head::Head;
use crate::learner::{EstimatorState, Learner};
use crate::save::{MODEL_FORMAT, MODEL_VERSION, ModelFile};

/// Largest number of a batch, a model or an offset: up to here all JSON readers agree.
const MAX_COUNT: u64 = 1 << 53;

/// Reads a model file and checks all of it.
pub(super) fn open(bytes: &[u8]) -> Result<ModelFile, OpenError> {
    let json = |error: serde_json::Error| OpenError::Json(error.to_string());
    let head = Head::read(bytes).map_err(json)?;
    if head.format != MODEL_FORMAT {
        let found: String = head.format.escape_debug().take(80).collect();
        let problem = format!("\"{found}\" is not a model, which says \"{MODEL_FORMAT}\"");
        return Err(OpenError::member("format", problem));
    }
    if head.version != MODEL_VERSION {
        let found = head.version;
        let problem = format!("{found} is unknown here, the version is {MODEL_VERSION}");
        return Err(OpenError::member("version", problem));
    }
    let file: ModelFile = serde_json::from_slice(bytes).map_err(json)?;
    check_counts(&file)?;
    check_settings(&file)?;
    check_shapes(&file)?;
    check_weights(&file)?;
    Ok(file)
}

/// What a learner that goes on from the file does otherwise than one may think.
pub(super) fn notes(file: &ModelFile) -> Vec<Note> {
    let delay = file.settings.evaluation.measures.label_delay_records;
    Vec::from_iter((delay > 0).then_some(Note::Waiting(delay)))
}

fn check_counts(file: &ModelFile) -> Result<(), OpenError> {
    let batches = match file.batch_id {
        Some(id) if id >= MAX_COUNT => {
            return Err(OpenError::member("batch_id", format!("{id} is too large")));
        }
        Some(id) => id + 1,
        None => 0,
    };
    if file.model_id > batches {
        let problem = format!("{} models of {batches} batches", file.model_id);
        return Err(OpenError::member("model_id", problem));
    }
    let offsets = 0..=MAX_COUNT.cast_signed();
    for (place, position) in file.positions.iter().enumerate() {
        if position.partition < 0 || !offsets.contains(&position.offset) {
            let problem = format!(
                "partition {} and offset {} must be at least 0",
                position.partition, position.offset
            );
            return Err(OpenError::member(format!("positions[{place}]"), problem));
        }
    }
    let ascending = |pair: &[crate::record::Position]| pair[0].partition < pair[1].partition;
    if !file.positions.windows(2).all(ascending) {
        let problem = "partitions must be ascending, and each there once";
        return Err(OpenError::member("positions", problem));
    }
    Ok(())
}

fn check_settings(file: &ModelFile) -> Result<(), OpenError> {
    let schema = &file.encoder.schema;
    schema
        .check()
        .map_err(|error| OpenError::member("encoder.schema", error.to_string()))?;
    file.settings
        .validate_for(schema.classes())
        .map_err(|error| OpenError::member("settings", error.to_string()))?;
    let wanted = file.settings.encoder.name();
    if file.encoder.kind != wanted {
        let found: String = file.encoder.kind.escape_debug().take(80).collect();
        let problem = format!("\"{found}\", but the settings say \"{wanted}\"");
        return Err(OpenError::member("encoder.kind", problem));
    }
    if file.classes != schema.label.classes {
        return Err(OpenError::member(
            "classes",
            "other classes than the schema's label has",
        ));
    }
    check::classes(&file.settings.model, &file.classes)
}

/// Everything is as long as schema and settings say, before anything of that length is made.
fn check_shapes(file: &ModelFile) -> Result<(), OpenError> {
    let encoder = encoder(file)?;
    let width = match file.settings.encoder {
        // It is whatever the first batch said.
        EncoderSettings::PerBatch => file.coef.first().map_or(0, Vec::len),
        EncoderSettings::Stable(_) | EncoderSettings::Hashed(_) => encoder.width(),
    };
    let features = file.feature_names.len();
    let forgets = file.settings.encoder == EncoderSettings::PerBatch && features == 0;
    if features != width && !forgets {
        let problem = format!("{features} names of {width} features");
        return Err(OpenError::member("feature_names", problem));
    }
    let rows = match file.classes.len() {
        2 => 1,
        classes => classes,
    };
    if file.coef.len() != rows || file.coef.iter().any(|row| row.len() != width) {
        let problem = format!("{rows} x {width} weights are needed");
        return Err(OpenError::member("coef", problem));
    }
    let fits = match &file.state {
        EstimatorState::Sgd(state) => state.rows.len() == rows,
        EstimatorState::Online(_) => rows == 1,
    };
    if !fits || file.state.width() != width {
        let problem = format!("{rows} x {width} weights are needed");
        return Err(OpenError::member("state", problem));
    }
    let learned = encoder.feature_names();
    if file.settings.encoder != EncoderSettings::PerBatch && learned != file.feature_names {
        let differs = learned
            .iter()
            .zip(&file.feature_names)
            .position(|(a, b)| a != b);
        let problem = "not a name that schema and settings give the feature";
        let place = differs.unwrap_or_default();
        return Err(OpenError::member(
            format!("feature_names[{place}]"),
            problem,
        ));
    }
    Ok(())
}

/// The encoder of the file.
pub(super) fn encoder(file: &ModelFile) -> Result<Encoder, OpenError> {
    let settings = &file.settings.encoder;
    let schema = settings.decoding_schema(&file.encoder.schema);
    let scaler = file.encoder.scaler.clone();
    let encoder = Encoder::new(schema, settings)
        .map_err(|error| OpenError::member("settings.encoder", error.to_string()))?;
    let problem = "not one that batches of this schema, with these settings, can lead to";
    encoder
        .with_learned(scaler, &file.feature_names)
        .ok_or_else(|| OpenError::member("encoder.scaler and feature_names", problem))
}

/// The state is one of such a model, and predicts with the weights that the file shows.
fn check_weights(file: &ModelFile) -> Result<(), OpenError> {
    if let EstimatorState::Sgd(state) = &file.state {
        check::width_of_number(&file.settings.model, state)?;
    }
    let learner = Learner::with_schema(
        file.encoder.schema.clone(),
        Format::Json,
        file.settings.clone(),
    );
    let learner = learner.map_err(|error| OpenError::member("settings", error.to_string()))?;
    let problem = "not a state that schema and settings can lead to";
    let learner = learner
        .with_model(file.state.clone())
        .ok_or_else(|| OpenError::member("state", problem))?;
    let rows = learner.weights();
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
    let problem = "other numbers than the state gives";
    let shown = file.coef.iter().zip(&rows);
    if !shown.clone().all(|(shown, row)| {
        shown.len() == row.coef.len() && shown.iter().zip(&row.coef).all(|(&a, &b)| same(a, b))
    }) {
        return Err(OpenError::member("coef", problem));
    }
    let intercepts = file.intercept.iter().zip(&rows);
    if file.intercept.len() != rows.len()
        || !intercepts
            .clone()
            .all(|(&shown, row)| same(shown, row.intercept))
    {
        return Err(OpenError::member("intercept", problem));
    }
    if !same(file.t, learner.t()) {
        return Err(OpenError::member("t", problem));
    }
    Ok(())
}
