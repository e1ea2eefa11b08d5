//! JSON objects: the schema's fields are borrowed out of the text, everything else is skipped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{BadReason, Value};
use crate::schema::Schema;

/// Values of the schema's fields: the categorical ones, the numeric ones, the label.
pub(super) struct Fields<'a> {
    values: Vec<Value<'a>>,
    categorical: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn categorical(&self) -> &[Value<'a>] {
        &self.values[..self.categorical]
    }

    pub(super) fn numeric(&self) -> &[Value<'a>] {
        &self.values[self.categorical..self.values.len() - 1]
    }

    pub(super) fn label(&self) -> &Value<'a> {
        &self.values[self.values.len() - 1]
    }
}

/// Reads the schema's fields out of one JSON object.
pub(super) fn fields<'a>(value: &'a [u8], schema: &Schema) -> Result<Fields<'a>, BadReason> {
    let text = std::str::from_utf8(value).map_err(|error| BadReason::NotUtf8 {
        byte: error.valid_up_to(),
    })?;
    let Some(start) = text.find(|c: char| !matches!(c, ' ' | '\t' | '\r' | '\n')) else {
        return Err(BadReason::Empty);
    };
    if !text[start..].starts_with('{') {
        return Err(not_an_object(text, start));
    }
    parse_object(text, schema).map_err(|error| syntax(text, &error))
}

fn parse_object<'a>(text: &'a str, schema: &Schema) -> Result<Fields<'a>, serde_json::Error> {
    let categorical = schema.categorical().count();
    let count = categorical + schema.numeric().count() + 1;
    let mut fields = Fields {
        values: vec![Value::Missing; count],
        categorical,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    Object {
        schema,
        values: &mut fields.values,
    }
    .deserialize(&mut json)?;
    json.end()?;
    Ok(fields)
}

/// The text does not begin with an object: is it some other JSON, or no JSON at all?
fn not_an_object(text: &str, start: usize) -> BadReason {
    match serde_json::from_str::<Value<'_>>(text) {
        Ok(value) => BadReason::NotAnObject {
            found: value.describe(),
        },
        Err(_) => BadReason::NotJson {
            byte: start,
            detail: "expected an object".into(),
        },
    }
}

/// Turns the parser's line and column into a byte offset of the record.
fn syntax(text: &str, error: &serde_json::Error) -> BadReason {
    if error.is_eof() {
        return BadReason::Truncated { byte: text.len() };
    }
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line() - 1)
        .map(str::len)
        .sum();
    let message = error.to_string();
    let detail = message
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    let byte = (line_start + error.column().saturating_sub(1)).min(text.len());
    BadReason::NotJson { byte, detail }
}

struct Object<'s, 'v, 'de> {
    schema: &'s Schema,
    values: &'v mut [Value<'de>],
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Key(self.schema))? {
            match field {
                Some(index) => self.values[index] = map.next_value()?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A key: the number of the schema's field that has this name.
struct Key<'s>(&'s Schema);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let categorical = self.0.categorical().map(|(name, ..)| name);
        let numeric = self.0.numeric().map(|(name, _)| name);
        let mut names = categorical
            .chain(numeric)
            .chain([self.0.label.name.as_str()]);
        Ok(names.position(|name| name == key))
    }
}

impl<'de> de::Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

// Integers beyond 2⁵³ are rounded to the nearest f64, as every reader of JSON numbers does.
#[allow(clippy::cast_precision_loss)]
impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object)
    }
}
