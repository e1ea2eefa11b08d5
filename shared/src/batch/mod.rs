//! Batches: the consecutive records that are learned from in one step, and the trigger that cuts
//! the stream into them.
//!
//! A batch owns its records in one arena, so a record costs a copy of its value and no allocation
//! of its own. Every record counts towards a batch, whether it can be decoded or not.

mod records;

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::record::{OffsetRange, Record};

pub(crate) use records::{Records, Run};

/// When a batch is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Every so many records; 1 is "every single record".
    Records(NonZeroU32),
    /// Every so many seconds, whatever arrived in them.
    Seconds(NonZeroU32),
}

/// A trigger of seconds still cuts at this many records, so that a batch stays bounded.
pub const MAX_BATCH_RECORDS: u32 = 1_000_000;

/// A batch also closes once its values have this many bytes. A browser's memory of 4 GiB holds the
/// arena twice while it grows.
#[cfg(target_arch = "wasm32")]
pub const MAX_BATCH_BYTES: usize = 512 << 20;

/// A batch also closes once its values have this many bytes.
#[cfg(not(target_arch = "wasm32"))]
pub const MAX_BATCH_BYTES: usize = 1 << 30;

impl Trigger {
    /// The number of records at which a batch is complete at the latest.
    #[must_use]
    pub fn most_records(self) -> u32 {
        match self {
            Self::Records(records) => records.get(),
            Self::Seconds(_) => MAX_BATCH_RECORDS,
        }
    }
}

/// Where a record of a batch lies in the arena.
#[derive(Clone, Copy, Debug)]
struct Entry {
    partition: i32,
    offset: i64,
    leader_epoch: Option<i32>,
    timestamp_millis: i64,
    /// Start and length of the value in the arena; `None` is Kafka's null.
    value: Option<(usize, usize)>,
}

/// Records that are learned from together. It keeps values and places; keys are not learned from.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    arena: Vec<u8>,
    entries: Vec<Entry>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a copy of the record's value and place.
    pub fn push(&mut self, record: &Record<'_>) {
        let value = record.value.map(|value| {
            let start = self.arena.len();
            self.arena.extend_from_slice(value);
            (start, value.len())
        });
        self.entries.push(Entry {
            partition: record.partition,
            offset: record.offset,
            leader_epoch: record.leader_epoch,
            timestamp_millis: record.timestamp_millis,
            value,
        });
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of all values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.arena.len()
    }

    /// Forgets the records and keeps the memory.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.entries.clear();
    }

    /// The records in the batch's order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.entries.iter().map(|entry| self.record(entry))
    }

    /// The record at `index` of the batch's order.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Record<'_>> {
        self.entries.get(index).map(|entry| self.record(entry))
    }

    fn record(&self, entry: &Entry) -> Record<'_> {
        Record {
            partition: entry.partition,
            offset: entry.offset,
            leader_epoch: entry.leader_epoch,
            timestamp_millis: entry.timestamp_millis,
            key: None,
            value: entry
                .value
                .map(|(start, length)| &self.arena[start..start + length]),
        }
    }

    /// The offsets of the batch: a range for each run of records of one partition.
    #[must_use]
    pub fn ranges(&self) -> Vec<OffsetRange> {
        let mut runs = Vec::new();
        Records::Kept(self).runs(&mut runs);
        runs.iter().map(Run::range).collect()
    }

    /// Puts the records into the order of (partition, offset), which makes a batch of several
    /// partitions independent of how they were interleaved on the way.
    pub fn sort(&mut self) {
        let place = |entry: &Entry| (entry.partition, entry.offset);
        if !self.entries.is_sorted_by_key(place) {
            self.entries.sort_by_key(place);
        }
    }
}

/// Cuts the stream into batches. It knows no clock: whoever has one calls [`Batcher::cut`] when a
/// trigger of seconds fires, and at the end of the stream.
#[derive(Clone, Debug)]
pub struct Batcher {
    trigger: Trigger,
    batch: Batch,
    /// The batch was handed out and is emptied before the next record.
    handed_out: bool,
}

impl Batcher {
    /// A batcher with an empty batch.
    #[must_use]
    pub fn new(trigger: Trigger) -> Self {
        Self {
            trigger,
            batch: Batch::new(),
            handed_out: false,
        }
    }

