//! `gradually train --save`: what each model is saved as.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;

use support::{fail, succeed};

/// Two batches of generated records.
const TWO: [&str; 7] = [
    "train",
    "--simulate",
    "1",
    "--batch-records",
    "200",
    "--max-batches",
    "2",
];

/// What they leave, in a folder of their own.
fn simulate(args: &[&str]) -> tempfile::TempDir {
    let out = tempfile::tempdir().unwrap();
    succeed(&[&TWO[..], &["--out", out.path().to_str().unwrap()], args].concat());
    out
}

/// Bad usage, and nothing is begun.
fn fail_simulate(args: &[&str]) -> String {
    let out = tempfile::tempdir().unwrap();
    let message = fail(
        2,
        &[&TWO[..], &["--out", out.path().to_str().unwrap()], args].concat(),
    );
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
    message
}

/// The endings of the files of the first model.
fn saved(args: &[&str]) -> Vec<String> {
    let out = simulate(args);
    let models = fs::read_dir(out.path().join("models")).unwrap();
    let names = models.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let first = |name: String| Some(name.strip_prefix("model_1_batch_0.")?.to_owned());
    let mut endings: Vec<_> = names.filter_map(first).collect();
    endings.sort();
    endings
}

#[test]
fn each_model_is_saved_in_the_formats_asked_for() {
    assert_eq!(saved(&[]), ["joblib", "json"]);
    assert_eq!(saved(&["--save", "joblib"]), ["joblib"]);
    assert_eq!(saved(&["--save", "json,joblib,json"]), ["joblib", "json"]);
    assert!(saved(&["--save", "none"]).is_empty());
    let twice = fail_simulate(&["--save", "none,json"]);
    assert!(twice.contains("none goes with no other"), "{twice}");
}

/// The version in the first model's joblib file.
fn stamp(args: &[&str]) -> String {
    let out = simulate(args);
    let file = fs::read(out.path().join("models/model_1_batch_0.joblib")).unwrap();
    let key = b"_sklearn_version\x8c\x05";
    let place = file.windows(key.len()).position(|window| window == key);
    let start = place.unwrap() + key.len();
    String::from_utf8(file[start..start + 5].to_vec()).unwrap()
}

#[test]
fn a_joblib_file_says_the_version_it_is_for() {
    assert_eq!(stamp(&[]), "1.7.2");
    assert_eq!(stamp(&["--sklearn-version", "1.9.1"]), "1.9.1");
    for wrong in ["1.4.2", "2.0.0", "1.7", "newest"] {
        let message = fail_simulate(&["--sklearn-version", wrong]);
        assert!(message.contains("from 1.5.0 to below 2"), "{message}");
    }
}

#[test]
fn a_model_that_scikit_learn_does_not_have_is_saved_as_json() {
    let online = ["--online", "ftrl_proximal"];
    assert_eq!(saved(&online), ["json"]);
    let message = fail_simulate(&[&online[..], &["--save", "json,joblib"]].concat());
    assert!(message.contains("for SGDClassifier only"), "{message}");
}

#[test]
fn a_rate_that_the_version_does_not_have_is_refused_when_the_version_is_asked_for() {
    let rate = ["--loss", "hinge", "--learning-rate", "pa1", "--eta0", "1"];
    assert_eq!(stamp(&rate), "1.8.0");
    let message = fail_simulate(&[&rate[..], &["--sklearn-version", "1.7.2"]].concat());
    assert!(
        message.contains("pa1 needs scikit-learn 1.8.0 or later, not 1.7.2"),
        "{message}"
    );
    let as_json = ["--sklearn-version", "1.7.2", "--save", "json"];
    assert_eq!(saved(&[&rate[..], &as_json].concat()), ["json"]);
}

#[test]
fn a_model_is_saved_for_programs_that_predict_if_they_are_asked_for() {
    let asked = ["--save", "python,onnx,json,sql"];
    assert_eq!(saved(&asked), ["json", "onnx", "py", "sql"]);
    // As the online models are, which scikit-learn does not have.
    let online = ["--online", "adam", "--save", "onnx"];
    assert_eq!(saved(&online), ["onnx"]);
}

#[test]
fn a_format_that_cannot_say_the_encoder_is_refused_before_the_first_batch() {
    for format in ["onnx", "sql", "python"] {
        let message = fail_simulate(&["--encoder", "per_batch", "--save", format]);
        let wanted = format!("--save: {format} cannot say the per_batch encoder");
        assert!(message.contains(&wanted), "{message}");
    }
}
