//! What a pickle says, as data: values that name each other by number.
//!
//! A value stands in the tree once, however often it is named, so that a pickle that names one
//! value a million times over takes a million numbers and not a million copies; and one that holds
//! itself is no trouble, since nobody walks through all of it.

use super::class::Class;

/// The number of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::open) struct Id(pub(super) u32);

/// What one value is. Texts and bytes are those of the file.
#[derive(Clone, Debug)]
pub(in crate::open) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    /// Keys and values, in the order in which they came.
    Dict(Vec<(Id, Id)>),
    /// A class or function, by its name.
    Class(Class),
    /// What a class or function would make of these arguments, and the state it would be given.
    Made {
        class: Class,
        arguments: Id,
        state: Option<Id>,
    },
    /// joblib's array: the wrapper that describes it, and the bytes behind the wrapper.
    Array {
        wrapper: Id,
        data: &'a [u8],
    },
    /// joblib's array of objects, for which a whole pickle stands behind the wrapper: its value.
    Objects(Id),
}

impl Value<'_> {
    /// What it is, for messages.
    pub(in crate::open) fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a float",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dict",
            Self::Class(_) => "a class",
            Self::Made { class, .. } => class.makes(),
            Self::Array { .. } | Self::Objects(_) => "an array",
        }
    }
}

/// A pickle's values.
#[derive(Debug)]
pub(in crate::open) struct Tree<'a> {
    /// Each with the offset at which it began.
    values: Vec<(Value<'a>, usize)>,
    /// Length of the file.
    pub(in crate::open) file_bytes: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn new(file_bytes: usize) -> Self {
        Self {
            values: Vec::new(),
            file_bytes,
        }
    }

    pub(super) fn push(&mut self, value: Value<'a>, offset: usize) -> Id {
        // The number of steps is limited, and none makes two values.
        let id = u32::try_from(self.values.len()).expect("far fewer than 2³² steps");
        self.values.push((value, offset));
        Id(id)
    }

    pub(in crate::open) fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize].0
    }

    pub(super) fn get_mut(&mut self, id: Id) -> &mut Value<'a> {
        &mut self.values[id.0 as usize].0
    }

    /// Where the value began in the file.
    pub(in crate::open) fn offset(&self, id: Id) -> usize {
        self.values[id.0 as usize].1
    }
}
