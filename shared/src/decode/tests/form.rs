//! The two ways of reading a record: by the form of the last ones, and by what stands in its slots.

use super::differential::{cases, seeds};
use super::mutate::Dice;
use super::*;
use crate::schema::{Class, Field, Kind, MissingNumber, MissingWord, Vocabulary};

/// A decoder that has the form of `record`.
fn taught(decoder: &Decoder, record: &[u8]) -> Decoder {
    let mut taught = decoder.clone();
    let taken = taught.decode(Some(record), &mut Examples::default());
    assert!(taken.is_err() || taught.form.is_likely());
    taught
}

/// Schemas under which the form's values are of all kinds.
fn schemas() -> Vec<Schema> {
    let loan = Schema::loan();
    let mut weighted = loan.clone();
    let mut missing = opened(&loan);
    let mut words = loan.clone();
    words.label.classes = ["No", "Yes"].map(|word| Class::Text(word.into())).to_vec();
    words.label.name = "previous_loan_defaults_on_file".into();
    words.fields.retain(|field| field.name != words.label.name);
    for field in &mut weighted.fields {
        if field.name == "loan_amnt" {
            field.kind = Kind::Weight;
        }
    }
    for field in &mut missing.fields {
        if let Kind::Numeric { missing } = &mut field.kind {
            *missing = MissingNumber::Mean;
        }
    }
    vec![loan, weighted, missing, words]
}

/// The loan schema with one more field, which may be missing.
fn with_more() -> Schema {
    let mut schema = Schema::loan();
    schema.fields.push(Field {
        name: "more".into(),
        kind: Kind::Categorical {
            vocabulary: Vocabulary::FirstSeen(9),
            missing: MissingWord::OwnCategory,
        },
    });
    schema
}

#[test]
fn mutated_records_are_read_by_their_form_as_without_it() {
    let mut dice = Dice(0xFEDC_BA98_7654_3211);
    let (seeds, schemas) = (seeds(), schemas());
    let new: Vec<_> = schemas.into_iter().map(Decoder::new).collect();
    let taught: Vec<Vec<_>> = new
        .iter()
        .map(|new| seeds.iter().map(|seed| taught(new, seed)).collect())
        .collect();
    let (mut by_form, mut good) = (0, 0);
    for _ in 0..cases() / 10 {
        let (schema, seed) = (dice.below(new.len()), dice.below(seeds.len()));
        let (mut taught, mut new) = (taught[schema][seed].clone(), new[schema].clone());
        let (mut ours, mut expected) = (Examples::default(), Examples::default());
        for round in 0..3 {
            let mut record = seeds[seed].clone();
            if round > 0 {
                dice.mutate(&mut record);
            }
            new.form = Form::default();
            let outcome = new.decode(Some(&record), &mut expected);
            by_form += u64::from(taught.has_form(&record));
            good += u64::from(outcome.is_ok());
            let shown = String::from_utf8_lossy(&record);
            assert_eq!(taught.decode(Some(&record), &mut ours), outcome, "{shown}");
            assert_eq!(ours, expected, "{shown}");
        }
    }
    assert!(by_form * 2 > good && by_form < good, "both ways are tested");
}

impl Decoder {
    /// Whether a record would be read by its form.
    fn has_form(&self, record: &[u8]) -> bool {
        let (mut form, mut plan) = (self.form.clone(), self.plan.clone());
        form.is_likely()
            && form
                .read(record, &mut plan, &mut Examples::default())
                .is_some()
    }
}

/// Whether `record` has the form of `teacher`.
fn is_like(teacher: &str, record: &str) -> bool {
    taught(&Decoder::new(Schema::loan()), teacher.as_bytes()).has_form(record.as_bytes())
}

#[test]
fn a_form_is_texts_and_kinds_of_values() {
    for (from, to) in [
        ("31483", "7"),
        ("31483", "-0.5e-3"),
        ("31483", "123456789012"),
        ("\"x\"", "\"ü, a longer one than sixteen bytes\""),
        ("PERSONAL", "DEBTCONSOLIDATION"),
        ("1}", "0}"),
    ] {
        assert!(is_like(GOOD, &GOOD.replace(from, to)), "{to}");
    }
    for (from, to) in [
        (": 31483", ":31483"),
        ("31483", "null"),
        ("31483", "01"),
        ("31483", "1."),
        ("31483", "1e999"),
        ("\"x\"", "\"\\u0041\""),
        ("\"x\"", "\"\t\""),
        ("\"x\"", "7"),
        ("RENT", "CASTLE"),
        ("RENT", "R\\u0045NT"),
        ("label", "lebal"),
        ("1}", "2}"),
        ("1}", "1} "),
        ("1}", "1"),
    ] {
        assert!(!is_like(GOOD, &GOOD.replace(from, to)), "{to}");
    }
}

#[test]
fn only_a_record_with_every_field_once_gives_a_form() {
    let schema = with_more();
    for (record, is_form) in [
        (GOOD.replace('{', "{\"more\": \"a\", "), true),
        (
            GOOD.replace('{', "{\"more\": \"a\", \"other\": [1]}, "),
            false,
        ),
        (
            GOOD.replace('{', "{\"more\": \"a\", \"other\": [1], "),
            true,
        ),
        (GOOD.replace('{', "{\"more\": null, "), false),
        (
            GOOD.replace('{', "{\"more\": \"a\", \"more\": \"b\", "),
            false,
        ),
        (GOOD.into(), false),
    ] {
        let mut decoder = Decoder::new(schema.clone());
        let outcome = decoder.decode(Some(record.as_bytes()), &mut Examples::default());
        assert_eq!(decoder.form.is_likely(), is_form, "{record}: {outcome:?}");
    }
    let mut doubled = Schema::loan();
    doubled.fields.push(doubled.fields[3].clone());
    let mut decoder = Decoder::new(doubled);
    decoder
        .decode(Some(GOOD.as_bytes()), &mut Examples::default())
        .unwrap();
    assert!(!decoder.form.is_likely());
}

#[test]
fn a_new_form_is_learned_and_seldom_where_none_lasts() {
    let other = GOOD.replace(", ", ",");
    let mut decoder = taught(&Decoder::new(Schema::loan()), GOOD.as_bytes());
    let mut examples = Examples::default();
    let mut read = |decoder: &mut Decoder, record: &str| {
        let had_form = decoder.has_form(record.as_bytes());
        decoder
            .decode(Some(record.as_bytes()), &mut examples)
            .unwrap();
        had_form
    };
    assert!(read(&mut decoder, GOOD));
    let known = (0..20).map(|_| read(&mut decoder, &other));
    assert_eq!(known.filter(|known| *known).count(), 18);
    let mut known = 0;
    for round in 0..1000 {
        let record = GOOD.replace(", ", &format!(",{}", " ".repeat(2 + round % 50)));
        known += u32::from(read(&mut decoder, &record));
    }
    assert_eq!(known, 0);
    assert!(!decoder.form.is_likely());
}
