//! joblib's description of an array whose bytes stand behind it.

use super::dtype::{Dtype, Kind};
use super::{entries, shape};
use crate::open::OpenError;
use crate::open::pickle::{Class, Id, Tree, Value};

/// A `joblib.numpy_pickle.NumpyArrayWrapper`.
#[derive(Debug)]
pub(in crate::open) struct Wrapper {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    /// Whether entries stand column by column.
    pub(super) is_fortran: bool,
    /// Whether the bytes begin behind a padding, which newer versions of joblib write.
    pub(in crate::open) is_padded: bool,
    /// Length of the array.
    pub(in crate::open) bytes: usize,
}

impl Wrapper {
    /// The wrapper by its state, a dict.
    pub(in crate::open) fn of(tree: &Tree<'_>, id: Id) -> Result<Self, OpenError> {
        let fault = |problem: String| OpenError::at(tree.offset(id), problem);
        let Value::Made {
            class: Class::ArrayWrapper,
            state: Some(state),
            ..
        } = *tree.get(id)
        else {
            return Err(fault("an array without a description".into()));
        };
        let Value::Dict(items) = tree.get(state) else {
            return Err(fault("an array's description must be a dict".into()));
        };
        let find = |name: &str| {
            let mut named = items.iter().filter(|(key, _)| is_text(tree, *key, name));
            named.next_back().map(|(_, value)| *value)
        };
        let need = |name: &str| {
            find(name).ok_or_else(|| fault(format!("an array's description has no {name}")))
        };
        let subclass = need("subclass")?;
        if !matches!(tree.get(subclass), Value::Class(Class::Ndarray)) {
            return Err(fault("an array that is no plain numpy.ndarray".into()));
        }
        let dtype = Dtype::of(tree, need("dtype")?)?;
        let shape = shape(tree, need("shape")?)?;
        let bytes = entries(&shape).and_then(|entries| entries.checked_mul(dtype.size));
        let padding = find("numpy_array_alignment_bytes");
        Ok(Self {
            is_fortran: is_fortran(tree, need("order")?)?,
            is_padded: padding.is_some_and(|id| !matches!(tree.get(id), Value::None)),
            bytes: bytes.ok_or_else(|| fault(format!("an array of shape {shape:?}")))?,
            dtype,
            shape,
        })
    }

    /// Whether a pickle of the whole array stands behind it, and not its bytes.
    pub(in crate::open) fn holds_objects(&self) -> bool {
        self.dtype.kind == Kind::Object
    }
}

/// Whether the order is Fortran's, by `C` or `F`.
pub(super) fn is_fortran(tree: &Tree<'_>, id: Id) -> Result<bool, OpenError> {
    match tree.get(id) {
        Value::Text("C") => Ok(false),
        Value::Text("F") => Ok(true),
        _ => {
            let problem = "an array's order must be C or F";
            Err(OpenError::at(tree.offset(id), problem))
        }
    }
}

fn is_text(tree: &Tree<'_>, id: Id, wanted: &str) -> bool {
    matches!(tree.get(id), Value::Text(text) if *text == wanted)
}
