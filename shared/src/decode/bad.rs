//! Why a record could not be decoded.

use thiserror::Error;

use super::json::{self, Fault, FaultKind};
use super::kind::BadKind;
use super::value::{Slot, Value};
use super::words::{MAX_WORDS, MAX_WORDS_BYTES};
use super::{BYTE_ORDER_MARK, MAX_DEPTH, MAX_RECORD_BYTES};

/// Most characters of a foreign word in a message.
const WORD_CHARS: usize = 40;

/// Why a record is bad: what was found, where, in a sentence. Offsets count bytes of the value.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum BadReason {
    /// Kafka's null value (a tombstone).
    #[error("no value (null)")]
    NoValue,
    /// No byte but white space.
    #[error("empty value")]
    Empty,
    /// The value is longer than [`MAX_RECORD_BYTES`].
    #[error("{bytes} bytes long, the limit is {MAX_RECORD_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The value is not UTF-8.
    #[error("not UTF-8 at byte {byte}")]
    NotUtf8 {
        /// The first byte that is not part of a character.
        byte: usize,
    },
    /// The value is not JSON.
    #[error("not JSON at byte {byte}: {detail}")]
    NotJson {
        /// The first byte that cannot stand there.
        byte: usize,
        /// What is wrong with it.
        detail: &'static str,
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
    /// Lists and objects in one another, more than [`MAX_DEPTH`].
    #[error("nested too deep at byte {byte}, the limit is {MAX_DEPTH} levels")]
    TooDeep {
        /// The bracket that is one too many.
        byte: usize,
    },
    /// A line of CSV with too few or too many columns.
    #[error("{found} columns instead of {wanted}")]
    Columns {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// More than one line of CSV.
    #[error("a second line begins at byte {byte}")]
    SecondLine {
        /// Where it begins.
        byte: usize,
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
        /// Where the null stands.
        byte: usize,
    },
    /// A field holds another kind of value.
    #[error("{field} is {found}, not {wanted}")]
    WrongType {
        /// The field.
        field: String,
        /// What it holds.
        found: &'static str,
        /// What belongs there.
        wanted: String,
        /// Where the value stands.
        byte: usize,
    },
    /// A word that is not one of the field's categories.
    #[error("{field}: {word} is unknown")]
    UnknownCategory {
        /// The field.
        field: String,
        /// The word in quotes, cut to a readable length.
        word: String,
        /// Where it stands.
        byte: usize,
    },
    /// A word that is one too many for the batch: more than [`MAX_WORDS`] or
    /// [`MAX_WORDS_BYTES`].
    #[error(
        "{field}: more than {MAX_WORDS} different words or {MAX_WORDS_BYTES} bytes of them in a batch"
    )]
    TooManyWords {
        /// The field.
        field: String,
        /// Where the word stands.
        byte: usize,
    },
    /// A weight below 0.
    #[error("{field} is {found}, not a number of at least 0")]
    Weight {
        /// The field.
        field: String,
        /// The number found.
        found: f64,
        /// Where it stands.
        byte: usize,
    },
    /// A number or a word that is no class.
    #[error("{field} is {found}, not {wanted}")]
    Label {
        /// The label's field.
        field: String,
        /// What it holds.
        found: String,
        /// The classes.
        wanted: String,
        /// Where it stands.
        byte: usize,
    },
}

impl BadReason {
    /// The reason why what is in `slot` cannot stand in `field`.
    #[cold]
    pub(super) fn of_value(field: &str, slot: &Slot, wanted: &str) -> Self {
        let (field, byte) = (field.to_owned(), slot.at);
        match &slot.value {
            Value::Missing => Self::Missing { field },
            Value::Null => Self::Null { field, byte },
            other => Self::WrongType {
                field,
                found: other.describe(),
                wanted: wanted.to_owned(),
                byte,
            },
        }
    }

