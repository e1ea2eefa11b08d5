//! What goes wrong with records: fields that are missing, and records that cannot be decoded.

use serde::{Deserialize, Serialize};

use super::draws::Draws;
use super::error::{StreamError, probability};
use super::ramp::Ramp;

/// The fields of a loan application that a script can spoil, in the order of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoanField {
    Income,
    Ownership,
    Amount,
    Intent,
    Rate,
    Ratio,
    PreviousDefault,
    Label,
}

pub(super) const FIELDS: usize = 8;
const NUMBERS: [LoanField; 4] = [
    LoanField::Income,
    LoanField::Amount,
    LoanField::Rate,
    LoanField::Ratio,
];
const CATEGORIES: [LoanField; 3] = [
    LoanField::Ownership,
    LoanField::Intent,
    LoanField::PreviousDefault,
];

impl LoanField {
    /// What stands before the field's value.
    pub(super) const fn lead(self) -> &'static str {
        match self {
            Self::Income => ", \"person_income\": ",
            Self::Ownership => ", \"person_home_ownership\": ",
            Self::Amount => ", \"loan_amnt\": ",
            Self::Intent => ", \"loan_intent\": ",
            Self::Rate => ", \"loan_int_rate\": ",
            Self::Ratio => ", \"loan_percent_income\": ",
            Self::PreviousDefault => ", \"previous_loan_defaults_on_file\": ",
            Self::Label => ", \"label\": ",
        }
    }
}

/// Probability that a field is missing, each by itself; half of the missing are `null`, half are
/// not there at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "each is the probability of the field of its name"
)]
pub struct MissingShares {
    pub person_income: f64,
    pub person_home_ownership: f64,
    pub loan_amnt: f64,
    pub loan_intent: f64,
    pub loan_int_rate: f64,
    pub loan_percent_income: f64,
    pub previous_loan_defaults_on_file: f64,
    pub label: f64,
}

impl MissingShares {
    const NAMES: [&'static str; FIELDS] = [
        "person_income",
        "person_home_ownership",
        "loan_amnt",
        "loan_intent",
        "loan_int_rate",
        "loan_percent_income",
        "previous_loan_defaults_on_file",
        "label",
    ];

    /// In the order of the record.
    pub(super) fn shares(&self) -> [f64; FIELDS] {
        [
            self.person_income,
            self.person_home_ownership,
            self.loan_amnt,
            self.loan_intent,
            self.loan_int_rate,
            self.loan_percent_income,
            self.previous_loan_defaults_on_file,
            self.label,
        ]
    }

    pub(super) fn validate(&self) -> Result<(), StreamError> {
        Self::NAMES
            .into_iter()
            .zip(self.shares())
            .try_for_each(|(name, share)| probability(name, share))
    }
}

/// Probabilities of the ways in which a whole record is bad; at most one befalls a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BadShares {
    /// 1 to 64 random bytes, of which the first is no UTF-8.
    pub garbage: f64,
    /// One of the four numbers stands in quotation marks.
    pub wrong_type: f64,
    /// The record ends too early, after 1 byte to all but one.
    pub truncated: f64,
    /// One of the three categories is a word that no list has.
    pub unknown_category: f64,
}

pub(super) const BAD_KINDS: usize = 4;

impl BadShares {
    pub(super) fn shares(&self) -> [f64; BAD_KINDS] {
        [
            self.garbage,
            self.wrong_type,
            self.truncated,
            self.unknown_category,
        ]
    }

    pub(super) fn validate(&self) -> Result<(), StreamError> {
        probability("garbage", self.garbage)?;
        probability("wrong_type", self.wrong_type)?;
        probability("truncated", self.truncated)?;
        probability("unknown_category", self.unknown_category)?;
        let sum: f64 = self.shares().iter().sum();
        if sum > 1.0 + 1e-12 {
            return Err(StreamError::new("sum of the shares", "from 0 to 1", &sum));
        }
        Ok(())
    }
}

