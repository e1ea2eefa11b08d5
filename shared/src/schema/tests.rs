use super::*;

const FRUIT: &str = r#"{
  "format": "gradually-schema", "version": 1, "name": "fruit",
  "fields": [
    {"name": "colour", "kind": "categorical", "vocabulary": {"fixed": ["red", "green"]}, "missing": {"constant": "red"}},
    {"name": "shop", "kind": "categorical", "vocabulary": {"hashed": 64}, "missing": "own_category"},
    {"name": "town", "kind": "categorical", "vocabulary": {"first_seen": 9}},
    {"name": "grams", "kind": "numeric", "missing": {"constant": 100.5}},
    {"name": "price", "kind": "numeric", "missing": "mean"},
    {"name": "count", "kind": "weight"},
    {"name": "id", "kind": "key"}, {"name": "at", "kind": "time"}, {"name": "note", "kind": "ignored"}
  ],
  "label": {"name": "ripe", "classes": ["yes", "no"]}
}"#;

#[track_caller]
fn check_refused(from: &str, to: &str, message: &str) {
    assert!(FRUIT.contains(from), "{from}");
    let json = FRUIT.replacen(from, to, 1);
    let error = Schema::from_json(json.as_bytes()).expect_err("no schema");
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn the_last_category_has_no_column() {
    let schema = Schema::loan();
    let (_, vocabulary, _) = schema.categorical().next().unwrap();
    assert_eq!(vocabulary.dropped(), Some("OTHER"));
    assert_eq!(vocabulary.columns(), ["RENT", "OWN", "MORTGAGE"]);
}

#[test]
fn the_committed_loan_schema_is_the_one_in_the_code() {
    let file = include_str!("../../schemas/loan.json");
    assert_eq!(file, Schema::loan().to_json());
    assert_eq!(Schema::from_json(file.as_bytes()), Ok(Schema::loan()));
}

#[test]
fn every_kind_survives_its_file() {
    let schema = Schema::from_json(FRUIT.as_bytes()).unwrap();
    assert_eq!(schema.categorical().count(), 3);
    assert_eq!(schema.weight(), Some("count"));
    let price = schema.numeric().find(|(name, _)| *name == "price");
    assert_eq!(price, Some(("price", MissingNumber::Mean)));
    assert_eq!(Schema::from_json(schema.to_json().as_bytes()), Ok(schema));
}

#[test]
fn classes_are_sorted_as_scikit_learn_sorts_them() {
    let classes = |text: &str| {
        let json = FRUIT.replace("[\"yes\", \"no\"]", text);
        let schema = Schema::from_json(json.as_bytes()).unwrap();
        schema.label.classes
    };
    let text = |word: &str| Class::Text(word.into());
    assert_eq!(classes("[\"yes\", \"no\"]"), [text("no"), text("yes")]);
    assert_eq!(
        classes("[\"é\", \"z\", \"Z\"]"),
        [text("Z"), text("z"), text("é")]
    );
    assert_eq!(classes("[10, -2, 9]"), [-2, 9, 10].map(Class::Integer));
    assert_eq!(classes("[true, false]"), [false, true].map(Class::Bool));
}

#[test]
fn a_wrong_form_is_told_with_its_line() {
    check_refused(
        "\"version\": 1,",
        "\"version\": 1, \"extra\": 2,",
        "unknown field `extra`",
    );
    check_refused(
        "\"name\": \"id\", \"kind\"",
        "\"name\": \"id\", \"sort\"",
        "unknown field `sort`",
    );
    check_refused(
        "\"kind\": \"weight\"",
        "\"kind\": \"mass\"",
        "unknown variant `mass`, expected one of `categorical`, `numeric`",
    );
    check_refused("{\"hashed\": 64}", "{\"hashed\": -1}", "line 5");
    check_refused(
        "{\"hashed\": 64}",
        "{\"hushed\": 64}",
        "expected one of `fixed`, `first_seen`, `hashed`",
    );
    check_refused(
        "\"kind\": \"key\"",
        "\"kind\": \"key\", \"missing\": \"mean\"",
        "field \"id\": `missing` goes with",
    );
    check_refused(
        "\"kind\": \"key\"",
        "\"kind\": \"key\", \"vocabulary\": {\"hashed\": 1}",
        "field \"id\": `vocabulary` goes with",
    );
    check_refused(
        ", \"vocabulary\": {\"first_seen\": 9}",
        "",
        "field \"town\": the kind `categorical` needs",
    );
    check_refused(
        "\"missing\": \"mean\"",
        "\"missing\": \"own_category\"",
        "field \"price\": `missing` of a numeric field is",
    );
    check_refused(
        "{\"constant\": \"red\"}",
        "{\"constant\": 1}",
        "field \"colour\": `missing` of a categorical field is",
    );
    check_refused(
        "{\"constant\": 100.5}",
        "{\"constant\": 1e999}",
        "number out of range",
    );
    check_refused("\"no\"]", "1.5]", "a class is a whole number");
    check_refused("\"label\": {", "\"label\": [", "line 12");
}

#[test]
fn a_broken_rule_is_told_with_its_field() {
    check_refused(
        "gradually-schema",
        "avro",
        "format: \"avro\" is not a schema",
    );
    check_refused(
        "\"version\": 1",
        "\"version\": 7",
        "version: 7 is unknown here",
    );
    check_refused("\"town\"", "\"shop\"", "field \"shop\": there are two");
    check_refused(
        "\"ripe\"",
        "\"grams\"",
        "label \"grams\": the label is also a field",
    );
    check_refused(
        "[\"red\", \"green\"]",
        "[]",
        "field \"colour\": 0 words, at least 1 and at most",
    );
    check_refused(
        "[\"red\", \"green\"]",
        "[\"red\", \"red\"]",
        "field \"colour\": the word \"red\" stands twice",
    );
    check_refused(
        "{\"constant\": \"red\"}",
        "{\"constant\": \"blue\"}",
        "\"blue\" is not in the vocabulary",
    );
    check_refused(
        "[\"yes\", \"no\"]",
        "[\"yes\"]",
        "label \"ripe\": 1 class, at least 2",
    );
    check_refused(
        "[\"yes\", \"no\"]",
        "[\"yes\", \"yes\"]",
        "the class \"yes\" stands twice",
    );
    check_refused(
        "[\"yes\", \"no\"]",
        "[\"yes\", 1]",
        "classes of different kinds, 1 and \"yes\"",
    );
    check_refused("[\"yes\", \"no\"]", "[0, 9007199254740993]", "beyond 2^53");
    check_refused(
        "{\"hashed\": 64}",
        "{\"hashed\": 0}",
        "field \"shop\": 0 columns",
    );
    check_refused(
        "{\"hashed\": 64}",
        "{\"hashed\": 1048577}",
        "1048577 columns, at least 1 and at most 1048576",
    );
    check_refused("\"key\"", "\"weight\"", "field \"id\": a second weight");
    check_refused("\"note\"", "\"\"", "fields[8]: a name of 0 bytes");
    let long = "x".repeat(MAX_NAME_BYTES + 1);
    check_refused("\"green\"", &format!("\"{long}\""), "a word of 257 bytes");
}

#[test]
fn too_many_is_told_with_the_limit() {
    let fields = |count: usize| -> Vec<Field> {
        let field = |place| Field {
            name: format!("f{place}"),
            kind: Kind::Numeric {
                missing: MissingNumber::Error,
            },
        };
        (0..count).map(field).collect()
    };
    let mut schema = Schema::loan();
    schema.fields = fields(MAX_FIELDS);
    assert_eq!(schema.check(), Ok(()));
    schema.fields = fields(MAX_FIELDS + 1);
    let told = schema.check().unwrap_err().to_string();
    assert_eq!(
        told,
        "fields: 4097 fields, at least 1 and at most 4096 are needed"
    );
    schema.fields = fields(1);
    schema.fields[0].kind = Kind::Ignored;
    assert!(
        schema
            .check()
            .unwrap_err()
            .to_string()
            .contains("no field is numeric")
    );
    schema.fields[0].kind = Kind::Numeric {
        missing: MissingNumber::Constant(f64::NAN),
    };
    assert!(
        schema
            .check()
            .unwrap_err()
            .to_string()
            .contains("NaN for a missing number is not finite")
    );
    schema = Schema::loan();
    schema.label.classes = (0..1001).map(Class::Integer).collect();
    assert!(
        schema
            .check()
            .unwrap_err()
            .to_string()
            .contains("1001 classes")
    );
    schema.label.classes = vec![Class::Integer(1), Class::Integer(0)];
    assert!(
        schema
            .check()
            .unwrap_err()
            .to_string()
            .contains("the order is ascending")
    );
    let long = vec![b' '; MAX_SCHEMA_BYTES + 1];
    assert!(
        Schema::from_json(&long)
            .unwrap_err()
            .to_string()
            .starts_with("file: 16777217 bytes")
    );
}
