//! Reads batch frames: borrowed, checked once as a whole, then iterated without a further check.
//!
//! ```text
//!  0  magic "GRAD"        16  base offset   i64     36  topic length u32
//!  4  version u8 = 1      24  next offset   i64     40  data length  u32
//!  5  kind    u8 = 1      32  count         u32     44  topic, UTF-8
//!  6  flags   u16                                    ‥  index, 24 bytes a record
//!  8  partition i32                                  ‥  data: key, value, headers of each record
//! 12  leader epoch i32, -1 = unknown
//!
//! index entry: timestamp i64, offset − base u32, key length i32, value length i32, headers length u32
//! ```
//!
//! Numbers are little-endian; a length of -1 is Kafka's null. Nothing is left over: the lengths
//! add up to the frame's own.

use super::headers::Headers;
use super::{MAX_FRAME_BYTES, MAX_TOPIC_BYTES};
use crate::record::Record;

pub(super) const MAGIC: [u8; 4] = *b"GRAD";
pub(super) const KIND_BATCH: u8 = 1;
pub(super) const FLAGS_NONE: u16 = 0;
/// What follows the topic is compressed as a whole. Reserved: version 1 refuses it.
pub const FLAG_COMPRESSED: u16 = 1;
pub(super) const HEAD_BYTES: usize = 44;
pub(super) const INDEX_ENTRY_BYTES: usize = 24;

/// Why bytes are not a batch frame.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum FrameError {
    /// Larger than any frame.
    #[error("a frame of {0} bytes; at most {MAX_FRAME_BYTES} are allowed")]
    TooLarge(usize),
    /// The bytes end too early.
    #[error("the frame ends at byte {at}, within {what}")]
    Cut {
        /// The frame's length.
        at: usize,
        /// What was being read.
        what: &'static str,
    },
    /// It does not begin as a frame does.
    #[error("not a frame of this protocol: it begins with {0:02x?} instead of \"GRAD\"")]
    Magic([u8; 4]),
    /// A version this build does not read.
    #[error("frame version {0}; this build reads version 1: update the page or the program")]
    Version(u8),
    /// A field holds what it may not.
    #[error("byte {at}: {what} is {value}")]
    Field {
        /// Where in the frame.
        at: usize,
        /// Which field, and its rule.
        what: &'static str,
        /// What it holds.
        value: i64,
    },
    /// The topic's name is not UTF-8.
    #[error("byte 44: the topic's name is not UTF-8")]
    Topic,
    /// The lengths do not add up.
    #[error(
        "the lengths of the {count} records add up to {found} bytes, the frame holds {expected}"
    )]
    Sum {
        /// Number of records.
        count: u32,
        /// Sum of their lengths.
        found: u64,
        /// Bytes of the data part.
        expected: usize,
    },
    /// More bytes than the lengths account for.
    #[error("the frame ends at byte {at}, but {bytes} bytes follow")]
    Surplus {
        /// Where it ends by its lengths.
        at: usize,
        /// How many follow.
        bytes: usize,
    },
    /// A header of a record is not whole.
    #[error("byte {at}: a record's header is cut off or has a length below -1")]
    Header {
        /// Where in the frame.
        at: usize,
    },
}

/// Records of one partition, borrowed from the bytes that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchFrame<'a> {
    topic: &'a str,
    partition: i32,
    leader_epoch: Option<i32>,
    base_offset: i64,
    next_offset: i64,
    index: &'a [[u8; INDEX_ENTRY_BYTES]],
    data: &'a [u8],
}

