//! The stable encoder: a column means the same in every batch.
//!
//! Columns, in their order:
//!
//! | columns | of | value | name |
//! |---|---|---|---|
//! | words | each categorical field | 1 in the word's column | `field_WORD` |
//! | missing word | … its last, under `own_category` | 1 if missing | `missingindicator_field` |
//! | numbers | each numeric field | `(x − mean)/scale` | `field` |
//! | missing numbers | numeric fields under `mean` | 1 if missing | `missingindicator_field` |
//! | thresholds | as set | 1 if `x > value` (or `<`), `x` not scaled | `field>value` |
//! | interactions | as set | products of two fields' columns | `a b` |
//!
//! A fixed vocabulary has a column for each word but the last, as `OneHotEncoder(drop=…)` has with
//! that word dropped. A first-seen vocabulary has its columns from the start, so that the width
//! never changes; words take them in the order in which they come, and those that come too late
//! (or are longer than 1024 bytes) have none. Of a hashed vocabulary, column and sign are those
//! that `FeatureHasher(input_type="string")` gives the word. Numbers go through the
//! running [`Scaler`], which takes the batch in before it scales it: no label is used, so that a
//! test on the batch stays honest. A missing number is its constant, if it has one, or the running
//! mean, which scales to 0.

mod layout;
pub(crate) mod terms;
mod words;

use super::features::Writer;
use super::{EncodeError, Encoded, Scaler, StableSettings};
use crate::decode::Examples;
use crate::schema::{MissingNumber, Schema};
use crate::settings::SettingsError;

use layout::Layout;
use words::{Entry, WordField};

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Stable {
    words: Vec<WordField>,
    layout: Layout,
    scaler: Scaler,
    /// The scaler before the last batch.
    before: Scaler,
    row: Row,
    /// Numbers of a batch in which a constant stands for a missing one.
    filled: Vec<f64>,
}

/// What the row at hand has of each categorical and each numeric field, for its products.
#[derive(Clone, Debug, Default)]
struct Row {
    hot: Vec<Entry>,
    scaled: Vec<f64>,
}

impl Stable {
    pub(super) fn new(schema: &Schema, settings: &StableSettings) -> Result<Self, SettingsError> {
        let mut words: Vec<WordField> = Vec::new();
        for field in schema.categorical() {
            let start = words.last().map_or(0, |last| last.start + last.width());
            words.push(WordField::new(field, start)?);
        }
        let layout = Layout::new(schema, settings, &words)?;
        let scaler = Scaler::new(layout.numbers.len());
        let row = Row {
            hot: vec![Entry::NONE; words.len()],
            scaled: vec![0.0; layout.numbers.len()],
        };
        Ok(Self {
            words,
            layout,
            before: scaler.clone(),
            scaler,
            row,
            filled: Vec::new(),
        })
    }

    pub(super) fn width(&self) -> u32 {
        self.layout.width
    }

    pub(super) fn scaler(&self) -> &Scaler {
        &self.scaler
    }

    pub(super) fn feature_names(&self) -> Vec<String> {
        let one_hot = self.words.iter().flat_map(WordField::names).collect();
        self.layout.names(&self.words, one_hot)
    }

    pub(super) fn undo(&mut self) {
        self.scaler.clone_from(&self.before);
        self.words.iter_mut().for_each(WordField::undo);
    }

    /// The words that took a column when they came, of each categorical field.
    pub(super) fn vocabularies(&self) -> impl Iterator<Item = &[String]> {
        self.words
            .iter()
            .map(|field| field.seen().unwrap_or_default())
    }

    /// The same out of the features' names.
    pub(super) fn vocabularies_among(&self, feature_names: &[String]) -> Vec<Vec<String>> {
        let of = |field: &WordField| {
            let names = feature_names.get(field.start as usize..);
            field.seen_among(names.unwrap_or_default())
        };
        self.words.iter().map(of).collect()
    }

    /// Takes a saved state; whether it can be one.
    pub(super) fn set_state(&mut self, scaler: Scaler, vocabularies: &[Vec<String>]) -> bool {
        let fits = scaler.is_consistent(self.layout.numbers.len())
            && vocabularies.len() == self.words.len();
        self.before.clone_from(&scaler);
        self.scaler = scaler;
        let mut fields = self.words.iter_mut().zip(vocabularies);
        fits && fields.all(|(field, words)| field.set_seen(words))
    }

