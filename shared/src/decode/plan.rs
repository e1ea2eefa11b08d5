//! A schema made ready for decoding: which value goes where, and what it must be.

use std::ops::Range;

use super::bad::BadReason;
use super::examples::{Examples, Lengths, MISSING};
use super::label::LabelPlan;
use super::value::{Slot, Source, Value};
use super::words::Words;
use crate::schema::{MissingNumber, MissingWord, Schema, Vocabulary};

/// A slot for each field that is read, and what becomes of what is in it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The names of the fields that are read; a name's number is the number of its slot.
    pub(super) names: Words,
    categorical: Vec<WordPlan>,
    numeric: Vec<NumberPlan>,
    weight: Option<(String, usize)>,
    pub(super) label: LabelPlan,
    /// What each slot is for; empty where one slot has two uses.
    pub(super) uses: Vec<Use>,
    /// Whether some field's words are numbered as they come.
    has_open_vocabulary: bool,
    /// How many words each field had before the record under way; 0 where they are fixed.
    known: Vec<usize>,
}

/// What the value of a slot is for, with the column that it goes to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
    Word(usize),
    Number(usize),
    Weight,
    Label,
}

#[derive(Clone, Debug)]
struct WordPlan {
    name: String,
    slot: usize,
    /// The words it may be; `None` is any word.
    vocabulary: Option<Words>,
    missing: IfMissing,
}

/// What a missing word becomes.
#[derive(Clone, Debug)]
enum IfMissing {
    Bad,
    Code(u32),
    Word(String),
}

#[derive(Clone, Debug)]
struct NumberPlan {
    name: String,
    slot: usize,
    /// What a missing number becomes; `None` is a bad record.
    missing: Option<f64>,
}

impl Plan {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut names = Words::default();
        // A schema that was checked has far fewer fields than there may be words.
        let mut slot = |name: &str| names.number(name).map_or(usize::MAX, |slot| slot as usize);
        let categorical: Vec<_> = schema
            .categorical()
            .map(|(name, vocabulary, missing)| {
                WordPlan::new(name, slot(name), (vocabulary, missing))
            })
            .collect();
        let numeric = schema.numeric().map(|(name, missing)| NumberPlan {
            name: name.into(),
            slot: slot(name),
            missing: match missing {
                MissingNumber::Error => None,
                MissingNumber::Constant(constant) => Some(constant),
                MissingNumber::Mean => Some(f64::NAN),
            },
        });
        let numeric: Vec<_> = numeric.collect();
        let weight: Option<(String, usize)> = schema.weight().map(|name| (name.into(), slot(name)));
        let label = LabelPlan::new(&schema.label, slot(&schema.label.name));
        Self {
            uses: uses(
                names.len(),
                &categorical,
                &numeric,
                weight
                    .iter()
                    .map(|(_, slot)| (*slot, Use::Weight))
                    .chain([(label.slot(), Use::Label)]),
            ),
            known: vec![0; categorical.len()],
            has_open_vocabulary: categorical.iter().any(|field| field.vocabulary.is_none()),
            names,
            categorical,
            numeric,
            weight,
            label,
        }
    }

    /// The fields without which every record is bad.
    pub(super) fn needed(&self) -> impl Iterator<Item = &str> {
        let is_bad = |field: &&WordPlan| matches!(field.missing, IfMissing::Bad);
        let words = self.categorical.iter().filter(is_bad);
        let numbers = self.numeric.iter().filter(|field| field.missing.is_none());
        let weight = self.weight.iter().map(|(name, _)| name);
        let named = words.map(|field| &field.name);
        let named = named.chain(numbers.map(|field| &field.name)).chain(weight);
        named.map(String::as_str).chain([self.label.name()])
    }

    /// How many categorical and numeric fields there are.
    pub(super) fn widths(&self) -> (usize, usize) {
        (self.categorical.len(), self.numeric.len())
    }

    /// Whether there is a field for weights.
    #[inline]
    pub(super) fn has_weight(&self) -> bool {
        self.weight.is_some()
    }

    /// The words of a categorical field that are known.
    #[inline]
    pub(super) fn known_words<'a>(&'a self, field: usize, words: &'a [Words]) -> Option<&'a Words> {
        match &self.categorical.get(field)?.vocabulary {
            Some(vocabulary) => Some(vocabulary),
            None => words.get(field),
        }
    }

    /// The code of the word of a categorical field that stands in `bytes` at `word`.
    #[inline(never)]
    pub(super) fn code(
        &self,
        field: usize,
        bytes: &[u8],
        word: Range<usize>,
        words: &mut [Words],
    ) -> Option<u32> {
        let words = words.get_mut(field)?;
        self.categorical
            .get(field)?
            .code_of_word(bytes, word, words)
    }

    /// Appends the example in `slots` to `examples`.
    ///
    /// # Errors
    /// The first field that is no good, in the order categorical, numeric, weight, label;
    /// `examples` is then as it was.
    #[inline]
    pub(super) fn append(
        &mut self,
        slots: &[Slot],
        source: Source<'_>,
        examples: &mut Examples,
    ) -> Result<(), BadReason> {
        self.attempt(examples, |plan, examples| {
            plan.append_all(slots, source, examples)
        })
    }

    /// Appends one example by `append`; where that cannot be done, `examples` is as it was.
    #[inline]
    pub(super) fn attempt<E>(
        &mut self,
        examples: &mut Examples,
        append: impl FnOnce(&Self, &mut Examples) -> Result<(), E>,
    ) -> Result<(), E> {
        let lengths = examples.lengths();
        if examples.words.len() != self.categorical.len() {
            let count = self.categorical.len();
            examples.words.resize_with(count, Words::default);
        }
        if self.has_open_vocabulary {
            for (known, words) in self.known.iter_mut().zip(&examples.words) {
                *known = words.len();
            }
        }
        let appended = append(self, examples);
        if appended.is_err() {
            self.undo(examples, &lengths);
        }
        appended
    }

    #[inline(never)]
    fn undo(&self, examples: &mut Examples, lengths: &Lengths) {
        examples.truncate(lengths);
        for (&known, words) in self.known.iter().zip(&mut examples.words) {
            words.truncate(known);
        }
    }

    #[inline]
    fn append_all(
        &self,
        slots: &[Slot],
        source: Source<'_>,
        examples: &mut Examples,
    ) -> Result<(), BadReason> {
        let missing = Slot::default();
        let slot = |slot: usize| slots.get(slot).unwrap_or(&missing);
        for (field, words) in self.categorical.iter().zip(&mut examples.words) {
            let slot = slot(field.slot);
            match field.code(slot, source, words) {
                Some(code) => examples.categories.push(code),
                None => return Err(field.reason(slot, source)),
            }
        }
        for field in &self.numeric {
            if let Some(Slot {
                value: Value::Number(number),
                ..
            }) = slots.get(field.slot)
            {
                examples.numbers.push(*number);
                continue;
            }
            let slot = slot(field.slot);
            match field.number(slot, source) {
                Some(number) => examples.numbers.push(number),
                None => return Err(BadReason::of_value(&field.name, slot, "a finite number")),
            }
        }
        if let Some((name, place)) = &self.weight {
            let weight = weight(name, slot(*place), source)?;
            examples.weights.push(weight);
        }
        let label = self.label.class(slot(self.label.slot()), source)?;
        examples.labels.push(label);
        Ok(())
    }
}

