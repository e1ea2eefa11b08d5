//! The lab's encoder: the whole pipeline fitted anew on every batch, as Spark 3.5.6 does it.
//!
//! Per batch and categorical field, in the schema's order:
//! 1. `StringIndexer(handleInvalid="skip")`: words ranked by falling frequency *in this batch*, ties
//!    by their UTF-16 code units (😀 before ﹏), missing words not counted and their rows dropped;
//!    what one field drops the next field does not see;
//! 2. `OneHotEncoder(dropLast=True)`: a column for each rank but the last.
//!
//! Then, per numeric field and over the rows that are left, `StandardScaler(withMean, withStd)`:
//! `(x − mean) · (1/std)`, with the sample standard deviation (divided by `n − 1`), 0 for a constant
//! column. Columns stand in that order: one-hot columns, then numbers. The bits are Spark's for a
//! batch in **one partition**, as a topic of one partition and the lab's trigger give it; Spark
//! merges the sums of several partitions in another order, and other last bits come of it.
//!
//! A batch is refused where Spark throws: fewer than two categories, an empty word, a missing
//! number in a row that is left (`VectorAssembler`), and where it would go on with infinities. The
//! schema's constants stand for missing words and numbers, as if they had been filled in before;
//! its other rules for missing values have no counterpart in that pipeline and are not followed.
//!
//! **Why this is a mistake.** A model's weight belongs to a column, and here a column belongs to
//! whatever word came so-and-so often. In the lab's stream, where words are equally likely,
//! the columns of the purpose of a loan trade places in every batch, and in half of them *Yes* and
//! *No* of a previous default do: the strongest weight then has the wrong sign. Tested before
//! training the model is right in 54 % of cases instead of 77 %, while the accuracy on the batch it
//! has just learned, which the lab reports, hardly moves (78 against 79 %). The number of columns
//! depends on the batch too, and a model refuses another number than it has learned with. It is
//! here so that this can be seen; to learn, take the stable encoder.

mod indexer;
mod summary;

use serde::{Deserialize, Serialize};

use super::features::Writer;
use super::{EncodeError, Encoded};
use crate::decode::Examples;
use crate::schema::{MissingNumber, Schema};

use indexer::Indexer;
use summary::{Summary, reciprocal};

/// What the last batch was encoded with.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fitted {
    /// Of each categorical field: the categories by rank, the one without a column included.
    pub(super) categories: Vec<Vec<String>>,
    /// Of each numeric field.
    pub(super) mean: Vec<f64>,
    pub(super) std: Vec<f64>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct PerBatch {
    indexers: Vec<Indexer>,
    numbers: Vec<(String, MissingNumber)>,
    fitted: Fitted,
    before: Fitted,
    next: Fitted,
    rows: Vec<u32>,
    summaries: Vec<Summary>,
}

impl Clone for Fitted {
    fn clone(&self) -> Self {
        Self {
            categories: self.categories.clone(),
            mean: self.mean.clone(),
            std: self.std.clone(),
        }
    }

    fn clone_from(&mut self, source: &Self) {
        self.categories.clone_from(&source.categories);
        self.mean.clone_from(&source.mean);
        self.std.clone_from(&source.std);
    }
}

impl PerBatch {
    pub(super) fn new(schema: &Schema) -> Self {
        let indexers = schema.categorical().enumerate();
        let numbers = schema
            .numeric()
            .map(|(name, missing)| (name.to_owned(), missing));
        Self {
            indexers: indexers
                .map(|(place, field)| Indexer::new(place, field))
                .collect(),
            numbers: numbers.collect(),
            fitted: Fitted::default(),
            before: Fitted::default(),
            next: Fitted::default(),
            rows: Vec::new(),
            summaries: Vec::new(),
        }
    }

    /// Number of columns that the last batch had; none before there was one.
    pub(super) fn width(&self) -> usize {
        let one_hot = self
            .fitted
            .categories
            .iter()
            .map(|c| c.len().saturating_sub(1));
        one_hot.sum::<usize>() + self.fitted.mean.len()
    }

    pub(super) fn feature_names(&self) -> Vec<String> {
        let fields = self.indexers.iter().zip(&self.fitted.categories);
        let one_hot = fields.flat_map(|(field, categories)| {
            let columns = categories
                .split_last()
                .map_or(&[][..], |(_, columns)| columns);
            columns.iter().map(|word| format!("{}_{word}", field.name))
        });
        let numbers = self.numbers.iter().zip(&self.fitted.mean);
        one_hot
            .chain(numbers.map(|((name, _), _)| name.clone()))
            .collect()
    }

    pub(super) fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    pub(super) fn undo(&mut self) {
        self.fitted.clone_from(&self.before);
    }

    /// Takes a saved state; whether it can be one.
    pub(super) fn set_state(&mut self, fitted: Fitted) -> bool {
        let lengths = [fitted.categories.len(), fitted.mean.len(), fitted.std.len()];
        let numbers = fitted.mean.iter().chain(&fitted.std);
        let fits = lengths == [0; 3]
            || (lengths == [self.indexers.len(), self.numbers.len(), self.numbers.len()]
                && fitted
                    .categories
                    .iter()
                    .all(|categories| categories.len() > 1)
                && numbers.into_iter().all(|number| number.is_finite()));
        self.before.clone_from(&fitted);
        self.fitted = fitted;
        fits
    }

