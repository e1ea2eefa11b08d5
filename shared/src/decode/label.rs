//! The label: which class a value is.

use super::bad::{BadReason, quoted};
use super::json;
use super::value::{Slot, Source, Value};
use super::words::Words;
use crate::schema::{Class, Label};

/// Most classes that a message names.
const NAMED_CLASSES: usize = 6;

/// The classes of a label, to be found by what stands in a record.
#[derive(Clone, Debug)]
pub(super) struct LabelPlan {
    name: String,
    slot: usize,
    numbers: Vec<f64>,
    numbers_classes: Vec<u16>,
    words: Words,
    words_classes: Vec<u16>,
    /// The classes of `false` and `true`.
    bools: [Option<u16>; 2],
    /// The classes in words.
    wanted: String,
}

impl LabelPlan {
    // Classes that a checked schema has are at most 2⁵³, and so exact.
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 2^53 in a schema that was checked"
    )]
    pub(super) fn new(label: &Label, slot: usize) -> Self {
        let mut plan = Self {
            name: label.name.clone(),
            slot,
            numbers: Vec::new(),
            numbers_classes: Vec::new(),
            words: Words::default(),
            words_classes: Vec::new(),
            bools: [None; 2],
            wanted: in_words(&label.classes),
        };
        for (number, class) in (0..u16::MAX).zip(&label.classes) {
            match class {
                Class::Bool(class) => plan.bools[usize::from(*class)] = Some(number),
                Class::Integer(class) => {
                    plan.numbers.push(*class as f64);
                    plan.numbers_classes.push(number);
                }
                Class::Text(class) if plan.words.find(class).is_none() => {
                    plan.words.number(class);
                    plan.words_classes.push(number);
                }
                Class::Text(_) => {}
            }
        }
        plan
    }

    /// The label's field.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The slot that it stands in.
    #[inline]
    pub(super) fn slot(&self) -> usize {
        self.slot
    }

    /// The number of the class that stands in `slot`.
    ///
    /// # Errors
    /// What is no class.
    #[inline]
    pub(super) fn class(&self, slot: &Slot, source: Source<'_>) -> Result<u16, BadReason> {
        let class = match &slot.value {
            Value::Number(number) => self.of_number(*number),
            Value::Text(span) => {
                let (bytes, word) = source.locate(span);
                match self.words.find_in(bytes, word) {
                    Some(word) => self.words_classes.get(word as usize).copied(),
                    None => self.of_spelling(source.bytes(span), source),
                }
            }
            Value::Bool(bool) => self.bools[usize::from(*bool)],
            _ => None,
        };
        class.ok_or_else(|| self.reason(slot, source))
    }

    /// The class of the plain string or the truth that a JSON text begins with, and what stands
    /// behind it.
    #[inline(never)]
    pub(super) fn read<'a>(&self, rest: &'a [u8]) -> Option<(u16, &'a [u8])> {
        let Some(text) = rest.strip_prefix(b"\"") else {
            let truth = match rest.first()? {
                b't' => self.bools[1],
                b'f' => self.bools[0],
                _ => None,
            };
            return Some((truth?, json::behind_value(rest)?));
        };
        let behind = json::behind_string(text)?;
        let word = self.words.find_in(text, 0..text.len() - behind.len() - 1)?;
        Some((*self.words_classes.get(word as usize)?, behind))
    }

    /// Labels are hard to guess, also for a processor: all classes are compared, without a branch.
    #[inline]
    pub(super) fn of_number(&self, number: f64) -> Option<u16> {
        let classes = self.numbers.iter().zip(&self.numbers_classes);
        let found = classes.fold(
            u16::MAX,
            |found, (&class, &its_number)| {
                if class == number { its_number } else { found }
            },
        );
        (found != u16::MAX).then_some(found)
    }

    /// A text that stands for a number or for true or false, where texts can, as in CSV. Python
    /// writes `True`, spreadsheets `TRUE`.
    fn of_spelling(&self, text: &[u8], source: Source<'_>) -> Option<u16> {
        let number_of_text = source.number_of_text?;
        match text {
            b"true" | b"True" | b"TRUE" => self.bools[1],
            b"false" | b"False" | b"FALSE" => self.bools[0],
            _ => number_of_text(text).and_then(|number| self.of_number(number)),
        }
    }

    #[cold]
    fn reason(&self, slot: &Slot, source: Source<'_>) -> BadReason {
        let is_number = source.number(&slot.value).is_some() && !self.numbers.is_empty();
        match &slot.value {
            Value::Number(number) if is_number => {
                BadReason::label(&self.name, slot, number.to_string(), &self.wanted)
            }
            Value::Text(span) if is_number || !self.words.is_empty() => {
                let found = quoted(source.bytes(span));
                BadReason::label(&self.name, slot, found, &self.wanted)
            }
            _ => BadReason::of_value(&self.name, slot, &self.wanted),
        }
    }
}

/// `0 or 1`; `a, b or c`; the first few of many.
fn in_words(classes: &[Class]) -> String {
    let name = |class: &Class| match class {
        Class::Bool(class) => class.to_string(),
        Class::Integer(class) => class.to_string(),
        Class::Text(class) => quoted(class.as_bytes()),
    };
    let names: Vec<String> = classes.iter().take(NAMED_CLASSES).map(name).collect();
    match names.split_last() {
        _ if classes.len() > NAMED_CLASSES => {
            format!("one of {} classes ({}, …)", classes.len(), names.join(", "))
        }
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "a class".into(),
    }
}
