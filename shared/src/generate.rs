//! The lab's stream of loan applications, made from a seed.
//!
//! Record `i` is a function of the seed and `i` alone: each record has its own 64 words of a
//! `ChaCha8` key stream, a named generator whose output no version of a library changes. So the
//! stream can be entered at any index at once, and it is the same natively and in WebAssembly.
//!
//! The lab's rule scores an application: 50 for a previous default, 25 for a loan above 0.4 of
//! the income, 15 for an interest rate above 15 %, 20 for an income below 30 000, 10 for a tenant,
//! 5 for a personal or medical purpose. The label is 1 above 60 points, else 1 with probability
//! 0.15.

use std::fmt::{self, Write as _};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use time::{Date, Duration, Month, PrimitiveDateTime, Time};

use crate::schema::loan::{INTENTS, OWNERSHIPS, PREVIOUS_DEFAULTS};

/// Accuracy of somebody who knows the rule: `1 − 0.15·P(score ≤ 60)`, with P = 0.5647.
pub const BEST_POSSIBLE_ACCURACY: f64 = 0.9153;

/// Share of the more frequent label, 1: the accuracy of always saying it.
pub const MAJORITY_SHARE: f64 = 0.520;

/// Share of label 1 where the rule says 0.
const NOISE: f64 = 0.15;

/// Points above which the label is 1.
const THRESHOLD: u32 = 60;

/// Milliseconds from one record's timestamp to the next: the lab's ten records a second.
pub const MILLIS_PER_RECORD: i64 = 100;

/// Words of the key stream that belong to one record; it uses about twenty.
const WORDS_PER_RECORD: u128 = 64;

/// When the stream's record 0 was, in local time; the records say no zone, as the lab's do.
const START: PrimitiveDateTime = PrimitiveDateTime::new(
    match Date::from_calendar_date(2025, Month::January, 1) {
        Ok(date) => date,
        Err(_) => panic!("a date of the calendar"),
    },
    Time::MIDNIGHT,
);
const START_MILLIS: i64 = 1_735_689_600_000;

/// Where a record stands in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its index, from 0.
    pub index: u64,
    /// Its timestamp, milliseconds since 1970-01-01 UTC.
    pub timestamp_millis: i64,
}

/// The lab's loan applications from a seed.
#[derive(Clone, Debug)]
pub struct LoanStream {
    rng: ChaCha8Rng,
    index: u64,
}

impl LoanStream {
    /// The stream of `seed`, at its first record.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            index: 0,
        }
    }

    /// Index of the next record.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Goes to another index, in no time.
    pub fn seek(&mut self, index: u64) {
        self.index = index;
    }

    /// Writes the next record: its JSON, spelled as the lab's Python producer spells it, into
    /// `value`, and its application id into `key`.
    pub fn next_into(&mut self, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Place {
        let place = place(self.index);
        self.rng
            .set_word_pos(u128::from(self.index) * WORDS_PER_RECORD);
        let application = Application::draw(&mut self.rng);
        self.index += 1;
        key.clear();
        value.clear();
        let id = Uuid(application.id);
        append(key, format_args!("{id}"));
        append(
            value,
            format_args!(
                "{}",
                Json {
                    application: &application,
                    place
                }
            ),
        );
        place
    }
}

fn append(bytes: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    use std::io::Write as _;
    bytes
        .write_fmt(text)
        .expect("writing to memory does not fail");
}

fn place(index: u64) -> Place {
    let elapsed = i64::try_from(index)
        .unwrap_or(i64::MAX)
        .saturating_mul(MILLIS_PER_RECORD);
    Place {
        index,
        timestamp_millis: START_MILLIS.saturating_add(elapsed),
    }
}

/// One application as it was drawn. Rate and ratio are whole tenths and hundredths, so that they
/// are exact decimals.
struct Application {
    id: u128,
    income: u32,
    ownership: &'static str,
    amount: u32,
    intent: &'static str,
    rate_tenths: u32,
    ratio_hundredths: u32,
    previous_default: &'static str,
    label: u8,
}

impl Application {
    fn draw(rng: &mut impl Rng) -> Self {
        let id = rng.random::<u128>();
        let income = rng.random_range(12_000..=72_000u32);
        let ownership = choose(rng, &OWNERSHIPS);
        let amount = rng.random_range(1_000..=35_000u32);
        let intent = choose(rng, &INTENTS);
        // Uniform from 10.0 to 20.0, rounded: both ends have half a share.
        let rate_tenths = 100 + (rng.random_range(0..1_000_000u32) + 5_000) / 10_000;
        let previous_default = choose(rng, &PREVIOUS_DEFAULTS);
        let mut application = Self {
            id,
            income,
            ownership,
            amount,
            intent,
            rate_tenths,
            ratio_hundredths: (200 * amount + income) / (2 * income),
            previous_default,
            label: 0,
        };
        let noisy = rng.random_bool(NOISE);
        application.label = u8::from(application.score() > THRESHOLD || noisy);
        application
    }

