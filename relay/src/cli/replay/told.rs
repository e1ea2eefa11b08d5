//! What a replay found, for people.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, iter};

use shared::batch::Batch;
use shared::learner::{ClassWeights, Learner};
use shared::run_log::{BatchEntry, Difference, FoundWeight, Header, LogReader, found_weights};
use shared::save::{ModelFile, ModelFormat, model_file_name, next_raw_line};

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
        Difference::Input { record, .. } => {
            text += &changed_record(folder, header, entry, batch, *record);
        }
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

/// The first record that differs, beside what the run kept of it, if it kept its records.
fn changed_record(
    folder: &Path,
    header: &Header,
    entry: &BatchEntry,
    batch: &Batch,
    place: Option<usize>,
) -> String {
    let Some((place, record)) = place.and_then(|place| Some((place, batch.get(place)?))) else {
        return first_record(batch);
    };
    let kept = train::raw_file(folder, entry.batch_id, &header.records);
    let then = match fs::read(kept) {
        Ok(kept) => {
            let mut at = 0;
            let mut lines = iter::from_fn(|| next_raw_line(&kept, &mut at, &header.records));
            lines.nth(place).map_or_else(String::new, excerpt)
        }
        Err(_) => "was not kept (train --save-raw does)".to_owned(),
    };
    format!(
        "record partition {} offset {}:\n  in the run {then}\n  now        {}\n",
        record.partition,
        record.offset,
        excerpt(record.value.unwrap_or_default())
    )
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
    for FoundWeight {
        name,
        logged,
        found,
    } in found_weights(now, &features, file.as_ref())
    {
        // Writing to a string does not fail.
        let _ = match logged {
            Some(logged) => writeln!(text, "  {name}: {logged} {found}"),
            None => writeln!(text, "  {name}: {found}"),
        };
    }
    text
}
