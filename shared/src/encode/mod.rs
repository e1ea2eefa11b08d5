//! From examples to features: the matrix that the model is tested and trained on.
//!
//! The lab fits its whole encoder anew on every batch, so that columns trade places. Here the
//! encoder is *stable*: the order of the categories is fixed and the scaler runs on.

mod scaler;

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

/// Features of a batch: `rows() × width()` finite numbers, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    width: usize,
    values: Vec<f64>,
}

impl Features {
    /// An empty matrix of `width` columns.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            values: Vec::new(),
        }
    }

    /// A matrix from row-major values; `None` unless they fill whole rows.
    #[must_use]
    pub fn from_rows(width: usize, values: Vec<f64>) -> Option<Self> {
        (width > 0 && values.len().is_multiple_of(width)).then_some(Self { width, values })
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.width..(index + 1) * self.width]
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// Whether every value is finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }
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
        let scaler = Scaler::new(schema.numeric.len());
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

    /// Updates the scaler with the batch, then turns the batch into `features`. No label is used.
    pub fn encode(&mut self, examples: &Examples, features: &mut Features) {
        self.scaler.partial_fit(&examples.numbers);
        features.width = self.schema.width();
        features.values.clear();
        features.values.reserve(examples.len() * features.width);
        let categorical = self.schema.categorical.len();
        let numeric = self.schema.numeric.len();
        for row in 0..examples.len() {
            let categories = &examples.categories[row * categorical..(row + 1) * categorical];
            let numbers = &examples.numbers[row * numeric..(row + 1) * numeric];
            self.one_hot(categories, &mut features.values);
            self.scaler.transform(numbers, &mut features.values);
        }
    }

    fn one_hot(&self, categories: &[u16], out: &mut Vec<f64>) {
        for (field, &category) in self.schema.categorical.iter().zip(categories) {
            let start = out.len();
            out.resize(start + field.columns().len(), 0.0);
            // The last category has no column: it stays all zeros.
            if let Some(column) = out.get_mut(start + usize::from(category)) {
                *column = 1.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(categories: [u16; 3], numbers: [f64; 4]) -> Examples {
        Examples {
            categories: categories.to_vec(),
            numbers: numbers.to_vec(),
            labels: vec![1],
        }
    }

    fn encode(categories: [u16; 3]) -> Vec<f64> {
        let mut encoder = Encoder::new(Schema::loan(), EncoderSettings::Stable);
        let mut features = Features::new(13);
        encoder.encode(&examples(categories, [1.0, 2.0, 3.0, 4.0]), &mut features);
        features.row(0)[..9].to_vec()
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
            assert_eq!(features.row(0)[0].to_bits(), rent.to_bits());
        }
    }
}
