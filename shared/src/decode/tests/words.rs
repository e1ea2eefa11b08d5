//! Vocabularies: declared and open, and the numbers of words.

use super::*;
use crate::schema::{Kind, MissingWord, Vocabulary};

fn schema(missing: &MissingWord, open: bool) -> Schema {
    let mut schema = Schema::loan();
    for field in &mut schema.fields {
        if let Kind::Categorical {
            vocabulary,
            missing: rule,
        } = &mut field.kind
        {
            *rule = missing.clone();
            if open {
                *vocabulary = Vocabulary::FirstSeen(8);
            }
        }
    }
    schema
}

fn codes(schema: Schema, values: &[String]) -> (Vec<u32>, Examples) {
    let mut decoder = Decoder::new(schema);
    let mut examples = Examples::default();
    for value in values {
        decoder
            .decode(Some(value.as_bytes()), &mut examples)
            .unwrap();
    }
    (
        examples.categories.iter().step_by(3).copied().collect(),
        examples,
    )
}

fn owned(words: &[&str]) -> Vec<String> {
    words
        .iter()
        .map(|word| GOOD.replace("\"RENT\"", word))
        .collect()
}

#[test]
fn words_are_numbered_as_they_come_where_vocabularies_are_open() {
    let values = owned(&["\"OWN\"", "\"castle\"", "\"OWN\"", "null", "\"\""]);
    for schema in [
        opened(&schema(&MissingWord::Error, false)),
        schema(&MissingWord::OwnCategory, true),
    ] {
        let (codes, examples) = codes(schema, &values);
        assert_eq!(codes, [0, 1, 0, MISSING, 2]);
        assert_eq!(
            examples.words[0].iter().collect::<Vec<_>>(),
            ["OWN", "castle", ""]
        );
    }
}

#[test]
fn a_missing_word_becomes_what_the_schema_says() {
    let values = owned(&["\"OWN\"", "null"]);
    let constant = MissingWord::Constant("RENT".into());
    assert_eq!(codes(schema(&constant, false), &values).0, [1, 0]);
    assert_eq!(codes(schema(&constant, true), &values).0, [0, 1]);
    let own = MissingWord::OwnCategory;
    assert_eq!(codes(schema(&own, false), &values).0, [1, MISSING]);
    let number = GOOD.replace("\"RENT\"", "1");
    let mut decoder = Decoder::new(schema(&MissingWord::OwnCategory, true));
    decoder
        .decode(Some(number.as_bytes()), &mut Examples::default())
        .unwrap_err();
}

#[test]
fn a_bad_record_takes_its_new_words_with_it() {
    let mut decoder = Decoder::new(schema(&MissingWord::Error, true));
    let mut examples = Examples::default();
    decoder
        .decode(Some(GOOD.as_bytes()), &mut examples)
        .unwrap();
    let before = examples.clone();
    let bad = GOOD
        .replace("RENT", "new")
        .replace("\"label\": 1", "\"label\": 2");
    decoder
        .decode(Some(bad.as_bytes()), &mut examples)
        .unwrap_err();
    assert_eq!(examples, before);
    assert_eq!(examples.words[0].find("new"), None);
    decoder
        .decode(
            Some(GOOD.replace("RENT", "newer").as_bytes()),
            &mut examples,
        )
        .unwrap();
    assert_eq!(examples.words[0].find("newer"), Some(1));
}

#[test]
fn one_word_too_many_makes_a_bad_record() {
    let mut decoder = Decoder::new(schema(&MissingWord::Error, true));
    let mut examples = Examples::default();
    for word in 0..MAX_WORDS {
        let value = GOOD.replace("RENT", &format!("w{word}"));
        decoder
            .decode(Some(value.as_bytes()), &mut examples)
            .unwrap();
    }
    let reason = decoder
        .decode(Some(GOOD.as_bytes()), &mut examples)
        .unwrap_err();
    assert_eq!(reason.kind(), BadKind::Limit);
    assert_eq!(examples.len(), MAX_WORDS);
    let known = GOOD.replace("RENT", "w77");
    decoder
        .decode(Some(known.as_bytes()), &mut examples)
        .unwrap();
    examples.clear();
    decoder
        .decode(Some(GOOD.as_bytes()), &mut examples)
        .unwrap();
    assert_eq!(examples.words[0].iter().collect::<Vec<_>>(), ["RENT"]);
    let long = GOOD.replace("RENT", &"y".repeat(MAX_WORDS_BYTES - GOOD.len() - 100));
    decoder
        .decode(Some(long.as_bytes()), &mut examples)
        .unwrap();
    let reason = decoder.decode(Some(long.replace("yyy", "zzz").as_bytes()), &mut examples);
    assert_eq!(reason.unwrap_err().kind(), BadKind::Limit);
}

#[test]
fn words_of_any_length_and_likeness_are_told_apart() {
    let mut words = Words::default();
    let all: Vec<String> = (0..40)
        .flat_map(|length| {
            let plain = "x".repeat(length);
            let odd = (0..length).map(move |place| {
                let mut word = "x".repeat(length);
                word.replace_range(place..=place, "y");
                word
            });
            std::iter::once(plain).chain(odd)
        })
        .collect();
    for (number, word) in (0..).zip(&all) {
        assert_eq!(words.find(word), None, "{word}");
        assert_eq!(words.number(word), Some(number));
    }
    for keep in [all.len(), 500, 40, 1, 0] {
        words.truncate(keep);
        for (number, word) in (0..).zip(&all) {
            let expected = (number < keep).then(|| u32::try_from(number).unwrap());
            assert_eq!(words.find(word), expected, "{word} of {keep}");
        }
    }
    assert!(words.is_empty() && words.find("").is_none());
}

#[test]
fn a_zero_byte_is_part_of_a_word() {
    let words: Words = ["", "\0", "\0\0", "a", "a\0"].into_iter().collect();
    assert_eq!(words.len(), 5);
    assert_eq!(words.find("a\0"), Some(4));
}
