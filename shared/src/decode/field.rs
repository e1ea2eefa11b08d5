//! Fields made ready for decoding: what a value must be, and what a missing one becomes.

use std::ops::Range;

use super::bad::BadReason;
use super::examples::MISSING;
use super::value::{Slot, Source, Value};
use super::words::Words;
use crate::schema::{MissingNumber, MissingWord, Vocabulary};

/// A categorical field.
#[derive(Clone, Debug)]
pub(super) struct WordPlan {
    pub(super) name: String,
    pub(super) slot: usize,
    /// The words it may be; `None` is any word.
    pub(super) vocabulary: Option<Words>,
    missing: IfMissing,
}

/// What a missing word becomes.
#[derive(Clone, Debug)]
enum IfMissing {
    Bad,
    Code(u32),
    Word(String),
}

/// A numeric field.
#[derive(Clone, Debug)]
pub(super) struct NumberPlan {
    pub(super) name: String,
    pub(super) slot: usize,
    /// What a missing number becomes; `None` is a bad record.
    missing: Option<f64>,
}

impl WordPlan {
    pub(super) fn new(
        name: &str,
        slot: usize,
        (vocabulary, missing): (&Vocabulary, &MissingWord),
    ) -> Self {
        let vocabulary: Option<Words> = match vocabulary {
            Vocabulary::Fixed(words) => {
                let mut words: Words = words.iter().map(String::as_str).collect();
                words.spread();
                Some(words)
            }
            Vocabulary::FirstSeen(_) | Vocabulary::Hashed(_) => None,
        };
        let missing = match (missing, &vocabulary) {
            (MissingWord::Constant(word), None) => IfMissing::Word(word.clone()),
            (MissingWord::Constant(word), Some(words)) => {
                words.find(word).map_or(IfMissing::Bad, IfMissing::Code)
            }
            (MissingWord::OwnCategory, _) => IfMissing::Code(MISSING),
            (MissingWord::Error, _) => IfMissing::Bad,
        };
        let name = name.into();
        Self {
            name,
            slot,
            vocabulary,
            missing,
        }
    }

    /// Whether a record without it is bad.
    pub(super) fn is_needed(&self) -> bool {
        matches!(self.missing, IfMissing::Bad)
    }

    /// The code of what stands in `slot`, if it is good.
    #[inline]
    pub(super) fn code(&self, slot: &Slot, source: Source<'_>, words: &mut Words) -> Option<u32> {
        let Value::Text(span) = &slot.value else {
            return self.code_of_other(slot, words);
        };
        let (bytes, word) = source.locate(span);
        self.code_of_word(bytes, word, words)
    }

    /// The code of the word that stands in `bytes` at `word`.
    #[inline]
    pub(super) fn code_of_word(
        &self,
        bytes: &[u8],
        word: Range<usize>,
        words: &mut Words,
    ) -> Option<u32> {
        match &self.vocabulary {
            Some(vocabulary) => vocabulary.find_in(bytes, word),
            None => words.number_in(bytes, word),
        }
    }

    #[inline(never)]
    fn code_of_other(&self, slot: &Slot, words: &mut Words) -> Option<u32> {
        match (&slot.value, &self.missing) {
            (Value::Missing | Value::Null, IfMissing::Code(code)) => Some(*code),
            (Value::Missing | Value::Null, IfMissing::Word(word)) => words.number(word),
            _ => None,
        }
    }

    /// Why there is no code.
    #[cold]
    pub(super) fn reason(&self, slot: &Slot, source: Source<'_>) -> BadReason {
        match (&slot.value, &self.vocabulary, &self.missing) {
            (Value::Text(span), Some(_), _) => {
                BadReason::unknown_category(&self.name, slot, source.bytes(span))
            }
            (Value::Text(_), None, _) | (Value::Missing | Value::Null, _, IfMissing::Word(_)) => {
                BadReason::too_many_words(&self.name, slot)
            }
            _ => BadReason::of_value(&self.name, slot, "a string"),
        }
    }
}

impl NumberPlan {
    pub(super) fn new(name: &str, slot: usize, missing: MissingNumber) -> Self {
        Self {
            name: name.into(),
            slot,
            missing: match missing {
                MissingNumber::Error => None,
                MissingNumber::Constant(constant) => Some(constant),
                MissingNumber::Mean => Some(f64::NAN),
            },
        }
    }

    /// Whether a record without it is bad.
    pub(super) fn is_needed(&self) -> bool {
        self.missing.is_none()
    }

    /// The number in `slot`, if it is good.
    #[inline]
    pub(super) fn number(&self, slot: &Slot, source: Source<'_>) -> Option<f64> {
        match &slot.value {
            Value::Missing | Value::Null => self.missing,
            value => source.number(value),
        }
    }
}

/// The weight in `slot`.
///
/// # Errors
/// What is no number of at least 0.
pub(super) fn weight(field: &str, slot: &Slot, source: Source<'_>) -> Result<f64, BadReason> {
    match source.number(&slot.value) {
        // −0 is as good as 0, and goes on as 0.
        Some(weight) if weight >= 0.0 => Ok(weight.abs()),
        Some(weight) => Err(BadReason::weight(field, slot, weight)),
        None => Err(BadReason::of_value(field, slot, "a number of at least 0")),
    }
}
