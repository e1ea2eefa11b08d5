//! Schemas as JSON files.
//!
//! ```json
//! {
//!   "format": "gradually-schema",
//!   "version": 1,
//!   "name": "fruit",
//!   "fields": [
//!     {"name": "colour", "kind": "categorical", "vocabulary": {"fixed": ["red", "green"]}},
//!     {"name": "shop", "kind": "categorical", "vocabulary": {"hashed": 64}, "missing": "own_category"},
//!     {"name": "grams", "kind": "numeric", "missing": {"constant": 100.0}},
//!     {"name": "noted", "kind": "time"}
//!   ],
//!   "label": {"name": "ripe", "classes": [false, true]}
//! }
//! ```

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::check::MAX_SCHEMA_BYTES;
use super::{Field, Kind, MissingNumber, MissingWord, Schema, Vocabulary};

/// Why a file is not a schema: the place, and what is wrong there.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SchemaError {
    /// No JSON, or JSON of another form.
    #[error("line {line}, column {column}: {problem}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column in it, from 1.
        column: usize,
        /// What was found, and what is allowed.
        problem: String,
    },
    /// The right form, but a rule is broken.
    #[error("{place}: {problem}")]
    Rule {
        /// The field or other part.
        place: String,
        /// What was found, and what is allowed.
        problem: String,
    },
}

impl SchemaError {
    pub(super) fn at(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Rule {
            place: place.into(),
            problem: problem.into(),
        }
    }
}

impl Schema {
    /// Reads a schema's file and checks it. Classes may stand in any order; they are sorted, as
    /// scikit-learn sorts `classes_`.
    ///
    /// # Errors
    /// What is wrong, where, and what is allowed.
    pub fn from_json(json: &[u8]) -> Result<Self, SchemaError> {
        if json.len() > MAX_SCHEMA_BYTES {
            let problem = format!(
                "{} bytes, at most {MAX_SCHEMA_BYTES} are allowed",
                json.len()
            );
            return Err(SchemaError::at("file", problem));
        }
        let mut schema: Self = serde_json::from_slice(json).map_err(|error| {
            let message = error.to_string();
            let problem = message.split(" at line ").next().unwrap_or_default();
            SchemaError::Form {
                line: error.line(),
                column: error.column(),
                problem: problem.to_owned(),
            }
        })?;
        schema.label.classes.sort();
        schema.check()?;
        Ok(schema)
    }

    /// The schema's file: indented JSON with a newline at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self)
            .expect("a schema has string keys only, and writing to memory does not fail");
        json.push('\n');
        json
    }
}

/// A field with all keys that any kind has: so that an error can say which key does not go with
/// the kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: String,
    kind: RawKind,
    vocabulary: Option<Vocabulary>,
    missing: Option<RawMissing>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Categorical,
    Numeric,
    Weight,
    Key,
    Time,
    Ignored,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawMissing {
    Error,
    Constant(RawConstant),
    Mean,
    OwnCategory,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a string")]
enum RawConstant {
    Number(f64),
    Word(String),
}

impl Kind {
    fn raw(&self) -> RawKind {
        match self {
            Self::Categorical { .. } => RawKind::Categorical,
            Self::Numeric { .. } => RawKind::Numeric,
            Self::Weight => RawKind::Weight,
            Self::Key => RawKind::Key,
            Self::Time => RawKind::Time,
            Self::Ignored => RawKind::Ignored,
        }
    }
}

/// In a binary format, which does not say what comes, it is the name and the kind.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (&self.name, &self.kind).serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("kind", &self.kind.raw())?;
        match &self.kind {
            Kind::Categorical {
                vocabulary,
                missing,
            } => {
                map.serialize_entry("vocabulary", vocabulary)?;
                map.serialize_entry("missing", missing)?;
            }
            Kind::Numeric { missing } => map.serialize_entry("missing", missing)?,
            Kind::Weight | Kind::Key | Kind::Time | Kind::Ignored => {}
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (name, kind) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { name, kind });
        }
        let raw = RawField::deserialize(deserializer)?;
        let name = raw.name.clone();
        let kind = raw
            .into_kind()
            .map_err(|problem| serde::de::Error::custom(format!("field \"{name}\": {problem}")))?;
        Ok(Self { name, kind })
    }
}

impl RawField {
    fn into_kind(self) -> Result<Kind, &'static str> {
        if self.kind != RawKind::Categorical && self.vocabulary.is_some() {
            return Err("`vocabulary` goes with the kind `categorical` only");
        }
        match self.kind {
            RawKind::Categorical => Ok(Kind::Categorical {
                vocabulary: self.vocabulary.ok_or(
                    "the kind `categorical` needs a `vocabulary`: `fixed`, `first_seen` or `hashed`",
                )?,
                missing: word_rule(self.missing)?,
            }),
            RawKind::Numeric => Ok(Kind::Numeric {
                missing: number_rule(self.missing.as_ref())?,
            }),
            _ if self.missing.is_some() => {
                Err("`missing` goes with the kinds `categorical` and `numeric` only")
            }
            RawKind::Weight => Ok(Kind::Weight),
            RawKind::Key => Ok(Kind::Key),
            RawKind::Time => Ok(Kind::Time),
            RawKind::Ignored => Ok(Kind::Ignored),
        }
    }
}

fn word_rule(missing: Option<RawMissing>) -> Result<MissingWord, &'static str> {
    match missing {
        None | Some(RawMissing::Error) => Ok(MissingWord::Error),
        Some(RawMissing::Constant(RawConstant::Word(word))) => Ok(MissingWord::Constant(word)),
        Some(RawMissing::OwnCategory) => Ok(MissingWord::OwnCategory),
        _ => Err(
            "`missing` of a categorical field is `error`, `own_category` or {`constant`: a string}",
        ),
    }
}

fn number_rule(missing: Option<&RawMissing>) -> Result<MissingNumber, &'static str> {
    match missing {
        None | Some(RawMissing::Error) => Ok(MissingNumber::Error),
        Some(RawMissing::Constant(RawConstant::Number(number))) => {
            Ok(MissingNumber::Constant(*number))
        }
        Some(RawMissing::Mean) => Ok(MissingNumber::Mean),
        _ => Err("`missing` of a numeric field is `error`, `mean` or {`constant`: a number}"),
    }
}
