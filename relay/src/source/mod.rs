//! Where records come from: a Kafka cluster, or a log in this process that the generator fills.
//!
//! A [`Source`] answers questions about topics and opens [`Reader`]s; both block, so they are
//! called from threads of their own. A reader goes on by itself after a broker's failure; what it
//! cannot mend is an error that says what to do.

#[cfg(feature = "kafka")]
pub mod kafka;
pub mod log;

use std::ops::ControlFlow;
use std::time::Duration;

use shared::record::{Position, Record};
use shared::wire::close::ErrorCode;

/// What can go wrong with a source.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SourceError {
    /// No broker answers, or it answers with an error that may pass.
    #[error("{0}")]
    Unavailable(String),
    /// The topic does not exist.
    #[error("topic \"{topic}\" does not exist {place}: create it, or choose another with --topic")]
    TopicMissing {
        /// The topic.
        topic: String,
        /// Where it was looked for.
        place: String,
    },
    /// The place that was read has vanished.
    #[error("partition {partition}: offset {offset} is not there any more ({why})")]
    PositionLost {
        /// The partition.
        partition: i32,
        /// The offset that was to be read.
        offset: i64,
        /// What the source says.
        why: String,
    },
    /// A record that cannot be sent.
    #[error(transparent)]
    Encode(#[from] shared::wire::EncodeError),
}

impl SourceError {
    /// The code under which clients are told.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::SourceUnavailable,
            Self::TopicMissing { .. } => ErrorCode::TopicMissing,
            Self::PositionLost { .. } => ErrorCode::PositionLost,
            Self::Encode(_) => ErrorCode::RecordTooLarge,
        }
    }
}

/// A topic at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicState {
    /// The cluster's id, in which offsets are places.
    pub cluster_id: Option<String>,
    /// The partitions by number.
    pub partitions: Vec<PartitionState>,
}

/// A partition at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// Its number.
    pub partition: i32,
    /// Its two ends, or why they cannot be told.
    pub ends: Result<Ends, String>,
}

/// The two ends of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The oldest offset that is kept.
    pub low: i64,
    /// The offset after the newest record.
    pub high: i64,
}

/// Something that holds topics.
pub trait Source: Send + Sync + 'static {
    /// The topics that may be read.
    fn topics(&self) -> &[String];

    /// The state of one of them. Blocks for as long as the source takes to answer, a few seconds
    /// at most.
    fn describe(&self, topic: &str) -> Result<TopicState, SourceError>;

    /// The first offset whose record has this timestamp or a later one; `None` if all are older.
    fn offset_at(
        &self,
        topic: &str,
        partition: i32,
        timestamp_millis: i64,
    ) -> Result<Option<i64>, SourceError>;

    /// Begins to read at these positions.
    fn open(&self, topic: &str, starts: &[Position]) -> Result<Box<dyn Reader>, SourceError>;

    /// A client says that it has read this far before. A source that forgets its end when the
    /// process ends can catch up with it.
    fn was_read(&self, _topic: &str, _position: Position) {}
}

/// Something read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A record, and its headers as [`shared::wire::headers::append`] writes them.
    Record(Record<'a>, &'a [u8]),
    /// All of the partition before `next` was read: control records need no event of their own.
    End {
        /// The partition.
        partition: i32,
        /// The offset at which the next record will be.
        next: i64,
    },
}

/// Reads partitions of a topic, each in the order of its offsets.
pub trait Reader: Send {
    /// Waits for the first event at most `wait`, then hands over what is there without waiting
    /// further, until `visit` breaks; the rest comes with the next call. Returns whether more may
    /// be there already.
    fn poll(
        &mut self,
        wait: Duration,
        visit: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<bool, SourceError>;
}
