//! Files of raw records that were chosen with a log: one a batch, or one of several batches.

use shared::batch::Batch;
use shared::decode::Format;
use shared::run_log::{BatchEntry, push_lines, restore_raw};

use crate::port::OpenedFile;

/// The files, by their first batch.
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

    /// Whether the batch is in one of them.
    pub(super) fn check(&self, batch_id: u64) -> Result<(), String> {
        let is_in = |file: &RawFile| (file.first..=file.last).contains(&batch_id);
        if self.files.iter().any(is_in) {
            return Ok(());
        }
        Err(format!(
            "the raw records of batch {batch_id} are not among the chosen files, and a replay needs all from the first batch on"
        ))
    }

    pub(super) fn fill(&mut self, entry: &BatchEntry, batch: &mut Batch) -> Result<(), String> {
        let id = entry.batch_id;
        let begins_here = |file: &&mut RawFile| file.next == id && id <= file.last;
        let Some(file) = self.files.iter_mut().find(begins_here) else {
            return self.check(id);
        };
        push_lines(entry, &self.format, &file.bytes, &mut file.at, batch);
        restore_raw(entry, &self.format, batch);
        file.next += 1;
        Ok(())
    }
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
