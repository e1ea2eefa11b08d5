//! How lines are written: the delimiter and the columns.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::field::Field;
use super::{line_end, line_start};
use crate::decode::{BYTE_ORDER_MARK, MAX_RECORD_BYTES};
use crate::schema::Schema;

/// How lines of CSV are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// What stands between two fields, as a byte of ASCII: `,`, `;`, a tab.
    pub delimiter: u8,
    /// The header line, which names the columns. Without one the columns are the schema's fields
    /// in their order, and the label behind them.
    pub header: Option<String>,
}

impl Default for Csv {
    /// Commas, and no header.
    fn default() -> Self {
        Self {
            delimiter: b',',
            header: None,
        }
    }
}

/// Why lines cannot be read so.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FormatError {
    /// A delimiter that cannot be told from something else.
    #[error("the delimiter {:?} cannot be used: one ASCII character is needed that is no quote, letter, digit, sign, point or end of line", char::from(*.0))]
    Delimiter(u8),
    /// A header that is no single line of CSV.
    #[error("the header is not one line of at most {MAX_RECORD_BYTES} bytes")]
    Header,
    /// Two columns of the same name.
    #[error("the header has two columns {0:?}")]
    TwoColumns(String),
    /// A column is not there that no rule for missing values stands in for.
    #[error("the header has no column {0:?}, which the schema needs")]
    NoColumn(String),
}

impl Csv {
    /// Checks the delimiter.
    pub(in crate::decode) fn check(&self) -> Result<(), FormatError> {
        match self.delimiter {
            b'"' | b'\r' | b'\n' | b'+' | b'-' | b'.' | 0x80.. => {
                Err(FormatError::Delimiter(self.delimiter))
            }
            byte if byte.is_ascii_alphanumeric() => Err(FormatError::Delimiter(byte)),
            _ => Ok(()),
        }
    }

    /// The names of the columns.
    pub(in crate::decode) fn columns(&self, schema: &Schema) -> Result<Vec<String>, FormatError> {
        if let Some(header) = &self.header {
            return self.names(header.as_bytes());
        }
        let fields = schema.fields.iter().map(|field| &field.name);
        Ok(fields.chain([&schema.label.name]).cloned().collect())
    }

    /// The names in a header line.
    pub(crate) fn names(&self, header: &[u8]) -> Result<Vec<String>, FormatError> {
        if header.len() > MAX_RECORD_BYTES {
            return Err(FormatError::Header);
        }
        let mut names = Vec::new();
        let mut at = line_start(header);
        let end = loop {
            let field = Field::find(header, at, self.delimiter);
            names.push(field.text(header));
            if header.get(field.end) != Some(&self.delimiter) {
                break field.end;
            }
            at = field.end + 1;
        };
        if line_end(header, end) < header.len() {
            return Err(FormatError::Header);
        }
        let mut sorted: Vec<_> = names.iter().collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(FormatError::TwoColumns(pair[0].clone())),
            None => Ok(names),
        }
    }

    /// The texts of a line, one per column.
    pub(crate) fn texts(&self, line: &[u8]) -> Vec<String> {
        let mut texts = Vec::new();
        let mut at = line_start(line);
        loop {
            let field = Field::find(line, at, self.delimiter);
            texts.push(field.text(line));
            if line.get(field.end) != Some(&self.delimiter) {
                return texts;
            }
            at = field.end + 1;
        }
    }
}

impl Field {
    /// Its text, with � where it is not UTF-8.
    fn text(self, bytes: &[u8]) -> String {
        if let Some((start, end)) = self.plain {
            return String::from_utf8_lossy(&bytes[start..end]).into_owned();
        }
        let mut text = Vec::new();
        self.unquote(bytes, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Cuts a text into its lines, each with its end; an end of line within quotes is none.
///
/// ```
/// # use shared::decode::csv;
/// let lines: Vec<_> = csv::records(b"a,b\r\n\"1\n2\",3\n", b',').collect();
/// assert_eq!(lines, [&b"a,b\r\n"[..], b"\"1\n2\",3\n"]);
/// ```
pub fn records(text: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let line = line_from(text, at, delimiter)?;
        at = line.next;
        text.get(line.start..line.next)
    })
}

/// Where a line of a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinePlace {
    pub(crate) start: usize,
    /// Behind its last field.
    pub(crate) end: usize,
    /// Where the next line begins.
    pub(crate) next: usize,
}

/// The line that begins at `at`. Empty lines at the beginning of the text, and a byte order mark, are
/// passed over.
pub(crate) fn line_from(text: &[u8], at: usize, delimiter: u8) -> Option<LinePlace> {
    let start = if at == 0 { line_start(text) } else { at };
    if start >= text.len() {
        return None;
    }
    let end = last_field(text, start, delimiter).end;
    let next = line_end(text, end);
    Some(LinePlace { start, end, next })
}

/// The last field of the line that begins at `at`.
fn last_field(text: &[u8], mut at: usize, delimiter: u8) -> Field {
    loop {
        let field = Field::find(text, at, delimiter);
        if text.get(field.end) != Some(&delimiter) {
            return field;
        }
        at = field.end + 1;
    }
}

/// The one line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Without a byte order mark and the ends of lines around it.
    pub(crate) bytes: &'a [u8],
    /// Whether its last field begins with a quote that is never closed.
    pub(crate) is_open: bool,
}

/// The line of a text that holds one and no more; `None` too for a line that begins with a byte
/// order mark once more, which would be taken away at the next reading.
pub(crate) fn only_line(text: &[u8], delimiter: u8) -> Option<Line<'_>> {
    let start = line_start(text);
    let field = last_field(text, start, delimiter);
    let bytes = &text[start..field.end];
    let is_one = line_end(text, field.end) == text.len();
    let is_line = is_one && !bytes.is_empty() && !bytes.starts_with(BYTE_ORDER_MARK);
    let is_open = field.is_open(text);
    is_line.then_some(Line { bytes, is_open })
}