    #[cold]
    pub(super) fn unknown_category(field: &str, slot: &Slot, word: &[u8]) -> Self {
        Self::UnknownCategory {
            field: field.to_owned(),
            word: quoted(word),
            byte: slot.at,
        }
    }

    #[cold]
    pub(super) fn too_many_words(field: &str, slot: &Slot) -> Self {
        Self::TooManyWords {
            field: field.to_owned(),
            byte: slot.at,
        }
    }

    #[cold]
    pub(super) fn weight(field: &str, slot: &Slot, found: f64) -> Self {
        Self::Weight {
            field: field.to_owned(),
            found,
            byte: slot.at,
        }
    }

    #[cold]
    pub(super) fn label(field: &str, slot: &Slot, found: String, wanted: &str) -> Self {
        Self::Label {
            field: field.to_owned(),
            found,
            wanted: wanted.to_owned(),
            byte: slot.at,
        }
    }

    /// What a fault of the JSON text means. Text that is not UTF-8 is not JSON whatever stands
    /// before, and where no object begins the question is what there is instead.
    #[cold]
    pub(super) fn of_fault(value: &[u8], fault: Fault) -> Self {
        if let Err(error) = std::str::from_utf8(value) {
            return Self::NotUtf8 {
                byte: error.valid_up_to(),
            };
        }
        let byte = fault.byte;
        let detail = fault.kind.detail();
        match fault.kind {
            FaultKind::Object if byte == value.len() => Self::Empty,
            FaultKind::Object => match json::other_value(value, byte) {
                Some(found) => Self::NotAnObject { found },
                None if value[byte..].starts_with(BYTE_ORDER_MARK) => Self::NotJson {
                    byte,
                    detail: "a byte order mark stands before the object",
                },
                None => Self::NotJson { byte, detail },
            },
            FaultKind::Depth => Self::TooDeep { byte },
            _ if byte >= value.len() => Self::Truncated { byte: value.len() },
            _ => Self::NotJson { byte, detail },
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
            Self::TooLong { .. } | Self::TooDeep { .. } | Self::TooManyWords { .. } => {
                BadKind::Limit
            }
            Self::Columns { .. } | Self::SecondLine { .. } => BadKind::NotCsv,
            Self::Missing { .. } => BadKind::Missing,
            Self::Null { .. } => BadKind::Null,
            Self::WrongType { .. } => BadKind::WrongType,
            Self::UnknownCategory { .. } => BadKind::UnknownCategory,
            Self::Weight { .. } => BadKind::Weight,
            Self::Label { .. } => BadKind::Label,
        }
    }

    /// The field at fault, if it is one field.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Missing { field }
            | Self::Null { field, .. }
            | Self::WrongType { field, .. }
            | Self::UnknownCategory { field, .. }
            | Self::TooManyWords { field, .. }
            | Self::Weight { field, .. }
            | Self::Label { field, .. } => Some(field),
            _ => None,
        }
    }

    /// Offset of the fault in the value; `None` where nothing stands that could be at fault.
    #[must_use]
    pub fn byte(&self) -> Option<usize> {
        match self {
            Self::NotUtf8 { byte }
            | Self::NotJson { byte, .. }
            | Self::Truncated { byte }
            | Self::TooDeep { byte }
            | Self::SecondLine { byte }
            | Self::Null { byte, .. }
            | Self::WrongType { byte, .. }
            | Self::UnknownCategory { byte, .. }
            | Self::TooManyWords { byte, .. }
            | Self::Weight { byte, .. }
            | Self::Label { byte, .. } => Some(*byte),
            Self::TooLong { .. } => Some(MAX_RECORD_BYTES),
            _ => None,
        }
    }
}

/// A foreign word in quotes, cut to a readable length.
pub(super) fn quoted(word: &[u8]) -> String {
    let word = String::from_utf8_lossy(word);
    let mut letters = word.chars();
    let short: String = letters.by_ref().take(WORD_CHARS).collect();
    let more = if letters.next().is_some() { "…" } else { "" };
    format!("\"{short}{more}\"")
}
