//! Writes batch frames: records of one partition are collected and become one buffer that every
//! client can be given.

use super::frame::{FLAGS_NONE, HEAD_BYTES, INDEX_ENTRY_BYTES, KIND_BATCH, MAGIC};
use super::{MAX_FRAME_BYTES, MAX_TOPIC_BYTES};
use crate::record::Record;

/// The frame format's version, a byte of its own in every frame.
pub(super) const FRAME_VERSION: u8 = 1;

/// Why a record or a topic cannot be put into a frame.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum EncodeError {
    /// The topic's name is empty or longer than Kafka allows.
    #[error("a topic's name has 1 to {MAX_TOPIC_BYTES} bytes, this one {0}")]
    Topic(usize),
    /// The record is larger than a frame may be.
    #[error(
        "the record at partition {partition} offset {offset} has {bytes} bytes with its key and \
         headers; the protocol carries at most {MAX_FRAME_BYTES} in a frame"
    )]
    TooLarge {
        /// Its partition.
        partition: i32,
        /// Its offset.
        offset: i64,
        /// Bytes of key, value and headers.
        bytes: usize,
    },
    /// The record does not belong after what the frame holds already.
    #[error("the record at partition {partition} offset {offset} does not follow offset {next}")]
    Order {
        /// Its partition.
        partition: i32,
        /// Its offset.
        offset: i64,
        /// The offset at or after which it had to lie.
        next: i64,
    },
}

/// Collects records of one partition into a frame. It goes on where the last frame ended, so the
/// frames of a partition leave no gap between them.
#[derive(Clone, Debug)]
pub struct FrameWriter {
    topic: String,
    partition: i32,
    leader_epoch: Option<i32>,
    base_offset: i64,
    next_offset: i64,
    count: u32,
    index: Vec<u8>,
    data: Vec<u8>,
}

impl FrameWriter {
    /// A writer whose first frame begins at `start`, the offset from which the partition is read.
    pub fn new(topic: &str, partition: i32, start: i64) -> Result<Self, EncodeError> {
        if topic.is_empty() || topic.len() > MAX_TOPIC_BYTES {
            return Err(EncodeError::Topic(topic.len()));
        }
        Ok(Self {
            topic: topic.to_owned(),
            partition,
            leader_epoch: None,
            base_offset: start,
            next_offset: start,
            count: 0,
            index: Vec::new(),
            data: Vec::new(),
        })
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// Number of records in the frame under way.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The offset after all that was taken in: where reading goes on.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// The epoch of the records in the frame under way, or of the last that were.
    #[must_use]
    pub fn leader_epoch(&self) -> Option<i32> {
        self.leader_epoch
    }

    /// Whether there is anything to tell: records, or offsets passed over.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.next_offset > self.base_offset
    }

    /// Bytes the frame under way would have.
    #[must_use]
    pub fn bytes(&self) -> usize {
        HEAD_BYTES + self.topic.len() + self.index.len() + self.data.len()
    }

    /// Bytes that the record adds to a frame.
    #[must_use]
    pub fn record_bytes(record: &Record<'_>, headers: &[u8]) -> usize {
        INDEX_ENTRY_BYTES + payload_bytes(record, headers)
    }

    /// Whether the record can join the frame under way. If not, [`FrameWriter::advance_to`] its
    /// offset and finish that frame first: a frame has one leader epoch, offsets within 32 bits
    /// of its base, and a largest size.
    #[must_use]
    pub fn accepts(&self, record: &Record<'_>, headers: &[u8]) -> bool {
        let is_near = u32::try_from(record.offset.saturating_sub(self.base_offset)).is_ok();
        let is_alike = record.leader_epoch == self.leader_epoch
            && self.bytes() + Self::record_bytes(record, headers) <= MAX_FRAME_BYTES;
        is_near && (self.count == 0 || is_alike)
    }

    /// Takes a record in. `headers` are bytes made by [`super::headers::append`].
    pub fn push(&mut self, record: &Record<'_>, headers: &[u8]) -> Result<(), EncodeError> {
        self.check(record, headers)?;
        let delta =
            u32::try_from(record.offset - self.base_offset).map_err(|_| self.misplaced(record))?;
        self.leader_epoch = record.leader_epoch;
        self.index
            .extend_from_slice(&record.timestamp_millis.to_le_bytes());
        self.index.extend_from_slice(&delta.to_le_bytes());
        self.index
            .extend_from_slice(&nullable_length(record.key).to_le_bytes());
        self.index
            .extend_from_slice(&nullable_length(record.value).to_le_bytes());
        self.index.extend_from_slice(&length(headers).to_le_bytes());
        self.data.extend_from_slice(record.key.unwrap_or_default());
        self.data
            .extend_from_slice(record.value.unwrap_or_default());
        self.data.extend_from_slice(headers);
        self.count += 1;
        self.next_offset = record.offset.saturating_add(1);
        Ok(())
    }

