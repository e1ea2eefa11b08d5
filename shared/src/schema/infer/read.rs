//! The fields of one record of an unknown stream, with what stands in them.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::decode::{Csv, Format, csv};
use crate::schema::MAX_FIELDS;

/// A value as far as it can matter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Missing,
    Bool(bool),
    Number(f64),
    Text(String),
    Nested,
}

/// Reads records, and for CSV the header before them.
pub(super) struct Source {
    csv: Option<(Csv, Vec<String>)>,
    is_header_next: bool,
}

impl Source {
    pub(super) fn new(format: &Format) -> Self {
        match format {
            Format::Json => Self {
                csv: None,
                is_header_next: false,
            },
            Format::Csv(csv) => {
                let header = csv.header.as_deref().map(str::as_bytes);
                let names = header.and_then(|header| csv.names(header).ok());
                Self {
                    is_header_next: names.is_none(),
                    csv: Some((csv.clone(), names.unwrap_or_default())),
                }
            }
        }
    }

    /// The format, with the header that was met.
    pub(super) fn format(self) -> Format {
        self.csv.map_or(Format::Json, |(csv, _)| Format::Csv(csv))
    }

    /// The fields of a record in their order; nothing for a header, `None` for a bad record.
    pub(super) fn read(&mut self, record: &[u8]) -> Option<Vec<(String, Scalar)>> {
        let Some((csv, names)) = &mut self.csv else {
            return serde_json::from_slice(record)
                .ok()
                .map(|Object(fields)| fields);
        };
        let text = std::str::from_utf8(record).ok()?;
        if self.is_header_next {
            *names = csv.names(record).ok()?;
            csv.header = Some(text.trim_end_matches(['\r', '\n']).to_owned());
            self.is_header_next = false;
            return Some(Vec::new());
        }
        let texts = csv.texts(record);
        let scalars = texts.into_iter().map(|text| match text.as_str() {
            "" => Scalar::Missing,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Scalar::Text(text),
            _ => csv::number(text.as_bytes()).map_or(Scalar::Text(text), Scalar::Number),
        });
        let fields: Vec<_> = names.iter().cloned().zip(scalars).collect();
        (fields.len() == names.len()).then_some(fields)
    }
}

/// The first [`MAX_FIELDS`] fields of a JSON object.
struct Object(Vec<(String, Scalar)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut fields = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            if fields.len() < MAX_FIELDS {
                fields.push((name, value));
            }
        }
        Ok(Object(fields))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

#[expect(
    clippy::cast_precision_loss,
    reason = "integers beyond 2^53 are rounded, as the decoder rounds them"
)]
impl<'de> Visitor<'de> for AnyValue {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Missing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nested)
    }
}