/// Probabilities of all faults at one moment of a script.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct FaultShares {
    pub(super) missing: [f64; FIELDS],
    pub(super) bad: [f64; BAD_KINDS],
}

impl FaultShares {
    pub(super) fn moved(from: &Self, to: &Self, ramp: Ramp) -> Self {
        Self {
            missing: ramp.reals(from.missing, to.missing),
            bad: ramp.reals(from.bad, to.bad),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.missing.iter().chain(&self.bad).any(|&p| p > 0.0)
    }

    /// The faults of one record. Takes up to 30 words.
    pub(super) fn draw(&self, draws: &mut Draws) -> Faults {
        let mut faults = Faults::NONE;
        let nulls = draws.bits64();
        for (i, &share) in self.missing.iter().enumerate() {
            if draws.chance(share) {
                let null = nulls >> i & 1 == 1;
                faults.states[i] = if null { State::Null } else { State::Absent };
            }
        }
        match pick(draws.unit(), &self.bad) {
            Some(0) => faults.whole = Some(Whole::Garbage),
            Some(1) => faults.states[one_of(draws, &NUMBERS)] = State::Quoted,
            Some(2) => faults.whole = Some(Whole::Truncated),
            Some(_) => faults.states[one_of(draws, &CATEGORIES)] = State::Unknown,
            None => {}
        }
        faults
    }
}

fn one_of(draws: &mut Draws, fields: &[LoanField]) -> usize {
    let count = u32::try_from(fields.len()).expect("a handful of fields");
    fields[draws.below(count) as usize] as usize
}

/// Which of disjoint events with these probabilities `drawn` hits.
fn pick(drawn: f64, shares: &[f64]) -> Option<usize> {
    let mut sum = 0.0;
    shares.iter().position(|share| {
        sum += share;
        drawn < sum
    })
}

/// How one field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Good,
    Null,
    Absent,
    /// A number in quotation marks.
    Quoted,
    /// A category that no list has.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    Garbage,
    Truncated,
}

/// The faults of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Faults {
    states: [State; FIELDS],
    whole: Option<Whole>,
}

impl Faults {
    pub(super) const NONE: Self = Self {
        states: [State::Good; FIELDS],
        whole: None,
    };

    #[inline]
    pub(super) fn state(&self, field: LoanField) -> State {
        self.states[field as usize]
    }

    /// Spoils the written record as a whole. Takes up to 18 words.
    pub(super) fn spoil(&self, draws: &mut Draws, value: &mut Vec<u8>) {
        match self.whole {
            Some(Whole::Garbage) => garbage(draws, value),
            Some(Whole::Truncated) => {
                let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
                let kept = draws.between(1, length.saturating_sub(1));
                value.truncate(kept as usize);
            }
            None => {}
        }
    }
}

fn garbage(draws: &mut Draws, value: &mut Vec<u8>) {
    let length = draws.between(1, 64) as usize;
    value.clear();
    while value.len() < length {
        value.extend_from_slice(&draws.bits64().to_le_bytes());
    }
    value.truncate(length);
    // No byte of UTF-8 is 0xff, so that no garbage is by chance a record.
    value[0] = 0xff;
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [LoanField; FIELDS] = [
        LoanField::Income,
        LoanField::Ownership,
        LoanField::Amount,
        LoanField::Intent,
        LoanField::Rate,
        LoanField::Ratio,
        LoanField::PreviousDefault,
        LoanField::Label,
    ];

    #[test]
    fn fields_stand_in_the_order_of_their_numbers() {
        for (i, field) in ALL.into_iter().enumerate() {
            assert_eq!(field as usize, i);
            assert_eq!(field.lead(), format!(", \"{}\": ", MissingShares::NAMES[i]));
        }
    }

    #[test]
    fn disjoint_events_share_one_draw() {
        let shares = [0.25, 0.0, 0.25, 0.0];
        assert_eq!(pick(0.0, &shares), Some(0));
        assert_eq!(pick(0.25, &shares), Some(2));
        assert_eq!(pick(0.5, &shares), None);
    }
}
