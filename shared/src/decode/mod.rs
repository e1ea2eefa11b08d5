//! From the bytes of a record to an example, or to a bad record with its reason.
//!
//! The decoder is directed by a [`Schema`]. It accepts any JSON object that has the schema's
//! fields, whatever their order, and ignores every other key; of a key that stands twice the last
//! one counts. It also reads lines of [CSV](csv). A value that cannot be used is data too: it becomes a [`BadReason`], never a panic
//! and never a stop.
//!
//! Decoding has two steps. A reader goes through the text once, checks all of it, and notes what
//! stands in the fields that are known; then the plan that was made of the schema turns what was
//! noted into codes and numbers. A record that looks like the last ones, as nearly all of a stream
//! do, is read in one step by its form, with the same result. Nothing is copied but strings
//! with escapes, and once the first records have come no memory is asked for.

mod bad;
pub mod csv;
mod examples;
mod excerpt;
mod field;
mod form;
mod json;
mod kind;
mod label;
mod plan;
mod scan;
mod value;
mod words;

pub use bad::BadReason;
pub use csv::{Csv, FormatError};
pub use examples::{Examples, MISSING};
pub use excerpt::{BadRecord, EXCERPT_BYTES};
pub use kind::BadKind;
pub use words::{MAX_WORDS, MAX_WORDS_BYTES, Words};

use serde::{Deserialize, Serialize};

use crate::schema::Schema;
use form::Form;
use plan::Plan;
use value::{Slot, Source};

/// Longest value of a record, in bytes; Kafka's own default limit is a sixteenth of it.
pub const MAX_RECORD_BYTES: usize = 1 << 24;

/// Most lists and objects in one another, the record's own object included.
pub const MAX_DEPTH: usize = 128;

/// What some programs write before UTF-8 text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How records are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A JSON object per record.
    #[default]
    Json,
    /// A line of CSV per record.
    Csv(Csv),
}

/// Decodes record values against a schema.
///
/// ```
/// # use shared::decode::{Decoder, Examples};
/// # use shared::schema::Schema;
/// let schema = Schema::from_json(br#"{
///     "format": "gradually-schema", "version": 1, "name": "fruit",
///     "fields": [
///         {"name": "colour", "kind": "categorical", "vocabulary": {"fixed": ["red", "green"]}},
///         {"name": "grams", "kind": "numeric"}
///     ],
///     "label": {"name": "ripe", "classes": [false, true]}
/// }"#)?;
/// let mut decoder = Decoder::new(schema);
/// let mut examples = Examples::default();
/// decoder.decode(Some(br#"{"grams": 182.5, "colour": "green", "ripe": true}"#), &mut examples)?;
/// assert_eq!(examples.labels(), [1]);
///
/// let reason = decoder.decode(Some(br#"{"grams": "?", "colour": "red", "ripe": true}"#), &mut examples);
/// let reason = reason.unwrap_err();
/// assert_eq!(reason.to_string(), "grams is a string, not a finite number");
/// assert_eq!((reason.field(), reason.byte()), (Some("grams"), Some(10)));
/// assert_eq!(examples.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    schema: Schema,
    plan: Plan,
    reader: Reader,
    slots: Vec<Slot>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Reader {
    Json(json::Reader),
    Csv(csv::Reader),
}

impl Decoder {
    /// A decoder for JSON records of `schema`.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        let plan = Plan::new(&schema);
        Self {
            slots: vec![Slot::default(); plan.names.len()],
            schema,
            plan,
            reader: Reader::Json(json::Reader::default()),
            form: Form::default(),
        }
    }

    /// A decoder for records of `schema` that are written as `format` says.
    ///
    /// # Errors
    /// A delimiter that cannot be used, and a header that is no header for the schema.
    pub fn with_format(schema: Schema, format: &Format) -> Result<Self, FormatError> {
        let mut decoder = Self::new(schema);
        if let Format::Csv(csv) = format {
            csv.check()?;
            let names = csv.columns(&decoder.schema)?;
            let is_there = |needed: &&str| names.iter().any(|name| name == needed);
            if let Some(needed) = decoder.plan.needed().find(|needed| !is_there(needed)) {
                return Err(FormatError::NoColumn(needed.to_owned()));
            }
            let slot = |name: &String| decoder.plan.names.find(name).map(|slot| slot as usize);
            let columns = names.iter().map(slot).collect();
            decoder.reader = Reader::Csv(csv::Reader::new(csv.delimiter, columns));
        }
        Ok(decoder)
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
    pub fn decode(
        &mut self,
        value: Option<&[u8]>,
        examples: &mut Examples,
    ) -> Result<(), BadReason> {
        let Some(record) = value else {
            return Err(BadReason::NoValue);
        };
        if record.len() > MAX_RECORD_BYTES {
            let bytes = record.len();
            return Err(BadReason::TooLong { bytes });
        }
        if self.form.is_likely() {
            return self.decode_likely(record, examples);
        }
        self.decode_any(record, examples)
    }

    /// Decodes a record that seems to have the form of the last ones.
    #[inline(never)]
    fn decode_likely(&mut self, record: &[u8], examples: &mut Examples) -> Result<(), BadReason> {
        if self.form.read(record, &mut self.plan, examples).is_some() {
            return Ok(());
        }
        self.decode_any(record, examples)
    }

    /// Decodes a record of any form.
    #[inline(never)]
    fn decode_any(&mut self, record: &[u8], examples: &mut Examples) -> Result<(), BadReason> {
        let decoded = self.decode_slots(record, examples);
        if let Reader::Json(_) = self.reader {
            self.form.note_other(record, decoded.is_ok(), &self.plan);
        }
        decoded
    }

    /// Decodes a record by what stands in the slots.
    #[inline]
    fn decode_slots(&mut self, record: &[u8], examples: &mut Examples) -> Result<(), BadReason> {
        self.slots.fill(Slot::default());
        let source = match &mut self.reader {
            Reader::Json(reader) => {
                reader
                    .read(record, &self.plan.names, &mut self.slots)
                    .map_err(|fault| BadReason::of_fault(record, fault))?;
                Source {
                    record,
                    scratch: reader.scratch(),
                    number_of_text: None,
                }
            }
            Reader::Csv(reader) => {
                reader.read(record, &mut self.slots)?;
                Source {
                    record,
                    scratch: reader.scratch(),
                    number_of_text: Some(csv::number),
                }
            }
        };
        self.plan.append(&self.slots, source, examples)
    }
}

#[cfg(test)]
mod tests;
