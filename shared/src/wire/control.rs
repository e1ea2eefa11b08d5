//! The text messages: JSON objects with a `type`, one a WebSocket message.
//!
//! Fields that a reader does not know are ignored, so that later versions can add some; a `type`
//! it does not know, a missing field or a value out of range is an error.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::close::ErrorCode;
use super::start::{StartFrom, WhenUnavailable};
use super::{MAX_CLIENT_MESSAGE_BYTES, MAX_CREDIT_BYTES, MAX_RELAY_TEXT_BYTES, MAX_TOPIC_BYTES};
use crate::record::Position;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToRelay {
    /// The first message: who speaks, and in which version.
    Hello {
        /// The protocol's version.
        version: u32,
        /// Name and version of the program, for the relay's log.
        client: String,
    },
    /// The second message: what to send.
    Subscribe(Subscribe),
    /// The client is ready to take so many bytes of frames more.
    Credit {
        /// Added to what is left of the credit before.
        bytes: u64,
    },
}

/// What a relay is asked to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribe {
    /// The topic; `None` is the relay's first one.
    #[serde(default)]
    pub topic: Option<String>,
    /// The partitions; `None` is all of them.
    #[serde(default)]
    pub partitions: Option<Vec<i32>>,
    /// Where to begin.
    pub from: StartFrom,
    /// What to do where that place is gone.
    #[serde(default)]
    pub when_unavailable: WhenUnavailable,
    /// Bytes of frames that may be sent at first.
    pub credit: u64,
}

impl Subscribe {
    /// All partitions of a topic from a place, failing if it is gone, with this credit.
    #[must_use]
    pub fn new(topic: Option<String>, from: StartFrom, credit: u64) -> Self {
        Self {
            topic,
            partitions: None,
            from,
            when_unavailable: WhenUnavailable::Fail,
            credit,
        }
    }

    fn fault(&self) -> Option<String> {
        let name_length = self.topic.as_ref().map_or(1, String::len);
        if !(1..=MAX_TOPIC_BYTES).contains(&name_length) {
            return Some(format!("topic: a name has 1 to {MAX_TOPIC_BYTES} bytes"));
        }
        if self.credit > MAX_CREDIT_BYTES {
            return Some(format!(
                "credit: {} is more than {MAX_CREDIT_BYTES}",
                self.credit
            ));
        }
        let partitions = self.partitions.as_deref().unwrap_or_default();
        if self.partitions.is_some() && partitions.is_empty() {
            return Some("partitions: an empty list asks for nothing; leave it out for all".into());
        }
        let mut seen = BTreeSet::new();
        let odd = partitions
            .iter()
            .find(|&&partition| partition < 0 || !seen.insert(partition));
        odd.map(|partition| format!("partitions: {partition} is negative or listed twice"))
            .or_else(|| self.from.fault().map(|fault| format!("from: {fault}")))
    }
}

/// What a relay says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToClient {
    /// The answer to hello.
    Welcome(Welcome),
    /// The answer to subscribe; again for partitions that had to be waited for.
    Subscribed(Subscribed),
    /// Comes all the time, so that silence means a dead connection.
    Heartbeat(Heartbeat),
    /// The end, and why. The connection is closed after it.
    Error(Refusal),
    /// The relay is about to go: reconnect after the time it names.
    Goaway {
        /// When to reconnect; every client is given another time.
        retry_millis: u32,
    },
}

/// What a relay is and has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol's version in this conversation.
    pub version: u32,
    /// Name and version of the relay.
    pub server: String,
    /// The Kafka cluster's id: positions are places in it. `None` while it is not known.
    pub cluster_id: Option<String>,
    /// The topics it hands out.
    pub topics: Vec<String>,
    /// Time between two heartbeats; three of them without a word mean a dead connection.
    pub heartbeat_millis: u32,
}

/// Where each partition begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// The topic.
    pub topic: String,
    /// The cluster of the positions.
    pub cluster_id: Option<String>,
    /// The partitions that are being read from now on.
    pub partitions: Vec<Started>,
    /// Partitions that could not be asked yet; they follow in a message of their own.
    #[serde(default)]
    pub waiting: Vec<Waiting>,
}