    pub(super) fn encode(
        &mut self,
        examples: &Examples,
        encoded: &mut Encoded,
    ) -> Result<(), EncodeError> {
        if examples.is_empty() {
            self.before.clone_from(&self.fitted);
            encoded.restart(self.width(), 0, 0).finish();
            return Ok(());
        }
        let outcome = self.fit(examples);
        if outcome.is_ok() {
            std::mem::swap(&mut self.before, &mut self.fitted);
            std::mem::swap(&mut self.fitted, &mut self.next);
            self.transform(examples, encoded);
        } else {
            self.before.clone_from(&self.fitted);
        }
        outcome
    }

    fn fit(&mut self, examples: &Examples) -> Result<(), EncodeError> {
        let fields = self.indexers.len();
        self.rows.clear();
        self.rows.extend((0u32..).take(examples.len()));
        self.next.categories.resize_with(fields, Vec::new);
        for (indexer, categories) in self.indexers.iter_mut().zip(&mut self.next.categories) {
            indexer.fit(examples, fields, &mut self.rows)?;
            copy(indexer.categories(examples), categories);
        }
        self.summarize(examples)?;
        self.fit_numbers()
    }

    fn summarize(&mut self, examples: &Examples) -> Result<(), EncodeError> {
        self.summaries.clear();
        self.summaries
            .resize(self.numbers.len(), Summary::default());
        for &row in &self.rows {
            let numbers = row_of(&examples.numbers, row, self.numbers.len());
            for ((&number, field), summary) in
                numbers.iter().zip(&self.numbers).zip(&mut self.summaries)
            {
                summary.add(present(number, field)?);
            }
        }
        Ok(())
    }

    // A batch has fewer than 2⁵³ rows.
    #[allow(clippy::cast_precision_loss)]
    fn fit_numbers(&mut self) -> Result<(), EncodeError> {
        let Fitted { mean, std, .. } = &mut self.next;
        mean.clear();
        std.clear();
        for (summary, (name, _)) in self.summaries.iter().zip(&self.numbers) {
            let fitted = summary.mean_and_std(self.rows.len() as f64);
            let (its_mean, its_std) = fitted.ok_or_else(|| EncodeError::NotFinite {
                field: name.clone(),
            })?;
            mean.push(its_mean);
            std.push(its_std);
        }
        Ok(())
    }

    fn transform(&self, examples: &Examples, encoded: &mut Encoded) {
        let most = self.indexers.len() + self.numbers.len();
        let mut writer = encoded.restart(self.width(), self.rows.len(), most);
        for &row in &self.rows {
            self.transform_row(examples, row, &mut writer);
        }
        writer.finish();
        let mut next = 0;
        for &row in &self.rows {
            encoded.dropped.extend(next..row);
            next = row + 1;
        }
        let all = u32::try_from(examples.len()).unwrap_or(u32::MAX);
        encoded.dropped.extend(next..all);
    }

    #[inline]
    fn transform_row(&self, examples: &Examples, row: u32, writer: &mut Writer<'_>) {
        let mut start = 0;
        let codes = row_of(&examples.categories, row, self.indexers.len());
        for (indexer, &code) in self.indexers.iter().zip(codes) {
            let rank = indexer.rank_of(code);
            writer.push_if(rank < indexer.width(), start + rank, 1.0);
            start += indexer.width();
        }
        let numbers = row_of(&examples.numbers, row, self.numbers.len());
        let fitted = self.fitted.mean.iter().zip(&self.fitted.std);
        for (column, ((&number, field), (mean, std))) in
            (start..).zip(numbers.iter().zip(&self.numbers).zip(fitted))
        {
            // A number without a rule was refused when the batch was summarized.
            let number = present(number, field).unwrap_or(*mean);
            writer.push(column, (number - mean) * reciprocal(*std));
        }
        writer.end_row();
    }
}

/// The number, or the constant that stands for a missing one.
#[inline]
fn present(number: f64, (name, missing): &(String, MissingNumber)) -> Result<f64, EncodeError> {
    match missing {
        _ if !number.is_nan() => Ok(number),
        MissingNumber::Constant(constant) => Ok(*constant),
        MissingNumber::Error | MissingNumber::Mean => Err(EncodeError::MissingNumber {
            field: name.clone(),
        }),
    }
}

#[inline]
fn row_of<T>(values: &[T], row: u32, width: usize) -> &[T] {
    let start = row as usize * width;
    &values[start..start + width]
}

/// Copies words into memory that is there.
fn copy<'a>(words: impl Iterator<Item = &'a str>, into: &mut Vec<String>) {
    let mut count = 0;
    for word in words {
        match into.get_mut(count) {
            Some(place) => {
                place.clear();
                place.push_str(word);
            }
            None => into.push(word.to_owned()),
        }
        count += 1;
    }
    into.truncate(count);
}
