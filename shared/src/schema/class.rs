//! A class as text and as bytes: text shows of itself whether it is a number, a word, or true or
//! false; bytes say it first.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Class;

/// A class as bytes.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Class")]
enum Tagged {
    Bool(bool),
    Integer(i64),
    Text(String),
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            class if !serializer.is_human_readable() => Tagged::serialize(class, serializer),
            Self::Bool(class) => serializer.serialize_bool(*class),
            Self::Integer(class) => serializer.serialize_i64(*class),
            Self::Text(class) => serializer.serialize_str(class),
        }
    }
}

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(AnyClass)
        } else {
            Tagged::deserialize(deserializer)
        }
    }
}

const EXPECTED: &str = "a class is a whole number, a string, or true or false";

struct AnyClass;

impl Visitor<'_> for AnyClass {
    type Value = Class;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(EXPECTED)
    }

    fn visit_bool<E>(self, class: bool) -> Result<Class, E> {
        Ok(Class::Bool(class))
    }

    fn visit_i64<E>(self, class: i64) -> Result<Class, E> {
        Ok(Class::Integer(class))
    }

    fn visit_u64<E: Error>(self, class: u64) -> Result<Class, E> {
        let class = i64::try_from(class).map_err(|_| E::custom(EXPECTED))?;
        Ok(Class::Integer(class))
    }

    fn visit_str<E>(self, class: &str) -> Result<Class, E> {
        Ok(Class::Text(class.to_owned()))
    }
}
