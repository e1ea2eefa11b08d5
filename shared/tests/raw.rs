//! A file of raw records read again: the same examples and the same bad records, one for one,
//! whatever is in them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use shared::batch::Batch;
use shared::decode::{Csv, Decoder, Examples, Format, csv};
use shared::save::{raw_file_name, raw_records};
use shared::schema::Schema;
use support::record;

const SCHEMA: &[u8] = br#"{"format": "gradually-schema", "version": 1, "name": "test",
    "fields": [{"name": "x", "kind": "numeric"}, {"name": "word", "kind": "categorical", "vocabulary": {"first_seen": 100}}],
    "label": {"name": "y", "classes": [0, 1]}}"#;

fn csv_format(header: Option<&str>) -> Format {
    Format::Csv(Csv {
        header: header.map(str::to_owned),
        ..Csv::default()
    })
}

/// The records of a file as `gradually train --file` cuts it.
fn lines<'a>(file: &'a [u8], format: &Format) -> Vec<&'a [u8]> {
    match format {
        Format::Json => {
            let file = file.strip_suffix(b"\n").unwrap_or(file);
            file.split(|byte| *byte == b'\n').collect()
        }
        Format::Csv(Csv { delimiter, header }) => {
            let lines = csv::records(file, *delimiter);
            lines.skip(usize::from(header.is_some())).collect()
        }
    }
}

/// What a record is to the engine: an example, as it is, or a bad record.
fn meaning(value: Option<&[u8]>, format: &Format) -> Option<String> {
    let schema = Schema::from_json(SCHEMA).unwrap();
    let mut decoder = Decoder::with_format(schema, format).unwrap();
    let mut examples = Examples::default();
    decoder.decode(value, &mut examples).ok()?;
    Some(format!("{examples:?}"))
}

#[track_caller]
fn check(values: &[Option<&[u8]>], format: &Format) {
    let mut batch = Batch::new();
    for (offset, value) in (0..).zip(values) {
        batch.push(&record(offset, *value));
    }
    let file = raw_records(&batch, format);
    let again = lines(&file, format);
    assert_eq!(again.len(), values.len(), "{}", file.escape_ascii());
    for (value, again) in values.iter().zip(again) {
        assert_eq!(
            meaning(*value, format),
            meaning(Some(again), format),
            "{:?} in {}",
            value.map(<[u8]>::escape_ascii).map(|text| text.to_string()),
            file.escape_ascii()
        );
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn json_is_the_same_records_again() {
    let good = br#"{"x": 1.5, "word": "a", "y": 1, "note": "\n"}"#;
    let pretty = b"{\r\n  \"x\": 1.5,\n  \"word\": \"a\",\r  \"y\":\n1\n}\n";
    let in_string = b"{\"x\": 1.5, \"word\": \"a\", \"y\": 1, \"note\": \"two\nlines\"}";
    let in_number = b"{\"x\": 1\n5, \"word\": \"a\", \"y\": 1}";
    assert!(meaning(Some(pretty), &Format::Json).is_some());
    assert!(meaning(Some(in_string), &Format::Json).is_none());
    let values = [
        Some(&good[..]),
        Some(pretty),
        Some(in_string),
        Some(in_number),
        None,
        Some(b""),
        Some(b"\n"),
        Some(b"\xff\n\xfe\0"),
        Some(b"null"),
        Some(good),
    ];
    check(&values, &Format::Json);
    let mut batch = Batch::new();
    batch.push(&record(0, Some(b"{\"a\":\r\n1}")));
    batch.push(&record(1, None));
    batch.push(&record(2, Some(b"\xff\r")));
    let file = raw_records(&batch, &Format::Json);
    assert_eq!(file, b"{\"a\":\r\t1}\n\n\xff\r\n");
    assert_eq!(raw_file_name(7, &Format::Json), "batch_7.ndjson");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn csv_is_the_same_records_again() {
    let values: [Option<&[u8]>; 14] = [
        Some(b"1,a,0"),
        Some(b"1,\"two\r\nlines, \"\"quoted\"\"\",0\r\n"),
        None,
        Some(b""),
        Some(b"\r\n"),
        Some(b"1,a,0\n2,b,1"),
        Some(b"\xEF\xBB\xBF\n\n\"1\",a,1"),
        Some(b"1,a,\"0"),
        Some(b"1,\"a\"b\",0"),
        Some(b"1,\"a,0\n"),
        Some(b"1,\xff,0\n\"\xfe"),
        Some(b"1\n,a,0"),
        Some(b"1,\"\0\",1"),
        Some(b"1,a,0"),
    ];
    let meanings = values.map(|value| meaning(value, &csv_format(None)));
    assert_eq!(meanings.iter().flatten().count(), 7);
    check(&values, &csv_format(None));
    check(&values, &csv_format(Some("x,word,y")));
    check(&values, &csv_format(Some("\"x\",\"word\",y")));
    let mut batch = Batch::new();
    for (offset, value) in (0..).zip([&values[1..4], &values[5..8]].concat()) {
        batch.push(&record(offset, value));
    }
    let wanted = b"x,word,y\n1,\"two\r\nlines, \"\"quoted\"\"\",0\n\"\"\n\"\"\n\"1,a,0\n2,b,1\"\n\"1\",a,1\n1,a,\"0\"\n";
    let format = csv_format(Some("x,word,y"));
    let file = raw_records(&batch, &format);
    assert_eq!(
        file.escape_ascii().to_string(),
        wanted.escape_ascii().to_string()
    );
    assert_eq!(raw_file_name(7, &format), "batch_7.csv");
}

/// Every text of these parts up to this length, between two plain records.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn any_text_stays_one_record() {
    let parts = ["1", ",a,", "\"", "\r", "\n", "\u{feff}"];
    let mut texts = vec![String::new()];
    let mut longest = texts.clone();
    for _ in 0..5 {
        let longer = |text: &String| parts.map(|part| format!("{text}{part}"));
        longest = longest.iter().flat_map(longer).collect();
        texts.extend(longest.iter().cloned());
    }
    let format = csv_format(None);
    for text in &texts {
        let text = Some(text.as_bytes());
        check(&[Some(b"1,a,0"), text, text, Some(b"2,b,1")], &format);
        check(&[text, Some(b"1,a,0")], &format);
    }
}
