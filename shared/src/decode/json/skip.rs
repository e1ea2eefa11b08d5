//! Values that nobody reads: checked against the grammar, and passed over.

use super::fault::{Fault, FaultKind};
use super::{number, space, string};
use crate::decode::MAX_DEPTH;

/// The lists and objects that are open, as a stack of bits: so deep nesting needs no memory and no
/// recursion. The record's own object is the first level and not kept here.
#[derive(Default)]
struct Open {
    is_object: u128,
    depth: usize,
}

const _: () = assert!(MAX_DEPTH <= u128::BITS as usize, "one bit for each level");

impl Open {
    fn push(&mut self, is_object: bool, at: usize) -> Result<(), Fault> {
        if self.depth + 1 == MAX_DEPTH {
            return Err(FaultKind::Depth.at(at));
        }
        self.is_object = self.is_object << 1 | u128::from(is_object);
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) {
        self.is_object >>= 1;
        self.depth -= 1;
    }

    fn is_in_object(&self) -> bool {
        self.is_object & 1 == 1
    }
}

/// Where the value ends that begins at `at`.
///
/// # Errors
/// The first fault of it.
#[inline]
pub(super) fn value(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at) {
        Some(b'"') => Ok(string::find(bytes, at + 1)?.end + 1),
        Some(b'{' | b'[') => nested(bytes, at),
        _ => scalar(bytes, at),
    }
}

/// The same for a list or an object, with all that is in it.
fn nested(bytes: &[u8], mut at: usize) -> Result<usize, Fault> {
    let mut open = Open::default();
    loop {
        let byte = bytes.get(at);
        if let Some(b'{' | b'[') = byte {
            let is_object = byte == Some(&b'{');
            open.push(is_object, at)?;
            at = space(bytes, at + 1);
            match (is_object, bytes.get(at)) {
                (true, Some(b'}')) | (false, Some(b']')) => {
                    open.pop();
                    at += 1;
                }
                (true, _) => {
                    at = key(bytes, at)?;
                    continue;
                }
                (false, _) => continue,
            }
        } else if byte == Some(&b'"') {
            at = string::find(bytes, at + 1)?.end + 1;
        } else {
            at = scalar(bytes, at)?;
        }
        match close(bytes, at, &mut open)? {
            Next::Value(next) => at = next,
            Next::End(end) => return Ok(end),
        }
    }
}

/// What comes behind a value.
enum Next {
    /// Another value.
    Value(usize),
    /// Nothing more that was open.
    End(usize),
}

/// Closes what ends behind the value that ends at `at`.
fn close(bytes: &[u8], mut at: usize, open: &mut Open) -> Result<Next, Fault> {
    while open.depth > 0 {
        at = space(bytes, at);
        match (open.is_in_object(), bytes.get(at)) {
            (true, Some(b',')) => return key(bytes, space(bytes, at + 1)).map(Next::Value),
            (false, Some(b',')) => return Ok(Next::Value(space(bytes, at + 1))),
            (true, Some(b'}')) | (false, Some(b']')) => {
                open.pop();
                at += 1;
            }
            (true, _) => return Err(FaultKind::CommaOrBrace.at(at)),
            (false, _) => return Err(FaultKind::CommaOrBracket.at(at)),
        }
    }
    Ok(Next::End(at))
}

/// Passes over a key and its colon: where the value begins.
fn key(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    if bytes.get(at) != Some(&b'"') {
        return Err(FaultKind::Key.at(at));
    }
    let end = string::find(bytes, at + 1)?.end;
    colon(bytes, end + 1)
}

/// Passes over the colon behind a key: where the value begins.
pub(super) fn colon(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let at = space(bytes, at);
    match bytes.get(at) {
        Some(b':') => Ok(space(bytes, at + 1)),
        _ => Err(FaultKind::Colon.at(at)),
    }
}

/// Where the number or literal ends that begins at `at`.
fn scalar(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at) {
        Some(b'-' | b'0'..=b'9') => number::token_end(bytes, at),
        Some(b't') => literal(bytes, at, b"true"),
        Some(b'f') => literal(bytes, at, b"false"),
        Some(b'n') => literal(bytes, at, b"null"),
        _ => Err(FaultKind::Value.at(at)),
    }
}

/// Where `word` ends, which is to stand at `at`.
pub(super) fn literal(bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, Fault> {
    let rest = bytes.get(at..).unwrap_or_default();
    let same = rest.iter().zip(word).take_while(|(a, b)| a == b).count();
    if same == word.len() {
        Ok(at + same)
    } else {
        Err(FaultKind::Literal.at(at + same))
    }
}
