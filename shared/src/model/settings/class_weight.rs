//! `class_weight`: how much more the samples of one class count than those of another.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::settings::SettingsError;

/// Most classes that may have a weight: as many as there are class numbers.
const MAX_CLASSES: usize = 65_536;

/// Weights of classes by their text (`0`, `1`, `spam`, …); empty is scikit-learn's `None`, which
/// weighs all classes alike.
///
/// In JSON it is `"none"` (or `null`) or an object. On a command line it is `none`, or what JSON
/// or Python would write:
///
/// ```
/// use shared::model::ClassWeight;
/// let weight: ClassWeight = "{0: 1, 1: 5}".parse().unwrap();
/// assert_eq!(weight.to_string(), r#"{"0":1.0,"1":5.0}"#);
/// assert_eq!(weight.of_classes(&["0", "1"]).unwrap(), [1.0, 5.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassWeight(BTreeMap<String, f64>);

/// Why a text is no class weight.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ClassWeightError {
    /// `balanced` needs all labels beforehand.
    #[error(
        "class_weight 'balanced' is not supported for partial_fit, which does not see all labels \
         beforehand; give the weights themselves, such as n / (classes * count of the class) from \
         a large enough sample: {{0: 1.5, 1: 0.75}}"
    )]
    Balanced,
    /// A class has two weights.
    #[error("class_weight names the class \"{0}\" twice")]
    Twice(String),
    /// More classes than there can be.
    #[error("class_weight names more than {MAX_CLASSES} classes")]
    TooMany,
    /// Anything else.
    #[error("\"{0}\" is not none, nor weights by class such as {{0: 1, 1: 5}}")]
    Unreadable(String),
}

impl ClassWeight {
    /// Weights from pairs of class and weight.
    ///
    /// # Errors
    /// When a class comes twice, or too many come.
    pub fn from_pairs<S: Into<String>>(
        pairs: impl IntoIterator<Item = (S, f64)>,
    ) -> Result<Self, ClassWeightError> {
        let mut weights = Self::default();
        for (class, weight) in pairs {
            weights.insert(class.into(), weight)?;
        }
        Ok(weights)
    }

    fn insert(&mut self, class: String, weight: f64) -> Result<(), ClassWeightError> {
        if self.0.contains_key(&class) {
            return Err(ClassWeightError::Twice(class));
        }
        if self.0.len() == MAX_CLASSES {
            return Err(ClassWeightError::TooMany);
        }
        self.0.insert(class, weight);
        Ok(())
    }

    /// Whether all classes weigh alike because nothing is said.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Classes and weights, by the classes' text.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0
            .iter()
            .map(|(class, &weight)| (class.as_str(), weight))
    }

    /// The weight of each class, in the order of `names`. As in scikit-learn a class that is not
    /// named weighs 1, and a name that is no class is passed over when all classes have a weight.
    ///
    /// # Errors
    /// When a class has no weight while some name is no class.
    pub fn of_classes<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<f64>, SettingsError> {
        let weight = |name: &S| self.0.get(name.as_ref()).copied();
        let missing: Vec<&str> = names
            .iter()
            .filter(|name| weight(name).is_none())
            .map(AsRef::as_ref)
            .collect();
        let named = names.len() - missing.len();
        if !missing.is_empty() && named != self.0.len() {
            return Err(SettingsError {
                field: "class_weight",
                range: format!(
                    "weights of known classes only, or of all ({} without)",
                    missing.join(", ")
                ),
                value: self.to_string(),
            });
        }
        Ok(names
            .iter()
            .map(|name| weight(name).unwrap_or(1.0))
            .collect())
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let bad = self.pairs().find(|(_, w)| !(w.is_finite() && *w >= 0.0));
        bad.map_or(Ok(()), |(class, weight)| {
            Err(SettingsError {
                field: "class_weight",
                range: format!("a finite number of at least 0 for class {class}"),
                value: weight.to_string(),
            })
        })
    }
}

impl fmt::Display for ClassWeight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return formatter.write_str("none");
        }
        let json = serde_json::to_string(&self.0).map_err(|_| fmt::Error)?;
        formatter.write_str(&json)
    }
}

impl FromStr for ClassWeight {
    type Err = ClassWeightError;

