//! What the fields of a record mean. A [`Schema`] is data: decoders and encoders are directed by
//! it, and the loan schema is one value of it.

use serde::{Deserialize, Serialize};

/// The fields that are learned from, in the order of the features, and the label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Categorical fields; their one-hot columns come first.
    pub categorical: Vec<Categorical>,
    /// Names of the numeric fields; their scaled columns follow.
    pub numeric: Vec<String>,
    /// Name of the field that holds the label, 0 or 1.
    pub label: String,
}

/// A field that holds one of a fixed set of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categorical {
    /// The field's name.
    pub name: String,
    /// Its categories in the order of their columns. The last has no column: it is the one that
    /// all zeros mean.
    pub categories: Vec<String>,
}

impl Categorical {
    fn new(name: &str, categories: &[&str]) -> Self {
        Self {
            name: name.into(),
            categories: categories.iter().map(|&c| c.into()).collect(),
        }
    }

    /// The categories that have a column of their own.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.categories
            .split_last()
            .map_or(&[], |(_, columns)| columns)
    }

    /// The category without a column.
    #[must_use]
    pub fn dropped(&self) -> Option<&str> {
        self.categories.last().map(String::as_str)
    }
}

/// The loan schema's categories in the order of their columns; the generator draws them by it.
pub(crate) mod loan {
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
}

impl Schema {
    /// The loan applications of the course lab: 13 features.
    #[must_use]
    pub fn loan() -> Self {
        let numeric = [
            "person_income",
            "loan_amnt",
            "loan_int_rate",
            "loan_percent_income",
        ];
        Self {
            categorical: vec![
                Categorical::new("person_home_ownership", &loan::OWNERSHIPS),
                Categorical::new("loan_intent", &loan::INTENTS),
                Categorical::new("previous_loan_defaults_on_file", &loan::PREVIOUS_DEFAULTS),
            ],
            numeric: numeric.map(String::from).to_vec(),
            label: "label".into(),
        }
    }

    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        let one_hot: usize = self
            .categorical
            .iter()
            .map(|field| field.columns().len())
            .sum();
        one_hot + self.numeric.len()
    }

    /// Names of the features in their order, as scikit-learn's `get_feature_names_out` spells
    /// them: `field_CATEGORY` for a one-hot column, the field's own name for a number.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        let one_hot = self.categorical.iter().flat_map(|field| {
            field
                .columns()
                .iter()
                .map(move |category| format!("{}_{category}", field.name))
        });
        one_hot.chain(self.numeric.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loan_schema_has_thirteen_features_in_the_labs_order() {
        let schema = Schema::loan();
        let names = schema.feature_names();
        assert_eq!(schema.width(), 13);
        assert_eq!(names.len(), 13);
        assert_eq!(names[0], "person_home_ownership_RENT");
        assert_eq!(names[7], "loan_intent_HOMEIMPROVEMENT");
        assert_eq!(names[8], "previous_loan_defaults_on_file_Yes");
        assert_eq!(names[12], "loan_percent_income");
    }

    #[test]
    fn the_last_category_has_no_column() {
        let schema = Schema::loan();
        assert_eq!(schema.categorical[0].dropped(), Some("OTHER"));
        assert_eq!(schema.categorical[0].columns(), ["RENT", "OWN", "MORTGAGE"]);
    }
}
