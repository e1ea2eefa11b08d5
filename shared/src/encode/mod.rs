//! From examples to features: the matrix that the model is tested and trained on.
//!
//! The lab fits its whole encoder anew on every batch, so that columns trade places. Here the
//! encoder is *stable*: the order of the categories is fixed and the scaler runs on.

mod features;
mod scaler;

pub use features::{Features, Row};
pub use scaler::Scaler;

use serde::{Deserialize, Serialize};

use crate::decode::Examples;
use crate::schema::Schema;

/// How examples become features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncoderSettings {
    /// Fixed category order, running scaler.
    #[default]
    Stable,
}

/// The stable encoder of a schema: one-hot columns in the schema's order, then scaled numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoder {
    schema: Schema,
    scaler: Scaler,
}

impl Encoder {
    /// An encoder that has seen nothing.
    #[must_use]
    pub fn new(schema: Schema, settings: EncoderSettings) -> Self {
        let EncoderSettings::Stable = settings;
        let scaler = Scaler::new(schema.numeric().count());
        Self { schema, scaler }
    }

    /// The schema it encodes.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The running scaler of the numeric fields.
    #[must_use]
    pub fn scaler(&self) -> &Scaler {
        &self.scaler
    }

    /// Takes back what a batch did to the scaler.
    pub(crate) fn set_scaler(&mut self, scaler: Scaler) {
        self.scaler = scaler;
    }

    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        let one_hot = self
            .schema
            .categorical()
            .map(|(_, words, _)| words.columns().len());
        one_hot.sum::<usize>() + self.schema.numeric().count()
    }

    /// Names of the features in their order, as scikit-learn's `get_feature_names_out` spells
    /// them: `field_CATEGORY` for a one-hot column, the field's own name for a number.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        let one_hot = self.schema.categorical().flat_map(|(field, words, _)| {
            let columns = words.columns().iter();
            columns.map(move |word| format!("{field}_{word}"))
        });
        let numeric = self.schema.numeric().map(|(name, _)| name.to_owned());
        one_hot.chain(numeric).collect()
    }

    /// Updates the scaler with the batch, then turns the batch into `features`. No label is used.
    pub fn encode(&mut self, examples: &Examples, features: &mut Features) {
        self.scaler.partial_fit(&examples.numbers);
        features.restart(self.width());
        let categorical = self.schema.categorical().count();
        let numeric = self.schema.numeric().count();
        let mut scaled = Vec::with_capacity(numeric);
        for row in 0..examples.len() {
            let categories = &examples.categories[row * categorical..(row + 1) * categorical];
            let numbers = &examples.numbers[row * numeric..(row + 1) * numeric];
            let start = self.one_hot(categories, features);
            scaled.clear();
            self.scaler.transform(numbers, &mut scaled);
            for (column, &value) in (start..).zip(&scaled) {
                features.push(column, value);
            }
            features.end_row();
        }
    }

    /// Adds the one-hot entries of a row; gives back the first column behind them.
    fn one_hot(&self, categories: &[u32], features: &mut Features) -> u32 {
        let mut start = 0;
        for ((_, words, _), &category) in self.schema.categorical().zip(categories) {
            let columns = u32::try_from(words.columns().len()).unwrap_or(u32::MAX);
            // The last category has no column: it stays all zeros.
            if category < columns {
                features.push(start + category, 1.0);
            }
            start += columns;
        }
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(categories: [u32; 3], numbers: [f64; 4]) -> Examples {
        Examples {
            categories: categories.to_vec(),
            numbers: numbers.to_vec(),
            labels: vec![1],
            ..Examples::default()
        }
    }

    fn encode(categories: [u32; 3]) -> Vec<f64> {
        let mut encoder = Encoder::new(Schema::loan(), EncoderSettings::Stable);
        let mut features = Features::new(13);
        encoder.encode(&examples(categories, [1.0, 2.0, 3.0, 4.0]), &mut features);
        features.row(0).to_dense(13)[..9].to_vec()
    }

    #[test]
    fn the_loan_schema_has_thirteen_features_in_the_labs_order() {
        let encoder = Encoder::new(Schema::loan(), EncoderSettings::Stable);
        let names = encoder.feature_names();
        assert_eq!(encoder.width(), 13);
        assert_eq!(names.len(), 13);
        assert_eq!(names[0], "person_home_ownership_RENT");
        assert_eq!(names[7], "loan_intent_HOMEIMPROVEMENT");
        assert_eq!(names[8], "previous_loan_defaults_on_file_Yes");
        assert_eq!(names[12], "loan_percent_income");
    }

    #[test]
    fn a_category_is_one_in_its_own_column() {
        assert_eq!(
            encode([0, 4, 0]),
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
        );
        assert_eq!(
            encode([2, 0, 1]),
            [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        );
    }

    #[test]
    fn the_dropped_category_is_all_zeros() {
        assert_eq!(encode([3, 5, 1]), [0.0; 9]);
    }

    #[test]
    fn the_columns_of_a_stable_encoder_never_move() {
        let mut encoder = Encoder::new(Schema::loan(), EncoderSettings::Stable);
        let mut features = Features::new(13);
        for category in [0, 3, 0, 2, 0] {
            encoder.encode(&examples([category, 0, 0], [1.0; 4]), &mut features);
            let rent = f64::from(u8::from(category == 0));
            assert_eq!(features.row(0).to_dense(13)[0].to_bits(), rent.to_bits());
        }
    }
}
