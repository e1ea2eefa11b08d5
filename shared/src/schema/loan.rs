//! The loan applications of the course lab: 13 features.

use super::{Class, FORMAT, Field, Kind, Label, Schema, VERSION, Vocabulary};

/// The categories in the order of their columns; the generator draws them by it.
pub(crate) const OWNERSHIPS: [&str; 4] = ["RENT", "OWN", "MORTGAGE", "OTHER"];
pub(crate) const INTENTS: [&str; 6] = [
    "PERSONAL",
    "EDUCATION",
    "MEDICAL",
    "VENTURE",
    "HOMEIMPROVEMENT",
    "DEBTCONSOLIDATION",
];
pub(crate) const PREVIOUS_DEFAULTS: [&str; 2] = ["Yes", "No"];

impl Schema {
    /// The loan applications of the course lab: 13 features.
    #[must_use]
    pub fn loan() -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            name: "loan".into(),
            fields: vec![
                Field::new("timestamp", Kind::Time),
                Field::new("application_id", Kind::Key),
                Field::words("person_home_ownership", &OWNERSHIPS),
                Field::words("loan_intent", &INTENTS),
                Field::words("previous_loan_defaults_on_file", &PREVIOUS_DEFAULTS),
                Field::number("person_income"),
                Field::number("loan_amnt"),
                Field::number("loan_int_rate"),
                Field::number("loan_percent_income"),
            ],
            label: Label {
                name: "label".into(),
                classes: vec![Class::Integer(0), Class::Integer(1)],
            },
        }
    }
}

impl Field {
    fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }

    fn words(name: &str, words: &[&str]) -> Self {
        let kind = Kind::Categorical {
            vocabulary: Vocabulary::Fixed(words.iter().map(|&word| word.into()).collect()),
            missing: super::MissingWord::Error,
        };
        Self::new(name, kind)
    }

    fn number(name: &str) -> Self {
        let kind = Kind::Numeric {
            missing: super::MissingNumber::Error,
        };
        Self::new(name, kind)
    }
}
