//! A schema proposed from the first records of an unknown stream.
//!
//! Of each field is counted what stood in it; simple rules then say what it is taken for, and
//! which fields could be the label. Every choice comes with its evidence and with what is
//! doubtful about it, for it is a proposal: a person reads it, corrects it and confirms it.
//! Nothing grows without bound: [`MAX_INFERRED_RECORDS`] records, [`MAX_FIELDS`] fields,
//! [`MAX_DISTINCT`] distinct values of each.

mod evidence;
mod propose;
mod read;

pub use evidence::{Evidence, MAX_DISTINCT};
pub use propose::LabelCandidate;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{FORMAT, Field, Kind, Label, MAX_FIELDS, MAX_NAME_BYTES, Schema, VERSION, Vocabulary};
use crate::decode::{Format, MAX_RECORD_BYTES};
use read::Source;

/// Most records that are looked at.
pub const MAX_INFERRED_RECORDS: usize = 10_000;

/// A proposed schema and what speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// Records that were looked at, bad ones included.
    pub records: u64,
    /// Records that could not be read at all.
    pub bad_records: u64,
    /// How the records are written; for CSV with the header.
    pub format: Format,
    /// The fields, in the order in which they were met.
    pub fields: Vec<Evidence>,
    /// Fields that could be the label, the likeliest first.
    pub labels: Vec<LabelCandidate>,
    /// The proposal, with the first of the labels; `None` if there is no label or nothing to learn
    /// from.
    pub schema: Option<Schema>,
}

/// Looks at the first records of a stream and proposes a schema.
///
/// Lines of CSV begin with the header, unless `format` has it. Classes and words come out
/// ascending, fields in the order in which they were met.
///
/// ```
/// # use shared::decode::Format;
/// # use shared::schema::infer;
/// let records: Vec<String> = (0..40)
///     .map(|i| format!(r#"{{"size": {}, "shape": "{}", "label": {}}}"#, i * 3 % 17, ["round", "flat"][i % 2], i % 2))
///     .collect();
/// let inference = infer(records.iter().map(String::as_bytes), &Format::Json);
/// assert_eq!(inference.labels[0].name, "label");
/// let schema = inference.schema.as_ref().expect("a label and two fields to learn from");
/// assert_eq!((schema.numeric().count(), schema.categorical().count()), (1, 1));
/// println!("{inference}");
/// ```
pub fn infer<'a>(records: impl IntoIterator<Item = &'a [u8]>, format: &Format) -> Inference {
    let mut seen = Seen::default();
    let mut source = Source::new(format);
    // A header is a line more.
    for record in records.into_iter().take(MAX_INFERRED_RECORDS + 1) {
        seen.add(record, &mut source);
    }
    seen.conclude(source.format())
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    records: u64,
    bad_records: u64,
    fields: Vec<Evidence>,
    places: BTreeMap<String, usize>,
}

impl Seen {
    fn add(&mut self, record: &[u8], source: &mut Source) {
        let fields = (record.len() <= MAX_RECORD_BYTES).then(|| source.read(record));
        let fields = match fields.flatten() {
            Some(fields) if fields.is_empty() => return,
            other => other,
        };
        if self.records == MAX_INFERRED_RECORDS as u64 {
            return;
        }
        self.records += 1;
        let Some(fields) = fields else {
            self.bad_records += 1;
            return;
        };
        for (name, _) in &fields {
            if self.fields.len() < MAX_FIELDS && !self.places.contains_key(name) {
                self.places.insert(name.clone(), self.fields.len());
                self.fields.push(Evidence::new(name.clone()));
            }
        }
        // Of a key that stands twice the last value counts.
        for (name, value) in fields.iter().rev() {
            if let Some(&place) = self.places.get(name) {
                self.fields[place].add(self.records, value);
            }
        }
    }

