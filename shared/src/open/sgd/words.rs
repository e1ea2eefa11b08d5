//! What a classifier has words for: its classes, and the names of its features.

use super::members::Members;
use crate::open::OpenError;
use crate::open::array::Plain;
use crate::schema::{Class, MAX_CLASS, MAX_CLASSES};

/// Attributes by which a classifier shows that it has learned something.
const LEARNED: [&str; 4] = ["classes_", "coef_", "intercept_", "t_"];

/// The classes of a classifier that has learned something.
pub(super) fn classes(members: &mut Members<'_>) -> Result<Option<Vec<Class>>, OpenError> {
    if !LEARNED.iter().any(|name| members.has(name)) {
        return Ok(None);
    }
    let name = "classes_";
    let (array, id) = members.array(name)?;
    let [length @ 2..=MAX_CLASSES] = *array.shape() else {
        let problem = format!(
            "2 to {MAX_CLASSES} classes in a row are needed, the shape is {:?}",
            array.shape()
        );
        return Err(members.fault(name, id, problem));
    };
    let mut classes = Vec::with_capacity(length);
    let mut budget = members.tree.file_bytes;
    for entry in array.entries() {
        let entry = entry.map_err(|error| error.of_part(name))?;
        spend(&mut budget, &entry).ok_or_else(|| members.fault(name, id, TOO_LONG))?;
        let class = class_of(&entry);
        let problem = || format!("{} is not a whole number, a word or a bool", entry.kind());
        classes.push(class.ok_or_else(|| members.fault(name, id, problem()))?);
    }
    let one_kind =
        |pair: &[Class]| std::mem::discriminant(&pair[0]) == std::mem::discriminant(&pair[1]);
    if !classes
        .windows(2)
        .all(|pair| one_kind(pair) && pair[0] < pair[1])
    {
        let problem = "classes must be of one kind, ascending, and each there once";
        return Err(members.fault(name, id, problem));
    }
    Ok(Some(classes))
}

/// What is said of texts that cannot all stand in the file.
const TOO_LONG: &str = "texts that are longer together than the file: one is named many times";

/// Takes a text's bytes from what the file can hold; none if it cannot hold them.
fn spend(budget: &mut usize, entry: &Plain<'_>) -> Option<()> {
    if let Plain::Text(text) = entry {
        *budget = budget.checked_sub(text.len())?;
    }
    Some(())
}

/// A value as a class: a float is one if it is a whole number.
pub(super) fn class_of(value: &Plain<'_>) -> Option<Class> {
    match value {
        Plain::Bool(value) => Some(Class::Bool(*value)),
        Plain::Int(value) => in_range(*value),
        // Beyond the range of whole numbers it ends up beyond that of classes.
        #[allow(clippy::cast_possible_truncation)]
        Plain::Float(value) if value.fract() == 0.0 => in_range(*value as i64),
        Plain::Text(text) => Some(Class::Text(text.clone().into_owned())),
        Plain::None | Plain::Float(_) => None,
    }
}

fn in_range(value: i64) -> Option<Class> {
    (-MAX_CLASS..=MAX_CLASS)
        .contains(&value)
        .then_some(Class::Integer(value))
}

/// The names of features, which a classifier that learned from a data frame has.
pub(super) fn feature_names(
    members: &mut Members<'_>,
    width: usize,
) -> Result<Option<Vec<String>>, OpenError> {
    let name = "feature_names_in_";
    if !members.has(name) {
        return Ok(None);
    }
    let (array, id) = members.array(name)?;
    if array.shape() != [width] {
        let problem = format!("{width} names are needed, the shape is {:?}", array.shape());
        return Err(members.fault(name, id, problem));
    }
    let mut names = Vec::with_capacity(width);
    let mut budget = members.tree.file_bytes;
    for entry in array.entries() {
        let entry = entry.map_err(|error| error.of_part(name))?;
        spend(&mut budget, &entry).ok_or_else(|| members.fault(name, id, TOO_LONG))?;
        let Plain::Text(text) = entry else {
            let problem = format!("a name must be a text, not {}", entry.kind());
            return Err(members.fault(name, id, problem));
        };
        names.push(text.into_owned());
    }
    Ok(Some(names))
}
