//! What was found in a record, before anybody asks what it means.

use std::ops::Range;

/// What stands in one field of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slot {
    /// Where it begins.
    pub(super) at: usize,
    /// What it is.
    pub(super) value: Value,
}

/// The value of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Value {
    #[default]
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    Text(Span),
    List,
    Object,
}

/// Where a text stands: as it is in the record, or decoded in the reader's scratch. Records are
/// far shorter than 4 GiB ([`MAX_RECORD_BYTES`](super::MAX_RECORD_BYTES)), and so is the scratch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) is_decoded: bool,
}

impl Span {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a record has at most 2^24 bytes"
    )]
    #[inline]
    pub(super) fn new(text: &Range<usize>, is_decoded: bool) -> Self {
        Self {
            start: text.start as u32,
            end: text.end as u32,
            is_decoded,
        }
    }
}

impl Value {
    /// What it is, in the words of an error message.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// Reads a text as a number, if it is one.
pub(super) type NumberOfText = fn(&[u8]) -> Option<f64>;

/// The bytes that spans point into, and how to read a text that is no string.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// The record.
    pub(super) record: &'a [u8],
    /// The reader's scratch.
    pub(super) scratch: &'a [u8],
    /// How a text is read where a number belongs; `None` if it cannot be one, as in JSON.
    pub(super) number_of_text: Option<NumberOfText>,
}

impl<'a> Source<'a> {
    /// The bytes that a text stands in, and where.
    #[inline]
    pub(super) fn locate(&self, span: &Span) -> (&'a [u8], Range<usize>) {
        let bytes = if span.is_decoded {
            self.scratch
        } else {
            self.record
        };
        (bytes, span.start as usize..span.end as usize)
    }

    /// A text's bytes.
    pub(super) fn bytes(&self, span: &Span) -> &'a [u8] {
        let (bytes, range) = self.locate(span);
        bytes.get(range).unwrap_or_default()
    }

    /// The number that a value is, if it is one.
    #[inline]
    pub(super) fn number(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Number(number) => Some(*number),
            Value::Text(span) => self.number_of_text.and_then(|read| read(self.bytes(span))),
            _ => None,
        }
    }
}
