//! JSON objects (RFC 8259), in one pass: values of the fields that are known are read, everything
//! else is checked and passed over.
//!
//! A string that is read (each key of the record, and the value of a field) must be Unicode: a
//! lone surrogate such as `\ud800` is a fault in it. In a value that is passed over, the grammar
//! counts alone, and it allows for one. In the same way a number that is read must be finite.
//! Invalid UTF-8 is a fault everywhere, and so is nesting beyond [`MAX_DEPTH`](super::MAX_DEPTH).

mod fault;
mod layout;
mod number;
mod skip;
mod string;
mod text;

use std::ops::Range;

pub(super) use fault::{Fault, FaultKind};
use layout::Layout;
pub(super) use text::Text;

use super::value::{Slot, Span, Value};
use super::words::Words;

/// Means no field.
const NO_SLOT: u32 = u32::MAX;

/// Reads records, and keeps what makes the next one faster.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    layout: Layout,
    /// Strings whose escapes were decoded.
    scratch: Vec<u8>,
}

/// What stands where a key may stand.
enum Step {
    /// The object's end, which is here.
    End(usize),
    /// A key: where its value begins, and the field's slot.
    Member(usize, u32),
}

impl Reader {
    /// Reads the object in `bytes`: the value of the key that is `names`' word `i` goes to
    /// `slots[i]`. Slots whose key is not there are left as they are.
    ///
    /// # Errors
    /// The first fault of the text.
    #[inline(never)]
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        names: &Words,
        slots: &mut [Slot],
    ) -> Result<(), Fault> {
        self.scratch.clear();
        self.layout.restart();
        let mut at = 0;
        loop {
            let (start, slot) = match self.layout.guess(bytes, at) {
                // White space that the guess did not have is still white space.
                Some((end, slot)) => (space(bytes, end), slot),
                None => match self.step(bytes, at, names)? {
                    Step::Member(start, slot) => (start, slot),
                    Step::End(end) => return trailing(bytes, end),
                },
            };
            at = match slots.get_mut(slot as usize) {
                Some(slot) => self.value(bytes, start, slot)?,
                None => skip::value(bytes, start)?,
            };
            if bytes.get(at) == Some(&b'}') {
                return trailing(bytes, at + 1);
            }
        }
    }

    /// The strings whose escapes were decoded, into which decoded spans point.
    pub(super) fn scratch(&self) -> &[u8] {
        &self.scratch
    }

    /// Reads from behind a value (or from the text's begin) to the next value, or to the end.
    fn step(&mut self, bytes: &[u8], from: usize, names: &Words) -> Result<Step, Fault> {
        let is_first = from == 0;
        let mut at = space(bytes, from);
        match bytes.get(at) {
            Some(b'}') if !is_first => return Ok(Step::End(at + 1)),
            Some(b',') if !is_first => at = space(bytes, at + 1),
            Some(b'{') if is_first => {
                at = space(bytes, at + 1);
                if bytes.get(at) == Some(&b'}') {
                    return Ok(Step::End(at + 1));
                }
            }
            _ if is_first => return Err(FaultKind::Object.at(at)),
            _ => return Err(FaultKind::CommaOrBrace.at(at)),
        }
        let (end, slot) = self.key(bytes, at, names)?;
        let start = skip::colon(bytes, end)?;
        self.layout.learn(&bytes[from..start], slot);
        Ok(Step::Member(start, slot))
    }

    /// Reads the key at `at`: where it ends, and the field's slot.
    fn key(&mut self, bytes: &[u8], at: usize, names: &Words) -> Result<(usize, u32), Fault> {
        if bytes.get(at) != Some(&b'"') {
            return Err(FaultKind::Key.at(at));
        }
        let found = string::find(bytes, at + 1)?;
        let name = if found.is_escaped {
            let name = self.unescape(bytes, at + 1..found.end)?;
            names.find_in(&self.scratch, name)
        } else {
            names.find_in(bytes, at + 1..found.end)
        };
        Ok((found.end + 1, name.unwrap_or(NO_SLOT)))
    }

    /// Reads the value of a field into its slot: where it ends.
    #[inline]
    fn value(&mut self, bytes: &[u8], at: usize, slot: &mut Slot) -> Result<usize, Fault> {
        let (value, end) = match bytes.get(at) {
            Some(b'"') => {
                let found = string::find(bytes, at + 1)?;
                let text = at + 1..found.end;
                let span = if found.is_escaped {
                    Span::new(&self.unescape(bytes, text)?, true)
                } else {
                    Span::new(&text, false)
                };
                (Value::Text(span), found.end + 1)
            }
            Some(b'-' | b'0'..=b'9') => {
                let (number, end) = number::number(bytes, at)?;
                (Value::Number(number), end)
            }
            _ => return odd_value(bytes, at, slot),
        };
        *slot = Slot { at, value };
        Ok(end)
    }

    /// Decodes the escapes of a string; gives back where it stands in the scratch.
    #[inline(never)]
    fn unescape(&mut self, bytes: &[u8], text: Range<usize>) -> Result<Range<usize>, Fault> {
        let start = self.scratch.len();
        string::unescape(bytes, text.start, text.end, &mut self.scratch)?;
        Ok(start..self.scratch.len())
    }
}

