//! Files of raw records that were chosen with a log: one a batch, or one of several batches.

use std::ops::RangeInclusive;

use shared::batch::Batch;
use shared::decode::Format;
use shared::run_log::{BatchEntry, push_lines, restore_raw};

use crate::port::OpenedFile;

/// The files, in whatever order they were chosen.
pub(in crate::opener) struct RawFiles {
    format: Format,
    files: Vec<RawFile>,
}

/// The records of the batches from `first` to `last`.
struct RawFile {
    first: u64,
    last: u64,
    bytes: Vec<u8>,
    /// The batch whose records begin at `at`.
    next: u64,
    at: usize,
}

impl RawFiles {
    /// Takes out the files whose names say that they are such.
    pub(super) fn find(format: &Format, chosen: &mut Vec<OpenedFile>) -> Option<Self> {
        let (mut files, mut others) = (Vec::new(), Vec::new());
        for file in chosen.drain(..) {
            match batches_of(&file.name) {
                Some((first, last)) => files.push(RawFile {
                    first,
                    last,
                    bytes: file.bytes,
                    next: first,
                    at: 0,
                }),
                None => others.push(file),
            }
        }
        *chosen = others;
        (!files.is_empty()).then(|| Self {
            format: format.clone(),
            files,
        })
    }

    /// The first of these batches that is in none of them.
    pub(super) fn missing(&self, batches: RangeInclusive<u64>) -> Option<u64> {
        let mut spans: Vec<_> = self
            .files
            .iter()
            .map(|file| (file.first, file.last))
            .collect();
        spans.sort_unstable();
        let mut next = *batches.start();
        for (first, last) in spans {
            if (first..=last).contains(&next) {
                next = last.saturating_add(1);
            }
        }
        (next <= *batches.end()).then_some(next)
    }

    /// Batches are asked for in their order. Files may have the same ones twice.
    pub(super) fn fill(&mut self, entry: &BatchEntry, batch: &mut Batch) -> Result<(), String> {
        let id = entry.batch_id;
        let mut begins_here = self
            .files
            .iter_mut()
            .filter(|file| file.next == id && id <= file.last);
        let file = begins_here.next().ok_or_else(|| missing(id))?;
        push_lines(entry, &self.format, &file.bytes, &mut file.at, batch);
        file.next = id.saturating_add(1);
        for file in begins_here {
            push_lines(
                entry,
                &self.format,
                &file.bytes,
                &mut file.at,
                &mut Batch::new(),
            );
            file.next = id.saturating_add(1);
        }
        restore_raw(entry, &self.format, batch);
        Ok(())
    }
}

/// What to say of a batch that is in no file.
pub(super) fn missing(batch_id: u64) -> String {
    format!(
        "the raw records of batch {batch_id} are not among the chosen files, and a replay needs all from the first batch on"
    )
}

/// The first and the last batch of a file of this name: `batch_3.ndjson`, `batches_3_to_9.ndjson`.
fn batches_of(name: &str) -> Option<(u64, u64)> {
    let (stem, extension) = name.rsplit_once('.')?;
    if !["ndjson", "csv"].contains(&extension) {
        return None;
    }
    if let Some(id) = stem.strip_prefix("batch_") {
        let id = id.parse().ok()?;
        return Some((id, id));
    }
    let (first, last) = stem.strip_prefix("batches_")?.split_once("_to_")?;
    Some((first.parse().ok()?, last.parse().ok()?))
}
