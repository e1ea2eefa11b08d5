//! The first difference of a replay, for people: what differs, the record, and the weights.

use shared::learner::ClassWeights;
use shared::run_log::{BatchEntry, Difference, FoundWeight, found_weights};
use shared::save::ModelFile;

use super::Replaying;
use crate::port::{FirstDifference, MOST_TOLD_WEIGHTS, ToldWeight, ToldWeights};

/// Most bytes of a record that are shown.
const SHOWN_BYTES: usize = 240;

pub(super) fn difference(
    replaying: &Replaying,
    entry: &BatchEntry,
    difference: &Difference,
) -> FirstDifference {
    let mut words = difference.to_string();
    if let Some(version) = &replaying.other_version {
        words = format!("{words}. {version}");
    }
    let (which, place) = match difference {
        Difference::Input {
            record: Some(place),
            ..
        } => ("The first record that differs", *place),
        _ => ("Its first record", 0),
    };
    let record = replaying.batch.get(place).map(|record| {
        let value = record.value.unwrap_or_default();
        let part = &value[..value.len().min(SHOWN_BYTES)];
        let more = if part.len() < value.len() { "…" } else { "" };
        let shown = format!("{}{more}", String::from_utf8_lossy(part));
        let (partition, offset) = (record.partition, record.offset);
        let place = format!("{which}, partition {partition} offset {offset}");
        (place, shown)
    });
    let weights = match difference {
        Difference::State { weights, .. } => Some(told_weights(replaying, entry, weights)),
        Difference::Ranges { .. } | Difference::Input { .. } => None,
    };
    FirstDifference {
        batch_id: entry.batch_id,
        words,
        record,
        weights,
    }
}

/// The weights, against those of the run's model if it was chosen with the log.
fn told_weights(replaying: &Replaying, entry: &BatchEntry, now: &[ClassWeights]) -> ToldWeights {
    let of_batch = |model: &&ModelFile| model.batch_id == Some(entry.batch_id);
    let model = replaying.models.iter().find(of_batch);
    let features = replaying.replay.learner().encoder().feature_names();
    let found = found_weights(now, &features, model);
    let weight = |weight: &FoundWeight| ToldWeight {
        name: weight.name.clone(),
        logged: weight.logged,
        found: weight.found,
    };
    ToldWeights {
        are_compared: model.is_some(),
        first: found.iter().take(MOST_TOLD_WEIGHTS).map(weight).collect(),
        more: found.len().saturating_sub(MOST_TOLD_WEIGHTS) as u64,
    }
}
