//! `NumPy`'s arrays and numbers as they stand in a pickle, in each of their four forms.
//!
//! | form | written by |
//! |---|---|
//! | a wrapper, and the bytes behind it | joblib |
//! | a wrapper, and a pickle behind it | joblib, for arrays of objects |
//! | `_reconstruct` with a state | `pickle`, protocols 2 to 4, and 5 for objects |
//! | `_frombuffer` | `pickle`, protocol 5 |

mod dtype;
mod entry;
mod wrapper;

pub(super) use dtype::Kind;
pub(super) use entry::Plain;
pub(super) use wrapper::Wrapper;

use std::borrow::Cow;

use super::error::OpenError;
use super::pickle::{Class, Id, Tree, Value};
use dtype::{Dtype, tuple};

/// Most dimensions of an array.
const MAX_DIMENSIONS: usize = 2;

/// An array where it stands in the file.
#[derive(Debug)]
pub(super) struct Array<'t> {
    tree: &'t Tree<'t>,
    /// Where it began.
    offset: usize,
    dtype: Dtype,
    shape: Vec<usize>,
    is_fortran: bool,
    data: Data<'t>,
}

#[derive(Debug)]
enum Data<'t> {
    Bytes(Cow<'t, [u8]>),
    Objects(&'t [Id]),
}

impl<'t> Array<'t> {
    /// The array of this number.
    pub(super) fn of(tree: &'t Tree<'t>, id: Id) -> Result<Self, OpenError> {
        let array = match tree.get(id) {
            Value::Array { wrapper, data } => {
                let wrapper = Wrapper::of(tree, *wrapper)?;
                Self {
                    tree,
                    offset: tree.offset(id),
                    dtype: wrapper.dtype,
                    shape: wrapper.shape,
                    is_fortran: wrapper.is_fortran,
                    data: Data::Bytes(Cow::Borrowed(data)),
                }
            }
            Value::Objects(inside) => Self::made(tree, *inside)?,
            _ => Self::made(tree, id)?,
        };
        array.checked()
    }

    fn made(tree: &'t Tree<'t>, id: Id) -> Result<Self, OpenError> {
        match tree.get(id) {
            Value::Made {
                class: Class::Reconstruct,
                state: Some(state),
                ..
            } => Self::reconstructed(tree, id, *state),
            Value::Made {
                class: Class::FromBuffer,
                arguments,
                ..
            } => Self::from_buffer(tree, id, *arguments),
            other => {
                let problem = format!("an array is needed, not {}", other.kind());
                Err(OpenError::at(tree.offset(id), problem))
            }
        }
    }

    /// The state `(1, shape, dtype, is_fortran, data)`.
    fn reconstructed(tree: &'t Tree<'t>, id: Id, state: Id) -> Result<Self, OpenError> {
        let offset = tree.offset(id);
        let &[version, of_shape, of_dtype, fortran, data] = tuple(tree, state)? else {
            return Err(OpenError::at(offset, "an array's state has 5 parts"));
        };
        let &Value::Bool(is_fortran) = tree.get(fortran) else {
            return Err(OpenError::at(offset, "an array's order must be a bool"));
        };
        if !matches!(tree.get(version), Value::Int(1)) {
            return Err(OpenError::at(offset, "an array's state of another version"));
        }
        let dtype = Dtype::of(tree, of_dtype)?;
        let data = match tree.get(data) {
            Value::List(objects) if dtype.kind == Kind::Object => Data::Objects(objects),
            _ => Data::Bytes(bytes(tree, data)?),
        };
        Ok(Self {
            tree,
            offset,
            dtype,
            shape: shape(tree, of_shape)?,
            is_fortran,
            data,
        })
    }

    /// The arguments `(bytes, dtype, shape, order)`.
    fn from_buffer(tree: &'t Tree<'t>, id: Id, arguments: Id) -> Result<Self, OpenError> {
        let offset = tree.offset(id);
        let &[data, of_dtype, of_shape, order] = tuple(tree, arguments)? else {
            return Err(OpenError::at(offset, "an array of a buffer has 4 parts"));
        };
        Ok(Self {
            tree,
            offset,
            dtype: Dtype::of(tree, of_dtype)?,
            shape: shape(tree, of_shape)?,
            is_fortran: wrapper::is_fortran(tree, order)?,
            data: Data::Bytes(bytes(tree, data)?),
        })
    }

    /// The array, if it has as many entries as its shape says.
    fn checked(self) -> Result<Self, OpenError> {
        let size = self.dtype.size;
        let found = match &self.data {
            Data::Objects(objects) => Some(objects.len()),
            Data::Bytes(_) if self.dtype.kind == Kind::Object => None,
            Data::Bytes(bytes) => {
                let is_whole = bytes.len().is_multiple_of(size);
                is_whole.then_some(bytes.len() / size)
            }
        };
        if found.is_some() && found == entries(&self.shape) {
            return Ok(self);
        }
        let problem = format!("an array of shape {:?} with other data", self.shape);
        Err(OpenError::at(self.offset, problem))
    }

    /// Its lengths.
    pub(super) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What its entries are.
    pub(super) fn kind(&self) -> Kind {
        self.dtype.kind
    }

    /// Bytes of an entry.
    pub(super) fn entry_bytes(&self) -> usize {
        self.dtype.size
    }

    /// The entries, row by row.
    pub(super) fn entries(&self) -> impl Iterator<Item = Result<Plain<'_>, OpenError>> {
        let length = entries(&self.shape).unwrap_or_default();
        (0..length).map(|entry| self.entry(self.place(entry)))
    }

    /// Where the entry of this place, counted row by row, stands among the data.
    fn place(&self, entry: usize) -> usize {
        match self.shape[..] {
            [rows, columns] if self.is_fortran => entry % columns * rows + entry / columns,
            _ => entry,
        }
    }

    fn entry(&self, place: usize) -> Result<Plain<'_>, OpenError> {
        match &self.data {
            Data::Objects(objects) => Plain::of(self.tree, objects[place]),
            Data::Bytes(bytes) => {
                let size = self.dtype.size;
                let bytes = &bytes[place * size..(place + 1) * size];
                entry::read(self.dtype, bytes)
                    .ok_or_else(|| OpenError::at(self.offset, "an entry that is no value"))
            }
        }
    }
}

