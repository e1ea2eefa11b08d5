use super::*;
use crate::decode::{Csv, Decoder, Examples, csv};
use crate::generate::LoanStream;
use crate::schema::{Class, MissingNumber, MissingWord};

fn loans(count: usize) -> Vec<Vec<u8>> {
    let mut stream = LoanStream::new(3);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = || {
        stream.next_into(&mut key, &mut value);
        value.clone()
    };
    (0..count).map(|_| next()).collect()
}

fn infer_json(records: &[String]) -> Inference {
    infer(records.iter().map(String::as_bytes), &Format::Json)
}

fn field<'a>(inference: &'a Inference, name: &str) -> &'a Evidence {
    let mut fields = inference.fields.iter();
    fields.find(|field| field.name == name).unwrap()
}

#[test]
fn the_labs_stream_is_taken_for_what_it_is() {
    let records = loans(500);
    let inference = infer(records.iter().map(Vec::as_slice), &Format::Json);
    let schema = inference.schema.clone().unwrap();
    let loan = Schema::loan();
    assert_eq!(schema.label, loan.label);
    for (found, wanted) in schema.fields.iter().zip(&loan.fields) {
        if let Kind::Time | Kind::Key = wanted.kind {
            assert_eq!(found, wanted);
        }
    }
    assert_eq!(schema.numeric().count(), 4);
    for (name, vocabulary, _) in loan.categorical() {
        let Vocabulary::Fixed(words) = vocabulary else {
            panic!("fixed")
        };
        let mut words = words.clone();
        words.sort();
        let mut found = schema.categorical();
        let (_, found, _) = found.find(|(field, ..)| *field == name).unwrap();
        assert_eq!(*found, Vocabulary::Fixed(words));
    }
    let mut decoder = Decoder::new(schema);
    let mut examples = Examples::default();
    for record in &records {
        decoder.decode(Some(record), &mut examples).unwrap();
    }
    assert_eq!(examples.len(), records.len());
}

#[test]
fn csv_begins_with_its_header() {
    let mut text = "id;score;grade;passed\r\n".to_owned();
    let line = |row: usize| {
        let grade = ["good", "\"so; so\"", "bad"][row % 3];
        let score = if row.is_multiple_of(7) {
            String::new()
        } else {
            format!("{row}.5")
        };
        let passed = ["True", "False"][row % 2];
        format!("{row};{score};{grade};{passed}\r\n")
    };
    text.extend((0..60).map(line));
    let format = Format::Csv(Csv {
        delimiter: b';',
        header: None,
    });
    let inference = infer(csv::records(text.as_bytes(), b';'), &format);
    assert_eq!((inference.records, inference.bad_records), (60, 0));
    let schema = inference.schema.clone().unwrap();
    assert_eq!(field(&inference, "id").kind, Kind::Key);
    let missing = MissingNumber::Mean;
    assert_eq!(field(&inference, "score").kind, Kind::Numeric { missing });
    assert_eq!(schema.label.name, "passed");
    let mut decoder = Decoder::with_format(schema, &inference.format).unwrap();
    let mut examples = Examples::default();
    for record in csv::records(text.as_bytes(), b';').skip(1) {
        decoder.decode(Some(record), &mut examples).unwrap();
    }
    assert_eq!(examples.len(), 60);
}

#[test]
fn doubts_are_told() {
    let record = |i: usize| {
        format!(
            r#"{{"same": "x", "few": {}, "mixed": {}, "at": {}, "deep": [1], "flag": {}, "gap": {}, "label": "{}"}}"#,
            i % 3,
            if i.is_multiple_of(10) {
                "\"?\"".into()
            } else {
                format!("{i}.5")
            },
            1_700_000_000 + i,
            i.is_multiple_of(2),
            if i.is_multiple_of(4) { "null" } else { "\"w\"" },
            ["no", "yes"][i % 2],
        )
    };
    let mut records: Vec<_> = (0..100).map(record).collect();
    records.push("not json".into());
    let inference = infer_json(&records);
    assert_eq!((inference.records, inference.bad_records), (101, 1));
    assert_eq!(field(&inference, "same").kind, Kind::Ignored);
    assert_eq!(field(&inference, "deep").kind, Kind::Ignored);
    assert_eq!(field(&inference, "at").kind, Kind::Time);
    assert_eq!(field(&inference, "gap").missing, 25);
    assert!(field(&inference, "few").doubts[0].contains("might be categories"));
    assert!(field(&inference, "mixed").doubts[0].contains("10 of 100 values are of another kind"));
    assert_eq!(inference.labels[0].name, "label");
    assert_eq!(
        inference.labels[0].classes,
        ["no", "yes"].map(|word| Class::Text(word.into()))
    );
    assert!(inference.labels.iter().any(|label| label.name == "flag"));
    let told = inference.to_string();
    assert!(
        told.contains("same: ignored\n  because it always has the same value"),
        "{told}"
    );
    assert!(
        told.contains("label [\"no\", \"yes\"], 14 points: it is named like a label"),
        "{told}"
    );
}

#[test]
fn many_words_are_hashed_and_missing_ones_have_their_category() {
    let record = |i: usize| {
        let word = if i.is_multiple_of(9) {
            "null".into()
        } else {
            format!("\"w{}\"", i * 7 % 150)
        };
        format!(r#"{{"word": {word}, "n": {i}, "label": {}}}"#, i % 2)
    };
    let inference = infer_json(&(0..900).map(record).collect::<Vec<_>>());
    let vocabulary = Vocabulary::Hashed(512);
    let missing = MissingWord::OwnCategory;
    assert_eq!(
        field(&inference, "word").kind,
        Kind::Categorical {
            vocabulary,
            missing
        }
    );
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let record = |i: usize| format!(r#"{{"f{i}": "{i}", "word": "{}"}}"#, "x".repeat(i % 500));
    let records: Vec<_> = (0..MAX_INFERRED_RECORDS + 500).map(record).collect();
    let inference = infer_json(&records);
    assert_eq!(inference.records, MAX_INFERRED_RECORDS as u64);
    assert_eq!(inference.fields.len(), MAX_FIELDS);
    assert!(field(&inference, "word").distinct() <= MAX_DISTINCT);
    assert_eq!(inference.schema, None);
    assert!(inference.to_string().contains("nothing can be proposed"));
}

#[test]
fn the_last_of_two_values_counts() {
    let record = |i: usize| format!(r#"{{"a": "x", "a": {i}, "label": {}}}"#, i % 2);
    let inference = infer_json(&(0..30).map(record).collect::<Vec<_>>());
    assert_eq!(
        (field(&inference, "a").numbers, field(&inference, "a").words),
        (30, 0)
    );
}

#[test]
fn an_inference_survives_json() {
    let records = loans(30);
    let inference = infer(records.iter().map(Vec::as_slice), &Format::Json);
    let json = serde_json::to_string(&inference).unwrap();
    let read: Inference = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (read.schema, read.labels),
        (inference.schema, inference.labels)
    );
}
