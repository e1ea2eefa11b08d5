//! Every fault has its reason, its field and its place.

use super::*;

#[test]
fn every_fault_has_its_reason() {
    check_bad(b"", BadKind::Empty, "empty value");
    check_bad(b" \n", BadKind::Empty, "empty value");
    check_bad(
        b"not json",
        BadKind::NotJson,
        "not JSON at byte 0: expected an object",
    );
    check_bad(b"[1]", BadKind::NotJson, "a list instead of an object");
    check_bad(b"{\"label\"", BadKind::NotJson, "not JSON: ends at byte 8");
    check_bad(
        b"{\n\"label\" 1}",
        BadKind::NotJson,
        "not JSON at byte 10: expected `:`",
    );
    check_bad(
        b"{\"a\": \"\xff\"}",
        BadKind::NotUtf8,
        "not UTF-8 at byte 7",
    );
    check_replaced(
        "\"label\": 1",
        "\"label\": 2",
        BadKind::Label,
        "label is 2, not 0 or 1",
    );
    check_replaced("31483", "null", BadKind::Null, "loan_amnt is null");
    check_replaced(
        "\"loan_amnt\"",
        "\"amount\"",
        BadKind::Missing,
        "loan_amnt is missing",
    );
    let message = "loan_amnt is a string, not a finite number";
    check_replaced("31483", "\"31483\"", BadKind::WrongType, message);
    check_replaced(
        "\"RENT\"",
        "7",
        BadKind::WrongType,
        "person_home_ownership is a number, not a string",
    );
    let message = "person_home_ownership: \"CASTLE\" is unknown";
    check_replaced("RENT", "CASTLE", BadKind::UnknownCategory, message);
    check_replaced(
        "\"label\": 1",
        "\"label\": true",
        BadKind::WrongType,
        "label is true or false, not 0 or 1",
    );
    let reason = decode(GOOD.replace("31483", "1e999").as_bytes()).unwrap_err();
    assert!(
        reason.to_string().contains("number out of range"),
        "{reason}"
    );
    let reason = decode(GOOD.replace("31483", "NaN").as_bytes()).unwrap_err();
    assert_eq!(reason.kind(), BadKind::NotJson);
}

#[track_caller]
fn check_place(value: &str, field: Option<&str>, at: &str) {
    let reason = decode(value.as_bytes()).expect_err("a bad record");
    assert_eq!(reason.field(), field, "{reason}");
    assert_eq!(reason.byte(), value.find(at), "{reason}");
}

#[test]
fn a_reason_says_where_the_fault_is() {
    let good = GOOD;
    check_place(&good.replace("31483", "null"), Some("loan_amnt"), "null");
    check_place(&good.replace("31483", "[1]"), Some("loan_amnt"), "[1]");
    check_place(
        &good.replace("RENT", "CASTLE"),
        Some("person_home_ownership"),
        "\"CASTLE",
    );
    check_place(
        &good.replace("\"label\": 1", "\"label\": 7"),
        Some("label"),
        "7}",
    );
    check_place(&good.replace("31483", "31x83"), None, "x83");
    check_place(&good.replace("\"x\"", "\"\\x\""), None, "x\"");
    let twice = good
        .replace('{', "{\"loan_amnt\": \"old\", ")
        .replace("31483", "\"new\"");
    check_place(&twice, Some("loan_amnt"), "\"new\"");
    let missing = decode(b"{}").unwrap_err();
    assert_eq!(
        (missing.field(), missing.byte()),
        (Some("person_home_ownership"), None)
    );
}

#[test]
fn a_record_without_its_begin_is_bad_whatever_came_before() {
    let mut decoder = Decoder::new(Schema::loan());
    let long = format!("{{{}", " ".repeat(500));
    for value in [GOOD.replace('{', &long), GOOD.into()] {
        decoder
            .decode(Some(value.as_bytes()), &mut Examples::default())
            .unwrap();
        let (_, rest) = value.split_once("x\"").unwrap();
        decoder
            .decode(Some(rest.as_bytes()), &mut Examples::default())
            .unwrap_err();
        let (_, rest) = value.split_once("000\"").unwrap();
        decoder
            .decode(Some(rest.as_bytes()), &mut Examples::default())
            .unwrap_err();
    }
}

