//! Models as ONNX, SQL and Python, natively and in WebAssembly. That other programs say the same
//! with them is tested by `saves/same_predictions.py`.

#![allow(clippy::unwrap_used)]

mod support;

use std::num::NonZeroU32;

use shared::batch::{Batcher, Trigger};
use shared::decode::Format;
use shared::generate::LoanStream;
use shared::learner::Learner;
use shared::open::{OpenedModel, open_model};
use shared::save::{
    ModelFormat, ScoringError, check_scoring, model_json, model_onnx, model_python, model_sql,
};
use shared::schema::Schema;
use shared::settings::Settings;
use support::{fnv1a, record};

const FORMATS: [ModelFormat; 3] = [ModelFormat::Onnx, ModelFormat::Sql, ModelFormat::Python];

/// A learner out of its own file.
fn opened(json: &[u8]) -> Learner {
    let OpenedModel::Own(file) = open_model(json).unwrap() else {
        panic!("it is the project's own file");
    };
    Learner::from_model_file(*file, Format::Json).unwrap()
}

/// A learner after one batch of these records.
fn learned(schema: Schema, settings: &str, values: &[Vec<u8>]) -> Learner {
    let settings = Settings {
        trigger: Trigger::Records(NonZeroU32::new(u32::try_from(values.len()).unwrap()).unwrap()),
        ..serde_json::from_str(settings).unwrap()
    };
    let mut learner = Learner::with_schema(schema, Format::Json, settings).unwrap();
    let mut batcher = Batcher::new(learner.settings().trigger);
    for (offset, value) in (0..).zip(values) {
        batcher.push(&record(offset, Some(value)));
    }
    let report = learner.step(batcher.cut().unwrap(), None).unwrap();
    assert_eq!(report.bad_records, 0);
    learner
}

fn loans(settings: &str) -> Learner {
    let mut stream = LoanStream::new(3);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let next = || {
        stream.next_into(&mut key, &mut value);
        value.clone()
    };
    let values: Vec<_> = std::iter::repeat_with(next).take(200).collect();
    learned(Schema::loan(), settings, &values)
}

/// A schema of one field of words, of any kind, and one number.
fn fruit(words: &str, classes: &str) -> Schema {
    let schema = format!(
        r#"{{"format": "gradually-schema", "version": 1, "name": "fruit", "fields": [
            {{"name": "colour", "kind": "categorical", "vocabulary": {words}}},
            {{"name": "grams", "kind": "numeric"}}],
            "label": {{"name": "kind", "classes": {classes}}}}}"#
    );
    Schema::from_json(schema.as_bytes()).unwrap()
}

fn fruits() -> Vec<Vec<u8>> {
    let fruit = |(colour, grams, kind)| {
        format!(r#"{{"colour": "{colour}", "grams": {grams}, "kind": {kind}}}"#).into_bytes()
    };
    [
        ("red", 150, 0),
        ("green", 180, 1),
        ("blue", 2, 0),
        ("red", 160, 1),
    ]
    .map(fruit)
    .into()
}

/// Another file is another hash: after a change that was meant, take it over.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn files_are_the_same_bytes_natively_and_in_webassembly() {
    let learner = loans("{}");
    let hashes = [
        model_onnx(&learner).unwrap(),
        model_sql(&learner).unwrap(),
        model_python(&learner).unwrap(),
    ]
    .map(|file| format!("{:016x}", fnv1a(file)));
    assert_eq!(
        hashes,
        ["e6ccc890be2f06d0", "49f7729c11df63a0", "fd7ce2f9dfdd9101"]
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_has_no_fixed_meaning_is_refused_by_name() {
    let hashed = r#"{"hashed": 8}"#;
    for (learner, what) in [
        (
            loans(r#"{"encoder": "per_batch"}"#),
            "the per_batch encoder",
        ),
        (
            loans(r#"{"encoder": {"hashed": {"n_features": 8}}}"#),
            "the hashed encoder",
        ),
        (
            learned(fruit(hashed, "[0, 1]"), "{}", &fruits()),
            "hashed words of colour",
        ),
    ] {
        for format in FORMATS {
            let error = check_scoring(&learner, format).unwrap_err().to_string();
            assert!(
                error.contains(&format!("cannot say {what}: save such a model as json")),
                "{error}"
            );
        }
        assert!(check_scoring(&learner, ModelFormat::Json).is_ok());
        assert!(model_onnx(&learner).is_err() && model_python(&learner).is_err());
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn sql_says_where_it_ends() {
    let nul = fruit(r#"{"fixed": ["a\u0000b", "red"]}"#, "[0, 1]");
    let learner = Learner::with_schema(nul, Format::Json, Settings::default()).unwrap();
    let text = "a\0b".to_owned();
    assert_eq!(
        model_sql(&learner),
        Err(ScoringError::Nul {
            format: "sql",
            text
        })
    );
    assert!(model_onnx(&learner).is_ok() && model_python(&learner).is_ok());

    let classes: Vec<u32> = (0..101).collect();
    let many = fruit(r#"{"fixed": ["red"]}"#, &format!("{classes:?}"));
    let learner = Learner::with_schema(many, Format::Json, Settings::default()).unwrap();
    let error = model_sql(&learner).unwrap_err().to_string();
    assert_eq!(error, "sql can take 100 classes, and this model has 101");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_quote_in_a_name_does_not_end_it() {
    let mut schema = fruit(r#"{"fixed": ["it's", "red"]}"#, r#"["a'b", "c\"d"]"#);
    "a\"b".clone_into(&mut schema.fields[1].name);
    let learner = Learner::with_schema(schema, Format::Json, Settings::default()).unwrap();
    let sql = String::from_utf8(model_sql(&learner).unwrap()).unwrap();
    for text in [
        r#"application."a""b""#,
        "WHEN 'it''s' THEN",
        "THEN 'c\"d'",
        "THEN 'a''b'",
    ] {
        assert!(sql.contains(text), "{sql}");
    }
    let python = String::from_utf8(model_python(&learner).unwrap()).unwrap();
    assert!(python.contains(r#"("a\"b", "refused","#), "{python}");
    assert!(python.contains(r#"CLASSES = ["a'b", "c\"d"]"#), "{python}");
}

/// Words that took a column when they came keep it in the file.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_saved_model_predicts_as_the_learner_does() {
    let first_seen = fruit(r#"{"first_seen": 2}"#, "[0, 1]");
    for learner in [
        learned(first_seen, "{}", &fruits()),
        learned(
            fruit(r#"{"fixed": ["red", "green", "blue"]}"#, "[0, 1, 2]"),
            r#"{"model": {"loss": "hinge"}}"#,
            &fruits(),
        ),
        learned(
            fruit(r#"{"first_seen": 9}"#, "[0, 1]"),
            r#"{"encoder": {"hashed": {"n_features": 8}}, "model": {"average": true}}"#,
            &fruits(),
        ),
    ] {
        let mut saved = opened(&model_json(&learner)).predictor();
        let mut own = learner.predictor();
        for value in fruits() {
            let prediction = saved.predict(&value).unwrap();
            assert_eq!(prediction, own.predict(&value).unwrap());
            let sum: Option<f64> = prediction.probabilities.map(|all| all.iter().sum());
            assert!(sum.is_none_or(|sum| (sum - 1.0).abs() < 1e-12));
        }
        assert!(
            saved
                .predict(b"{}")
                .unwrap_err()
                .to_string()
                .contains("colour")
        );
    }
}
