//! What a replay found, for people.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use shared::batch::Batch;
use shared::decode::{Csv, Format, csv};
use shared::learner::{ClassWeights, Learner};
use shared::run_log::{BatchEntry, Difference, Header, LogReader};
use shared::save::{ModelFile, ModelFormat, model_file_name, raw_records};

use super::train;

/// Most bytes of a record that are shown.
const SHOWN_BYTES: usize = 240;

/// All is the same.
pub(super) fn same(log: &LogReader, learner: &Learner) -> String {
    let (batches, records) = (log.batches(), learner.counters().records);
    let plural = if batches == 1 { "" } else { "es" };
    format!(
        "{batches} batch{plural}, {records} records: every state is the run's, to the bit (the last is {})\n",
        learner.state_hash()
    )
}

/// Something differs. Files of the run that stand beside its log tell more.
pub(super) fn difference(
    folder: &Path,
    header: &Header,
    entry: &BatchEntry,
    batch: &Batch,
    difference: &Difference,
) -> String {
    let mut text = format!("{difference}\n");
    match difference {
        Difference::Ranges { .. } => {}
        Difference::Input { .. } => text += &changed_record(folder, header, entry, batch),
        Difference::State { weights, .. } => {
            text += &first_record(batch);
            text += &changed_weights(folder, header, entry, weights);
        }
    }
    if header.program != env!("CARGO_PKG_VERSION") {
        let (then, now) = (&header.program, env!("CARGO_PKG_VERSION"));
        // Writing to a string does not fail.
        let _ = writeln!(text, "the run was made by version {then}, this is {now}");
    }
    text
}

/// The first record that is not as the run kept it, if it kept the records.
fn changed_record(folder: &Path, header: &Header, entry: &BatchEntry, batch: &Batch) -> String {
    let kept = train::raw_file(folder, entry.batch_id, &header.records);
    let Ok(kept) = fs::read(kept) else {
        return format!(
            "{}which record it is cannot be told, as the run kept none (train --save-raw does)\n",
            first_record(batch)
        );
    };
    let now = raw_records(batch, &header.records);
    let (then, now) = (lines(&kept, &header.records), lines(&now, &header.records));
    let place = then.iter().zip(&now).position(|(then, now)| then != now);
    let Some((place, record)) = place.and_then(|place| Some((place, batch.get(place)?))) else {
        return first_record(batch);
    };
    format!(
        "record partition {} offset {}:\n  in the run {}\n  now        {}\n",
        record.partition,
        record.offset,
        excerpt(then[place]),
        excerpt(record.value.unwrap_or_default())
    )
}

/// The records in a file of raw ones, without the names of the columns.
fn lines<'a>(file: &'a [u8], format: &Format) -> Vec<&'a [u8]> {
    match format {
        Format::Json => file.split_inclusive(|byte| *byte == b'\n').collect(),
        Format::Csv(Csv { delimiter, header }) => {
            let lines = csv::records(file, *delimiter);
            lines.skip(usize::from(header.is_some())).collect()
        }
    }
}

fn first_record(batch: &Batch) -> String {
    let Some(record) = batch.get(0) else {
        return String::new();
    };
    format!(
        "its first record, partition {} offset {}: {}\n",
        record.partition,
        record.offset,
        excerpt(record.value.unwrap_or_default())
    )
}

fn excerpt(value: &[u8]) -> String {
    let shown = &value[..value.len().min(SHOWN_BYTES)];
    let more = if shown.len() < value.len() { "…" } else { "" };
    format!("{}{more}", shown.escape_ascii())
}

/// The weights that differ, if the run saved the model.
fn changed_weights(
    folder: &Path,
    header: &Header,
    entry: &BatchEntry,
    now: &[ClassWeights],
) -> String {
    let name = model_file_name(ModelFormat::Json, entry.model_id, entry.batch_id);
    let file = fs::read(folder.join(train::MODELS).join(name));
    let file = file
        .ok()
        .and_then(|file| serde_json::from_slice::<ModelFile>(&file).ok());
    let features = header
        .learner()
        .map(|learner| learner.encoder().feature_names());
    let features = features.unwrap_or_default();
    let mut text = match &file {
        Some(_) => "weights that differ, in the run and now:\n".to_owned(),
        None => "weights now (the run's model is not beside the log as JSON):\n".to_owned(),
    };
    for (row, weights) in now.iter().enumerate() {
        let then = file.as_ref().map(|file| {
            let coef = file.coef.get(row).map_or(&[][..], Vec::as_slice);
            (coef, file.intercept.get(row).copied())
        });
        let named = weights.coef.iter().enumerate().map(|(place, weight)| {
            let feature = features.get(place).map_or("?", String::as_str);
            (
                feature,
                then.and_then(|(coef, _)| coef.get(place).copied()),
                *weight,
            )
        });
        let intercept = (
            "intercept",
            then.and_then(|(_, intercept)| intercept),
            weights.intercept,
        );
        for (feature, then, now) in named.chain([intercept]) {
            // Writing to a string does not fail.
            let _ = match then {
                Some(then) if then.to_bits() == now.to_bits() => Ok(()),
                Some(then) => writeln!(text, "  {feature}: {then} {now}"),
                None => writeln!(text, "  {feature}: {now}"),
            };
        }
    }
    text
}
