//! What the fields of a record mean. A [`Schema`] is data: decoders and encoders are directed by
//! it, and the loan schema is one value of it.

mod check;
mod class;
mod infer;
mod json;
pub(crate) mod loan;

pub use check::{
    MAX_CLASS, MAX_CLASSES, MAX_COLUMNS, MAX_FIELDS, MAX_NAME_BYTES, MAX_SCHEMA_BYTES,
    MAX_VOCABULARY,
};
pub use infer::{Evidence, Inference, LabelCandidate, MAX_DISTINCT, MAX_INFERRED_RECORDS, infer};
pub use json::SchemaError;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::generate::{StreamFieldKind, StreamFields, StreamSettings};

/// Name of the format of a schema's file.
pub const FORMAT: &str = "gradually-schema";

/// Version of the format that this crate writes and reads.
pub const VERSION: u32 = 1;

/// The fields of a record, and the label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What it is called.
    pub name: String,
    /// The fields that are known; all others are ignored.
    pub fields: Vec<Field>,
    /// What is to be predicted.
    pub label: Label,
}

/// A field of a record. In a schema's file what its kind has stands beside its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What a field is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A word.
    Categorical {
        /// The words that it may be.
        vocabulary: Vocabulary,
        /// What a missing word means.
        missing: MissingWord,
    },
    /// A finite number.
    Numeric {
        /// What a missing number means.
        missing: MissingNumber,
    },
    /// How much the example counts in learning: a number of at least 0, scikit-learn's
    /// `sample_weight`.
    Weight,
    /// What names the record. It is not learned from.
    Key,
    /// When the record was. It is not learned from.
    Time,
    /// Not looked at.
    Ignored,
}

/// The words of a categorical field, and the columns they become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vocabulary {
    /// These words, in the order of their columns. The last has no column: it is the one that all
    /// zeros mean. Another word makes a bad record.
    Fixed(Vec<String>),
    /// The first so many distinct words of the stream have a column each, in the order in which
    /// they came; later ones have none.
    FirstSeen(u32),
    /// A word's hash says which of so many columns it has, and its sign.
    Hashed(u32),
}

/// What a missing (or null) word means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingWord {
    /// The record is bad.
    #[default]
    Error,
    /// It stands for this word.
    Constant(String),
    /// It is a category of its own, with a column behind those of the words.
    OwnCategory,
}

/// What a missing (or null) number means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingNumber {
    /// The record is bad.
    #[default]
    Error,
    /// It stands for this number.
    Constant(f64),
    /// It stands for the running mean, and a column of its own says 1.
    Mean,
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Name of the field that holds it.
    pub name: String,
    /// The values that it may have, in the order of their numbers: ascending, as scikit-learn's
    /// `classes_` are (words by their code points, false before true).
    pub classes: Vec<Class>,
}

/// A value of the label. In text it is written as that value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; 1 and 1.0 are the same.
    Integer(i64),
    /// A word.
    Text(String),
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(class) => write!(formatter, "{class}"),
            Self::Integer(class) => write!(formatter, "{class}"),
            Self::Text(class) => write!(formatter, "\"{class}\""),
        }
    }
}

impl Schema {
    /// The categorical fields with what a missing word means, in their order.
    pub fn categorical(&self) -> impl Iterator<Item = (&str, &Vocabulary, &MissingWord)> + Clone {
        self.fields.iter().filter_map(|field| match &field.kind {
            Kind::Categorical {
                vocabulary,
                missing,
            } => Some((field.name.as_str(), vocabulary, missing)),
            _ => None,
        })
    }

    /// The numeric fields with what a missing number means, in their order.
    pub fn numeric(&self) -> impl Iterator<Item = (&str, MissingNumber)> + Clone {
        self.fields.iter().filter_map(|field| match &field.kind {
            Kind::Numeric { missing } => Some((field.name.as_str(), *missing)),
            _ => None,
        })
    }

    /// The schema of a generated stream, under its name.
    #[must_use]
    pub fn of_stream(settings: &StreamSettings) -> Self {
        if matches!(settings, StreamSettings::Loan | StreamSettings::Script(_)) {
            return Self::loan();
        }
        let StreamFields {
            fields,
            label,
            classes,
        } = settings.fields();
        let fields = fields.into_iter().map(|field| Field {
            name: field.name,
            kind: match field.kind {
                StreamFieldKind::Time => Kind::Time,
                StreamFieldKind::Key => Kind::Key,
                StreamFieldKind::Numeric => Kind::Numeric {
                    missing: MissingNumber::Error,
                },
                StreamFieldKind::Categorical(words) => Kind::Categorical {
                    vocabulary: Vocabulary::Fixed(words),
                    missing: MissingWord::Error,
                },
            },
        });
        let class = |text: String| text.parse().map_or(Class::Text(text), Class::Integer);
        Self {
            format: FORMAT.into(),
            version: VERSION,
            name: settings.name().into(),
            fields: fields.collect(),
            label: Label {
                name: label,
                classes: classes.into_iter().map(class).collect(),
            },
        }
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> u16 {
        u16::try_from(self.label.classes.len()).unwrap_or(u16::MAX)
    }

    /// The classes as text, in their order.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        self.label.classes.iter().map(Class::name).collect()
    }

    /// Name of the field that weighs the example, if there is one.
    #[must_use]
    pub fn weight(&self) -> Option<&str> {
        let mut fields = self.fields.iter();
        let field = fields.find(|field| field.kind == Kind::Weight)?;
        Some(&field.name)
    }
}

impl Class {
    /// The class as plain text, a word without quotes: as scikit-learn's users name it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Text(class) => class.clone(),
            other => other.to_string(),
        }
    }
}

impl Vocabulary {
    /// The words that have a column of their own: all but the last of a fixed vocabulary.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Fixed(words) => words.split_last().map_or(&[], |(_, columns)| columns),
            Self::FirstSeen(_) | Self::Hashed(_) => &[],
        }
    }

    /// The word without a column.
    #[must_use]
    pub fn dropped(&self) -> Option<&str> {
        match self {
            Self::Fixed(words) => words.last().map(String::as_str),
            Self::FirstSeen(_) | Self::Hashed(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
