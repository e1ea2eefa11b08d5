//! A batch is taken in whole or not at all, can be taken back, and the state survives a file.

use serde_json::{Value, json};

use super::{dense, encoder, examples};
use crate::encode::{EncodeError, Encoded, Encoder};
use crate::schema::Schema;

fn schema() -> Schema {
    serde_json::from_value(json!({
        "format": "gradually-schema", "version": 1, "name": "test",
        "fields": [
            {"name": "word", "kind": "categorical", "vocabulary": {"first_seen": 3}, "missing": "own_category"},
            {"name": "x", "kind": "numeric"},
        ],
        "label": {"name": "label", "classes": [0, 1]},
    }))
    .expect("a schema")
}

/// One of each kind.
fn encoders() -> Vec<Encoder> {
    let kinds = [
        json!({"stable": {"interactions": ["word*x"], "thresholds": ["x>2"]}}),
        json!("per_batch"),
        json!({"hashed": {"n_features": 8}}),
        json!({"hashed": {"n_features": 8, "scale_numbers": false}}),
    ];
    kinds.iter().map(|kind| encoder(&schema(), kind)).collect()
}

fn rows(rows: &[(&str, f64)]) -> Vec<Value> {
    rows.iter()
        .map(|(word, x)| json!({"word": word, "x": x}))
        .collect()
}

fn encode(encoder: &mut Encoder, batch: &[(&str, f64)]) -> Result<Vec<f64>, EncodeError> {
    let mut encoded = Encoded::default();
    let outcome = encoder.encode(&examples(&schema(), &rows(batch)), &mut encoded);
    outcome.map(|()| dense(&encoded))
}

const FIRST: &[(&str, f64)] = &[("a", 1.0), ("b", 2.0), ("a", 4.0)];
const SECOND: &[(&str, f64)] = &[("c", 7.0), ("d", 2.5), ("c", 0.0), ("b", 1.0)];
const OVERFLOWING: &[(&str, f64)] = &[("e", 1e308), ("f", 1e308), ("e", -1e308)];

#[test]
fn a_batch_that_is_taken_back_was_never_there() {
    for mut encoder in encoders() {
        encode(&mut encoder, FIRST).unwrap();
        let before = encoder.clone();
        let features = encode(&mut encoder, SECOND).unwrap();
        encoder.undo();
        assert_eq!(encoder, before);
        encoder.undo();
        assert_eq!(encoder, before, "once only");
        assert_eq!(encode(&mut encoder, SECOND).unwrap(), features);
    }
}

#[test]
fn a_batch_that_fails_leaves_the_state() {
    for mut encoder in encoders().drain(..3) {
        encode(&mut encoder, FIRST).unwrap();
        let before = encoder.clone();
        let error = encode(&mut encoder, OVERFLOWING).unwrap_err();
        assert_eq!(error, EncodeError::NotFinite { field: "x".into() });
        assert_eq!(encoder, before);
        encoder.undo();
        assert_eq!(encoder, before, "nothing to take back");
    }
}

#[test]
fn sums_of_one_column_may_be_too_large() {
    let mut schema = schema();
    for name in ["y", "z"] {
        let mut field = schema.fields[1].clone();
        field.name = name.into();
        schema.fields.push(field);
    }
    let settings =
        json!({"hashed": {"n_features": 1, "scale_numbers": false, "alternate_sign": false}});
    let mut encoder = encoder(&schema, &settings);
    let rows = [json!({"word": "a", "x": 1e308, "y": 1e308, "z": 1e308})];
    let error = encoder.encode(&examples(&schema, &rows), &mut Encoded::default());
    assert!(
        matches!(error, Err(EncodeError::NotFinite { .. })),
        "{error:?}"
    );
}

#[test]
fn an_encoder_goes_on_from_its_json() {
    for mut encoder in encoders() {
        encode(&mut encoder, FIRST).unwrap();
        let json = serde_json::to_string(&encoder).unwrap();
        let mut read: Encoder = serde_json::from_str(&json).unwrap();
        assert_eq!(read, encoder);
        assert_eq!(
            (read.width(), read.feature_names()),
            (encoder.width(), encoder.feature_names())
        );
        read.undo();
        assert_eq!(read, encoder, "the batch before is not in a file");
        assert_eq!(encode(&mut read, SECOND), encode(&mut encoder, SECOND));
        assert_eq!(read, encoder);
    }
}

/// Changes a member of an encoder's JSON and reads it.
fn reads_with(encoder: &Encoder, pointer: &str, value: Value) -> Result<Encoder, String> {
    let mut json = serde_json::to_value(encoder).unwrap();
    *json.pointer_mut(pointer).expect(pointer) = value;
    serde_json::from_value(json).map_err(|error| error.to_string())
}

