//! A run done again from its log: its records are generated once more, cut at the logged offsets,
//! and the learner after each batch is held against the logged hash. The run of the page stands
//! beside it, untouched.

mod found;
mod told;

use shared::batch::Batch;
use shared::generate::KnownStream;
use shared::run_log::{BatchEntry, Line, LogReader, Replay};
use shared::save::ModelFile;

pub(super) use self::found::FoundLog;
use crate::port::{ReplayEnd, ReplayTold};

/// Records between two looks at the clock.
const RECORDS_A_LOOK: usize = 64;

/// A replay under way.
pub(super) struct Replaying {
    told: ReplayTold,
    /// The log's lines and the place of the next.
    lines: Vec<u8>,
    next: usize,
    reader: LogReader,
    replay: Replay,
    stream: KnownStream,
    key: Vec<u8>,
    value: Vec<u8>,
    /// The batch that is being filled.
    entry: Option<BatchEntry>,
    batch: Batch,
    /// Models that were chosen with the log.
    models: Vec<ModelFile>,
    /// What a difference says beside what differs.
    other_version: Option<String>,
}

impl Replaying {
    /// How far it is.
    pub(super) fn told(&self) -> &ReplayTold {
        &self.told
    }

    /// A person wants no more of it.
    pub(super) fn stop(&mut self) {
        self.told.end.get_or_insert(ReplayEnd::Stopped);
    }

    /// Works until it is at its end or the time is over, which is asked between records.
    pub(super) fn work(&mut self, mut is_over: impl FnMut() -> bool) {
        while self.told.end.is_none() {
            match self.advance(&mut is_over) {
                Ok(true) => {}
                Ok(false) => return,
                Err(reason) => self.told.end = Some(ReplayEnd::Failed(reason)),
            }
            if is_over() {
                return;
            }
        }
    }

    /// Fills the next batch and holds what came of it against the log. `false` if the time was over
    /// before.
    fn advance(&mut self, is_over: &mut impl FnMut() -> bool) -> Result<bool, String> {
        if self.entry.is_none() {
            self.entry = self.next_entry()?;
        }
        let Some(entry) = self.entry.take() else {
            let state = self.replay.learner().state_hash().to_string();
            self.told.end = Some(ReplayEnd::Equal(state));
            return Ok(true);
        };
        if !self.fill(&entry, is_over) {
            self.entry = Some(entry);
            return Ok(false);
        }
        let difference = self.replay.step(&entry, &self.batch);
        match difference.map_err(|error| format!("batch {}: {error}", entry.batch_id))? {
            None => {
                self.told.batches += 1;
                self.told.records += self.batch.len() as u64;
            }
            Some(difference) => {
                let told = told::difference(self, &entry, &difference);
                self.told.end = Some(ReplayEnd::Different(Box::new(told)));
            }
        }
        self.batch.clear();
        Ok(true)
    }

    /// The next batch of the log.
    fn next_entry(&mut self) -> Result<Option<BatchEntry>, String> {
        while let Some(line) = found::line(&self.lines, &mut self.next) {
            if let Line::Batch(entry) = self.reader.line(line).map_err(|error| error.to_string())? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Generates the rest of the batch's records. `false` if the time was over before.
    fn fill(&mut self, entry: &BatchEntry, is_over: &mut impl FnMut() -> bool) -> bool {
        let (first, records) = found::only_range(entry);
        while self.batch.len() < records {
            self.stream.seek(first + self.batch.len() as u64);
            let place = self.stream.next_into(&mut self.key, &mut self.value);
            self.batch.push(&place.record(&self.key, &self.value));
            if self.batch.len().is_multiple_of(RECORDS_A_LOOK) && is_over() {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
