//! From the bytes of a record to an example, or to a bad record with its reason.
//!
//! The decoder is directed by a [`Schema`]. It accepts any JSON object that has the schema's
//! fields, whatever their order, and ignores every other key; of a key that stands twice the last
//! one counts. A value that cannot be used is data too: it becomes a [`BadReason`], never a panic
//! and never a stop.

mod bad;
mod examples;
mod json;

pub use bad::{BadKind, BadReason, BadRecord, EXCERPT_BYTES};
pub use examples::{Examples, MISSING, Words};

use std::borrow::Cow;

use crate::schema::{Class, Label, Schema, Vocabulary};

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
        let count = fields.categorical().len();
        examples.words.resize_with(count, Words::default);
        let schema = self.schema.categorical().zip(&mut examples.words);
        for (((name, vocabulary, _), words), value) in schema.zip(fields.categorical()) {
            let code = category(name, vocabulary, words, value)?;
            examples.categories.push(code);
        }
        for ((name, _), value) in self.schema.numeric().zip(fields.numeric()) {
            examples.numbers.push(number(name, value)?);
        }
        let label = label(&self.schema.label, fields.label())?;
        examples.labels.push(label);
        Ok(())
    }
}

fn category(
    field: &str,
    vocabulary: &Vocabulary,
    words: &mut Words,
    value: &Value<'_>,
) -> Result<u32, BadReason> {
    let Value::Text(text) = value else {
        return Err(BadReason::of_value(field, value, "a string"));
    };
    let place = match vocabulary {
        Vocabulary::Fixed(words) => words.iter().position(|word| word == text),
        Vocabulary::FirstSeen(_) | Vocabulary::Hashed(_) => return Ok(words.number(text)),
    };
    place
        .and_then(|place| u32::try_from(place).ok())
        .ok_or_else(|| BadReason::unknown_category(field, text))
}

fn number(field: &str, value: &Value<'_>) -> Result<f64, BadReason> {
    match value {
        Value::Number(number) if number.is_finite() => Ok(*number),
        other => Err(BadReason::of_value(field, other, "a finite number")),
    }
}

#[allow(clippy::cast_precision_loss)]
fn label(label: &Label, value: &Value<'_>) -> Result<u16, BadReason> {
    let is_it = |class: &Class| match (class, value) {
        (Class::Integer(class), Value::Number(number)) => *class as f64 == *number,
        (Class::Text(class), Value::Text(text)) => class == text,
        (Class::Bool(class), Value::Bool(bool)) => class == bool,
        _ => false,
    };
    let place = label.classes.iter().position(is_it);
    match (place.and_then(|place| u16::try_from(place).ok()), value) {
        (Some(place), _) => Ok(place),
        (None, Value::Number(number)) => Err(BadReason::Label {
            field: label.name.clone(),
            found: *number,
        }),
        (None, other) => Err(BadReason::of_value(&label.name, other, "0 or 1")),
    }
}

#[cfg(test)]
mod tests;
