//! A schema made ready for decoding: which value goes where, and what it must be.

use std::ops::Range;

use super::bad::BadReason;
use super::examples::{Examples, Lengths};
use super::field::{NumberPlan, WordPlan, weight};
use super::label::LabelPlan;
use super::value::{Slot, Source, Value};
use super::words::Words;
use crate::schema::Schema;

/// A slot for each field that is read, and what becomes of what is in it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The names of the fields that are read; a name's number is the number of its slot.
    pub(super) names: Words,
    categorical: Vec<WordPlan>,
    numeric: Vec<NumberPlan>,
    weight: Option<(String, usize)>,
    pub(super) label: LabelPlan,
    /// Whether some field's words are numbered as they come.
    has_open_vocabulary: bool,
    /// How many words each field had before the record under way; 0 where they are fixed.
    known: Vec<usize>,
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
        let numeric = schema.numeric();
        let numeric = numeric.map(|(name, missing)| NumberPlan::new(name, slot(name), missing));
        let numeric = numeric.collect();
        let weight = schema.weight().map(|name| (name.into(), slot(name)));
        let label = LabelPlan::new(&schema.label, slot(&schema.label.name));
        Self {
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
        let words = self.categorical.iter().filter(|field| field.is_needed());
        let numbers = self.numeric.iter().filter(|field| field.is_needed());
        let weight = self.weight.iter().map(|(name, _)| name);
        let named = words.map(|field| &field.name);
        let named = named.chain(numbers.map(|field| &field.name)).chain(weight);
        named.map(String::as_str).chain([self.label.name()])
    }

    /// How many categorical and numeric fields there are. Where all names differ, their slots come
    /// first, and then those of the weight and of the label.
    pub(super) fn widths(&self) -> (usize, usize) {
        (self.categorical.len(), self.numeric.len())
    }

    /// How many fields there are, weight and label included.
    pub(super) fn fields(&self) -> usize {
        let others = usize::from(self.weight.is_some()) + 1;
        self.categorical.len() + self.numeric.len() + others
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
