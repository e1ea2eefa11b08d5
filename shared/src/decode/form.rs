//! The form of a stream's records: what stands between the values, and which kind each value is.
//!
//! The records of a stream look alike: behind `"loan_amnt": 31483` comes `, "loan_intent": "` once
//! more, byte for byte, and then a word. So the form of a record that has every field once is kept,
//! and a record of the same form is read straight into the examples: its texts are compared, and
//! its values are what the form says they are. Whatever differs from the form makes a record one
//! that is read the long way, from its begin: the form decides nothing but the time it takes.

use super::examples::Examples;
use super::json::{self, Member, Text};
use super::plan::Plan;
use super::scan::short_string;
use super::words::Words;

/// Most members of a record whose form is kept.
const MAX_MEMBERS: usize = 256;

/// Most bytes behind the last value of a record whose form is kept.
const MAX_END_BYTES: usize = 64;

/// Records of another form in a row after which no more are tried until a form is learned anew.
const MAX_TRIES: u32 = 4;

/// Most records that are read the long way before a form is learned anew.
const MAX_PATIENCE: u32 = 4096;

/// The form of the records, and how well it does.
#[derive(Clone, Debug)]
pub(super) struct Form {
    steps: Vec<Step>,
    /// What stands behind the last value.
    end: Vec<u8>,
    /// Records in a row that had another form.
    others: u32,
    /// How many of them there are to be until a form is learned anew.
    patience: u32,
    row: Row,
    lesson: Lesson,
}

/// Memory to learn a form in, kept so that the next one needs no new memory.
#[derive(Clone, Debug, Default)]
struct Lesson {
    reader: json::Reader,
    members: Vec<Member>,
    slots: Vec<usize>,
    steps: Vec<Step>,
}

/// The values of the record under way.
#[derive(Clone, Debug, Default)]
struct Row {
    categories: Vec<u32>,
    /// Those of the numeric fields, and behind them the weight, if there is one, and the label.
    numbers: Vec<f64>,
    /// How many numeric fields there are.
    numeric: usize,
    /// The class of a label that is no number.
    class: Option<u16>,
}

/// What stands before a value, and the value.
#[derive(Clone, Debug)]
struct Step {
    text: Text,
    expected: Expected,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// The word of a categorical field, behind its opening quote.
    Word(usize),
    /// A number.
    Number(usize),
    /// A label that is no number.
    Label,
    /// A string that nobody reads, behind its opening quote.
    String,
    /// Any other value that nobody reads.
    Other,
}

impl Default for Form {
    /// No form: the first record is to give one.
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            end: Vec::new(),
            others: 0,
            patience: 1,
            row: Row::default(),
            lesson: Lesson::default(),
        }
    }
}

impl Form {
    /// Whether the next record is likely to have it.
    #[inline]
    pub(super) fn is_likely(&self) -> bool {
        self.others < MAX_TRIES && !self.steps.is_empty()
    }

