//! What a schema must hold to be of use, and what is said when it does not.

use std::collections::BTreeSet;

use super::{
    Class, FORMAT, Field, Kind, Label, MissingNumber, MissingWord, Schema, SchemaError, VERSION,
    Vocabulary,
};

/// Longest file of a schema, in bytes.
pub const MAX_SCHEMA_BYTES: usize = 1 << 24;

/// Most fields of a schema.
pub const MAX_FIELDS: usize = 4096;

/// Longest name of a field and longest word of a vocabulary or class, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// Most words of a fixed vocabulary.
pub const MAX_VOCABULARY: usize = 1 << 14;

/// Most columns that the words of a first-seen or hashed vocabulary may have.
pub const MAX_COLUMNS: u32 = 1 << 20;

/// Most classes of a label.
pub const MAX_CLASSES: usize = 1000;

/// Largest magnitude of a class that is a number: up to here every whole number is an f64.
pub const MAX_CLASS: i64 = 1 << 53;

impl Schema {
    /// Checks that the schema is of use: every rule that its parts must keep together.
    ///
    /// ```
    /// # use shared::schema::Schema;
    /// let mut schema = Schema::loan();
    /// schema.label.classes.pop();
    /// assert_eq!(
    ///     schema.check().unwrap_err().to_string(),
    ///     "label \"label\": 1 class, at least 2 and at most 1000 are needed"
    /// );
    /// ```
    ///
    /// # Errors
    /// The first rule that is broken: where, what was found, what is allowed.
    pub fn check(&self) -> Result<(), SchemaError> {
        if self.format != FORMAT {
            let found = &self.format;
            let problem = format!("\"{found}\" is not a schema, which says \"{FORMAT}\"");
            return Err(SchemaError::at("format", problem));
        }
        if self.version != VERSION {
            let found = self.version;
            let problem = format!("{found} is unknown here, the version is {VERSION}");
            return Err(SchemaError::at("version", problem));
        }
        within("fields", "fields", self.fields.len(), 1, MAX_FIELDS)?;
        let mut names = BTreeSet::new();
        for (place, field) in self.fields.iter().enumerate() {
            field.check(place)?;
            if !names.insert(&field.name) {
                let problem = "there are two fields of this name, a name may stand once";
                return Err(field.error(problem));
            }
        }
        self.check_roles(&names)?;
        self.label.check()
    }

    fn check_roles(&self, names: &BTreeSet<&String>) -> Result<(), SchemaError> {
        let weights = self
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Weight);
        if let Some(second) = weights.clone().nth(1) {
            return Err(second.error("a second weight, there may be one"));
        }
        if names.contains(&self.label.name) {
            let problem = "the label is also a field, it may stand in `label` alone";
            return Err(self.label.error(problem));
        }
        let is_learned =
            |field: &&Field| matches!(field.kind, Kind::Numeric { .. } | Kind::Categorical { .. });
        if self.fields.iter().find(is_learned).is_none() {
            let problem = "no field is numeric or categorical, at least 1 is needed to learn from";
            return Err(SchemaError::at("fields", problem));
        }
        Ok(())
    }
}

impl Field {
    fn error(&self, problem: impl Into<String>) -> SchemaError {
        SchemaError::at(format!("field \"{}\"", self.name), problem)
    }

    fn check(&self, place: usize) -> Result<(), SchemaError> {
        if self.name.is_empty() || self.name.len() > MAX_NAME_BYTES {
            let length = self.name.len();
            let problem = format!("a name of {length} bytes, 1 to {MAX_NAME_BYTES} are allowed");
            return Err(SchemaError::at(format!("fields[{place}]"), problem));
        }
        match &self.kind {
            Kind::Categorical {
                vocabulary,
                missing,
            } => self.check_words(vocabulary, missing),
            Kind::Numeric {
                missing: MissingNumber::Constant(constant),
            } if !constant.is_finite() => {
                let problem = format!("the constant {constant} for a missing number is not finite");
                Err(self.error(problem))
            }
            _ => Ok(()),
        }
    }