/// Bytes; protocol 2 writes them as a text of the characters with those numbers, and a function.
fn bytes<'t>(tree: &'t Tree<'_>, id: Id) -> Result<Cow<'t, [u8]>, OpenError> {
    let fault = |problem: String| OpenError::at(tree.offset(id), problem);
    match tree.get(id) {
        Value::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        Value::Made {
            class: Class::Encode,
            arguments,
            ..
        } => {
            let &[text, code] = tuple(tree, *arguments)? else {
                return Err(fault("an encoding has 2 parts".into()));
            };
            let (Value::Text(text), Value::Text("latin1")) = (tree.get(text), tree.get(code))
            else {
                return Err(fault("an encoding other than latin1".into()));
            };
            let bytes = text.chars().map(|c| u8::try_from(u32::from(c)));
            let bytes = bytes.collect::<Result<_, _>>();
            let bytes = bytes.map_err(|_| fault("a character that is not in latin1".into()))?;
            Ok(Cow::Owned(bytes))
        }
        other => Err(fault(format!("bytes are needed, not {}", other.kind()))),
    }
}

/// The lengths of a shape.
fn shape(tree: &Tree<'_>, id: Id) -> Result<Vec<usize>, OpenError> {
    let fault = |problem: &str| OpenError::at(tree.offset(id), problem);
    let lengths = tuple(tree, id)?;
    if lengths.len() > MAX_DIMENSIONS {
        return Err(fault("an array of more than 2 dimensions"));
    }
    let length = |&id: &Id| match *tree.get(id) {
        Value::Int(length) => usize::try_from(length).ok(),
        _ => None,
    };
    let lengths: Option<Vec<usize>> = lengths.iter().map(length).collect();
    lengths.ok_or_else(|| fault("an array's lengths must be whole numbers from 0"))
}

/// Number of entries; none if there is no such number.
fn entries(shape: &[usize]) -> Option<usize> {
    let product = |product: usize, &length: &usize| product.checked_mul(length);
    shape.iter().try_fold(1, product)
}
