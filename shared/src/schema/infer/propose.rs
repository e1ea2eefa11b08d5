//! What a field is taken for, and which could be the label.

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use crate::schema::{Class, Kind, MAX_CLASS, MissingNumber, MissingWord, Vocabulary};

/// Most words of a vocabulary that is proposed as fixed.
const MOST_FIXED: usize = 32;

/// Most columns that are proposed for a hashed vocabulary.
const MOST_HASHED: u32 = 1024;

/// How often each word must have come on average to take the words for all there are.
const SURE_REPEATS: u64 = 5;

/// Values from which on a rule about all of them is more than chance.
const ENOUGH: u64 = 20;

/// Most different values of a label that is proposed.
const MOST_CLASSES: usize = 20;

/// Most whole numbers that might be categories.
const FEW_NUMBERS: usize = 10;

/// Names that people give a label.
const LABEL_NAMES: [&str; 10] = [
    "label",
    "target",
    "class",
    "y",
    "outcome",
    "churn",
    "fraud",
    "default",
    "result",
    "loan_status",
];

/// A field that could be the label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelCandidate {
    /// The field.
    pub name: String,
    /// Its classes, ascending.
    pub classes: Vec<Class>,
    /// The more, the better.
    pub score: u32,
    /// What speaks for it.
    pub reasons: Vec<String>,
}

/// Says what a field is taken for, and why.
pub(super) fn propose(field: &mut Evidence, is_csv: bool) {
    let (kind, reason) = kind(field, is_csv);
    field.kind = kind;
    field.reason = reason;
}

fn kind(field: &mut Evidence, is_csv: bool) -> (Kind, String) {
    let (seen, distinct) = (field.seen, field.distinct());
    let ignored = |reason: &str| (Kind::Ignored, reason.to_owned());
    if seen == 0 {
        return ignored("it never has a value");
    }
    if field.nested * 2 > seen {
        return ignored("it holds lists or objects");
    }
    if distinct == 1 && !field.has_more_values && seen > 1 {
        return ignored("it always has the same value, so that nothing can be learned from it");
    }
    if field.bools * 2 > seen {
        field
            .doubts
            .push("true and false can be a label, but no feature; strings or 0 and 1 could".into());
        return ignored("it is true or false");
    }
    let others = seen - field.words.max(field.numbers);
    if others > 0 {
        let doubt = format!("{others} of {seen} values are of another kind and make bad records");
        field.doubts.push(doubt);
    }
    if field.words >= field.numbers {
        words(field)
    } else {
        numbers(field, is_csv)
    }
}

fn words(field: &mut Evidence) -> (Kind, String) {
    let distinct = field.distinct();
    if field.timestamps * 10 >= field.words * 9 {
        return (
            Kind::Time,
            "its values are dates or times (ISO 8601)".into(),
        );
    }
    if field.seen >= ENOUGH && (field.has_more_values || distinct as u64 * 10 >= field.seen * 9) {
        let is_sure = distinct as u64 * 10 >= field.seen * 9;
        if is_sure || field.values.values().all(|&count| count == 1) {
            return (
                Kind::Key,
                "nearly every record has a word of its own".into(),
            );
        }
    }
    let missing = if field.missing > 0 {
        MissingWord::OwnCategory
    } else {
        MissingWord::Error
    };
    let is_all = !field.has_more_values && field.words >= distinct as u64 * SURE_REPEATS;
    let (vocabulary, reason) = if is_all && distinct <= MOST_FIXED {
        let words = field.values.keys().cloned().collect();
        let dropped = field.values.keys().next_back().cloned().unwrap_or_default();
        field.doubts.push(format!(
            "a word beyond the {distinct} makes a bad record; \"{dropped}\", the last, has no column"
        ));
        (
            Vocabulary::Fixed(words),
            format!("{distinct} words come again and again"),
        )
    } else if !field.has_more_values && distinct <= 2 * MOST_FIXED {
        field
            .doubts
            .push("there may be words that were not seen yet".into());
        let columns = u32::try_from(4 * distinct).unwrap_or(MOST_HASHED);
        (
            Vocabulary::FirstSeen(columns),
            format!("{distinct} words so far"),
        )
    } else {
        field.doubts.push("words may share a column".into());
        let wanted = u32::try_from(2 * distinct).unwrap_or(MOST_HASHED);
        let columns = wanted.next_power_of_two().min(MOST_HASHED);
        let more = if field.has_more_values {
            "more than "
        } else {
            ""
        };
        (
            Vocabulary::Hashed(columns),
            format!("{more}{distinct} different words"),
        )
    };
    (
        Kind::Categorical {
            vocabulary,
            missing,
        },
        reason,
    )
}

