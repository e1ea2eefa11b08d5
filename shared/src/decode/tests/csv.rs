//! Lines of CSV.

use super::*;

const HEADER: &str = "label,loan_amnt,note,person_home_ownership,loan_intent,previous_loan_defaults_on_file,person_income,loan_int_rate,loan_percent_income";
const LINE: &str = "1,31483,x,RENT,PERSONAL,No,63531,12.5,0.5";

fn with_header(header: &str) -> Result<Decoder, FormatError> {
    let format = Format::Csv(Csv {
        header: Some(header.into()),
        ..Csv::default()
    });
    Decoder::with_format(Schema::loan(), &format)
}

fn decode_line(line: &str) -> Result<Examples, BadReason> {
    let mut examples = Examples::default();
    let mut decoder = with_header(HEADER).unwrap();
    decoder
        .decode(Some(line.as_bytes()), &mut examples)
        .map(|()| examples)
}

#[track_caller]
fn check_line(line: &str) {
    assert_eq!(decode_line(line), decode(GOOD.as_bytes()), "{line:?}");
}

#[track_caller]
fn check_bad_line(line: &str, message: &str) {
    assert_eq!(
        decode_line(line).unwrap_err().to_string(),
        message,
        "{line:?}"
    );
}

#[test]
fn a_line_is_the_same_example_as_its_object() {
    check_line(LINE);
    check_line(&format!("{LINE}\r\n"));
    check_line(&format!("\n\n{LINE}\n"));
    check_line(&format!("\u{feff}{LINE}"));
    check_line(&LINE.replace("RENT", "\"RENT\""));
    check_line(&LINE.replace(",x,", ",\"a \"\"note\"\", of\r\ntwo lines\","));
    check_line(&LINE.replace("31483", " +31483.0\t"));
    check_line(&LINE.replace("0.5", ".5"));
    check_line(&LINE.replace("31483", "\"0031483.\""));
    check_line(&LINE.replace("12.5", "125e-1"));
}

#[test]
fn without_a_header_the_columns_are_the_schemas() {
    let format = Format::Csv(Csv {
        delimiter: b'\t',
        header: None,
    });
    let mut decoder = Decoder::with_format(Schema::loan(), &format).unwrap();
    let line = "2024\tid\tRENT\tPERSONAL\tNo\t63531\t31483\t12.5\t0.5\t1";
    let mut examples = Examples::default();
    decoder
        .decode(Some(line.as_bytes()), &mut examples)
        .unwrap();
    assert_eq!(examples, decode(GOOD.as_bytes()).unwrap());
}

#[test]
fn every_fault_of_a_line_has_its_reason() {
    check_bad_line("", "empty value");
    check_bad_line("\r\n", "empty value");
    check_bad_line("1,2", "2 columns instead of 9");
    check_bad_line(&format!("{LINE},"), "10 columns instead of 9");
    check_bad_line(
        &format!("{LINE}\n{LINE}"),
        "a second line begins at byte 42",
    );
    check_bad_line(&LINE.replace("31483", ""), "loan_amnt is missing");
    check_bad_line(
        &LINE.replace("RENT", "\"\""),
        "person_home_ownership is missing",
    );
    check_bad_line(
        &LINE.replace("RENT", "HUT"),
        "person_home_ownership: \"HUT\" is unknown",
    );
    let message = "loan_amnt is a string, not a finite number";
    for odd in [
        "nan", "inf", "-", "1e", "1e999", "0x10", "1_000", "1 000", "e5", ".", "1e5.", "12abc",
    ] {
        check_bad_line(&LINE.replace("31483", odd), message);
    }
    check_bad_line(
        &LINE.replace("1,31483", "2,31483"),
        "label is \"2\", not 0 or 1",
    );
    check_bad_line(
        &LINE.replace("1,31483", "yes,31483"),
        "label is a string, not 0 or 1",
    );
    let reason = decode_line(&LINE.replace("RENT", "HUT")).unwrap_err();
    assert_eq!(
        (reason.field(), reason.byte()),
        (Some("person_home_ownership"), Some(10))
    );
    let mut decoder = with_header(HEADER).unwrap();
    let reason = decoder
        .decode(Some(b"1,\xff"), &mut Examples::default())
        .unwrap_err();
    assert_eq!(reason, BadReason::NotUtf8 { byte: 2 });
}

#[test]
fn a_header_must_be_one_for_the_schema() {
    let told = |header: &str| with_header(header).unwrap_err().to_string();
    let missing = HEADER.replace("loan_amnt,", "");
    assert_eq!(
        told(&missing),
        "the header has no column \"loan_amnt\", which the schema needs"
    );
    let twice = HEADER.replace("note", "label");
    assert_eq!(told(&twice), "the header has two columns \"label\"");
    assert!(told(&format!("{HEADER}\nmore")).starts_with("the header is not one line"));
    with_header(&format!(
        "\u{feff}{}\r\n",
        HEADER.replace("note", "\"a \"\"note\"\"\"")
    ))
    .unwrap();
    for delimiter in [b'"', b'\n', b'7', b'.', b'-', 0xC3] {
        let format = Format::Csv(Csv {
            delimiter,
            header: None,
        });
        let refused = Decoder::with_format(Schema::loan(), &format);
        assert_eq!(refused.unwrap_err(), FormatError::Delimiter(delimiter));
    }
}

#[test]
fn truths_are_read_as_python_and_spreadsheets_write_them() {
    let json = Schema::loan().to_json();
    let (head, _) = json.split_once("\"classes\"").unwrap();
    let schema = Schema::from_json(format!("{head}\"classes\": [true, false]}}}}").as_bytes());
    let format = Format::Csv(Csv {
        header: Some(HEADER.into()),
        ..Csv::default()
    });
    let mut decoder = Decoder::with_format(schema.unwrap(), &format).unwrap();
    let mut examples = Examples::default();
    for truth in ["true", "True", "TRUE", "false", "False", "FALSE"] {
        let line = LINE.replace("1,31483", &format!("{truth},31483"));
        decoder
            .decode(Some(line.as_bytes()), &mut examples)
            .unwrap();
    }
    assert_eq!(examples.labels(), [1, 1, 1, 0, 0, 0]);
}
