//! Strings: where they end, and what they say.

use super::fault::{Fault, FaultKind};
use crate::decode::scan::plain_end;

/// A string that was found to be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Offset of the closing quote.
    pub(super) end: usize,
    /// Whether it holds an escape.
    pub(super) is_escaped: bool,
}

/// Finds the end of the string whose opening quote stands before `start`, and checks it: no
/// control character, only JSON's escapes, UTF-8.
#[inline]
pub(super) fn find(bytes: &[u8], start: usize) -> Result<Found, Fault> {
    let end = plain_end(bytes, start);
    if bytes.get(end) == Some(&b'"') {
        let is_escaped = false;
        return Ok(Found { end, is_escaped });
    }
    find_odd(bytes, start, end)
}

/// The same for a string that is not plain at `at`.
#[inline(never)]
fn find_odd(bytes: &[u8], start: usize, mut at: usize) -> Result<Found, Fault> {
    let (mut is_escaped, mut is_ascii) = (false, true);
    loop {
        match bytes.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                is_escaped = true;
                at = escape_end(bytes, at)?;
            }
            Some(0x80..) => {
                is_ascii = false;
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest.iter().take_while(|byte| **byte >= 0x80).count();
            }
            _ => return Err(FaultKind::Control.at(at)),
        }
        at = plain_end(bytes, at);
    }
    if !is_ascii && let Err(error) = std::str::from_utf8(&bytes[start..at]) {
        return Err(FaultKind::NotUtf8.at(start + error.valid_up_to()));
    }
    Ok(Found {
        end: at,
        is_escaped,
    })
}

/// Where the escape ends that begins at `at`.
fn escape_end(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let is_hex = |place: &usize| bytes.get(*place).is_some_and(u8::is_ascii_hexdigit);
            match (at + 2..at + 6).find(|place| !is_hex(place)) {
                None => Ok(at + 6),
                Some(place) => Err(FaultKind::Escape.at(place)),
            }
        }
        _ => Err(FaultKind::Escape.at(at + 1)),
    }
}

/// Appends what the string in `start..end` says, its escapes decoded, to `text`. The string was
/// found by [`find`].
///
/// # Errors
/// A lone surrogate: JSON's grammar has it, Unicode has not.
pub(super) fn unescape(
    bytes: &[u8],
    start: usize,
    end: usize,
    text: &mut Vec<u8>,
) -> Result<(), Fault> {
    let mut at = start;
    while at < end {
        let plain = bytes[at..end].iter().position(|&byte| byte == b'\\');
        let stop = plain.map_or(end, |plain| at + plain);
        text.extend_from_slice(&bytes[at..stop]);
        at = if stop < end {
            unescape_one(bytes, stop, text)?
        } else {
            end
        };
    }
    Ok(())
}

/// Decodes the escape at `at`, and gives back where it ends.
fn unescape_one(bytes: &[u8], at: usize, text: &mut Vec<u8>) -> Result<usize, Fault> {
    let plain = match bytes.get(at + 1) {
        Some(b'b') => 0x08,
        Some(b'f') => 0x0C,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'u') => {
            let (letter, end) = letter(bytes, at).ok_or(FaultKind::Surrogate.at(at))?;
            text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(end);
        }
        Some(&itself) => itself,
        None => return Err(FaultKind::Escape.at(at + 1)),
    };
    text.push(plain);
    Ok(at + 2)
}

/// The letter that one `\uXXXX`, or two of a surrogate pair, stand for, and where they end.
fn letter(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = unit(bytes, at)?;
    if let Some(letter) = char::from_u32(first) {
        return Some((letter, at + 6));
    }
    let second = unit(bytes, at + 6)?;
    if !(0xD800..0xDC00).contains(&first) || !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    Some((char::from_u32(code)?, at + 12))
}

/// The 16 bits of the `\uXXXX` at `at`, if there is one.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, &digit| {
        Some(unit << 4 | char::from(digit).to_digit(16)?)
    })
}
