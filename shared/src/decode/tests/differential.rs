//! The decoder against `serde_json`: the same example to the bit, or both an error. A decoder that has read many records is compared with a new one besides, so that
//! what it guesses of the next key is seen to change nothing.

use std::fmt;

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::mutate::Dice;
use super::*;
use crate::generate::LoanStream;

/// Mutated records of one test; a longer run sets `DECODE_CASES`.
pub(super) fn cases() -> u64 {
    let cases = std::env::var("DECODE_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(60_000)
}

/// A value as `serde_json` reads it where somebody looks, and anything where nobody does.
#[derive(Clone, Debug, Default, PartialEq)]
enum Read {
    #[default]
    Missing,
    Number(f64),
    Text(String),
    Other,
}

struct ReadVisitor;

#[expect(clippy::cast_precision_loss, reason = "rounded, as JSON numbers are")]
impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Read, E> {
        Ok(Read::Missing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Read, E> {
        Ok(Read::Other)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Read, E> {
        Ok(Read::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Read, E> {
        Ok(Read::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Read, E> {
        Ok(Read::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Read, E> {
        Ok(Read::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Read, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Read::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Read::Other)
    }
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor)
    }
}

/// The loan schema's fields in the order of the examples: three words, four numbers, the label.
const FIELDS: [&str; 8] = [
    "person_home_ownership",
    "loan_intent",
    "previous_loan_defaults_on_file",
    "person_income",
    "loan_amnt",
    "loan_int_rate",
    "loan_percent_income",
    "label",
];

struct Loan([Read; 8]);

impl<'de> Deserialize<'de> for Loan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LoanVisitor;
        impl<'de> Visitor<'de> for LoanVisitor {
            type Value = Loan;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loan, A::Error> {
                let mut values: [Read; 8] = Default::default();
                while let Some(key) = map.next_key::<String>()? {
                    match FIELDS.iter().position(|field| *field == key) {
                        Some(place) => values[place] = map.next_value()?,
                        None => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Loan(values))
            }
        }
        deserializer.deserialize_map(LoanVisitor)
    }
}

/// Categories, bits of the numbers, label: as the reference reads them.
fn reference(record: &[u8]) -> Option<(Vec<u32>, Vec<u64>, u16)> {
    // By itself `serde_json` lets invalid UTF-8 pass in what is ignored.
    let Loan(values) = serde_json::from_str(std::str::from_utf8(record).ok()?).ok()?;
    let schema = Schema::loan();
    let mut categories = Vec::new();
    for ((_, vocabulary, _), value) in schema.categorical().zip(&values) {
        let (crate::schema::Vocabulary::Fixed(words), Read::Text(text)) = (vocabulary, value)
        else {
            return None;
        };
        let place = words.iter().position(|word| word == text)?;
        categories.push(u32::try_from(place).unwrap());
    }
    let number = |value: &Read| match value {
        Read::Number(number) => Some(*number),
        _ => None,
    };
    let numbers: Option<Vec<_>> = values[3..7].iter().map(number).collect();
    let label = number(&values[7]).filter(|label| *label == 0.0 || *label == 1.0)?;
    let bits = numbers?.iter().map(|number| number.to_bits()).collect();
    Some((categories, bits, u16::from(label == 1.0)))
}

/// Decoders that have seen much, and one that never saw anything.
struct Both {
    used: Decoder,
    new: Decoder,
}

impl Both {
    fn new() -> Self {
        let new = Decoder::new(Schema::loan());
        let used = new.clone();
        Self { used, new }
    }

    fn check(&mut self, record: &[u8]) -> bool {
        let shown = || String::from_utf8_lossy(record).into_owned();
        let mut examples = Examples::default();
        let outcome = self.used.decode(Some(record), &mut examples);
        let mut again = Examples::default();
        let fresh = self.new.clone().decode(Some(record), &mut again);
        assert_eq!(outcome, fresh, "{}", shown());
        assert_eq!(examples, again, "{}", shown());
        let ours = outcome.is_ok().then(|| {
            let bits = examples.numbers.iter().map(|number| number.to_bits());
            (
                examples.categories.clone(),
                bits.collect(),
                examples.labels[0],
            )
        });
        if let Err(BadReason::TooDeep { .. }) = outcome {
            return false;
        }
        assert_eq!(ours, reference(record), "{outcome:?}: {}", shown());
        if let Err(reason) = outcome {
            assert!(examples.is_empty());
            assert!(
                reason.byte().is_none_or(|byte| byte <= record.len()),
                "{reason}"
            );
            return false;
        }
        true
    }
}

/// Real records, spelled as the lab does, compact, and with other keys.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut stream = LoanStream::new(11);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut records = vec![GOOD.as_bytes().to_vec()];
    for number in 0..40 {
        stream.next_into(&mut key, &mut value);
        let text = String::from_utf8(value.clone()).unwrap();
        records.push(match number % 4 {
            0 => value.clone(),
            1 => text.replace(": ", ":").replace(", ", ",").into_bytes(),
            2 => text
                .replace('{', "{\"more\": {\"a\": [1, \"ü\", null, {}]}, ")
                .into_bytes(),
            _ => text
                .replace(", ", "\n ,\t")
                .replace("loan_amnt", "loan_\\u0061mnt")
                .into_bytes(),
        });
    }
    records
}

#[test]
fn mutated_records_are_read_as_serde_json_reads_them() {
    let mut dice = Dice(0x1234_5678_9ABC_DEF1);
    let (seeds, mut both) = (seeds(), Both::new());
    let mut good = 0;
    for _ in 0..cases() {
        let mut record = seeds[dice.below(seeds.len())].clone();
        dice.mutate(&mut record);
        good += u64::from(both.check(&record));
    }
    let share = good * 100 / cases();
    assert!(
        (5..90).contains(&share),
        "{share} % good: the test tests both"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_an_example_or_a_reason(record in prop::collection::vec(any::<u8>(), 0..300)) {
        Both::new().check(&record);
        let mut examples = Examples::default();
        let format = Format::Csv(Csv::default());
        let mut decoder = Decoder::with_format(opened(&Schema::loan()), &format).unwrap();
        if decoder.decode(Some(&record), &mut examples).is_err() {
            assert_eq!(examples.len(), 0);
        }
    }

    #[test]
    fn numbers_of_all_sizes_are_exact(number in any::<f64>(), digits in "-?[0-9]{1,25}", fraction in "[0-9]{1,25}", exponent in -330i32..330) {
        let mut both = Both::new();
        let record = |spelling: &str| GOOD.replace("31483", spelling).into_bytes();
        if number.is_finite() {
            assert!(both.check(&record(&number.to_string())));
            assert!(both.check(&record(&format!("{number:e}"))));
        }
        both.check(&record(&digits));
        both.check(&record(&format!("{digits}.{fraction}")));
        both.check(&record(&format!("{digits}.{fraction}e{exponent}")));
    }

    #[test]
    fn strings_of_all_letters_are_read(text in any::<String>(), bytes in "\\PC*") {
        let mut both = Both::new();
        for text in [text, bytes] {
            let quoted = serde_json::to_string(&text).unwrap();
            assert!(both.check(GOOD.replace("\"x\"", &quoted).as_bytes()));
            both.check(GOOD.replace("\"RENT\"", &quoted).as_bytes());
            let key = format!("{{{quoted}: 1, ");
            assert!(both.check(GOOD.replace('{', &key).as_bytes()));
        }
    }

    #[test]
    fn records_of_changing_form_are_read_as_by_a_new_decoder(order in Just((0..10).collect::<Vec<usize>>()).prop_shuffle(), drop in 0..30usize, space in "[ \n]{0,3}") {
        let members: Vec<&str> = GOOD.trim_matches(['{', '}']).split(", ").collect();
        let mut both = Both::new();
        both.check(GOOD.as_bytes());
        for rotation in 0..4 {
            let mut order = order.clone();
            order.rotate_left(rotation);
            let kept = order.iter().filter(|place| **place != drop);
            let members: Vec<_> = kept.map(|&place| members[place]).collect();
            both.check(format!("{{{}}}", members.join(&format!("{space},{space}"))).as_bytes());
            both.check(GOOD.as_bytes());
        }
    }
}