#[test]
fn a_byte_order_mark_is_told() {
    let message = "not JSON at byte 0: a byte order mark stands before the object";
    check_bad(
        format!("\u{feff}{GOOD}").as_bytes(),
        BadKind::NotJson,
        message,
    );
}

#[test]
fn nesting_has_a_limit_and_needs_no_stack() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    check_good(&GOOD.replace("\"x\"", &nested(MAX_DEPTH - 1)));
    let objects = format!(
        "{}1{}",
        "{\"a\":".repeat(MAX_DEPTH - 1),
        "}".repeat(MAX_DEPTH - 1)
    );
    check_good(&GOOD.replace("\"x\"", &objects));
    for levels in [MAX_DEPTH, 100_000] {
        for field in ["\"x\"", "31483"] {
            let value = GOOD.replace(field, &nested(levels));
            let reason = decode(value.as_bytes()).unwrap_err();
            let at = value.find('[').unwrap() + MAX_DEPTH - 1;
            assert_eq!(reason, BadReason::TooDeep { byte: at });
            assert_eq!(reason.kind(), BadKind::Limit);
        }
    }
    let reason = decode(GOOD.replace("31483", &nested(9)).as_bytes()).unwrap_err();
    assert_eq!(reason.kind(), BadKind::WrongType);
}

#[test]
fn a_record_may_be_large_but_not_larger_than_the_limit() {
    let padded = |bytes: usize| {
        let room = bytes - GOOD.len();
        GOOD.replace("\"x\"", &format!("\"x{}\"", "y".repeat(room)))
    };
    check_good(&padded(MAX_RECORD_BYTES));
    let value = padded(MAX_RECORD_BYTES + 1);
    let reason = decode(value.as_bytes()).unwrap_err();
    assert_eq!(
        reason.to_string(),
        "16777217 bytes long, the limit is 16777216"
    );
}

#[test]
fn strings_and_numbers_are_held_to_the_grammar() {
    let faults = [
        (
            "\"x\"",
            "\"a\tb\"".replace("\\t", "\t"),
            "control character in a string",
        ),
        ("\"x\"", r#""\u12G4""#.into(), "invalid escape"),
        ("\"x\"", r#""\'""#.into(), "invalid escape"),
        ("\"x\"", "01".into(), "invalid number"),
        ("\"x\"", "1.".into(), "invalid number"),
        ("\"x\"", "-".into(), "invalid number"),
        ("\"x\"", "1e+".into(), "invalid number"),
        ("\"x\"", ".5".into(), "expected a value"),
        ("\"x\"", "+5".into(), "expected a value"),
        ("\"x\"", "nul".into(), "expected `true`, `false` or `null`"),
        ("\"x\"", "[1,]".into(), "expected a value"),
        ("\"x\"", "[1 2]".into(), "expected `,` or `]`"),
        ("\"x\"", "{\"a\" 1}".into(), "expected `:`"),
        ("\"x\"", "{a: 1}".into(), "key must be a string"),
        ("\"x\"", "{\"a\": 1,}".into(), "key must be a string"),
        ("31483", "0123".into(), "invalid number"),
        ("31483", "1.e5".into(), "invalid number"),
        ("31483", "--1".into(), "invalid number"),
        ("31483", "-1e400".into(), "number out of range"),
        ("31483", "tru".into(), "expected `true`, `false` or `null`"),
        ("RENT", r"\ud800".into(), "lone surrogate in an escape"),
        (
            "RENT",
            r"\ud800\u0041".into(),
            "lone surrogate in an escape",
        ),
        (
            "RENT",
            r"\udc00\ud800".into(),
            "lone surrogate in an escape",
        ),
        ("label", r"\udfff".into(), "lone surrogate in an escape"),
        (", \"label\"", ",, \"label\"".into(), "key must be a string"),
        ("}", "},".into(), "trailing characters"),
        ("}", "]".into(), "expected `,` or `}`"),
    ];
    for (from, to, detail) in faults {
        let value = GOOD.replacen(from, &to, 1);
        let reason = decode(value.as_bytes()).unwrap_err().to_string();
        assert!(reason.ends_with(detail), "{to}: {reason}");
    }
}

#[test]
fn every_shortened_record_is_cut_off() {
    for end in 1..GOOD.len() {
        let reason = decode(&GOOD.as_bytes()[..end]).unwrap_err();
        assert_eq!(reason, BadReason::Truncated { byte: end });
    }
}
