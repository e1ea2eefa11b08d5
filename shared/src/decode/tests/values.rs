//! What values mean: numbers to the last bit, strings with escapes, weights, missing values.

use super::*;
use crate::schema::{Field, Kind, MissingNumber, MissingWord};

/// The loan schema with another kind for a field.
fn with_kind(name: &str, kind: Kind) -> Schema {
    let mut schema = Schema::loan();
    let mut fields = schema.fields.iter_mut();
    let field = fields.find(|field| field.name == name).unwrap();
    field.kind = kind;
    schema
}

fn decode_as(schema: Schema, value: &str) -> Result<Examples, BadReason> {
    let mut examples = Examples::default();
    Decoder::new(schema)
        .decode(Some(value.as_bytes()), &mut examples)
        .map(|()| examples)
}

#[test]
fn numbers_are_the_nearest_there_are() {
    let spellings = [
        "0",
        "-0",
        "-0.0",
        "0.1",
        "12.5",
        "1e22",
        "1e23",
        "123456789012345678901234567890",
        "9007199254740993",
        "0.000001",
        "1234567.1234567",
        "12345678.12345678",
        "5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "179769313486231580793728971405301e276",
        "0e999",
        "1e-999",
        "1E5",
        "1e+05",
        "7.0000001",
        "9999999.9999999",
        "0.30000000000000004",
        "100000000000000000000000e-23",
        "-3.5e-3",
    ];
    for spelling in spellings {
        let examples = decode(GOOD.replace("31483", spelling).as_bytes()).unwrap();
        let expected: f64 = spelling.parse().unwrap();
        assert_eq!(
            examples.numbers[1].to_bits(),
            expected.to_bits(),
            "{spelling}"
        );
    }
}

#[test]
fn all_decimals_of_a_few_digits_are_exact() {
    for hundredths in 0..20_000 {
        let spelling = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let value = format!(
            "{{\"person_home_ownership\":\"OWN\",\"loan_intent\":\"MEDICAL\",\"previous_loan_defaults_on_file\":\"No\",\"person_income\":1,\"loan_int_rate\":-{spelling},\"loan_percent_income\":2,\"label\":0,\"loan_amnt\":{spelling}}}"
        );
        let examples = decode(value.as_bytes()).unwrap();
        let expected: f64 = spelling.parse().unwrap();
        assert_eq!(examples.numbers[1..3], [expected, -expected]);
    }
}

#[test]
fn escapes_say_what_they_stand_for() {
    let mut schema = with_kind(
        "application_id",
        Kind::Categorical {
            vocabulary: crate::schema::Vocabulary::FirstSeen(9),
            missing: MissingWord::Error,
        },
    );
    schema.fields[1].name = "größe\n".into();
    let value = GOOD
        .replace("application_id", r"gr\u00f6\u00DFe\n")
        .replace("\"x\"", r#""\"\\\/\b\f\n\r\t\u0000\ud834\udd1e é""#);
    let examples = decode_as(schema, &value).unwrap();
    let word = examples.words[0].get(0);
    assert_eq!(word, Some("\"\\/\u{8}\u{c}\n\r\t\0\u{1d11e} é"));
}

#[test]
fn surrogates_matter_only_where_a_string_is_read() {
    check_good(&GOOD.replace("\"x\"", r#""\ud800""#));
    check_good(&GOOD.replace("\"x\"", r#"{"\udfff": ["\ud800x"]}"#));
    check_good(&GOOD.replace("\"x\"", "1e999"));
    decode(GOOD.replace("application_id", r"\ud800").as_bytes()).unwrap_err();
}

#[test]
fn a_missing_number_becomes_what_the_schema_says() {
    let missing = |missing| with_kind("loan_amnt", Kind::Numeric { missing });
    for value in [
        GOOD.replace("31483", "null"),
        GOOD.replace("\"loan_amnt\"", "\"-\""),
    ] {
        let constant = decode_as(missing(MissingNumber::Constant(-2.5)), &value).unwrap();
        assert_eq!(constant.numbers[1], -2.5);
        let mean = decode_as(missing(MissingNumber::Mean), &value).unwrap();
        assert!(mean.numbers[1].is_nan());
        decode_as(missing(MissingNumber::Error), &value).unwrap_err();
    }
    let text = GOOD.replace("31483", "\"\"");
    decode_as(missing(MissingNumber::Mean), &text).unwrap_err();
}

#[test]
fn a_weight_is_at_least_0() {
    let schema = || with_kind("loan_amnt", Kind::Weight);
    let examples = decode_as(schema(), &GOOD.replace("31483", "0.5")).unwrap();
    assert_eq!((examples.weights, examples.numbers.len()), (vec![0.5], 3));
    let zero = decode_as(schema(), &GOOD.replace("31483", "-0.0")).unwrap();
    assert_eq!(zero.weights[0].to_bits(), 0);
    let reason = decode_as(schema(), &GOOD.replace("31483", "-1")).unwrap_err();
    assert_eq!(
        reason.to_string(),
        "loan_amnt is -1, not a number of at least 0"
    );
    let reason = decode_as(schema(), &GOOD.replace("31483", "\"1\"")).unwrap_err();
    assert_eq!(reason.kind(), BadKind::WrongType);
}

#[test]
fn labels_may_be_numbers_words_or_truths() {
    let labelled = |classes: &str, label: &str| {
        let json = Schema::loan().to_json();
        let (head, _) = json.split_once("\"classes\"").unwrap();
        let json = format!("{head}\"classes\": {classes}}}}}");
        let schema = Schema::from_json(json.as_bytes()).unwrap();
        let value = GOOD.replace("\"label\": 1", &format!("\"label\": {label}"));
        decode_as(schema, &value).map(|examples| examples.labels[0])
    };
    assert_eq!(labelled("[\"yes\", \"no\"]", "\"yes\""), Ok(1));
    assert_eq!(labelled("[true, false]", "false"), Ok(0));
    assert_eq!(labelled("[7, -1, 3]", "3.0"), Ok(1));
    let reason = |classes, label| labelled(classes, label).unwrap_err().to_string();
    assert_eq!(
        reason("[\"yes\", \"no\"]", "\"maybe\""),
        "label is \"maybe\", not \"no\" or \"yes\""
    );
    assert_eq!(reason("[7, -1, 3]", "4"), "label is 4, not -1, 3 or 7");
    assert_eq!(reason("[0, 1]", "\"1\""), "label is a string, not 0 or 1");
    assert_eq!(
        reason("[true, false]", "1"),
        "label is a number, not false or true"
    );
    assert_eq!(
        reason("[1,2,3,4,5,6,7]", "9"),
        "label is 9, not one of 7 classes (1, 2, 3, 4, 5, 6, …)"
    );
    assert_eq!(reason("[0, 1]", "null"), "label is null");
}

#[test]
fn any_schema_and_any_record_go_together_without_a_panic() {
    let mut schema = Schema::loan();
    schema.fields.push(Field {
        name: "label".into(),
        kind: Kind::Weight,
    });
    schema.fields.push(schema.fields[3].clone());
    schema.label.classes.clear();
    for value in [GOOD, "{}", "[]", ""] {
        decode_as(schema.clone(), value).unwrap_err();
    }
}