impl<'a> BatchFrame<'a> {
    /// Reads and checks a whole frame.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME_BYTES {
            return Err(FrameError::TooLarge(bytes.len()));
        }
        let mut fields = Fields { bytes, at: 0 };
        let head = Head::decode(&mut fields)?;
        let topic = fields.take(u64::from(head.topic_length), "the topic")?;
        let topic = std::str::from_utf8(topic).map_err(|_| FrameError::Topic)?;
        let index_at = fields.at;
        let index_length = u64::from(head.count) * INDEX_ENTRY_BYTES as u64;
        let index = fields.take(index_length, "the index")?;
        let data_at = fields.at;
        let data = fields.take(u64::from(head.data_length), "the data")?;
        if fields.at < bytes.len() {
            return Err(FrameError::Surplus {
                at: fields.at,
                bytes: bytes.len() - fields.at,
            });
        }
        let frame = Self {
            topic,
            partition: head.partition,
            leader_epoch: (head.leader_epoch >= 0).then_some(head.leader_epoch),
            base_offset: head.base_offset,
            next_offset: head.next_offset,
            index: index.as_chunks().0,
            data,
        };
        frame.check_index(index_at)?;
        frame.check_data(data_at)?;
        Ok(frame)
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &'a str {
        self.topic
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// The epoch of the partition's leader that wrote the records, where known.
    #[must_use]
    pub fn leader_epoch(&self) -> Option<i32> {
        self.leader_epoch
    }

    /// The offset from which the partition was read for this frame.
    #[must_use]
    pub fn base_offset(&self) -> i64 {
        self.base_offset
    }

    /// The offset at which reading goes on after this frame.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// Number of records; a frame without any passes over offsets that hold none.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no record in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The records with their headers, by rising offset.
    pub fn records(&self) -> impl Iterator<Item = (Record<'a>, Headers<'a>)> + use<'a> {
        let frame = *self;
        let mut rest = frame.data;
        let mut take = move |length: usize| {
            let (taken, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(taken)
        };
        frame.index.iter().map_while(move |entry| {
            let entry = Entry::read(entry);
            let key = match entry.key {
                -1 => None,
                length => Some(take(usize::try_from(length).ok()?)?),
            };
            let value = match entry.value {
                -1 => None,
                length => Some(take(usize::try_from(length).ok()?)?),
            };
            let headers = Headers::trusted(take(entry.headers as usize)?);
            let record = Record {
                partition: frame.partition,
                offset: frame.base_offset + i64::from(entry.delta),
                leader_epoch: frame.leader_epoch,
                timestamp_millis: entry.timestamp_millis,
                key,
                value,
            };
            Some((record, headers))
        })
    }

    /// Offsets rise and stay below the next offset; no length is below -1.
    fn check_index(&self, index_at: usize) -> Result<(), FrameError> {
        let room = self.next_offset - self.base_offset;
        let mut least = 0;
        for (place, entry) in self.index.iter().enumerate() {
            let at = index_at + place * INDEX_ENTRY_BYTES;
            let entry = Entry::read(entry);
            let delta = i64::from(entry.delta);
            ensure(
                delta >= least,
                at + 8,
                "a record's offset, above the one before,",
                delta,
            )?;
            ensure(
                delta < room,
                at + 8,
                "a record's offset, below the next offset,",
                delta,
            )?;
            ensure(
                entry.key >= -1,
                at + 12,
                "a key's length, -1 or more,",
                entry.key,
            )?;
            ensure(
                entry.value >= -1,
                at + 16,
                "a value's length, -1 or more,",
                entry.value,
            )?;
            least = delta + 1;
        }
        Ok(())
    }

    /// The lengths add up to the data, and headers are whole.
    fn check_data(&self, data_at: usize) -> Result<(), FrameError> {
        let sum: u64 = self
            .index
            .iter()
            .map(|entry| Entry::read(entry).bytes())
            .sum();
        if sum != self.data.len() as u64 {
            let count = u32::try_from(self.index.len()).unwrap_or(u32::MAX);
            return Err(FrameError::Sum {
                count,
                found: sum,
                expected: self.data.len(),
            });
        }
        let mut end = 0;
        for entry in self.index.iter().map(Entry::read) {
            // The sum fits the data's length, so each part of it fits a usize.
            end += usize::try_from(entry.bytes()).unwrap_or(usize::MAX);
            let start = end - entry.headers as usize;
            Headers::checked(&self.data[start..end], data_at + start)?;
        }
        Ok(())
    }
}

/// The numbers before the topic.
struct Head {
    partition: i32,
    leader_epoch: i32,
    base_offset: i64,
    next_offset: i64,
    count: u32,
    topic_length: u32,
    data_length: u32,
}

