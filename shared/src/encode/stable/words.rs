//! One-hot columns of a categorical field that never move.

use std::collections::BTreeMap;

use super::terms::WordInput;
use crate::decode::{Examples, MISSING, Words};
use crate::encode::hashed::murmur;
use crate::encode::settings::check_features;
use crate::schema::{MissingWord, Vocabulary};
use crate::settings::SettingsError;

/// Longest word, in bytes, that is given a column of its own when it is first seen.
pub(crate) const MAX_WORD_BYTES: usize = 1024;

/// The one entry that a word makes in its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Its column, [`NO_COLUMN`], or [`UNKNOWN`] before the word was looked up.
    pub(crate) column: u32,
    /// 1, or the hash's sign.
    pub(crate) value: f64,
}

/// The word is what all zeros mean.
const NO_COLUMN: u32 = u32::MAX;

/// The word has not been looked up in this batch.
const UNKNOWN: u32 = u32::MAX - 1;

impl Entry {
    pub(super) const NONE: Self = Self::one(NO_COLUMN);
    const UNKNOWN: Self = Self::one(UNKNOWN);

    const fn one(column: u32) -> Self {
        Self { column, value: 1.0 }
    }

    /// Whether the word has a column.
    #[inline]
    pub(super) fn is_some(self) -> bool {
        self.column != NO_COLUMN
    }
}

/// The columns of a categorical field, and the entries of this batch's words by their codes.
#[derive(Clone, Debug)]
pub(super) struct WordField {
    pub(super) name: String,
    /// First column.
    pub(super) start: u32,
    columns: Columns,
    missing: MissingWord,
    by_code: Vec<Entry>,
    of_missing: Entry,
}

#[derive(Clone, Debug)]
enum Columns {
    /// One for each word but the last.
    Fixed(Vec<String>),
    FirstSeen(FirstSeen),
    Hashed(u32),
}

impl WordField {
    pub(super) fn new(
        (name, vocabulary, missing): (&str, &Vocabulary, &MissingWord),
        start: u32,
    ) -> Result<Self, SettingsError> {
        let columns = match vocabulary {
            Vocabulary::Fixed(words) => Columns::Fixed(words.clone()),
            Vocabulary::FirstSeen(most) => Columns::FirstSeen(FirstSeen::new(*most)),
            Vocabulary::Hashed(count) => Columns::Hashed(*count),
        };
        let mut field = Self {
            name: name.to_owned(),
            start,
            columns,
            missing: missing.clone(),
            by_code: Vec::new(),
            of_missing: Entry::NONE,
        };
        field.check_width()?;
        field.fill_fixed()?;
        Ok(field)
    }

    /// Behind this check columns are numbers far below those that stand for none.
    fn check_width(&self) -> Result<(), SettingsError> {
        let fixed = matches!(self.columns, Columns::Fixed(_));
        if self.word_columns() == 0 && !fixed {
            return Err(SettingsError {
                field: "vocabulary",
                range: format!("of at least 1 column for {}", self.name),
                value: "0".to_owned(),
            });
        }
        check_features(self.start.saturating_add(self.width()))
    }

    /// The entries of a fixed vocabulary are the same in every batch.
    fn fill_fixed(&mut self) -> Result<(), SettingsError> {
        let Columns::Fixed(words) = &self.columns else {
            return Ok(());
        };
        let with_column = (self.start..).take(words.len().saturating_sub(1));
        self.by_code.extend(with_column.map(Entry::one));
        self.by_code.resize(words.len(), Entry::NONE);
        self.of_missing = match &self.missing {
            MissingWord::Error => Entry::NONE,
            MissingWord::OwnCategory => Entry::one(self.start + self.word_columns()),
            MissingWord::Constant(word) => words
                .iter()
                .position(|known| known == word)
                .and_then(|place| self.by_code.get(place).copied())
                .ok_or_else(|| SettingsError {
                    field: "missing",
                    range: format!("a word of the vocabulary of {}", self.name),
                    value: word.clone(),
                })?,
        };
        Ok(())
    }

    /// Columns of words, without that of a missing one.
    fn word_columns(&self) -> u32 {
        match &self.columns {
            Columns::Fixed(words) => {
                u32::try_from(words.len().saturating_sub(1)).unwrap_or(u32::MAX)
            }
            Columns::FirstSeen(words) => words.most,
            Columns::Hashed(count) => *count,
        }
    }

    /// Number of columns.
    pub(super) fn width(&self) -> u32 {
        let own = u32::from(self.missing == MissingWord::OwnCategory);
        self.word_columns().saturating_add(own)
    }

