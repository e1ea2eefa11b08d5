//! Decoded examples, and the words that were met in them.

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
            words.clear();
        }
    }

    pub(super) fn truncate(&mut self, categories: usize, numbers: usize) {
        self.categories.truncate(categories);
        self.numbers.truncate(numbers);
    }
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

/// Distinct words, numbered in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    text: String,
    ends: Vec<usize>,
}

impl Words {
    /// Number of distinct words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The word of a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&str> {
        let number = number as usize;
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    /// The words in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0u32..).map_while(|number| self.get(number))
    }

    /// The number of `word`, which is new or known.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(known) = self.iter().position(|known| known == word) {
            return u32::try_from(known).unwrap_or(MISSING);
        }
        self.text.push_str(word);
        self.ends.push(self.text.len());
        u32::try_from(self.ends.len() - 1).unwrap_or(MISSING)
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}
