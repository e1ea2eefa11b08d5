//! A Kafka record as it came, and the places of records in a topic.
//!
//! Offsets are Kafka's signed 64-bit numbers. A [`Position`] names the *next* record to read; an
//! [`OffsetRange`] names records that were read.

use serde::{Deserialize, Serialize};

/// One record of a topic: raw bytes with their place, never interpreted before `decode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The partition it was read from.
    pub partition: i32,
    /// Its offset in that partition.
    pub offset: i64,
    /// The epoch of the partition's leader that wrote it, where known.
    pub leader_epoch: Option<i32>,
    /// Kafka's timestamp, milliseconds since 1970-01-01 UTC (-1 where the topic has none).
    pub timestamp_millis: i64,
    /// The key's bytes; `None` is Kafka's null.
    pub key: Option<&'a [u8]>,
    /// The value's bytes; `None` is Kafka's null, which is not the same as an empty value.
    pub value: Option<&'a [u8]>,
}

/// The next record to read of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The partition.
    pub partition: i32,
    /// The offset of the next record to read.
    pub offset: i64,
    /// The leader epoch of the last record read, where known: it tells a truncated log.
    #[serde(default)]
    pub leader_epoch: Option<i32>,
}

/// Records of one partition that were read together: offsets `first` to `last`, both included.
///
/// Offsets in between may be missing (compaction, transaction markers), so the number of records
/// is not `last - first + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetRange {
    /// The partition.
    pub partition: i32,
    /// The first offset.
    pub first: i64,
    /// The last offset.
    pub last: i64,
}
