//! Why a record could not be decoded, and what is kept of it.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Value;
use crate::record::Record;

/// Most bytes of a bad record's value that are kept to be shown.
pub const EXCERPT_BYTES: usize = 160;

/// Bytes shown before the fault.
const LEAD_BYTES: usize = 48;

/// Most characters of a foreign word in a message.
const WORD_CHARS: usize = 40;

/// Why a record is bad: what was found, where, in a sentence.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum BadReason {
    /// Kafka's null value (a tombstone).
    #[error("no value (null)")]
    NoValue,
    /// No byte but white space.
    #[error("empty value")]
    Empty,
    /// The value is not UTF-8.
    #[error("not UTF-8 at byte {byte}")]
    NotUtf8 {
        /// The first byte that is not part of a character.
        byte: usize,
    },
    /// The value is not JSON.
    #[error("not JSON at byte {byte}: {detail}")]
    NotJson {
        /// Where the parser stopped.
        byte: usize,
        /// What it met there.
        detail: String,
    },
    /// The JSON text ends too early.
    #[error("not JSON: ends at byte {byte}")]
    Truncated {
        /// The value's length.
        byte: usize,
    },
    /// JSON, but not an object.
    #[error("{found} instead of an object")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A field of the schema is not there.
    #[error("{field} is missing")]
    Missing {
        /// The field.
        field: String,
    },
    /// A field is null.
    #[error("{field} is null")]
    Null {
        /// The field.
        field: String,
    },
    /// A field holds another kind of value.
    #[error("{field} is {found}, not {wanted}")]
    WrongType {
        /// The field.
        field: String,
        /// What it holds.
        found: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// A word that is not one of the field's categories.
    #[error("{field}: \"{word}\" is unknown")]
    UnknownCategory {
        /// The field.
        field: String,
        /// The word, cut to a readable length.
        word: String,
    },
    /// A number that is no class.
    #[error("{field} is {found}, not 0 or 1")]
    Label {
        /// The label's field.
        field: String,
        /// The number found.
        found: f64,
    },
}

/// The kinds of bad records, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadKind {
    /// Null or empty value.
    Empty,
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON, cut short, or not an object.
    NotJson,
    /// A field is missing.
    Missing,
    /// A field is null.
    Null,
    /// A field holds another kind of value.
    WrongType,
    /// An unknown category.
    UnknownCategory,
    /// A label other than 0 or 1.
    Label,
}

impl fmt::Display for BadKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "empty",
            Self::NotUtf8 => "not UTF-8",
            Self::NotJson => "not JSON",
            Self::Missing => "missing field",
            Self::Null => "null",
            Self::WrongType => "wrong type",
            Self::UnknownCategory => "unknown category",
            Self::Label => "label not 0 or 1",
        })
    }
}

impl BadReason {
    /// The reason why `value` cannot stand in `field`.
    pub(super) fn of_value(field: &str, value: &Value<'_>, wanted: &'static str) -> Self {
        let field = field.to_owned();
        match value {
            Value::Missing => Self::Missing { field },
            Value::Null => Self::Null { field },
            other => Self::WrongType {
                field,
                found: other.describe(),
                wanted,
            },
        }
    }

    pub(super) fn unknown_category(field: &str, word: &str) -> Self {
        let mut short: String = word.chars().take(WORD_CHARS).collect();
        if short.len() < word.len() {
            short.push('…');
        }
        Self::UnknownCategory {
            field: field.to_owned(),
            word: short,
        }
    }

    /// The kind it is counted under.
    #[must_use]
    pub fn kind(&self) -> BadKind {
        match self {
            Self::NoValue | Self::Empty => BadKind::Empty,
            Self::NotUtf8 { .. } => BadKind::NotUtf8,
            Self::NotJson { .. } | Self::Truncated { .. } | Self::NotAnObject { .. } => {
                BadKind::NotJson
            }
            Self::Missing { .. } => BadKind::Missing,
            Self::Null { .. } => BadKind::Null,
            Self::WrongType { .. } => BadKind::WrongType,
            Self::UnknownCategory { .. } => BadKind::UnknownCategory,
            Self::Label { .. } => BadKind::Label,
        }
    }

