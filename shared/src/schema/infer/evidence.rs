//! What was seen of one field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::read::Scalar;
use crate::schema::{Kind, MAX_NAME_BYTES};

/// Most distinct values of a field that are counted one by one.
pub const MAX_DISTINCT: usize = 1024;

/// Values of a field that are kept to be shown.
const SHOWN_VALUES: usize = 3;

/// Most characters of a value that is shown.
const SHOWN_CHARS: usize = 48;

/// What was seen of one field, and what it is taken for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name.
    pub name: String,
    /// Records in which it had a value.
    pub seen: u64,
    /// Records in which it was absent, null, or an empty field of CSV.
    pub missing: u64,
    /// How many values were numbers.
    pub numbers: u64,
    /// How many of them were whole.
    pub whole_numbers: u64,
    /// How many values were words.
    pub words: u64,
    /// How many of them were dates or times as ISO 8601 writes them.
    pub timestamps: u64,
    /// How many values were true or false.
    pub bools: u64,
    /// How many values were lists or objects.
    pub nested: u64,
    /// Least and greatest number.
    pub range: Option<(f64, f64)>,
    /// The distinct values and how often each came, the first [`MAX_DISTINCT`] of them.
    pub values: BTreeMap<String, u64>,
    /// Whether there were more.
    pub has_more_values: bool,
    /// The first few values.
    pub examples: Vec<String>,
    /// What it is taken for.
    pub kind: Kind,
    /// Why.
    pub reason: String,
    /// What a person should look at.
    pub doubts: Vec<String>,
    /// The last record in which it had a value.
    #[serde(skip)]
    last_record: u64,
}

impl Evidence {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            seen: 0,
            missing: 0,
            numbers: 0,
            whole_numbers: 0,
            words: 0,
            timestamps: 0,
            bools: 0,
            nested: 0,
            range: None,
            values: BTreeMap::new(),
            has_more_values: false,
            examples: Vec::new(),
            kind: Kind::Ignored,
            reason: String::new(),
            doubts: Vec::new(),
            last_record: 0,
        }
    }

    /// Takes in the value of record number `record`, which counts from 1; of two values of a
    /// record the first that comes here counts.
    pub(super) fn add(&mut self, record: u64, value: &Scalar) {
        if self.last_record == record {
            return;
        }
        self.last_record = record;
        self.seen += u64::from(*value != Scalar::Missing);
        let spelled = match value {
            Scalar::Missing => return,
            Scalar::Nested => {
                self.nested += 1;
                return;
            }
            Scalar::Bool(value) => {
                self.bools += 1;
                value.to_string()
            }
            Scalar::Number(number) => {
                self.add_number(*number);
                number.to_string()
            }
            Scalar::Text(text) => {
                self.words += 1;
                self.timestamps += u64::from(is_timestamp(text));
                text.clone()
            }
        };
        if self.examples.len() < SHOWN_VALUES {
            self.examples.push(shown(&spelled));
        }
        self.count(spelled);
    }

    fn add_number(&mut self, number: f64) {
        self.numbers += 1;
        self.whole_numbers += u64::from(number.fract() == 0.0);
        let (least, greatest) = self.range.unwrap_or((number, number));
        self.range = Some((least.min(number), greatest.max(number)));
    }

    fn count(&mut self, value: String) {
        if let Some(count) = self.values.get_mut(&value) {
            *count += 1;
        } else if self.values.len() < MAX_DISTINCT && value.len() <= MAX_NAME_BYTES {
            self.values.insert(value, 1);
        } else {
            self.has_more_values = true;
        }
    }

    /// Number of distinct values, as far as they were counted.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.values.len()
    }
}

fn shown(text: &str) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(SHOWN_CHARS).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// Whether a text begins like `2025-05-01`, alone or with a time behind.
fn is_timestamp(text: &str) -> bool {
    let pattern = b"dddd-dd-dd";
    let bytes = text.as_bytes();
    let is_like = |(byte, pattern): (&u8, &u8)| match pattern {
        b'd' => byte.is_ascii_digit(),
        pattern => byte == pattern,
    };
    bytes.len() >= pattern.len()
        && bytes.iter().zip(pattern).all(is_like)
        && matches!(bytes.get(pattern.len()), None | Some(b'T' | b't' | b' '))
}