    fn check_words(
        &self,
        vocabulary: &Vocabulary,
        missing: &MissingWord,
    ) -> Result<(), SchemaError> {
        let place = format!("field \"{}\"", self.name);
        match vocabulary {
            Vocabulary::Fixed(words) => {
                within(&place, "words", words.len(), 1, MAX_VOCABULARY)?;
                let known = distinct(&place, "word", words.iter().map(String::as_str))?;
                if let MissingWord::Constant(word) = missing
                    && !known.contains(word.as_str())
                {
                    let problem = format!("the constant \"{word}\" is not in the vocabulary");
                    return Err(self.error(problem));
                }
            }
            Vocabulary::FirstSeen(columns) | Vocabulary::Hashed(columns) => {
                within(
                    &place,
                    "columns",
                    *columns as usize,
                    1,
                    MAX_COLUMNS as usize,
                )?;
                if let MissingWord::Constant(word) = missing {
                    distinct(&place, "word", [word.as_str()])?;
                }
            }
        }
        Ok(())
    }
}

impl Label {
    fn error(&self, problem: impl Into<String>) -> SchemaError {
        SchemaError::at(format!("label \"{}\"", self.name), problem)
    }

    fn check(&self) -> Result<(), SchemaError> {
        let place = format!("label \"{}\"", self.name);
        if self.name.is_empty() || self.name.len() > MAX_NAME_BYTES {
            let length = self.name.len();
            let problem = format!("a name of {length} bytes, 1 to {MAX_NAME_BYTES} are allowed");
            return Err(self.error(problem));
        }
        within(&place, "classes", self.classes.len(), 2, MAX_CLASSES)?;
        let kind = std::mem::discriminant(&self.classes[0]);
        if let Some(other) = self
            .classes
            .iter()
            .find(|class| std::mem::discriminant(*class) != kind)
        {
            let (first, other) = (&self.classes[0], other);
            let problem = format!(
                "classes of different kinds, {first} and {other}: all are to be numbers, all strings, or true and false"
            );
            return Err(self.error(problem));
        }
        for pair in self.classes.windows(2) {
            if pair[0] == pair[1] {
                return Err(self.error(format!("the class {} stands twice", pair[0])));
            }
            if pair[0] > pair[1] {
                let problem = format!(
                    "the class {} stands before {}, the order is ascending",
                    pair[0], pair[1]
                );
                return Err(self.error(problem));
            }
        }
        for class in &self.classes {
            match class {
                Class::Integer(number) if number.unsigned_abs() > MAX_CLASS.unsigned_abs() => {
                    let problem = format!(
                        "the class {number} is beyond 2^53, up to which whole numbers are exact"
                    );
                    return Err(self.error(problem));
                }
                Class::Text(word) if word.len() > MAX_NAME_BYTES => {
                    let problem = format!(
                        "a class of {} bytes, at most {MAX_NAME_BYTES} are allowed",
                        word.len()
                    );
                    return Err(self.error(problem));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Checks a count of `things`.
fn within(
    place: &str,
    things: &str,
    found: usize,
    least: usize,
    most: usize,
) -> Result<(), SchemaError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let things = match (found, things) {
        (1, "classes") => "class",
        (1, things) => things.trim_end_matches('s'),
        (_, things) => things,
    };
    let problem = format!("{found} {things}, at least {least} and at most {most} are needed");
    Err(SchemaError::at(place, problem))
}

/// Checks that words are different and not too long.
fn distinct<'a>(
    place: &str,
    thing: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeSet<&'a str>, SchemaError> {
    let mut known = BTreeSet::new();
    for word in words {
        if word.len() > MAX_NAME_BYTES {
            let problem = format!(
                "a {thing} of {} bytes, at most {MAX_NAME_BYTES} are allowed",
                word.len()
            );
            return Err(SchemaError::at(place, problem));
        }
        if !known.insert(word) {
            let problem = format!("the {thing} \"{word}\" stands twice");
            return Err(SchemaError::at(place, problem));
        }
    }
    Ok(known)
}