/// What is neither string nor number.
#[inline(never)]
fn odd_value(bytes: &[u8], at: usize, slot: &mut Slot) -> Result<usize, Fault> {
    let (value, end) = match bytes.get(at) {
        Some(b'n') => (Value::Null, skip::literal(bytes, at, b"null")?),
        Some(b't') => (Value::Bool(true), skip::literal(bytes, at, b"true")?),
        Some(b'f') => (Value::Bool(false), skip::literal(bytes, at, b"false")?),
        Some(b'[') => (Value::List, skip::value(bytes, at)?),
        Some(b'{') => (Value::Object, skip::value(bytes, at)?),
        _ => return Err(FaultKind::Value.at(at)),
    };
    *slot = Slot { at, value };
    Ok(end)
}

/// What a text that is no object is: another JSON value in words, or no JSON at all.
pub(super) fn other_value(bytes: &[u8], start: usize) -> Option<&'static str> {
    let found = match bytes.get(start)? {
        b'"' => "a string",
        b'[' => "a list",
        b'{' => "an object",
        b'n' => "null",
        b't' | b'f' => "true or false",
        _ => "a number",
    };
    let end = skip::value(bytes, start).ok()?;
    trailing(bytes, end).ok().map(|()| found)
}

/// The number that a text is, if it is a short one and nothing else.
#[inline(never)]
pub(super) fn short_number(text: &[u8]) -> Option<f64> {
    let (number, end) = number::short(text)?;
    (end == text.len()).then_some(number)
}

/// A member of a record's object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Where its value begins.
    pub(super) start: usize,
    /// Where its value ends.
    pub(super) end: usize,
    /// The number of its key, if that is one of the names.
    pub(super) slot: Option<usize>,
}

/// The members of a good record, if there are at most `limit`, in the place of those that
/// `members` held.
pub(super) fn members(
    reader: &mut Reader,
    bytes: &[u8],
    names: &Words,
    limit: usize,
    members: &mut Vec<Member>,
) -> Option<()> {
    members.clear();
    let mut at = 0;
    while let Step::Member(start, slot) = reader.step(bytes, at, names).ok()? {
        at = skip::value(bytes, start).ok()?;
        members.push(Member {
            start,
            end: at,
            slot: (slot != NO_SLOT).then_some(slot as usize),
        });
        if members.len() > limit {
            return None;
        }
    }
    Some(())
}

/// What stands behind the string that `rest` begins in, behind its opening quote; `None` if it is
/// at fault or has escapes.
#[inline]
pub(super) fn behind_string(rest: &[u8]) -> Option<&[u8]> {
    let found = string::find(rest, 0).ok()?;
    if found.is_escaped {
        return None;
    }
    rest.get(found.end + 1..)
}

/// The number that `rest` begins with goes to `number`; what stands behind it.
#[expect(
    clippy::inline_always,
    reason = "a call would move the number through memory: measured"
)]
#[inline(always)]
pub(super) fn behind_number<'a>(rest: &'a [u8], number: &mut f64) -> Option<&'a [u8]> {
    let length = match number::short(rest) {
        Some((short, length)) => {
            *number = short;
            length
        }
        None => longer_number(rest, number)?,
    };
    rest.get(length..)
}

#[inline(never)]
fn longer_number(rest: &[u8], number: &mut f64) -> Option<usize> {
    let (longer, length) = number::signed_or_long(rest, 0).ok()?;
    *number = longer;
    Some(length)
}

/// What stands behind the value that `rest` begins with.
#[inline(never)]
pub(super) fn behind_value(rest: &[u8]) -> Option<&[u8]> {
    rest.get(skip::value(rest, 0).ok()?..)
}

/// Behind the object only white space may stand.
fn trailing(bytes: &[u8], end: usize) -> Result<(), Fault> {
    match space(bytes, end) {
        end if end == bytes.len() => Ok(()),
        end => Err(FaultKind::Trailing.at(end)),
    }
}

/// Where the white space ends that begins at `at`.
#[inline]
pub(super) fn space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}
