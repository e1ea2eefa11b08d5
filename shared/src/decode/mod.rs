//! From the bytes of a record to an example, or to a bad record with its reason.
//!
//! The decoder is directed by a [`Schema`]. It accepts any JSON object that has the schema's
//! fields, whatever their order, and ignores every other key; of a key that stands twice the last
//! one counts. A value that cannot be used is data too: it becomes a [`BadReason`], never a panic
//! and never a stop.

mod bad;
mod json;

pub use bad::{BadKind, BadReason, BadRecord, EXCERPT_BYTES};

use std::borrow::Cow;

use crate::schema::Schema;

/// The value of one field as it stands in a record.
#[derive(Clone, Debug, Default, PartialEq)]
enum Value<'a> {
    #[default]
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List,
    Object,
}

impl Value<'_> {
    /// What it is, in the words of an error message.
    fn describe(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// Decoded examples of a batch, field by field: `len()` rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// Category numbers, row-major: `len() × categorical fields`.
    pub(crate) categories: Vec<u16>,
    /// Raw numbers, row-major: `len() × numeric fields`.
    pub(crate) numbers: Vec<f64>,
    /// Labels, 0 or 1: `len()`.
    pub(crate) labels: Vec<u8>,
}

impl Examples {
    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The labels, 0 or 1, one per example.
    #[must_use]
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Forgets the examples and keeps the memory.
    pub fn clear(&mut self) {
        self.categories.clear();
        self.numbers.clear();
        self.labels.clear();
    }

    fn truncate(&mut self, categories: usize, numbers: usize) {
        self.categories.truncate(categories);
        self.numbers.truncate(numbers);
    }
}

/// Decodes record values against a schema.
#[derive(Clone, Debug)]
pub struct Decoder {
    schema: Schema,
}

impl Decoder {
    /// A decoder for records of `schema`.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        Self { schema }
    }

    /// The schema it decodes against.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Appends the example in `value` to `examples`.
    ///
    /// # Errors
    /// The reason why the record is bad; `examples` is then as it was.
    pub fn decode(&self, value: Option<&[u8]>, examples: &mut Examples) -> Result<(), BadReason> {
        let value = value.ok_or(BadReason::NoValue)?;
        let fields = json::fields(value, &self.schema)?;
        let (categories, numbers) = (examples.categories.len(), examples.numbers.len());
        self.append(&fields, examples)
            .inspect_err(|_| examples.truncate(categories, numbers))
    }

    /// Appends field by field; the label comes last, so that a bad row only leaves numbers to cut.
    fn append(&self, fields: &json::Fields<'_>, examples: &mut Examples) -> Result<(), BadReason> {
        for (field, value) in self.schema.categorical.iter().zip(fields.categorical()) {
            let category = category(&field.name, &field.categories, value)?;
            examples.categories.push(category);
        }
        for (name, value) in self.schema.numeric.iter().zip(fields.numeric()) {
            examples.numbers.push(number(name, value)?);
        }
        examples
            .labels
            .push(label(&self.schema.label, fields.label())?);
        Ok(())
    }
}

fn category(field: &str, categories: &[String], value: &Value<'_>) -> Result<u16, BadReason> {
    let Value::Text(text) = value else {
        return Err(BadReason::of_value(field, value, "a string"));
    };
    let place = categories.iter().position(|category| category == text);
    place
        .and_then(|place| u16::try_from(place).ok())
        .ok_or_else(|| BadReason::unknown_category(field, text))
}

fn number(field: &str, value: &Value<'_>) -> Result<f64, BadReason> {
    match value {
        Value::Number(number) if number.is_finite() => Ok(*number),
        other => Err(BadReason::of_value(field, other, "a finite number")),
    }
}

fn label(field: &str, value: &Value<'_>) -> Result<u8, BadReason> {
    match value {
        Value::Number(0.0) => Ok(0),
        Value::Number(1.0) => Ok(1),
        Value::Number(number) => Err(BadReason::Label {
            field: field.into(),
            found: *number,
        }),
        other => Err(BadReason::of_value(field, other, "0 or 1")),
    }
}

#[cfg(test)]
mod tests;