    pub(super) fn encode(
        &mut self,
        examples: &Examples,
        encoded: &mut Encoded,
    ) -> Result<(), EncodeError> {
        for (place, field) in self.words.iter_mut().enumerate() {
            field.start_batch(examples.words.get(place));
        }
        let mut filled = std::mem::take(&mut self.filled);
        let numbers = self.fill(&examples.numbers, &mut filled);
        let fitted = self.fit(numbers);
        if fitted.is_ok() {
            self.rows(examples, numbers, encoded);
        }
        self.filled = filled;
        fitted
    }

    /// Features with the state as it is. Words that have no column yet get one that no weight was
    /// learned for, and lose it again.
    pub(super) fn transform(&mut self, examples: &Examples, encoded: &mut Encoded) {
        self.before.clone_from(&self.scaler);
        for (place, field) in self.words.iter_mut().enumerate() {
            field.start_batch(examples.words.get(place));
        }
        let mut filled = std::mem::take(&mut self.filled);
        let numbers = self.fill(&examples.numbers, &mut filled);
        self.rows(examples, numbers, encoded);
        self.filled = filled;
        self.words.iter_mut().for_each(WordField::undo);
    }

    /// The numbers, with constants in the place of missing ones that stand for them.
    fn fill<'a>(&self, numbers: &'a [f64], filled: &'a mut Vec<f64>) -> &'a [f64] {
        let fields = &self.layout.numbers;
        let constant = |missing| match missing {
            MissingNumber::Constant(constant) => Some(constant),
            MissingNumber::Error | MissingNumber::Mean => None,
        };
        if fields.iter().all(|field| constant(field.missing).is_none()) {
            return numbers;
        }
        filled.clear();
        filled.extend_from_slice(numbers);
        for row in filled.chunks_exact_mut(fields.len()) {
            for (number, field) in row.iter_mut().zip(fields).filter(|(n, _)| n.is_nan()) {
                *number = constant(field.missing).unwrap_or(*number);
            }
        }
        filled
    }

    /// Takes the batch into the scaler, which is as it was if its numbers are too large.
    fn fit(&mut self, numbers: &[f64]) -> Result<(), EncodeError> {
        self.before.clone_from(&self.scaler);
        self.scaler.partial_fit(numbers);
        let Some(column) = self.scaler.overflowed() else {
            return Ok(());
        };
        self.scaler.clone_from(&self.before);
        Err(EncodeError::NotFinite {
            field: self.layout.numbers[column].name.clone(),
        })
    }

    fn rows(&mut self, examples: &Examples, numbers: &[f64], encoded: &mut Encoded) {
        let (categorical, numeric) = (self.words.len(), self.layout.numbers.len());
        let most = categorical + self.layout.entries_behind_words();
        let options = self.layout.has_options();
        let mut writer = encoded.restart(self.layout.width as usize, examples.len(), most);
        for row in 0..examples.len() {
            let codes = &examples.categories[row * categorical..(row + 1) * categorical];
            let numbers = &numbers[row * numeric..(row + 1) * numeric];
            self.one_hot(codes, examples, &mut writer);
            self.numbers(numbers, &mut writer);
            if options {
                self.options(numbers, &mut writer);
            }
            writer.end_row();
        }
        writer.finish();
    }

    #[inline]
    fn one_hot(&mut self, codes: &[u32], examples: &Examples, writer: &mut Writer<'_>) {
        let fields = self.words.iter_mut().zip(&mut self.row.hot);
        for (place, ((field, hot), &code)) in fields.zip(codes).enumerate() {
            *hot = field.entry(code, examples, place);
            writer.push_if(hot.is_some(), hot.column, hot.value);
        }
    }

    #[inline]
    fn numbers(&mut self, numbers: &[f64], writer: &mut Writer<'_>) {
        let fields = numbers.iter().zip(&mut self.row.scaled).enumerate();
        for (column, (place, (&number, scaled))) in (self.layout.numbers_start..).zip(fields) {
            *scaled = if number.is_nan() {
                0.0
            } else {
                self.scaler.scaled(place, number)
            };
            writer.push(column, *scaled);
        }
    }

    fn options(&self, numbers: &[f64], writer: &mut Writer<'_>) {
        let layout = &self.layout;
        for (field, number) in layout.numbers.iter().zip(numbers) {
            if let Some(column) = field.indicator {
                writer.push_if(number.is_nan(), column, 1.0);
            }
        }
        for (column, step) in (layout.steps_start..).zip(&layout.steps) {
            let there = step.side.holds(numbers[step.number], step.value);
            writer.push_if(there, column, 1.0);
        }
        for product in &layout.products {
            let entry = product.entry(&self.words, &self.row.hot, &self.row.scaled);
            let (column, value) = entry.unwrap_or_default();
            writer.push_if(entry.is_some(), column, value);
        }
    }
}