    /// Appends the example in `bytes` to `examples` if the record has the form; if it has not,
    /// `examples` is as it was.
    #[inline]
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        plan: &mut Plan,
        examples: &mut Examples,
    ) -> Option<()> {
        let mut read = |plan: &Plan, examples: &mut Examples| {
            self.read_row(bytes, plan, &mut examples.words)?;
            self.row.append(plan, examples)
        };
        plan.attempt(examples, |plan, examples| read(plan, examples).ok_or(()))
            .ok()?;
        self.others = 0;
        Some(())
    }

    /// Notes that the record in `bytes` has another form; a good one may be learned from.
    pub(super) fn note_other(&mut self, bytes: &[u8], is_good: bool, plan: &Plan) {
        self.others = self.others.saturating_add(1);
        if is_good && self.others >= self.patience {
            self.others = 0;
            self.patience = (self.patience * 2).min(MAX_PATIENCE);
            self.learn(bytes, plan);
        }
    }

    /// Takes the form of the record, if it has all fields once and is not too odd.
    #[cold]
    fn learn(&mut self, bytes: &[u8], plan: &Plan) -> Option<()> {
        let Lesson {
            reader,
            members,
            slots,
            steps,
        } = &mut self.lesson;
        json::members(reader, bytes, &plan.names, MAX_MEMBERS, members)?;
        slots.clear();
        slots.extend(members.iter().filter_map(|member| member.slot));
        slots.sort_unstable();
        if !slots.iter().copied().eq(0..plan.fields()) {
            return None;
        }
        let mut at = 0;
        steps.clear();
        for member in &*members {
            let expected = Expected::new(member, plan, bytes)?;
            let start = member.start + usize::from(expected.is_quoted());
            let text = Text::new(bytes.get(at..start)?)?;
            steps.push(Step { text, expected });
            at = member.end;
        }
        let end = bytes.get(at..)?;
        if end.len() > MAX_END_BYTES {
            return None;
        }
        std::mem::swap(&mut self.steps, steps);
        self.end.clear();
        self.end.extend_from_slice(end);
        let (categories, numbers) = plan.widths();
        self.row.categories.resize(categories, 0);
        self.row.numbers.resize(plan.fields() - categories, 0.0);
        self.row.numeric = numbers;
        Some(())
    }

    /// Reads the record's values.
    #[inline]
    fn read_row(&mut self, bytes: &[u8], plan: &Plan, words: &mut [Words]) -> Option<()> {
        let row = &mut self.row;
        row.class = None;
        let mut rest = bytes;
        for step in &self.steps {
            let value = step.text.strip(rest)?;
            rest = match step.expected {
                Expected::String => json::behind_string(value)?,
                Expected::Number(column) => {
                    json::behind_number(value, row.numbers.get_mut(column)?)?
                }
                Expected::Word(column) => {
                    let (code, behind) = match known_word(column, value, plan, words) {
                        Some(found) => found,
                        None => other_word(column, value, plan, words)?,
                    };
                    *row.categories.get_mut(column)? = code;
                    behind
                }
                Expected::Label => {
                    let (class, behind) = plan.label.read(value)?;
                    row.class = Some(class);
                    behind
                }
                Expected::Other => json::behind_value(value)?,
            };
        }
        (rest == self.end).then_some(())
    }
}

impl Row {
    /// Appends the values to `examples`.
    #[inline]
    fn append(&self, plan: &Plan, examples: &mut Examples) -> Option<()> {
        let (numbers, others) = self.numbers.split_at_checked(self.numeric)?;
        let class = match self.class {
            Some(class) => class,
            None => plan.label.of_number(*others.last()?)?,
        };
        if let [weight, _] = others {
            let weight = (*weight >= 0.0).then_some(weight.abs())?;
            examples.weights.push(weight);
        }
        examples.labels.push(class);
        examples.categories.extend_from_slice(&self.categories);
        examples.numbers.extend_from_slice(numbers);
        Some(())
    }
}

/// The code of a short word that is known, and what stands behind it.
#[inline]
fn known_word<'a>(
    field: usize,
    value: &'a [u8],
    plan: &Plan,
    words: &[Words],
) -> Option<(u32, &'a [u8])> {
    let (window, length) = short_string(value)?;
    let code = plan.known_words(field, words)?.find_short(window, length)?;
    Some((code, value.get(length + 1..)?))
}

/// The same for any word.
#[inline(never)]
fn other_word<'a>(
    field: usize,
    value: &'a [u8],
    plan: &Plan,
    words: &mut [Words],
) -> Option<(u32, &'a [u8])> {
    let behind = json::behind_string(value)?;
    let word = 0..value.len() - behind.len() - 1;
    Some((plan.code(field, value, word, words)?, behind))
}

impl Expected {
    /// What the value of a record's member is, if it can be read so.
    fn new(member: &Member, plan: &Plan, bytes: &[u8]) -> Option<Self> {
        let first = bytes.get(member.start)?;
        let Some(slot) = member.slot else {
            return Some(if *first == b'"' {
                Self::String
            } else {
                Self::Other
            });
        };
        let (categories, _) = plan.widths();
        match (slot.checked_sub(categories), first) {
            (None, b'"') => Some(Self::Word(slot)),
            (Some(column), b'-' | b'0'..=b'9') => Some(Self::Number(column)),
            (Some(_), _) if slot == plan.label.slot() => Some(Self::Label),
            _ => None,
        }
    }

    /// Whether the quote that opens it belongs to the text before it.
    fn is_quoted(self) -> bool {
        matches!(self, Self::Word(_) | Self::String)
    }
}
