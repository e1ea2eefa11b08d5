//! The hashed encoder: no vocabulary at all. The name of a feature says by its hash which column
//! it is added to.
//!
//! A word makes the feature `field=word` with value 1, a number the feature `field` with its
//! value. With `h` the 32-bit `MurmurHash3` of the name's UTF-8 (seed 0, signed), the value is
//! added to column `|h| mod n_features`, negated where `h < 0` (`alternate_sign`), so that names
//! which share a column cancel in the mean. The width is fixed whatever the stream brings; the
//! price is that columns have no names, and collisions.
//!
//! The bits are those of scikit-learn's `FeatureHasher(input_type="dict")` on the dictionary of the
//! example's fields in the schema's order: a value of 0 is left out, columns are ascending,
//! and values of one column are summed in the order of the fields. (`SciPy` sorts rows of more than 16
//! entries with an unstable sort: there the sum of three or more values in one column may differ in
//! its last bit.) A missing word or number is left out, as a key that the dictionary
//! does not have; where the schema wants an indicator, `missingindicator_field` is a feature of
//! value 1. Numbers go through the running [`Scaler`] first if `scale_numbers` is set (the
//! default): hashed as they are, incomes of 50 000 beside words of 1 make SGD diverge.
//!
//! Source: K. Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (2009).

mod field;
pub(crate) mod murmur;

use super::features::Writer;
use super::{EncodeError, Encoded, HashedSettings, Scaler};
use crate::decode::Examples;
use crate::schema::{Kind, Schema};

use field::{Column, Field, FieldKind};

/// A column, the place of the field (which orders sums), and a value.
type Entry = (u32, u32, f64);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Hashed {
    settings: HashedSettings,
    fields: Vec<Field>,
    categorical: usize,
    numeric: usize,
    scaler: Scaler,
    before: Scaler,
    /// Numbers with constants in the place of missing ones.
    filled: Vec<f64>,
    row: Vec<Entry>,
}

impl Hashed {
    pub(super) fn new(schema: &Schema, settings: &HashedSettings) -> Self {
        let (mut categorical, mut numeric) = (0, 0);
        let mut fields = Vec::new();
        for field in &schema.fields {
            let counter = match &field.kind {
                Kind::Categorical { .. } => &mut categorical,
                Kind::Numeric { .. } => &mut numeric,
                _ => continue,
            };
            fields.extend(Field::new(&field.name, &field.kind, *counter, settings));
            *counter += 1;
        }
        Self {
            settings: settings.clone(),
            fields,
            categorical,
            numeric,
            scaler: Scaler::new(numeric),
            before: Scaler::new(numeric),
            filled: Vec::new(),
            row: Vec::new(),
        }
    }

    pub(super) fn width(&self) -> u32 {
        self.settings.n_features
    }

    pub(super) fn scaler(&self) -> Option<&Scaler> {
        self.settings.scale_numbers.then_some(&self.scaler)
    }

    /// What it has learned; nothing unless numbers are scaled.
    pub(super) fn state(&self) -> &Scaler {
        &self.scaler
    }

    pub(super) fn undo(&mut self) {
        self.scaler.clone_from(&self.before);
    }

    /// Takes a saved state; whether it can be one.
    pub(super) fn set_state(&mut self, scaler: Scaler) -> bool {
        self.before.clone_from(&scaler);
        self.scaler = scaler;
        let untouched = self.scaler == Scaler::new(self.numeric);
        self.scaler.is_consistent(self.numeric) && (self.settings.scale_numbers || untouched)
    }

    pub(super) fn encode(
        &mut self,
        examples: &Examples,
        encoded: &mut Encoded,
    ) -> Result<(), EncodeError> {
        self.before.clone_from(&self.scaler);
        self.fill(&examples.numbers);
        self.fit()?;
        for field in &mut self.fields {
            field.look_up(&examples.words, &self.settings);
        }
        let outcome = self.rows(examples, encoded);
        if outcome.is_err() {
            self.undo();
        }
        outcome
    }

    /// Features with the state as it is.
    pub(super) fn transform(
        &mut self,
        examples: &Examples,
        encoded: &mut Encoded,
    ) -> Result<(), EncodeError> {
        self.before.clone_from(&self.scaler);
        self.fill(&examples.numbers);
        for field in &mut self.fields {
            field.look_up(&examples.words, &self.settings);
        }
        self.rows(examples, encoded)
    }

    fn fill(&mut self, numbers: &[f64]) {
        self.filled.clear();
        self.filled.extend_from_slice(numbers);
        for field in &self.fields {
            let FieldKind::Number {
                constant: Some(constant),
                ..
            } = field.kind
            else {
                continue;
            };
            let column = self.filled.iter_mut().skip(field.place);
            for number in column.step_by(self.numeric.max(1)).filter(|n| n.is_nan()) {
                *number = constant;
            }
        }
    }

    fn fit(&mut self) -> Result<(), EncodeError> {
        if !self.settings.scale_numbers {
            return Ok(());
        }
        self.scaler.partial_fit(&self.filled);
        let Some(column) = self.scaler.overflowed() else {
            return Ok(());
        };
        self.undo();
        let is_it = |field: &&Field| {
            matches!(field.kind, FieldKind::Number { .. }) && field.place == column
        };
        let field = self
            .fields
            .iter()
            .find(is_it)
            .map(|field| field.name.clone());
        Err(EncodeError::NotFinite {
            field: field.unwrap_or_default(),
        })
    }

    fn rows(&mut self, examples: &Examples, encoded: &mut Encoded) -> Result<(), EncodeError> {
        let (width, most) = (self.settings.n_features as usize, self.fields.len());
        let mut writer = encoded.restart(width, examples.len(), most);
        for row in 0..examples.len() {
            let codes = &examples.categories[row * self.categorical..(row + 1) * self.categorical];
            self.row.clear();
            for (field, order) in self.fields.iter().zip(0..) {
                let number = || self.filled[row * self.numeric + field.place];
                let entry = match &field.kind {
                    FieldKind::Words { by_code, .. } => field
                        .word(by_code, codes[field.place])
                        .map(|column| (column, 1.0)),
                    FieldKind::Number { column, .. } => self.number(field, *column, number()),
                };
                if let Some(((column, sign), value)) = entry.filter(|(_, value)| *value != 0.0) {
                    self.row.push((column, order, sign * value));
                }
            }
            self.sum_row(&mut writer)?;
        }
        writer.finish();
        Ok(())
    }

    #[inline]
    fn number(&self, field: &Field, column: Column, number: f64) -> Option<(Column, f64)> {
        if number.is_nan() {
            return field.missing.map(|column| (column, 1.0));
        }
        let scale = self.settings.scale_numbers;
        Some((
            column,
            if scale {
                self.scaler.scaled(field.place, number)
            } else {
                number
            },
        ))
    }

    /// Sorts the row's entries by column and adds those of one column in the fields' order.
    fn sum_row(&mut self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        self.row
            .sort_unstable_by_key(|&(column, order, _)| (column, order));
        for entries in self.row.chunk_by(|a, b| a.0 == b.0) {
            let (column, order, first) = entries[0];
            let sum = entries[1..].iter().fold(first, |sum, entry| sum + entry.2);
            if !sum.is_finite() {
                let field = self.fields[order as usize].name.clone();
                return Err(EncodeError::NotFinite { field });
            }
            writer.push(column, sum);
        }
        writer.end_row();
        Ok(())
    }
}
