//! Decoded examples, and the words that were met in them.

use super::words::Words;

/// The code of a missing word.
pub const MISSING: u32 = u32::MAX;

/// Decoded examples of a batch: `len()` rows.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    /// Codes of the categorical fields, row-major: `len() × categorical fields`. Of a fixed
    /// vocabulary it is the category's number, of an open one the word's in [`Examples::words`];
    /// [`MISSING`] is a missing word.
    pub(crate) categories: Vec<u32>,
    /// Raw numbers, row-major: `len() × numeric fields`; `NaN` is a missing number.
    pub(crate) numbers: Vec<f64>,
    /// Numbers of the classes: `len()`.
    pub(crate) labels: Vec<u16>,
    /// Weights, where the schema has a field for them: `len()` or none.
    pub(crate) weights: Vec<f64>,
    /// The distinct words of each categorical field, in the order in which they came; empty for a
    /// fixed vocabulary.
    pub(crate) words: Vec<Words>,
}

impl Examples {
    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Numbers of the classes, one per example.
    #[must_use]
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// Weights of the examples; empty where the schema has no field for them.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The raw numbers of one example, `NaN` for a missing one.
    pub(crate) fn numbers_of(&self, example: usize) -> &[f64] {
        let width = self.numbers.len() / self.len().max(1);
        self.numbers
            .get(example * width..(example + 1) * width)
            .unwrap_or_default()
    }

    /// Forgets the examples and keeps the memory.
    pub fn clear(&mut self) {
        self.categories.clear();
        self.numbers.clear();
        self.labels.clear();
        self.weights.clear();
        for words in &mut self.words {
            words.truncate(0);
        }
    }

    /// How much there is, to come back to.
    #[inline]
    pub(super) fn lengths(&self) -> Lengths {
        Lengths {
            categories: self.categories.len(),
            numbers: self.numbers.len(),
            labels: self.labels.len(),
            weights: self.weights.len(),
            words: self.words.len(),
        }
    }

    /// Forgets what came since; words that were there are not touched.
    pub(super) fn truncate(&mut self, lengths: &Lengths) {
        self.categories.truncate(lengths.categories);
        self.numbers.truncate(lengths.numbers);
        self.labels.truncate(lengths.labels);
        self.weights.truncate(lengths.weights);
        self.words.truncate(lengths.words);
    }
}

/// Lengths of the lists of [`Examples`].
pub(super) struct Lengths {
    categories: usize,
    numbers: usize,
    labels: usize,
    weights: usize,
    words: usize,
}

impl PartialEq for Examples {
    /// Equal by bits, so that missing numbers are equal.
    fn eq(&self, other: &Self) -> bool {
        let bits = |numbers: &[f64]| numbers.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
        self.categories == other.categories
            && bits(&self.numbers) == bits(&other.numbers)
            && self.labels == other.labels
            && bits(&self.weights) == bits(&other.weights)
            && self.words == other.words
    }
}
