//! One field of a line, by the rules of RFC 4180 as programs read them.

use crate::decode::scan::one_of;

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Where it begins, its quote included.
    pub(super) start: usize,
    /// Where it ends: at a delimiter, an end of line, or the text's end.
    pub(super) end: usize,
    /// If its text stands in the line as it is: where.
    pub(super) plain: Option<(usize, usize)>,
}

impl Field {
    /// The field that begins at `start`.
    #[inline]
    pub(super) fn find(bytes: &[u8], start: usize, delimiter: u8) -> Self {
        if bytes.get(start) == Some(&b'"') {
            return Self::find_quoted(bytes, start, delimiter);
        }
        let end = one_of(bytes, start, [delimiter, b'\r', b'\n']);
        let plain = Some((start, end));
        Self { start, end, plain }
    }

    #[inline(never)]
    fn find_quoted(bytes: &[u8], start: usize, delimiter: u8) -> Self {
        let (close, has_quotes) = closing_quote(bytes, start);
        let behind = (close + 1).min(bytes.len());
        let end = one_of(bytes, behind, [delimiter, b'\r', b'\n']);
        let plain = (!has_quotes && end == behind).then_some((start + 1, close));
        Self { start, end, plain }
    }

    /// Whether it begins with a quote that is never closed: it then ends with the text.
    pub(super) fn is_open(self, bytes: &[u8]) -> bool {
        bytes.get(self.start) == Some(&b'"') && closing_quote(bytes, self.start).0 >= bytes.len()
    }

    /// Appends the text of a field that is not plain: of two quotes one stays, and what stands
    /// behind the closing quote belongs to the text.
    pub(super) fn unquote(self, bytes: &[u8], text: &mut Vec<u8>) {
        let mut at = self.start + 1;
        loop {
            let close = quote(bytes, at).min(self.end);
            text.extend_from_slice(&bytes[at..close]);
            if close < self.end && bytes.get(close + 1) == Some(&b'"') {
                text.push(b'"');
                at = close + 2;
            } else {
                let behind = (close + 1).min(self.end);
                return text.extend_from_slice(&bytes[behind..self.end]);
            }
        }
    }
}

/// Offset of the quote that closes the field that begins with the one at `start`, the text's length
/// if there is none; and whether two quotes stand for one in between.
#[inline]
fn closing_quote(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut has_quotes = false;
    let mut close = quote(bytes, start + 1);
    while bytes.get(close + 1) == Some(&b'"') {
        has_quotes = true;
        close = quote(bytes, close + 2);
    }
    (close, has_quotes)
}

/// Offset of the next quote; the text's length if there is none.
fn quote(bytes: &[u8], at: usize) -> usize {
    one_of(bytes, at.min(bytes.len()), [b'"'; 3])
}
