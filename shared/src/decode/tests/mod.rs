mod csv;
#[cfg(not(target_arch = "wasm32"))]
mod differential;
#[cfg(not(target_arch = "wasm32"))]
mod differential_csv;
mod faults;
#[cfg(not(target_arch = "wasm32"))]
mod form;
#[cfg(not(target_arch = "wasm32"))]
mod mutate;
mod values;
mod words;

use super::*;
use crate::record::Record;

/// The schema with every vocabulary open and missing words let through.
fn opened(schema: &Schema) -> Schema {
    crate::encode::EncoderSettings::PerBatch.decoding_schema(schema)
}

const GOOD: &str = r#"{"timestamp": "2024-01-01T00:00:00.000000", "application_id": "x", "person_income": 63531, "person_home_ownership": "RENT", "loan_amnt": 31483, "loan_intent": "PERSONAL", "loan_int_rate": 12.5, "loan_percent_income": 0.5, "previous_loan_defaults_on_file": "No", "label": 1}"#;

fn decode(value: &[u8]) -> Result<Examples, BadReason> {
    let mut examples = Examples::default();
    Decoder::new(Schema::loan())
        .decode(Some(value), &mut examples)
        .map(|()| examples)
}

fn record(value: &[u8]) -> Record<'_> {
    Record {
        partition: 3,
        offset: 12,
        leader_epoch: None,
        timestamp_millis: 0,
        key: None,
        value: Some(value),
    }
}

#[track_caller]
fn check_good(text: &str) {
    assert_eq!(decode(text.as_bytes()), decode(GOOD.as_bytes()), "{text}");
}

#[track_caller]
fn check_bad(value: &[u8], kind: BadKind, message: &str) {
    let reason = decode(value).expect_err("a bad record");
    assert_eq!(
        (reason.kind(), reason.to_string().as_str()),
        (kind, message)
    );
}

#[track_caller]
fn check_replaced(from: &str, to: &str, kind: BadKind, message: &str) {
    assert!(GOOD.contains(from));
    check_bad(GOOD.replace(from, to).as_bytes(), kind, message);
}

#[test]
fn a_record_of_the_lab_is_an_example() {
    let examples = decode(GOOD.as_bytes()).unwrap();
    assert_eq!(examples.categories, [0, 0, 1]);
    assert_eq!(examples.numbers, [63531.0, 31483.0, 12.5, 0.5]);
    assert_eq!(examples.labels, [1]);
}

#[test]
fn order_space_escapes_and_foreign_keys_do_not_matter() {
    check_good(&GOOD.replace(": ", ":").replace(", ", ","));
    check_good(&GOOD.replace(", ", " ,\n\t "));
    check_good(&GOOD.replace("\"RENT\"", "\"R\\u0045NT\""));
    check_good(&GOOD.replace("\"loan_amnt\"", "\"loan_\\u0061mnt\""));
    check_good(&GOOD.replace(
        "\"x\"",
        "{\"deep\": [[1, {\"label\": 0}]], \"ü\": \"\\\"\"}",
    ));
    check_good(&format!(
        " {} ",
        GOOD.replace('{', "{\"label\": 0, \"loan_amnt\": null, ")
    ));
}

#[test]
fn numbers_are_read_in_any_json_spelling() {
    for spelling in ["63531.0", "6.3531e4", "635310e-1", "63531.00"] {
        check_good(&GOOD.replace("63531", spelling));
    }
    check_good(&GOOD.replace("\"label\": 1", "\"label\": 1.0"));
}

#[test]
fn a_null_value_is_bad_and_not_empty_text() {
    let reason = Decoder::new(Schema::loan()).decode(None, &mut Examples::default());
    assert_eq!(reason.unwrap_err().to_string(), "no value (null)");
}

#[test]
fn a_bad_record_leaves_the_examples_as_they_were() {
    let mut decoder = Decoder::new(Schema::loan());
    let mut examples = Examples::default();
    decoder
        .decode(Some(GOOD.as_bytes()), &mut examples)
        .unwrap();
    let before = examples.clone();
    let bad = GOOD.replace("0.5", "\"half\"");
    decoder
        .decode(Some(bad.as_bytes()), &mut examples)
        .unwrap_err();
    assert_eq!(examples, before);
}

#[test]
fn the_excerpt_marks_the_fault() {
    let value = GOOD.replace("RENT", "CASTLE");
    let record = record(value.as_bytes());
    let reason = decode(value.as_bytes()).unwrap_err();
    let bad = BadRecord::new(&record, &reason);
    let (from, to) = bad.mark.unwrap();
    assert_eq!(&bad.excerpt[from..to], "\"CASTLE\"");
    assert!(bad.excerpt.len() <= EXCERPT_BYTES);
    assert_eq!(
        (bad.partition, bad.offset, bad.value_bytes),
        (3, 12, value.len() as u64)
    );
}

#[test]
fn an_excerpt_of_foreign_letters_is_cut_between_them() {
    let value = format!("{{\"a\": \"{}\", \"label\": nope}}", "ü".repeat(200));
    let record = record(value.as_bytes());
    let reason = decode(value.as_bytes()).unwrap_err();
    assert!(
        !BadRecord::new(&record, &reason)
            .excerpt
            .contains('\u{fffd}')
    );
}
