//! What is kept of a bad record.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bad::BadReason;
use super::kind::BadKind;
use crate::record::Record;

/// Most bytes of a bad record's value that are kept to be shown.
pub const EXCERPT_BYTES: usize = 160;

/// Bytes shown before the fault.
const LEAD_BYTES: usize = 48;

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
    /// The field at fault, if it is one field.
    pub field: Option<String>,
    /// Offset of the fault in the value, where there is one.
    pub byte: Option<u64>,
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
        let (excerpt, mark) = excerpt(value, &fault(reason, value));
        Self {
            partition: record.partition,
            offset: record.offset,
            reason: reason.to_string(),
            kind: reason.kind(),
            field: reason.field().map(str::to_owned),
            byte: reason.byte().map(|byte| byte as u64),
            excerpt,
            mark,
            value_bytes: value.len() as u64,
        }
    }
}

/// The bytes of `value` at fault: the value of a field, or one byte.
fn fault(reason: &BadReason, value: &[u8]) -> Range<usize> {
    match (reason.byte(), reason) {
        (None, _) => 0..0,
        (Some(byte), BadReason::Truncated { .. }) => byte.saturating_sub(1)..byte,
        (Some(byte), _) if reason.field().is_some() => byte..value_end(value, byte),
        (Some(byte), _) => byte..byte + 1,
    }
}

/// Where the value seems to end that begins at `start`: a string behind its closing quote, other
/// values before what can stand between two.
fn value_end(value: &[u8], start: usize) -> usize {
    let is_quoted = value.get(start) == Some(&b'"');
    let inside = start + usize::from(is_quoted);
    let mut is_escaped = false;
    let rest = value.get(inside..).unwrap_or_default();
    let end = rest.iter().position(|&byte| match byte {
        _ if is_escaped => {
            is_escaped = false;
            false
        }
        b'\\' if is_quoted => {
            is_escaped = true;
            false
        }
        b'"' => is_quoted,
        byte => !is_quoted && matches!(byte, b',' | b';' | b'}' | b']' | b'\t' | b'\r' | b'\n'),
    });
    end.map_or(value.len(), |end| inside + end + usize::from(is_quoted))
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
