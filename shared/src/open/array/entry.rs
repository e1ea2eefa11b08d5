//! One value: Python's own, a number of `NumPy`'s, or an entry of an array.

use std::borrow::Cow;

use super::bytes;
use super::dtype::{Dtype, Kind, tuple};
use crate::open::OpenError;
use crate::open::pickle::{Class, Id, Tree, Value};

/// A value that is no container.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::open) enum Plain<'t> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'t, str>),
}

impl<'t> Plain<'t> {
    /// The value of this number.
    pub(in crate::open) fn of(tree: &'t Tree<'_>, id: Id) -> Result<Self, OpenError> {
        let fault = |problem: String| OpenError::at(tree.offset(id), problem);
        Ok(match tree.get(id) {
            Value::None => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Made {
                class: Class::Scalar,
                arguments,
                ..
            } => {
                let &[of_dtype, data] = tuple(tree, *arguments)? else {
                    return Err(fault("a number of NumPy has 2 parts".into()));
                };
                let dtype = Dtype::of(tree, of_dtype)?;
                read(dtype, &bytes(tree, data)?)
                    .ok_or_else(|| fault("a number of NumPy with other data".into()))?
            }
            other => {
                let problem = format!("a number or a text is needed, not {}", other.kind());
                return Err(fault(problem));
            }
        })
    }
}

impl Plain<'_> {
    /// What it is, for messages.
    pub(in crate::open) fn kind(&self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => format!("{value:?}"),
            Self::Text(text) => {
                let text: String = text.escape_debug().take(80).collect();
                format!("\"{text}\"")
            }
        }
    }
}

/// An entry of this type; none if the bytes are not one.
pub(super) fn read(dtype: Dtype, bytes: &[u8]) -> Option<Plain<'static>> {
    if bytes.len() != dtype.size {
        return None;
    }
    if dtype.kind == Kind::Text {
        return text(dtype, bytes);
    }
    let mut wide = [0; 8];
    let value = wide.get_mut(..bytes.len())?;
    value.copy_from_slice(bytes);
    if dtype.is_big_endian {
        value.reverse();
    }
    let bits = u64::from_le_bytes(wide);
    let unused = 64 - 8 * u32::try_from(bytes.len()).ok()?;
    Some(match dtype.kind {
        Kind::Bool if bits < 2 => Plain::Bool(bits == 1),
        // The sign is moved to the front and back again.
        Kind::Signed => Plain::Int((bits << unused).cast_signed() >> unused),
        Kind::Unsigned => Plain::Int(i64::try_from(bits).ok()?),
        Kind::Float if bytes.len() == 4 => {
            Plain::Float(f32::from_bits(u32::try_from(bits).ok()?).into())
        }
        Kind::Float => Plain::Float(f64::from_bits(bits)),
        Kind::Bool | Kind::Text | Kind::Object => return None,
    })
}

/// A word: its characters, without the zeros behind them.
fn text(dtype: Dtype, bytes: &[u8]) -> Option<Plain<'static>> {
    let (words, _) = bytes.as_chunks::<4>();
    let character = |&word: &[u8; 4]| {
        char::from_u32(if dtype.is_big_endian {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        })
    };
    let text: Option<String> = words.iter().map(character).collect();
    let text = text?.trim_end_matches('\0').to_owned();
    Some(Plain::Text(Cow::Owned(text)))
}