/// How one partition begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The partition.
    pub partition: i32,
    /// The offset of the first record to come, at the earliest.
    pub start: i64,
    /// The oldest offset that is kept.
    pub low: i64,
    /// The offset after the newest record.
    pub high: i64,
    /// Whether it begins at the place asked for.
    pub recovered: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Unavailable>,
}

/// Why a place is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// The records there were deleted: they were older than the topic keeps.
    Expired,
    /// The partition ends before it.
    Truncated,
    /// The topic was deleted and made anew.
    Recreated,
    /// The positions are places in another cluster.
    OtherCluster,
}

impl Unavailable {
    /// The reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Expired => "the records there are older than the topic keeps",
            Self::Truncated => "the partition ends before it",
            Self::Recreated => "the topic was deleted and made anew",
            Self::OtherCluster => "the position is of another cluster",
        }
    }
}

/// A partition that is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The partition.
    pub partition: i32,
    /// What it waits for.
    pub why: String,
}

/// A sign of life with the ends of the partitions, so that the lag shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The ends as last seen.
    pub partitions: Vec<Ends>,
    /// Why nothing may come at the moment, if the relay cannot reach its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The two ends of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// The partition.
    pub partition: i32,
    /// The oldest offset that is kept.
    pub low: i64,
    /// The offset after the newest record.
    pub high: i64,
}

/// The end of a conversation, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of reason.
    pub code: ErrorCode,
    /// What, where, and what to do.
    pub message: String,
    /// Where the relay stood for this client: the next record of each partition.
    #[serde(default)]
    pub positions: Vec<Position>,
}

/// Why a text is not a message.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ControlError {
    /// It is longer than any message.
    #[error("a message of {bytes} bytes; at most {most} are allowed")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Not JSON, or not of a shape that is known.
    #[error("not a message of this protocol: {0}")]
    Shape(String),
    /// A field holds what it may not.
    #[error("{0}")]
    Field(String),
}

impl ToRelay {
    /// Reads a client's message.
    pub fn decode(text: &str) -> Result<Self, ControlError> {
        let message: Self = parse(text, MAX_CLIENT_MESSAGE_BYTES)?;
        match message.fault() {
            Some(fault) => Err(ControlError::Field(fault)),
            None => Ok(message),
        }
    }

    /// The message's text.
    #[must_use]
    pub fn encode(&self) -> String {
        to_text(self)
    }

    fn fault(&self) -> Option<String> {
        match self {
            Self::Hello { client, .. } if client.len() > 200 => {
                Some("client: a name has at most 200 bytes".into())
            }
            Self::Credit { bytes } if !(1..=MAX_CREDIT_BYTES).contains(bytes) => Some(format!(
                "bytes: {bytes} is not within 1 to {MAX_CREDIT_BYTES}"
            )),
            Self::Subscribe(subscribe) => subscribe.fault(),
            Self::Hello { .. } | Self::Credit { .. } => None,
        }
    }
}

impl ToClient {
    /// Reads a relay's message.
    // In two readings: serde's own for tagged enums keeps the members in memory first, and is a
    // large program. The page's download counts.
    pub fn decode(text: &str) -> Result<Self, ControlError> {
        fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ControlError> {
            parse(text, MAX_RELAY_TEXT_BYTES)
        }
        let Typed { kind } = read(text)?;
        Ok(match kind {
            Type::Welcome => Self::Welcome(read(text)?),
            Type::Subscribed => Self::Subscribed(read(text)?),
            Type::Heartbeat => Self::Heartbeat(read(text)?),
            Type::Error => Self::Error(read(text)?),
            Type::Goaway => {
                let Goaway { retry_millis } = read(text)?;
                Self::Goaway { retry_millis }
            }
        })
    }

    /// The message's text.
    #[must_use]
    pub fn encode(&self) -> String {
        to_text(self)
    }
}

/// What a relay's message says of itself.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: Type,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Welcome,
    Subscribed,
    Heartbeat,
    Error,
    Goaway,
}

#[derive(Deserialize)]
struct Goaway {
    retry_millis: u32,
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, most: usize) -> Result<T, ControlError> {
    if text.len() > most {
        return Err(ControlError::TooLarge {
            bytes: text.len(),
            most,
        });
    }
    serde_json::from_str(text).map_err(|error| ControlError::Shape(error.to_string()))
}

/// Messages are plain structs with string keys: serde has no way to fail on them.
fn to_text<T: Serialize>(message: &T) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