    /// Notes that nothing is to be read before `next`: control records and compacted offsets.
    pub fn advance_to(&mut self, next: i64) {
        self.next_offset = self.next_offset.max(next);
    }

    /// The frame's bytes; the next frame begins where this one ends.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut frame = Vec::with_capacity(self.bytes());
        frame.extend_from_slice(&MAGIC);
        frame.extend_from_slice(&[FRAME_VERSION, KIND_BATCH]);
        frame.extend_from_slice(&FLAGS_NONE.to_le_bytes());
        frame.extend_from_slice(&self.partition.to_le_bytes());
        frame.extend_from_slice(&self.leader_epoch.unwrap_or(-1).to_le_bytes());
        frame.extend_from_slice(&self.base_offset.to_le_bytes());
        frame.extend_from_slice(&self.next_offset.to_le_bytes());
        frame.extend_from_slice(&self.count.to_le_bytes());
        frame.extend_from_slice(&length(self.topic.as_bytes()).to_le_bytes());
        frame.extend_from_slice(&length(&self.data).to_le_bytes());
        frame.extend_from_slice(self.topic.as_bytes());
        frame.extend_from_slice(&self.index);
        frame.extend_from_slice(&self.data);
        self.base_offset = self.next_offset;
        self.count = 0;
        self.forget_records();
        frame
    }

    /// Empties the buffers; those that one large record has blown up are given back.
    fn forget_records(&mut self) {
        self.index.clear();
        self.data.clear();
        self.data.shrink_to(2 * super::TARGET_FRAME_BYTES);
    }

    fn check(&self, record: &Record<'_>, headers: &[u8]) -> Result<(), EncodeError> {
        if record.partition != self.partition || record.offset < self.next_offset {
            return Err(self.misplaced(record));
        }
        let bytes = payload_bytes(record, headers);
        if bytes + HEAD_BYTES + self.topic.len() + INDEX_ENTRY_BYTES > MAX_FRAME_BYTES {
            return Err(EncodeError::TooLarge {
                partition: record.partition,
                offset: record.offset,
                bytes,
            });
        }
        Ok(())
    }

    fn misplaced(&self, record: &Record<'_>) -> EncodeError {
        EncodeError::Order {
            partition: record.partition,
            offset: record.offset,
            next: self.next_offset,
        }
    }
}

fn payload_bytes(record: &Record<'_>, headers: &[u8]) -> usize {
    let length = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
    length(record.key) + length(record.value) + headers.len()
}

/// A length that was checked against [`MAX_FRAME_BYTES`] before.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// -1 is Kafka's null.
fn nullable_length(bytes: Option<&[u8]>) -> i32 {
    bytes.map_or(-1, |bytes| i32::try_from(bytes.len()).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(offset: i64, value: &[u8]) -> Record<'_> {
        Record {
            partition: 0,
            offset,
            leader_epoch: None,
            timestamp_millis: 0,
            key: None,
            value: Some(value),
        }
    }

    #[test]
    fn frames_leave_no_gap_between_them() {
        let mut writer = FrameWriter::new("t", 0, 5).unwrap();
        writer.push(&record(7, b"a"), &[]).unwrap();
        writer.finish();
        assert!(!writer.has_news());
        writer.advance_to(10);
        assert!(writer.has_news());
        assert_eq!((writer.base_offset, writer.next_offset()), (8, 10));
    }

    #[test]
    fn records_must_come_in_order_and_from_one_partition() {
        let mut writer = FrameWriter::new("t", 0, 5).unwrap();
        let early = EncodeError::Order {
            partition: 0,
            offset: 4,
            next: 5,
        };
        assert_eq!(writer.push(&record(4, b""), &[]), Err(early));
        let other = Record {
            partition: 1,
            ..record(9, b"")
        };
        assert!(writer.push(&other, &[]).is_err());
    }

    #[test]
    fn another_epoch_or_a_far_offset_needs_another_frame() {
        let mut writer = FrameWriter::new("t", 0, 0).unwrap();
        writer.push(&record(0, b""), &[]).unwrap();
        let led = Record {
            leader_epoch: Some(1),
            ..record(1, b"")
        };
        assert!(!writer.accepts(&led, &[]));
        let far = record(1 << 33, b"");
        assert!(!writer.accepts(&far, &[]));
        writer.advance_to(far.offset);
        writer.finish();
        assert!(writer.accepts(&far, &[]));
        writer.push(&far, &[]).unwrap();
    }

    #[test]
    fn a_record_larger_than_a_frame_is_refused_with_its_place() {
        let mut writer = FrameWriter::new("t", 0, 0).unwrap();
        let value = vec![0; MAX_FRAME_BYTES];
        let error = writer
            .push(&record(3, &value), &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("the record at partition 0 offset 3 has 67108864 bytes"),
            "{error}"
        );
    }
}