    fn from_str(text: &str) -> Result<Self, ClassWeightError> {
        match text.trim() {
            "none" | "None" | "null" => return Ok(Self::default()),
            "balanced" => return Err(ClassWeightError::Balanced),
            _ => {}
        }
        let unreadable = || ClassWeightError::Unreadable(text.to_owned());
        let inner = text
            .trim()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        let mut rest = inner.ok_or_else(unreadable)?.trim();
        let mut weights = Self::default();
        while !rest.is_empty() {
            let (class, behind) = class(rest).ok_or_else(unreadable)?;
            let behind = behind
                .trim_start()
                .strip_prefix(':')
                .ok_or_else(unreadable)?;
            let (weight, behind) = behind.split_once(',').unwrap_or((behind, ""));
            let weight = weight.trim().parse().map_err(|_| unreadable())?;
            weights.insert(class, weight)?;
            rest = behind.trim_start();
        }
        Ok(weights)
    }
}

/// The class at the beginning of `text`, quoted or bare, and what is behind it.
fn class(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let class = strings.next()?.ok()?;
        return Some((class, text.get(strings.byte_offset()..)?));
    }
    if let Some(quoted) = text.strip_prefix('\'') {
        let (class, behind) = quoted.split_once('\'')?;
        return Some((class.to_owned(), behind));
    }
    let end = text.find(':')?;
    let class = text[..end].trim();
    (!class.is_empty()).then(|| (class.to_owned(), &text[end..]))
}

impl Serialize for ClassWeight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A binary format does not say what comes, so there it is always a map.
        if self.is_none() && serializer.is_human_readable() {
            serializer.serialize_str("none")
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for ClassWeight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ClassWeightVisitor)
        } else {
            deserializer.deserialize_map(ClassWeightVisitor)
        }
    }
}

struct ClassWeightVisitor;

impl<'de> Visitor<'de> for ClassWeightVisitor {
    type Value = ClassWeight;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("none, or weights by class")
    }

    fn visit_unit<E>(self) -> Result<ClassWeight, E> {
        Ok(ClassWeight::default())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ClassWeight, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ClassWeight, A::Error> {
        let mut weights = ClassWeight::default();
        while let Some((class, weight)) = map.next_entry::<String, f64>()? {
            weights.insert(class, weight).map_err(A::Error::custom)?;
        }
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, pairs: &[(&str, f64)]) {
        let weight: ClassWeight = text.parse().unwrap();
        assert_eq!(weight.pairs().collect::<Vec<_>>(), pairs);
        assert_eq!(weight.to_string().parse(), Ok(weight.clone()));
        let json = serde_json::to_string(&weight).unwrap();
        assert_eq!(serde_json::from_str::<ClassWeight>(&json).unwrap(), weight);
    }

    #[test]
    fn json_and_python_are_read_alike() {
        check("none", &[]);
        check("{}", &[]);
        check("{0: 1, 1: 5}", &[("0", 1.0), ("1", 5.0)]);
        check(r#" {"0": 1.5,"1":5e-1} "#, &[("0", 1.5), ("1", 0.5)]);
        check("{'a, b': 2, 'c:d': 3,}", &[("a, b", 2.0), ("c:d", 3.0)]);
        check(r#"{"quote \" brace }": 2}"#, &[("quote \" brace }", 2.0)]);
        assert!(
            serde_json::from_str::<ClassWeight>("null")
                .unwrap()
                .is_none()
        );
    }

    #[track_caller]
    fn check_refused(text: &str, part: &str) {
        let message = text.parse::<ClassWeight>().unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
        let json = serde_json::to_string(text).unwrap();
        assert!(serde_json::from_str::<ClassWeight>(&json).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_reason() {
        check_refused("balanced", "not supported for partial_fit");
        check_refused("{0: 1, 0: 2}", "names the class \"0\" twice");
        for text in [
            "", "{", "{0}", "{0: x}", "{: 1}", "0: 1", "{'a: 1}", "{\"a: 1}",
        ] {
            check_refused(text, "is not none, nor weights by class");
        }
    }

    #[test]
    fn classes_without_a_weight_weigh_1_unless_a_name_is_no_class() {
        let weight: ClassWeight = "{1: 5}".parse().unwrap();
        assert_eq!(weight.of_classes(&["0", "1"]).unwrap(), [1.0, 5.0]);
        let weight: ClassWeight = "{0: 2, 1: 5, 7: 1}".parse().unwrap();
        assert_eq!(weight.of_classes(&["0", "1"]).unwrap(), [2.0, 5.0]);
        let error = weight.of_classes(&["0", "2"]).unwrap_err();
        assert!(error.to_string().contains("(2 without)"), "{error}");
    }
}