impl WordPlan {
    fn new(name: &str, slot: usize, (vocabulary, missing): (&Vocabulary, &MissingWord)) -> Self {
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

    /// The code of what stands in `slot`, if it is good.
    #[inline]
    fn code(&self, slot: &Slot, source: Source<'_>, words: &mut Words) -> Option<u32> {
        let Value::Text(span) = &slot.value else {
            return self.code_of_other(slot, words);
        };
        let (bytes, word) = source.locate(span);
        self.code_of_word(bytes, word, words)
    }

    /// The code of the word that stands in `bytes` at `word`.
    #[inline]
    fn code_of_word(&self, bytes: &[u8], word: Range<usize>, words: &mut Words) -> Option<u32> {
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
    fn reason(&self, slot: &Slot, source: Source<'_>) -> BadReason {
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
    #[inline]
    fn number(&self, slot: &Slot, source: Source<'_>) -> Option<f64> {
        match &slot.value {
            Value::Missing | Value::Null => self.missing,
            value => source.number(value),
        }
    }
}

fn weight(field: &str, slot: &Slot, source: Source<'_>) -> Result<f64, BadReason> {
    match source.number(&slot.value) {
        // −0 is as good as 0, and goes on as 0.
        Some(weight) if weight >= 0.0 => Ok(weight.abs()),
        Some(weight) => Err(BadReason::weight(field, slot, weight)),
        None => Err(BadReason::of_value(field, slot, "a number of at least 0")),
    }
}

/// What each of `slots` slots is for; nothing where one has two uses.
fn uses(
    slots: usize,
    words: &[WordPlan],
    numbers: &[NumberPlan],
    others: impl Iterator<Item = (usize, Use)>,
) -> Vec<Use> {
    let words = words.iter().map(|field| field.slot);
    let numbers = numbers.iter().map(|field| field.slot);
    let columns = words.zip((0..).map(Use::Word));
    let columns = columns.chain(numbers.zip((0..).map(Use::Number)));
    let mut uses: Vec<_> = columns.chain(others).collect();
    uses.sort_unstable_by_key(|(slot, _)| *slot);
    let is_each_used_once = uses.iter().map(|(slot, _)| *slot).eq(0..slots);
    let uses = uses.into_iter().filter(|_| is_each_used_once);
    uses.map(|(_, its_use)| its_use).collect()
}