    /// `field_WORD`; a column that no word has yet, or that many words share, is `field#number`.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let own = self.missing == MissingWord::OwnCategory;
        let words: &[String] = match &self.columns {
            Columns::Fixed(words) => words,
            Columns::FirstSeen(words) => &words.words,
            Columns::Hashed(_) => &[],
        };
        let name = &self.name;
        let columns =
            (0..self.word_columns() as usize).map(move |column| match words.get(column) {
                Some(word) => format!("{name}_{word}"),
                None => format!("{name}#{column}"),
            });
        columns.chain(own.then(|| format!("missingindicator_{name}")))
    }

    /// The field for somebody who encodes elsewhere; its name where words are hashed.
    pub(super) fn input(&self) -> Result<WordInput, String> {
        let (words, with_column, others) = match &self.columns {
            Columns::Fixed(words) => (words, words.len().saturating_sub(1), false),
            Columns::FirstSeen(known) => (&known.words, known.words.len(), true),
            Columns::Hashed(_) => return Err(self.name.clone()),
        };
        let mut columns: Vec<Option<u32>> = (0..).map(Some).take(with_column).collect();
        columns.resize(words.len(), None);
        let mut slot = |column| {
            columns.push(column);
            columns.len() - 1
        };
        let unknown = others.then(|| slot(None));
        let missing = match &self.missing {
            MissingWord::Error => None,
            MissingWord::OwnCategory => Some(slot(Some(self.word_columns()))),
            MissingWord::Constant(constant) => {
                let known = words.iter().position(|word| word == constant);
                known.or(unknown)
            }
        };
        Ok(WordInput {
            name: self.name.clone(),
            words: words.clone(),
            columns,
            missing,
            unknown,
            start: self.start,
        })
    }

    /// Forgets the entries of the batch before, and marks where the vocabulary stands.
    pub(super) fn start_batch(&mut self, words: Option<&Words>) {
        if let Columns::FirstSeen(known) = &mut self.columns {
            known.before = known.words.len();
        }
        if !matches!(self.columns, Columns::Fixed(_)) {
            self.by_code.clear();
            self.by_code
                .resize(words.map_or(0, Words::len), Entry::UNKNOWN);
            self.of_missing = Entry::UNKNOWN;
        }
    }

    /// The entry of a code. A word of an open vocabulary is looked up where it first stands in the
    /// batch, so that a word that only bad records hold is given no column.
    #[inline]
    pub(super) fn entry(&mut self, code: u32, examples: &Examples, place: usize) -> Entry {
        let entry = if code == MISSING {
            self.of_missing
        } else {
            self.by_code
                .get(code as usize)
                .copied()
                .unwrap_or(Entry::NONE)
        };
        if entry.column == UNKNOWN {
            self.look_up(code, examples.words.get(place))
        } else {
            entry
        }
    }

    #[cold]
    fn look_up(&mut self, code: u32, words: Option<&Words>) -> Entry {
        if code == MISSING {
            self.of_missing = match &self.missing {
                MissingWord::Error => Entry::NONE,
                MissingWord::OwnCategory => Entry::one(self.start + self.word_columns()),
                MissingWord::Constant(word) => self.columns.entry(word, self.start),
            };
            return self.of_missing;
        }
        let word = words.and_then(|words| words.get(code));
        let entry = word.map_or(Entry::NONE, |word| self.columns.entry(word, self.start));
        if let Some(place) = self.by_code.get_mut(code as usize) {
            *place = entry;
        }
        entry
    }

    /// Takes the words of the last batch back.
    pub(super) fn undo(&mut self) {
        if let Columns::FirstSeen(known) = &mut self.columns {
            known.truncate();
        }
    }

    /// The words that have a column since they were seen; `None` for a vocabulary that does not
    /// grow.
    pub(super) fn seen(&self) -> Option<&[String]> {
        match &self.columns {
            Columns::FirstSeen(known) => Some(&known.words),
            Columns::Fixed(_) | Columns::Hashed(_) => None,
        }
    }

    /// The words that have taken a column, out of the names of all columns from the first on.
    pub(super) fn seen_among(&self, names: &[String]) -> Vec<String> {
        let Columns::FirstSeen(known) = &self.columns else {
            return Vec::new();
        };
        let word = |name: &String| {
            let word = name.strip_prefix(&self.name)?.strip_prefix('_')?;
            Some(word.to_owned())
        };
        names
            .iter()
            .take(known.most as usize)
            .map_while(word)
            .collect()
    }

    /// Takes the words of a saved state; whether they can be that.
    pub(super) fn set_seen(&mut self, words: &[String]) -> bool {
        match &mut self.columns {
            Columns::FirstSeen(known) => known.set(words),
            Columns::Fixed(_) | Columns::Hashed(_) => words.is_empty(),
        }
    }
}

impl Columns {
    fn entry(&mut self, word: &str, start: u32) -> Entry {
        match self {
            Self::Fixed(_) => Entry::NONE,
            Self::FirstSeen(known) => known
                .number(word)
                .map_or(Entry::NONE, |number| Entry::one(start + number)),
            Self::Hashed(count) => {
                let (column, value) = murmur::column_and_sign(word.bytes(), *count, true);
                let column = start + column;
                Entry { column, value }
            }
        }
    }
}

/// The words seen so far, in the order of their columns: at most `most`.
#[derive(Clone, Debug, Default)]
struct FirstSeen {
    most: u32,
    words: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// How many there were before the last batch.
    before: usize,
}

impl FirstSeen {
    fn new(most: u32) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// The number of a word, which is known or is given the next one if there is one left.
    fn number(&mut self, word: &str) -> Option<u32> {
        if let Some(&number) = self.numbers.get(word) {
            return Some(number);
        }
        let next = u32::try_from(self.words.len()).ok()?;
        if next >= self.most || word.len() > MAX_WORD_BYTES {
            return None;
        }
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), next);
        Some(next)
    }

    fn truncate(&mut self) {
        for word in self.words.drain(self.before.min(self.words.len())..) {
            self.numbers.remove(&word);
        }
    }

    /// Takes words in their order; false if one of them would not have been given the next number.
    fn set(&mut self, words: &[String]) -> bool {
        *self = Self::new(self.most);
        let next = |known: &Self| u32::try_from(known.words.len()).ok();
        let fits = words.iter().all(|word| next(self) == self.number(word));
        self.before = self.words.len();
        fits
    }
}