impl Head {
    fn decode(fields: &mut Fields<'_>) -> Result<Self, FrameError> {
        check_format(fields)?;
        let head = Self {
            partition: fields.array("the partition").map(i32::from_le_bytes)?,
            leader_epoch: fields.array("the leader epoch").map(i32::from_le_bytes)?,
            base_offset: fields.array("the base offset").map(i64::from_le_bytes)?,
            next_offset: fields.array("the next offset").map(i64::from_le_bytes)?,
            count: fields.array("the count").map(u32::from_le_bytes)?,
            topic_length: fields.array("the topic's length").map(u32::from_le_bytes)?,
            data_length: fields.array("the data's length").map(u32::from_le_bytes)?,
        };
        head.check()?;
        Ok(head)
    }

    fn check(&self) -> Result<(), FrameError> {
        let is_name = (1..=MAX_TOPIC_BYTES).contains(&(self.topic_length as usize));
        ensure(
            self.partition >= 0,
            8,
            "the partition, not negative,",
            self.partition,
        )?;
        ensure(
            self.leader_epoch >= -1,
            12,
            "the leader epoch, -1 or more,",
            self.leader_epoch,
        )?;
        ensure(
            self.base_offset >= 0,
            16,
            "the base offset, not negative,",
            self.base_offset,
        )?;
        let is_forward = self.next_offset >= self.base_offset;
        ensure(
            is_forward,
            24,
            "the next offset, at least the base,",
            self.next_offset,
        )?;
        ensure(
            is_name,
            36,
            "the topic's length, 1 to 249,",
            self.topic_length,
        )
    }
}

/// One record's numbers in the index.
#[derive(Clone, Copy)]
struct Entry {
    timestamp_millis: i64,
    delta: u32,
    key: i32,
    value: i32,
    headers: u32,
}

impl Entry {
    fn read(entry: &[u8; INDEX_ENTRY_BYTES]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7, rest @ ..] = *entry;
        let [
            d0,
            d1,
            d2,
            d3,
            k0,
            k1,
            k2,
            k3,
            v0,
            v1,
            v2,
            v3,
            h0,
            h1,
            h2,
            h3,
        ] = rest;
        Self {
            timestamp_millis: i64::from_le_bytes([t0, t1, t2, t3, t4, t5, t6, t7]),
            delta: u32::from_le_bytes([d0, d1, d2, d3]),
            key: i32::from_le_bytes([k0, k1, k2, k3]),
            value: i32::from_le_bytes([v0, v1, v2, v3]),
            headers: u32::from_le_bytes([h0, h1, h2, h3]),
        }
    }

    /// Bytes of the record in the data part.
    fn bytes(self) -> u64 {
        let length = |nullable: i32| u64::try_from(nullable).unwrap_or(0);
        length(self.key) + length(self.value) + u64::from(self.headers)
    }
}

/// Magic, version, kind and flags.
fn check_format(fields: &mut Fields<'_>) -> Result<(), FrameError> {
    let magic = fields.array::<4>("the magic")?;
    if magic != MAGIC {
        return Err(FrameError::Magic(magic));
    }
    let [version, kind] = fields.array("the version and kind")?;
    if version != super::encode::FRAME_VERSION {
        return Err(FrameError::Version(version));
    }
    ensure(
        kind == KIND_BATCH,
        5,
        "the frame's kind, 1 for a batch,",
        kind,
    )?;
    let flags = u16::from_le_bytes(fields.array("the flags")?);
    ensure(
        flags == FLAGS_NONE,
        6,
        "the flags, none in version 1,",
        flags,
    )
}

fn ensure(
    holds: bool,
    at: usize,
    what: &'static str,
    value: impl Into<i64>,
) -> Result<(), FrameError> {
    if holds {
        Ok(())
    } else {
        Err(FrameError::Field {
            at,
            what,
            value: value.into(),
        })
    }
}

/// Reads fields one after another.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: u64, what: &'static str) -> Result<&'a [u8], FrameError> {
        let cut = FrameError::Cut {
            at: self.bytes.len(),
            what,
        };
        let length = usize::try_from(length).map_err(|_| cut.clone())?;
        let end = self.at.checked_add(length).ok_or_else(|| cut.clone())?;
        let taken = self.bytes.get(self.at..end).ok_or(cut)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], FrameError> {
        let cut = FrameError::Cut {
            at: self.bytes.len(),
            what,
        };
        let taken = self
            .bytes
            .get(self.at..)
            .and_then(<[u8]>::first_chunk)
            .ok_or(cut)?;
        self.at += N;
        Ok(*taken)
    }
}
