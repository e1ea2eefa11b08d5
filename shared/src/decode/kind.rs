//! The kinds of bad records.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of bad records, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadKind {
    /// Null or empty value.
    Empty,
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON, cut short, or not an object.
    NotJson,
    /// A field is missing.
    Missing,
    /// A field is null.
    Null,
    /// A field holds another kind of value.
    WrongType,
    /// An unknown category.
    UnknownCategory,
    /// A label that is no class.
    Label,
    /// Over one of the limits on size, depth or number of words.
    Limit,
    /// Not one line of CSV with the right number of columns.
    NotCsv,
    /// A weight below 0.
    Weight,
}

impl fmt::Display for BadKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "empty",
            Self::NotUtf8 => "not UTF-8",
            Self::NotJson => "not JSON",
            Self::Missing => "missing field",
            Self::Null => "null",
            Self::WrongType => "wrong type",
            Self::UnknownCategory => "unknown category",
            Self::Label => "unknown label",
            Self::Limit => "over a limit",
            Self::NotCsv => "not CSV",
            Self::Weight => "weight below 0",
        })
    }
}
