//! Names that every tool takes: identifiers of C, as the standard asks for.

use std::collections::BTreeSet;

/// The outputs.
pub(super) const LABEL: &str = "label";
pub(super) const PROBABILITIES: &str = "probabilities";
pub(super) const DECISION: &str = "decision_function";

/// Names that are given once.
#[derive(Debug)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// None given but those of the outputs.
    pub(super) fn new() -> Self {
        Self([LABEL, PROBABILITIES, DECISION].map(str::to_owned).into())
    }

    /// The field's own name if it is an identifier and free; otherwise with `_` for every other
    /// character, and a number if it needs one.
    pub(super) fn give(&mut self, field: &str) -> String {
        let as_identifier = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut base: String = field.chars().map(as_identifier).collect();
        if base.starts_with(|c: char| c.is_ascii_digit()) {
            base.insert(0, '_');
        }
        let numbered = (1..).map(|number: u32| format!("{base}_{number}"));
        let mut candidates = std::iter::once(base.clone()).chain(numbered);
        // There are fewer fields than numbers.
        let free = candidates.find(|name| !self.0.contains(name));
        let name = free.unwrap_or(base.clone());
        self.0.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_an_identifier_of_its_own() {
        let mut names = Names::new();
        let given = ["loan amnt", "loan_amnt", "label", "2nd", "é", "ü", "income"];
        assert_eq!(
            given.map(|field| names.give(field)),
            [
                "loan_amnt",
                "loan_amnt_1",
                "label_1",
                "_2nd",
                "_",
                "__1",
                "income"
            ]
        );
    }
}