#[test]
fn a_state_that_batches_cannot_lead_to_is_refused() {
    let mut all = encoders();
    for encoder in &mut all {
        encode(encoder, FIRST).unwrap();
    }
    let (stable, per_batch, hashed, unscaled) = (&all[0], &all[1], &all[2], &all[3]);
    for (encoder, pointer, value) in [
        (stable, "/state/stable/scaler/mean", json!([1.0, 2.0])),
        (stable, "/state/stable/scaler/scale", json!([0.0])),
        (stable, "/state/stable/scaler/var", json!([1e300])),
        (
            stable,
            "/state/stable/scaler/n_samples_seen",
            json!([u64::MAX]),
        ),
        (stable, "/state/stable/scaler/n_samples_seen", json!([])),
        (stable, "/state/stable/vocabularies", json!([])),
        (stable, "/state/stable/vocabularies", json!([["a", "a"]])),
        (
            stable,
            "/state/stable/vocabularies",
            json!([["a", "b", "c", "d"]]),
        ),
        (
            stable,
            "/state/stable/vocabularies",
            json!([["a", "b".repeat(2000)]]),
        ),
        (
            stable,
            "/state",
            json!({"hashed": {"scaler": serde_json::to_value(hashed.scaler()).unwrap()}}),
        ),
        (stable, "/settings", json!("per_batch")),
        (
            stable,
            "/settings",
            json!({"stable": {"thresholds": ["word>2"]}}),
        ),
        (per_batch, "/state/per_batch/categories", json!([["a"]])),
        (per_batch, "/state/per_batch/categories", json!([])),
        (per_batch, "/state/per_batch/std", json!([1.0, 1.0])),
        (hashed, "/state/hashed/scaler/n_samples_seen", json!([0])),
        (unscaled, "/state/hashed/scaler/mean", json!([1.0])),
    ] {
        let read = reads_with(encoder, pointer, value.clone());
        assert!(read.is_err(), "{pointer} {value}");
    }
    assert!(reads_with(stable, "/state/stable/vocabularies", json!([["z", "y"]])).is_ok());
}

#[test]
fn an_empty_batch_changes_nothing() {
    for mut encoder in encoders() {
        encode(&mut encoder, FIRST).unwrap();
        let before = encoder.clone();
        assert_eq!(encode(&mut encoder, &[]).unwrap(), [] as [f64; 0]);
        encoder.undo();
        assert_eq!(encoder, before);
    }
}

#[test]
fn what_does_not_fit_the_schema_is_named() {
    let error = |settings: Value| {
        let settings = serde_json::from_value(settings).unwrap();
        Encoder::new(schema(), &settings).unwrap_err().to_string()
    };
    for (settings, wanted) in [
        (
            json!({"stable": {"thresholds": ["word>1"]}}),
            "thresholds must be on a numeric field of the schema; it is word>1",
        ),
        (
            json!({"stable": {"interactions": ["x*y"]}}),
            "interactions must be of categorical or numeric fields of the schema; it is y",
        ),
        (
            json!({"hashed": {"n_features": 2_000_000}}),
            "n_features must be from 1 to 1048576; it is 2000000",
        ),
    ] {
        assert_eq!(error(settings), wanted);
    }
}

/// Why the stable encoder refuses the schema with these vocabularies.
#[track_caller]
fn refusal(vocabularies: &[Value], stable: &Value) -> String {
    let mut json = serde_json::to_value(schema()).unwrap();
    for (place, vocabulary) in vocabularies.iter().enumerate() {
        let field = json!({"name": format!("w{place}"), "kind": "categorical",
            "vocabulary": vocabulary, "missing": "own_category"});
        json["fields"].as_array_mut().unwrap().push(field);
    }
    let schema: Schema = serde_json::from_value(json).unwrap();
    let settings = serde_json::from_value(json!({"stable": stable})).unwrap();
    Encoder::new(schema, &settings).unwrap_err().to_string()
}

#[test]
fn too_many_columns_are_refused() {
    let most = json!({"first_seen": u32::MAX});
    for (vocabularies, stable) in [
        (vec![most.clone()], json!({})),
        (
            vec![
                most.clone(),
                json!({"hashed": u32::MAX}),
                json!({"fixed": ["a"]}),
            ],
            json!({}),
        ),
        (
            vec![json!({"hashed": 2000}); 2],
            json!({"interactions": ["w0*w1"]}),
        ),
    ] {
        let error = refusal(&vocabularies, &stable);
        assert!(
            error.starts_with("features must be at most 1048576 columns"),
            "{error}"
        );
    }
}

#[test]
fn an_open_vocabulary_without_columns_is_refused() {
    for vocabulary in [json!({"hashed": 0}), json!({"first_seen": 0})] {
        let error = refusal(&[vocabulary], &json!({}));
        assert_eq!(
            error,
            "vocabulary must be of at least 1 column for w0; it is 0"
        );
    }
}

#[test]
fn a_constant_that_is_no_word_is_refused() {
    let mut json = serde_json::to_value(schema()).unwrap();
    json["fields"][0]["vocabulary"] = json!({"fixed": ["a", "b"]});
    json["fields"][0]["missing"] = json!({"constant": "c"});
    let schema = serde_json::from_value(json).unwrap();
    let error = Encoder::new(schema, &crate::encode::EncoderSettings::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "missing must be a word of the vocabulary of word; it is c"
    );
}

#[test]
fn a_word_of_bad_records_alone_takes_no_column() {
    let mut encoder = encoders().remove(0);
    let mut examples = examples(&schema(), &rows(&[("bad", 1.0), ("good", 2.0)]));
    // As a decoder leaves it that met the word before the record turned out to be bad.
    examples.categories.remove(0);
    examples.numbers.remove(0);
    examples.labels.remove(0);
    encoder.encode(&examples, &mut Encoded::default()).unwrap();
    assert_eq!(encoder.feature_names()[..2], ["word_good", "word#1"]);
}

#[test]
fn the_labs_decoder_lets_every_word_through() {
    let settings = serde_json::from_value(json!("per_batch")).unwrap();
    let decoding = crate::encode::EncoderSettings::decoding_schema(&settings, &Schema::loan());
    let (_, vocabulary, missing) = decoding.categorical().next().unwrap();
    assert_eq!(
        serde_json::to_value(vocabulary).unwrap(),
        json!({"first_seen": 1_048_576})
    );
    assert_eq!(
        serde_json::to_value(missing).unwrap(),
        json!("own_category")
    );
    let stable = crate::encode::EncoderSettings::default();
    assert_eq!(stable.decoding_schema(&Schema::loan()), Schema::loan());
}