    /// The trigger in use.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        self.trigger
    }

    /// Takes another trigger; records that wait already stay in the batch.
    pub fn set_trigger(&mut self, trigger: Trigger) {
        self.trigger = trigger;
    }

    /// Adds a record. `true` means that the batch is complete: take it with [`Batcher::cut`]
    /// before the next record.
    pub fn push(&mut self, record: &Record<'_>) -> bool {
        self.forget_handed_out();
        self.batch.push(record);
        self.is_complete()
    }

    /// Whether the batch is complete by its number of records or bytes.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pending() >= self.trigger.most_records() as usize
            || (!self.handed_out && self.batch.bytes() >= MAX_BATCH_BYTES)
    }

    /// The batch as it stands, in the order of (partition, offset); `None` when no record waits.
    /// The next record begins a new one.
    pub fn cut(&mut self) -> Option<&Batch> {
        self.forget_handed_out();
        if self.batch.is_empty() {
            return None;
        }
        self.batch.sort();
        self.handed_out = true;
        Some(&self.batch)
    }

    /// [`Batcher::cut`] for who keeps the batch: it comes in `batch`, whose memory the next one
    /// takes. `false` when no record waits.
    pub fn cut_into(&mut self, batch: &mut Batch) -> bool {
        let is_cut = self.cut().is_some();
        if is_cut {
            std::mem::swap(&mut self.batch, batch);
        }
        is_cut
    }

    /// Number of records that wait for the batch to be complete.
    #[must_use]
    pub fn pending(&self) -> usize {
        if self.handed_out { 0 } else { self.batch.len() }
    }

    /// Forgets the records that wait.
    pub fn clear(&mut self) {
        self.batch.clear();
        self.handed_out = false;
    }

    fn forget_handed_out(&mut self) {
        if self.handed_out {
            self.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(partition: i32, offset: i64, value: Option<&[u8]>) -> Record<'_> {
        Record {
            partition,
            offset,
            leader_epoch: None,
            timestamp_millis: 0,
            key: None,
            value,
        }
    }

    fn every(records: u32) -> Trigger {
        Trigger::Records(NonZeroU32::new(records).unwrap())
    }

    #[test]
    fn a_batch_is_complete_at_the_trigger_and_the_next_record_begins_another() {
        let mut batcher = Batcher::new(every(2));
        assert!(!batcher.push(&record(0, 0, Some(b"a"))));
        assert!(batcher.push(&record(0, 1, Some(b"b"))));
        assert_eq!(batcher.cut().map(Batch::len), Some(2));
        assert_eq!(batcher.pending(), 0);
        assert!(batcher.cut().is_none(), "a batch is handed out once");
        assert!(!batcher.push(&record(0, 2, Some(b"c"))));
        let rest = batcher.cut().unwrap();
        assert_eq!(rest.get(0).unwrap().value, Some(&b"c"[..]));
    }

    #[test]
    fn a_batch_that_is_kept_leaves_its_memory_to_the_next() {
        let mut batcher = Batcher::new(every(2));
        let mut kept = Batch::new();
        assert!(!batcher.cut_into(&mut kept));
        kept.push(&record(0, 9, Some(b"of an older batch")));
        batcher.push(&record(0, 1, Some(b"b")));
        batcher.push(&record(0, 0, Some(b"a")));
        assert!(batcher.cut_into(&mut kept));
        assert_eq!(kept.get(0).unwrap().value, Some(&b"a"[..]));
        assert!(!batcher.push(&record(0, 2, Some(b"c"))));
        assert_eq!((batcher.pending(), kept.len()), (1, 2));
        assert!(batcher.cut_into(&mut kept) && !batcher.cut_into(&mut kept));
        assert_eq!((kept.len(), kept.bytes()), (1, 1));
    }

    #[test]
    fn null_and_empty_values_are_kept_apart() {
        let mut batch = Batch::new();
        batch.push(&record(0, 0, None));
        batch.push(&record(0, 1, Some(b"")));
        let values: Vec<_> = batch.records().map(|record| record.value).collect();
        assert_eq!(values, [None, Some(&b""[..])]);
    }

    #[test]
    fn a_batch_of_several_partitions_is_ordered_by_partition_and_offset() {
        let mut batcher = Batcher::new(every(4));
        for (partition, offset) in [(1, 5), (0, 9), (1, 4), (0, 8)] {
            batcher.push(&record(partition, offset, Some(b"x")));
        }
        let places: Vec<_> = batcher
            .cut()
            .unwrap()
            .records()
            .map(|r| (r.partition, r.offset))
            .collect();
        assert_eq!(places, [(0, 8), (0, 9), (1, 4), (1, 5)]);
    }

    #[test]
    fn a_smaller_trigger_takes_effect_on_what_waits() {
        let mut batcher = Batcher::new(every(10));
        batcher.push(&record(0, 0, Some(b"a")));
        batcher.push(&record(0, 1, Some(b"b")));
        batcher.set_trigger(every(2));
        assert!(batcher.is_complete());
    }
}