    /// Points of the lab's rule.
    fn score(&self) -> u32 {
        let points = [
            (self.previous_default == "Yes", 50),
            (self.ratio_hundredths > 40, 25),
            (self.rate_tenths > 150, 15),
            (self.income < 30_000, 20),
            (self.ownership == "RENT", 10),
            (matches!(self.intent, "PERSONAL" | "MEDICAL"), 5),
        ];
        points
            .iter()
            .map(|(holds, points)| u32::from(*holds) * points)
            .sum()
    }
}

fn choose(rng: &mut impl Rng, words: &[&'static str]) -> &'static str {
    // A range of u32, for the width of usize differs on wasm32 and so would the draws.
    let count = u32::try_from(words.len()).expect("a handful of words");
    words[rng.random_range(0..count) as usize]
}

/// A random UUID: version 4, variant 1 (RFC 9562).
struct Uuid(u128);

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0 & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        let groups = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ];
        formatter.write_str(&groups.join("-"))
    }
}

/// The record as Python's `json.dumps` writes it.
struct Json<'a> {
    application: &'a Application,
    place: Place,
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a = self.application;
        write!(
            formatter,
            "{{\"timestamp\": \"{}\", ",
            Timestamp(self.place)
        )?;
        write!(formatter, "\"application_id\": \"{}\", ", Uuid(a.id))?;
        write!(formatter, "\"person_income\": {}, ", a.income)?;
        write!(
            formatter,
            "\"person_home_ownership\": \"{}\", ",
            a.ownership
        )?;
        write!(
            formatter,
            "\"loan_amnt\": {}, \"loan_intent\": \"{}\", ",
            a.amount, a.intent
        )?;
        write!(
            formatter,
            "\"loan_int_rate\": {}.{}, ",
            a.rate_tenths / 10,
            a.rate_tenths % 10
        )?;
        write!(
            formatter,
            "\"loan_percent_income\": {}, ",
            Hundredths(a.ratio_hundredths)
        )?;
        write!(
            formatter,
            "\"previous_loan_defaults_on_file\": \"{}\", ",
            a.previous_default
        )?;
        write!(formatter, "\"label\": {}}}", a.label)
    }
}

/// Hundredths as the shortest decimal with a point: 40 is `0.4`, 200 is `2.0`.
struct Hundredths(u32);

impl fmt::Display for Hundredths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        write!(formatter, "{whole}.{}", rest / 10)?;
        if rest % 10 > 0 {
            write!(formatter, "{}", rest % 10)?;
        }
        Ok(())
    }
}

/// ISO local time with microseconds.
struct Timestamp(Place);

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elapsed = Duration::milliseconds(self.0.timestamp_millis - START_MILLIS);
        let at = START.saturating_add(elapsed);
        let (date, time) = (at.date(), at.time());
        write!(
            formatter,
            "{}-{:02}-{:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        )?;
        formatter.write_char('T')?;
        write!(
            formatter,
            "{:02}:{:02}:{:02}",
            time.hour(),
            time.minute(),
            time.second()
        )?;
        write!(formatter, ".{:06}", time.microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(stream: &mut LoanStream) -> String {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        stream.next_into(&mut key, &mut value);
        String::from_utf8(value).unwrap()
    }

    #[test]
    fn a_record_is_the_same_whichever_way_it_is_reached() {
        let mut walked = LoanStream::new(7);
        let records: Vec<_> = (0..50).map(|_| record(&mut walked)).collect();
        let mut jumped = LoanStream::new(7);
        for index in [49, 0, 17] {
            jumped.seek(index);
            assert_eq!(
                record(&mut jumped),
                records[usize::try_from(index).unwrap()]
            );
        }
        assert_ne!(record(&mut LoanStream::new(8)), records[0]);
    }

    #[test]
    fn the_last_index_of_all_does_not_panic() {
        let mut stream = LoanStream::new(1);
        stream.seek(u64::MAX - 1);
        record(&mut stream);
    }

    #[test]
    fn numbers_are_spelled_as_python_spells_them() {
        let spelled = [
            (0, "0.0"),
            (5, "0.05"),
            (40, "0.4"),
            (41, "0.41"),
            (200, "2.0"),
        ];
        for (hundredths, text) in spelled {
            assert_eq!(Hundredths(hundredths).to_string(), text);
        }
        let first = Timestamp(place(0)).to_string();
        assert_eq!(first, "2025-01-01T00:00:00.000000");
        assert_eq!(
            Timestamp(place(864_001)).to_string(),
            "2025-01-02T00:00:00.100000"
        );
    }

    #[test]
    fn an_id_is_a_uuid_of_version_4() {
        let id = Uuid(u128::MAX).to_string();
        assert_eq!(id, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(Uuid(0).to_string(), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn the_rule_scores_as_the_lab_does() {
        let worst = Application {
            id: 0,
            income: 29_999,
            ownership: "RENT",
            amount: 35_000,
            intent: "MEDICAL",
            rate_tenths: 151,
            ratio_hundredths: 41,
            previous_default: "Yes",
            label: 1,
        };
        assert_eq!(worst.score(), 125);
        let best = Application {
            income: 30_000,
            ownership: "OWN",
            intent: "VENTURE",
            rate_tenths: 150,
            ratio_hundredths: 40,
            previous_default: "No",
            ..worst
        };
        assert_eq!(best.score(), 0);
    }
}
