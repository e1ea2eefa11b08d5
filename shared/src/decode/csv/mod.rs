//! Comma-separated values (RFC 4180): a record is one line.
//!
//! Fields are separated by a delimiter, and lines end with CR, LF or both. A field that begins
//! with a quote goes to the next single quote; two quotes in it are one, and it may hold delimiters
//! and ends of lines. What RFC 4180 leaves open is read as the `csv` crate and Python's `csv` read
//! it: a quote within an unquoted field is a character, what stands behind a closing quote belongs
//! to the field, a quote that is never closed ends with the text, and empty lines are passed over.
//! A byte order mark before the first field is no part of it.
//!
//! An empty field, quoted or not, is a missing value. A number is an optional sign, digits with at
//! most one point among or beside them, and an optional exponent; space or tabs around it do not
//! count. It must be finite.

mod field;
mod format;

pub use format::{Csv, FormatError, records};
pub(crate) use format::{line_from, only_line};

use field::Field;

use super::bad::BadReason;
use super::value::{Slot, Span, Value};
use super::{BYTE_ORDER_MARK, json};

/// Reads lines.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    delimiter: u8,
    /// The slot of each column; none for those that are not read.
    columns: Vec<Option<usize>>,
    /// Fields whose quotes were taken away.
    scratch: Vec<u8>,
}

impl Reader {
    pub(super) fn new(delimiter: u8, columns: Vec<Option<usize>>) -> Self {
        let scratch = Vec::new();
        Self {
            delimiter,
            columns,
            scratch,
        }
    }

    /// Reads the line in `bytes` into the slots of its columns.
    ///
    /// # Errors
    /// What is not UTF-8, not one line, or has another number of columns.
    pub(super) fn read(&mut self, bytes: &[u8], slots: &mut [Slot]) -> Result<(), BadReason> {
        if let Err(error) = std::str::from_utf8(bytes) {
            let byte = error.valid_up_to();
            return Err(BadReason::NotUtf8 { byte });
        }
        self.scratch.clear();
        let start = line_start(bytes);
        if start == bytes.len() {
            return Err(BadReason::Empty);
        }
        let (mut at, mut found) = (start, 0);
        let end = loop {
            let field = Field::find(bytes, at, self.delimiter);
            let slot = self.columns.get(found).copied().flatten();
            if let Some(slot) = slot.and_then(|slot| slots.get_mut(slot)) {
                self.note(bytes, field, slot);
            }
            found += 1;
            match bytes.get(field.end) {
                Some(&byte) if byte == self.delimiter => at = field.end + 1,
                _ => break field.end,
            }
        };
        let rest = line_end(bytes, end);
        if rest < bytes.len() {
            return Err(BadReason::SecondLine { byte: rest });
        }
        let wanted = self.columns.len();
        if found == wanted {
            Ok(())
        } else {
            Err(BadReason::Columns { found, wanted })
        }
    }

    /// Fields whose quotes were taken away, into which decoded spans point.
    pub(super) fn scratch(&self) -> &[u8] {
        &self.scratch
    }

    #[inline]
    fn note(&mut self, bytes: &[u8], field: Field, slot: &mut Slot) {
        let span = if let Some((start, end)) = field.plain {
            Span::new(&(start..end), false)
        } else {
            let start = self.scratch.len();
            field.unquote(bytes, &mut self.scratch);
            Span::new(&(start..self.scratch.len()), true)
        };
        let value = if span.start == span.end {
            Value::Missing
        } else {
            Value::Text(span)
        };
        let at = field.start;
        *slot = Slot { at, value };
    }
}

/// Where the first line begins that is not empty.
fn line_start(bytes: &[u8]) -> usize {
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    line_end(bytes, mark)
}

/// Passes over ends of lines.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at + ends.count()
}

/// The number that a field is, if it is one.
pub(crate) fn number(text: &[u8]) -> Option<f64> {
    if let Some(number) = json::short_number(text) {
        return Some(number);
    }
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = text.iter().position(|byte| !is_blank(byte))?;
    let end = text.iter().rposition(|byte| !is_blank(byte))? + 1;
    let text = std::str::from_utf8(&text[start..end]).ok()?;
    // The standard library also reads `inf` and `nan`.
    let is_digits = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(is_digits) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
