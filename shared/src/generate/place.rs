//! Where a record stands in a stream, and when it was.

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

pub(super) fn place(index: u64) -> Place {
    let elapsed = i64::try_from(index)
        .unwrap_or(i64::MAX)
        .saturating_mul(MILLIS_PER_RECORD);
    Place {
        index,
        timestamp_millis: START_MILLIS.saturating_add(elapsed),
    }
}
