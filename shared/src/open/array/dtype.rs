//! What the entries of a `NumPy` array are.

use crate::open::OpenError;
use crate::open::pickle::{Class, Id, Tree, Value};

/// What an entry is, and in which order its bytes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::open) struct Dtype {
    pub(in crate::open) kind: Kind,
    /// Bytes of an entry: from 1, and 8 of an object.
    pub(super) size: usize,
    pub(super) is_big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::open) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
    /// Words of characters of four bytes, filled up with zeros.
    Text,
    Object,
}

impl Dtype {
    /// `numpy.dtype(name, False, True)` with its state: version, byte order, and no fields.
    pub(super) fn of(tree: &Tree<'_>, id: Id) -> Result<Self, OpenError> {
        let fault = |problem: String| OpenError::at(tree.offset(id), problem);
        let Value::Made {
            class: Class::Dtype,
            arguments,
            state: Some(state),
        } = *tree.get(id)
        else {
            let problem = format!("a dtype is needed, not {}", tree.get(id).kind());
            return Err(fault(problem));
        };
        let (arguments, state) = (tuple(tree, arguments)?, tuple(tree, state)?);
        let Some(Value::Text(name)) = arguments.first().map(|&name| tree.get(name)) else {
            return Err(fault("a dtype without a name".into()));
        };
        let (kind, size) = named(name).ok_or_else(|| {
            let name: String = name.escape_debug().take(40).collect();
            fault(format!(
                "arrays of dtype \"{name}\" are not in a classifier"
            ))
        })?;
        let is_big_endian = byte_order(tree, state).ok_or_else(|| {
            fault("a dtype with fields, or of a byte order that is neither < nor >".into())
        })?;
        Ok(Self {
            kind,
            size,
            is_big_endian,
        })
    }
}

/// Kind and size by the name that `NumPy` gives a type.
fn named(name: &str) -> Option<(Kind, usize)> {
    Some(match name {
        "b1" => (Kind::Bool, 1),
        "i1" | "i2" | "i4" | "i8" => (Kind::Signed, digits(&name[1..])?),
        "u1" | "u2" | "u4" | "u8" => (Kind::Unsigned, digits(&name[1..])?),
        "f4" | "f8" => (Kind::Float, digits(&name[1..])?),
        "O8" | "O4" => (Kind::Object, 8),
        _ => {
            let characters = digits(name.strip_prefix('U')?)?;
            let size = characters.checked_mul(4).filter(|&size| size > 0)?;
            (Kind::Text, size)
        }
    })
}

fn digits(text: &str) -> Option<usize> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

/// Whether the largest byte comes first, by a state `(3, order, None, None, None, …)`.
fn byte_order(tree: &Tree<'_>, state: &[Id]) -> Option<bool> {
    let [version, order, fields @ ..] = state else {
        return None;
    };
    let is_plain = |id: &Id| matches!(tree.get(*id), Value::None);
    let fields = fields.get(..3)?;
    if !matches!(tree.get(*version), Value::Int(3)) || !fields.iter().all(is_plain) {
        return None;
    }
    match tree.get(*order) {
        Value::Text("<" | "|") => Some(false),
        Value::Text(">") => Some(true),
        _ => None,
    }
}

/// The values of a tuple.
pub(super) fn tuple<'t>(tree: &'t Tree<'_>, id: Id) -> Result<&'t [Id], OpenError> {
    match tree.get(id) {
        Value::Tuple(values) => Ok(values),
        other => {
            let problem = format!("a tuple is needed, not {}", other.kind());
            Err(OpenError::at(tree.offset(id), problem))
        }
    }
}
