//! A run done again from its log: its records are found once more, cut at the logged offsets,
//! and the learner after each batch is held against the logged hash. The run of the page stands
//! beside it, untouched.

mod found;
mod raw_files;
mod records;
mod through_relay;
mod told;

use shared::batch::Batch;
use shared::run_log::{BatchEntry, Line, LogReader, Replay};
use shared::save::ModelFile;

pub(super) use self::found::FoundLog;
use self::records::{Filled, Records};
use self::through_relay::ThroughRelay;
use crate::port::{ReplayEnd, ReplayTold};
use crate::relay::Wake;

/// A replay under way.
pub(super) struct Replaying {
    told: ReplayTold,
    /// The log's lines and the place of the next.
    lines: Vec<u8>,
    next: usize,
    reader: LogReader,
    replay: Replay,
    records: Records,
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

    /// Something happened on the connection of a partition.
    pub(super) fn on_wake(&mut self, partition: i32, wake: Wake) {
        if let Some(relay) = self.records.relay() {
            relay.on_wake(partition, wake);
        }
    }

    /// A second has passed. Whether something changed by that.
    pub(super) fn beat(&mut self) -> bool {
        self.records.relay().is_some_and(ThroughRelay::beat)
    }

    /// Works until it is at its end, has to wait for records, or the time is over, which is asked
    /// between records.
    pub(super) fn work(&mut self, mut is_over: impl FnMut() -> bool) {
        self.told.waits = None;
        while self.told.end.is_none() {
            match self.advance(&mut is_over) {
                Ok(Filled::Whole) => {}
                Ok(Filled::Partly) => return,
                Ok(Filled::Waiting) => {
                    let relay = self.records.relay();
                    self.told.waits = relay.map(|relay| relay.waits().to_owned());
                    return;
                }
                Err(reason) => self.told.end = Some(ReplayEnd::Failed(reason)),
            }
            if is_over() {
                return;
            }
        }
    }

    /// Fills the next batch and, once it is whole, holds what came of it against the log.
    fn advance(&mut self, is_over: &mut impl FnMut() -> bool) -> Result<Filled, String> {
        if self.entry.is_none() {
            self.entry = self.next_entry()?;
        }
        let Some(entry) = self.entry.take() else {
            let state = self.replay.learner().state_hash().to_string();
            self.told.end = Some(ReplayEnd::Equal(state));
            return Ok(Filled::Whole);
        };
        let filled = self.records.fill(&entry, &mut self.batch, is_over)?;
        if filled != Filled::Whole {
            self.entry = Some(entry);
            return Ok(filled);
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
        self.records.learned();
        Ok(Filled::Whole)
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
}

#[cfg(test)]
mod tests;