    /// The bytes of `value` at fault, as near as they can be told.
    fn fault(&self, value: &[u8]) -> Range<usize> {
        match self {
            Self::NoValue | Self::Empty | Self::NotAnObject { .. } | Self::Missing { .. } => 0..0,
            Self::NotUtf8 { byte } | Self::NotJson { byte, .. } => *byte..byte + 1,
            Self::Truncated { byte } => byte.saturating_sub(1)..*byte,
            Self::Null { field }
            | Self::WrongType { field, .. }
            | Self::UnknownCategory { field, .. }
            | Self::Label { field, .. } => value_of(value, field),
        }
    }
}

/// Where the value of the last key `field` stands. A key that is written with escapes is not
/// found; then nothing is marked.
fn value_of(value: &[u8], field: &str) -> Range<usize> {
    let key = format!("\"{field}\"");
    let Some(at) = value
        .windows(key.len())
        .rposition(|window| window == key.as_bytes())
    else {
        return 0..0;
    };
    let after = at + key.len();
    let skipped = value[after..]
        .iter()
        .take_while(|b| matches!(b, b':' | b' ' | b'\t'))
        .count();
    let start = after + skipped;
    let length = match value.get(start) {
        Some(b'"') => value[start + 1..]
            .iter()
            .position(|&b| b == b'"')
            .map_or(1, |end| end + 2),
        _ => value[start..]
            .iter()
            .take_while(|b| !matches!(b, b',' | b'}' | b']'))
            .count(),
    };
    start..start + length
}

/// A bad record as it is kept and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRecord {
    /// The partition it came from.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Why it is bad.
    pub reason: String,
    /// The kind it is counted under.
    pub kind: BadKind,
    /// Text around the fault, with � where a byte is not UTF-8.
    pub excerpt: String,
    /// Bytes of the excerpt at fault.
    pub mark: Option<(usize, usize)>,
    /// Length of the whole value in bytes.
    pub value_bytes: u64,
}

impl BadRecord {
    /// Keeps what is needed to show `record` and `reason`.
    #[must_use]
    pub fn new(record: &Record<'_>, reason: &BadReason) -> Self {
        let value = record.value.unwrap_or_default();
        let (excerpt, mark) = excerpt(value, &reason.fault(value));
        Self {
            partition: record.partition,
            offset: record.offset,
            reason: reason.to_string(),
            kind: reason.kind(),
            excerpt,
            mark,
            value_bytes: value.len() as u64,
        }
    }
}

/// Text around `fault`, and where the fault stands in it. Cuts are moved to the borders of
/// characters, so that a cut never makes a � that is not in the record.
fn excerpt(value: &[u8], fault: &Range<usize>) -> (String, Option<(usize, usize)>) {
    let start = border(
        value,
        fault.start.saturating_sub(LEAD_BYTES).min(value.len()),
    );
    let end = border(value, (start + EXCERPT_BYTES).min(value.len()));
    let (from, to) = (fault.start.clamp(start, end), fault.end.clamp(start, end));
    let before = String::from_utf8_lossy(&value[start..from]);
    let marked = String::from_utf8_lossy(&value[from..to]);
    let after = String::from_utf8_lossy(&value[to..end]);
    let mark = (from < to).then(|| (before.len(), before.len() + marked.len()));
    (format!("{before}{marked}{after}"), mark)
}

/// The nearest place at or before `at` that does not cut a character in two.
fn border(value: &[u8], at: usize) -> usize {
    let continues = |place: &usize| value.get(*place).is_some_and(|b| b & 0xC0 == 0x80);
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|place| !continues(place))
        .unwrap_or(at)
}
