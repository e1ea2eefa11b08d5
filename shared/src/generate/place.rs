//! Where a record stands in a stream, and when it was.

use crate::record::Record;

/// Milliseconds from one record's timestamp to the next: the lab's ten records a second.
pub const MILLIS_PER_RECORD: i64 = 100;

/// Timestamp of record 0, 2025-01-01T00:00:00, in milliseconds since 1970-01-01 UTC.
pub(super) const START_MILLIS: i64 = 1_735_689_600_000;

/// Where a record stands in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its index, from 0.
    pub index: u64,
    /// Its timestamp, milliseconds since 1970-01-01 UTC.
    pub timestamp_millis: i64,
}

impl Place {
    /// The record that was written at this place: of partition 0, its index being its offset.
    #[must_use]
    pub fn record<'a>(&self, key: &'a [u8], value: &'a [u8]) -> Record<'a> {
        Record {
            partition: 0,
            offset: i64::try_from(self.index).unwrap_or(i64::MAX),
            leader_epoch: None,
            timestamp_millis: self.timestamp_millis,
            key: Some(key),
            value: Some(value),
        }
    }
}

pub(super) fn place(index: u64) -> Place {
    let elapsed = i64::try_from(index)
        .unwrap_or(i64::MAX)
        .saturating_mul(MILLIS_PER_RECORD);
    Place {
        index,
        timestamp_millis: START_MILLIS.saturating_add(elapsed),
    }
}
