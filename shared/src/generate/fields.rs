//! What the fields of a stream are: enough to make a schema of it.

use serde::Serialize;

/// The fields of a stream's records in their order, and the label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StreamFields {
    /// All fields but the label.
    pub fields: Vec<StreamField>,
    /// Name of the field that holds the label, a whole number.
    pub label: String,
    /// The labels there are, as they are written.
    pub classes: Vec<String>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StreamField {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: StreamFieldKind,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamFieldKind {
    /// An ISO local time.
    Time,
    /// A word that names the record.
    Key,
    /// A number.
    Numeric,
    /// One of these words.
    Categorical(Vec<String>),
}

impl StreamFields {
    /// A record's time, and a label with `classes` values from 0; fields are added to it.
    pub(super) fn labelled(classes: u32) -> Self {
        Self {
            fields: Vec::new(),
            label: "label".into(),
            classes: (0..classes).map(|class| class.to_string()).collect(),
        }
        .with("timestamp", StreamFieldKind::Time)
    }

    pub(super) fn with(mut self, name: &str, kind: StreamFieldKind) -> Self {
        self.fields.push(StreamField {
            name: name.into(),
            kind,
        });
        self
    }

    pub(super) fn number(self, name: &str) -> Self {
        self.with(name, StreamFieldKind::Numeric)
    }

    pub(super) fn words(self, name: &str, words: &[&str]) -> Self {
        let words = words.iter().map(|&word| word.into()).collect();
        self.with(name, StreamFieldKind::Categorical(words))
    }

    /// Numbers `x0`, `x1`, ….
    pub(super) fn numbers(self, count: u32) -> Self {
        (0..count).fold(self, |fields, i| fields.number(&format!("x{i}")))
    }
}