fn numbers(field: &mut Evidence, is_csv: bool) -> (Kind, String) {
    let distinct = field.distinct();
    let is_whole = field.whole_numbers == field.numbers;
    let is_each_new = field.values.values().all(|&count| count == 1);
    let name = field.name.to_ascii_lowercase();
    let is_named_id =
        name == "id" || name.ends_with("_id") || name == "key" || name.ends_with("_key");
    if is_whole && is_each_new && is_named_id && field.seen >= ENOUGH {
        return (
            Kind::Key,
            "each record has its own whole number, and it is named like a key".into(),
        );
    }
    if let Some((least, greatest)) = field.range
        && is_whole
        && ((least >= 1e9 && greatest < 4e9) || (least >= 1e12 && greatest < 4e12))
    {
        return (
            Kind::Time,
            "its values are like seconds or milliseconds since 1970".into(),
        );
    }
    if is_whole && is_each_new && field.seen >= ENOUGH {
        field
            .doubts
            .push("each record has its own whole number: it might be a key".into());
    }
    if is_whole && distinct <= FEW_NUMBERS && !field.has_more_values && field.seen >= ENOUGH {
        let how = if is_csv {
            ""
        } else {
            ", which would have to be strings in the records"
        };
        field.doubts.push(format!(
            "only {distinct} whole numbers: they might be categories{how}"
        ));
    }
    let missing = if field.missing > 0 {
        MissingNumber::Mean
    } else {
        MissingNumber::Error
    };
    (Kind::Numeric { missing }, "its values are numbers".into())
}

/// Field number `place` of `count` as a label, if it could be one.
pub(super) fn candidate(field: &Evidence, place: usize, count: usize) -> Option<LabelCandidate> {
    let distinct = field.distinct();
    if field.has_more_values || !(2..=MOST_CLASSES).contains(&distinct) || field.nested > 0 {
        return None;
    }
    let mut classes: Vec<_> = field
        .values
        .keys()
        .map(|value| class(field, value))
        .collect::<Option<_>>()?;
    classes.sort();
    classes.dedup();
    let mut candidate = LabelCandidate {
        name: field.name.clone(),
        score: 0,
        reasons: Vec::new(),
        classes,
    };
    let name = field.name.to_ascii_lowercase();
    let is_01 = candidate.classes == [Class::Integer(0), Class::Integer(1)];
    candidate.add(
        LABEL_NAMES.contains(&name.as_str()),
        8,
        "it is named like a label",
    );
    candidate.add(distinct == 2, 3, "it has two values");
    candidate.add(
        is_01 || field.bools > 0,
        3,
        "they are 0 and 1, or true and false",
    );
    candidate.add(place + 1 == count, 2, "it is the last field");
    candidate.add(field.missing == 0, 1, "it is never missing");
    (candidate.score > 1 && candidate.classes.len() > 1).then_some(candidate)
}

impl LabelCandidate {
    fn add(&mut self, holds: bool, points: u32, reason: &str) {
        if holds {
            self.score += points;
            self.reasons.push(reason.into());
        }
    }
}

/// The class that a value is, if all values of the field are of one kind.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "whole and at most 2^53"
)]
fn class(field: &Evidence, value: &str) -> Option<Class> {
    if field.bools == field.seen {
        return value.parse().ok().map(Class::Bool);
    }
    if field.words == field.seen {
        return Some(Class::Text(value.to_owned()));
    }
    let number: f64 = value.parse().ok()?;
    let is_class = field.whole_numbers == field.seen && number.abs() <= MAX_CLASS as f64;
    is_class.then_some(Class::Integer(number as i64))
}