    fn conclude(mut self, format: Format) -> Inference {
        let is_csv = matches!(format, Format::Csv(_));
        let good = self.records - self.bad_records;
        for field in &mut self.fields {
            field.missing = good - field.seen;
            propose::propose(field, is_csv);
        }
        let count = self.fields.len();
        let fields = self.fields.iter().enumerate();
        let mut labels: Vec<_> = fields
            .filter(|(_, field)| is_good_name(&field.name))
            .filter_map(|(place, field)| propose::candidate(field, place, count))
            .collect();
        // The sort is stable: of equals, the first in the records stays first.
        labels.sort_by_key(|label| std::cmp::Reverse(label.score));
        let schema = labels.first().map(|label| schema(&self.fields, label));
        Inference {
            records: self.records,
            bad_records: self.bad_records,
            format,
            labels,
            schema: schema.filter(|schema| schema.check().is_ok()),
            fields: self.fields,
        }
    }
}

fn is_good_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len())
}

fn schema(fields: &[Evidence], label: &LabelCandidate) -> Schema {
    let is_field = |field: &&Evidence| field.name != label.name && is_good_name(&field.name);
    let fields = fields.iter().filter(is_field).map(|field| Field {
        name: field.name.clone(),
        kind: field.kind.clone(),
    });
    Schema {
        format: FORMAT.into(),
        version: VERSION,
        name: "proposed".into(),
        fields: fields.collect(),
        label: Label {
            name: label.name.clone(),
            classes: label.classes.clone(),
        },
    }
}

impl fmt::Display for Inference {
    /// A page for a person to read.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (records, bad) = (self.records, self.bad_records);
        writeln!(
            formatter,
            "{records} records were looked at, {bad} of them could not be read."
        )?;
        for field in &self.fields {
            describe(formatter, field)?;
        }
        writeln!(formatter, "\nlabel")?;
        if self.labels.is_empty() {
            writeln!(
                formatter,
                "  no field looks like one: a label has 2 to 20 different values"
            )?;
        }
        for label in &self.labels {
            let classes: Vec<_> = label.classes.iter().map(ToString::to_string).collect();
            let (name, score) = (&label.name, label.score);
            let (classes, reasons) = (classes.join(", "), label.reasons.join(", "));
            writeln!(formatter, "  {name} [{classes}], {score} points: {reasons}")?;
        }
        let said = match &self.schema {
            Some(schema) => format!(
                "proposed: learn to tell {} from the rest",
                schema.label.name
            ),
            None => "nothing can be proposed: a label and a field to learn from are needed".into(),
        };
        writeln!(formatter, "\n{said}")
    }
}

fn describe(formatter: &mut fmt::Formatter<'_>, field: &Evidence) -> fmt::Result {
    let kind = match &field.kind {
        Kind::Categorical { vocabulary, .. } => match vocabulary {
            Vocabulary::Fixed(words) => format!("categorical, {} fixed words", words.len()),
            Vocabulary::FirstSeen(columns) => format!("categorical, first {columns} words seen"),
            Vocabulary::Hashed(columns) => format!("categorical, hashed to {columns} columns"),
        },
        Kind::Numeric { .. } => "numeric".into(),
        Kind::Weight => "weight".into(),
        Kind::Key => "key".into(),
        Kind::Time => "time".into(),
        Kind::Ignored => "ignored".into(),
    };
    writeln!(formatter, "\n{}: {kind}", field.name)?;
    writeln!(formatter, "  because {}", field.reason)?;
    let more = if field.has_more_values {
        "more than "
    } else {
        ""
    };
    let (seen, missing, distinct) = (field.seen, field.missing, field.distinct());
    write!(
        formatter,
        "  {seen} values, {missing} missing, {more}{distinct} different"
    )?;
    if let Some((least, greatest)) = field.range {
        write!(formatter, ", from {least} to {greatest}")?;
    }
    match field.examples.join(", ").as_str() {
        "" => writeln!(formatter)?,
        examples => writeln!(formatter, "; such as {examples}")?,
    }
    field
        .doubts
        .iter()
        .try_for_each(|doubt| writeln!(formatter, "  look at: {doubt}"))
}

#[cfg(test)]
mod tests;
