//! Spark's `StringIndexer` on one field of a batch: categories by falling frequency.

use crate::decode::{Examples, MISSING};
use crate::encode::EncodeError;
use crate::schema::{MissingWord, Vocabulary};

/// A categorical field and what the batch at hand says of it.
#[derive(Clone, Debug)]
pub(super) struct Indexer {
    pub(super) name: String,
    place: usize,
    /// Words of a fixed vocabulary, whose numbers are the codes.
    fixed: Option<Vec<String>>,
    /// What a missing word stands for.
    constant: Option<String>,
    /// Rows of each code; one more for the constant.
    counts: Vec<u64>,
    /// Codes by their rank.
    order: Vec<u32>,
    /// Ranks by code; only codes of rows are asked for.
    ranks: Vec<u32>,
    /// The code that a missing word has in this batch.
    missing: u32,
}

impl Indexer {
    pub(super) fn new(
        place: usize,
        (name, vocabulary, missing): (&str, &Vocabulary, &MissingWord),
    ) -> Self {
        let fixed = match vocabulary {
            Vocabulary::Fixed(words) => Some(words.clone()),
            Vocabulary::FirstSeen(_) | Vocabulary::Hashed(_) => None,
        };
        let constant = match missing {
            MissingWord::Constant(word) => Some(word.clone()),
            MissingWord::Error | MissingWord::OwnCategory => None,
        };
        Self {
            name: name.to_owned(),
            place,
            fixed,
            constant,
            counts: Vec::new(),
            order: Vec::new(),
            ranks: Vec::new(),
            missing: MISSING,
        }
    }

    /// Counts the words of the rows, leaves only rows that have one, and ranks the words.
    pub(super) fn fit(
        &mut self,
        examples: &Examples,
        fields: usize,
        rows: &mut Vec<u32>,
    ) -> Result<(), EncodeError> {
        let words = self.words(examples);
        self.missing = match self.constant.as_deref() {
            None => MISSING,
            Some(constant) => {
                let known = (0..words).find(|&code| self.word(examples, code) == Some(constant));
                known.unwrap_or(words)
            }
        };
        self.counts.clear();
        self.counts.resize(words as usize + 1, 0);
        let place = self.place;
        rows.retain(|&row| {
            let code = self.code(examples.categories[row as usize * fields + place]);
            let count = self.counts.get_mut(code as usize);
            count.map(|count| *count += 1).is_some()
        });
        self.rank(examples);
        self.check(examples)
    }

    /// More frequent words first, ties by their UTF-16 code units, as Java compares strings.
    fn rank(&mut self, examples: &Examples) {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let codes = (0u32..).zip(&self.counts);
        order.extend(codes.filter(|(_, count)| **count > 0).map(|(code, _)| code));
        order.sort_unstable_by(|&a, &b| {
            let count = |code: u32| self.counts[code as usize];
            let units = |code| self.word(examples, code).unwrap_or_default().encode_utf16();
            count(b).cmp(&count(a)).then_with(|| units(a).cmp(units(b)))
        });
        self.ranks.clear();
        self.ranks.resize(self.counts.len(), 0);
        for (rank, &code) in (0u32..).zip(&order) {
            self.ranks[code as usize] = rank;
        }
        self.order = order;
    }

    /// What Spark's `OneHotEncoder` refuses; an empty word even where it would have no column.
    fn check(&self, examples: &Examples) -> Result<(), EncodeError> {
        let field = || self.name.clone();
        let [_, _, ..] = *self.order else {
            let only = self
                .order
                .first()
                .and_then(|&code| self.word(examples, code));
            return Err(EncodeError::TooFewCategories {
                field: field(),
                found: only.map_or("no category".into(), |word| format!("only \"{word}\"")),
            });
        };
        if self.categories(examples).any(str::is_empty) {
            return Err(EncodeError::EmptyWord { field: field() });
        }
        Ok(())
    }

    /// The categories in the order of their ranks, the last one (without a column) included.
    pub(super) fn categories<'a>(
        &'a self,
        examples: &'a Examples,
    ) -> impl Iterator<Item = &'a str> {
        self.order
            .iter()
            .filter_map(|&code| self.word(examples, code))
    }

    /// Columns: one for each category but the last.
    pub(super) fn width(&self) -> u32 {
        u32::try_from(self.order.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The rank of a row's code: its column, counted from the field's first, unless it is the last.
    #[inline]
    pub(super) fn rank_of(&self, code: u32) -> u32 {
        let rank = self.ranks.get(self.code(code) as usize);
        rank.copied().unwrap_or_default()
    }

    #[inline]
    fn code(&self, code: u32) -> u32 {
        if code == MISSING { self.missing } else { code }
    }

    /// Number of words that codes may name.
    fn words(&self, examples: &Examples) -> u32 {
        let open = || {
            examples
                .words
                .get(self.place)
                .map_or(0, crate::decode::Words::len)
        };
        let words = self.fixed.as_ref().map_or_else(open, Vec::len);
        u32::try_from(words).unwrap_or(MISSING - 1)
    }

    fn word<'a>(&'a self, examples: &'a Examples, code: u32) -> Option<&'a str> {
        let word = match &self.fixed {
            Some(words) => words.get(code as usize).map(String::as_str),
            None => examples
                .words
                .get(self.place)
                .and_then(|words| words.get(code)),
        };
        word.or(self.constant.as_deref())
    }
}
