//! The project's own model files.

use serde_json::{Value, json};

use super::{Dice, check_refused, refusal, survives};
use crate::learner::Learner;
use crate::save::model_json;
use crate::settings::Settings;

/// A model that has learned nothing, under these settings.
fn file(settings: Value) -> Vec<u8> {
    let settings: Settings = serde_json::from_value(settings).expect("settings");
    model_json(&Learner::new(settings).expect("good settings"))
}

/// The message about a file of which one member is another.
#[track_caller]
fn refused_with(settings: Value, member: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_slice(&file(settings)).expect("JSON");
    *json.pointer_mut(member).expect("a member") = value;
    refusal(json.to_string().as_bytes())
}

#[test]
fn what_does_not_belong_together_is_refused_with_the_member() {
    for (member, value, wanted) in [
        (
            "/format",
            json!("gradually-snapshot"),
            "format: \"gradually-snapshot\" is not a model",
        ),
        (
            "/version",
            json!(2),
            "version: 2 is unknown here, the version is 1",
        ),
        ("/model_id", json!(5), "model_id: 5 models of 0 batches"),
        (
            "/batch_id",
            json!(u64::MAX),
            "batch_id: 18446744073709551615 is too large",
        ),
        (
            "/classes",
            json!([0, 2]),
            "classes: other classes than the schema's label has",
        ),
        (
            "/feature_names",
            json!([]),
            "feature_names: 0 names of 13 features",
        ),
        (
            "/feature_names/2",
            json!("x"),
            "feature_names[2]: not a name that schema and settings",
        ),
        ("/coef", json!([[1.0]]), "coef: 1 x 13 weights are needed"),
        (
            "/coef/0/3",
            json!(1.0),
            "coef: other numbers than the state gives",
        ),
        (
            "/intercept",
            json!([]),
            "intercept: other numbers than the state gives",
        ),
        (
            "/intercept",
            json!([1.0]),
            "intercept: other numbers than the state gives",
        ),
        ("/t", json!(7.0), "t: other numbers than the state gives"),
        (
            "/state/sgd/t",
            json!(0.5),
            "state: not a state that schema and settings can lead to",
        ),
        (
            "/state/sgd/rows",
            json!([]),
            "state: 1 x 13 weights are needed",
        ),
        (
            "/encoder/kind",
            json!("hashed"),
            "encoder.kind: \"hashed\", but the settings say \"stable\"",
        ),
        (
            "/encoder/scaler",
            json!(null),
            "encoder.scaler and feature_names: not one",
        ),
        (
            "/encoder/scaler/scale/0",
            json!(2.0),
            "encoder.scaler and feature_names: not one",
        ),
        ("/encoder/schema/fields", json!([]), "encoder.schema: "),
        (
            "/settings/model/alpha",
            json!(-1.0),
            "settings: alpha must be",
        ),
        ("/settings/model/average", json!(true), "state: not a state"),
        (
            "/positions",
            json!([{"partition": 0, "offset": -1}]),
            "positions[0]: ",
        ),
        (
            "/positions",
            json!([{"partition": 1, "offset": 0}, {"partition": 1, "offset": 0}]),
            "positions: partitions must be ascending",
        ),
        ("/settings/model/loss", json!("no"), "not a model file: "),
        ("/encoder", json!({}), "not a model file: "),
        ("/t", json!("1"), "not a model file: "),
    ] {
        let message = refused_with(json!({}), member, value);
        assert!(message.starts_with(wanted), "{member}: {message}");
    }
}

#[test]
fn numbers_of_another_width_are_refused() {
    let narrow = json!({"model": {"dtype": "float32"}});
    let message = refused_with(narrow, "/state/sgd/rows/0/plain_coef/4", json!(0.1));
    assert_eq!(
        message,
        "row 0 of the weights: 0.1 is no float32, which the model's numbers are"
    );
}

/// 256 classes times a million hashed features would be two gigabytes: what the file does not
/// have is not made.
#[test]
fn sizes_are_compared_with_the_file_before_anything_is_made() {
    let mut json: Value = serde_json::from_slice(&file(json!({}))).expect("JSON");
    json["settings"]["encoder"] = json!({"hashed": {"n_features": 1 << 20}});
    json["encoder"]["kind"] = json!("hashed");
    let classes: Vec<u32> = (0..256).collect();
    json["classes"] = json!(classes);
    json["encoder"]["schema"]["label"]["classes"] = json!(classes);
    check_refused(
        json.to_string().as_bytes(),
        "feature_names: 13 names of 1048576 features",
    );
}

#[test]
fn unknown_and_missing_members_are_named() {
    let mut json: Value = serde_json::from_slice(&file(json!({}))).expect("JSON");
    json["weights"] = json!([]);
    check_refused(json.to_string().as_bytes(), "unknown field `weights`");
    check_refused(b"{}", "missing field `format`");
    check_refused(b"{\"format\": ", "line 1 column 11");
    check_refused("[".repeat(100_000).as_bytes(), "neither a model file");
    let deep = format!("{{\"format\": {}", "[".repeat(100_000));
    check_refused(deep.as_bytes(), "not a model file: ");
}

#[test]
fn a_file_that_is_cut_or_changed_gives_a_model_or_an_error() {
    let whole = file(json!({"model": {"average": 3}}));
    for length in (0..whole.len() - 2).step_by(7) {
        check_refused(
            &whole[..length],
            if length > 0 {
                "not a model file: "
            } else {
                "empty"
            },
        );
    }
    let mut dice = Dice(21);
    for _ in 0..3_000 {
        let mut file = whole.clone();
        dice.mutate(&mut file);
        survives(&file);
    }
}
