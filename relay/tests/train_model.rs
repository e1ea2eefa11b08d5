//! `gradually train --model`: a run that begins with a saved model.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{fail, succeed};

/// Trains on the same stream into a folder of its own.
fn train(folder: &Path, name: &str, flags: &[&str]) -> String {
    let out = folder.join(name).to_str().unwrap().to_owned();
    let args = ["train", "--simulate", "3", "--out", &out];
    succeed(&[&args[..], flags].concat());
    out
}

fn model(out: &str, name: &str) -> Vec<u8> {
    fs::read(Path::new(out).join("models").join(name)).unwrap()
}

fn path(out: &str, name: &str) -> String {
    let path = Path::new(out).join("models").join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_model_of_its_own_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        "--batch-records",
        "20",
        "--average",
        "30",
        "--alpha",
        "0.01",
    ];
    let whole = train(
        folder.path(),
        "whole",
        &[&settings[..], &["--max-batches", "10"]].concat(),
    );
    let begun = train(
        folder.path(),
        "begun",
        &[&settings[..], &["--max-batches", "4"]].concat(),
    );
    let file = path(&begun, "model_4_batch_3.json");
    let gone_on = train(
        folder.path(),
        "gone-on",
        &["--model", &file, "--max-batches", "3"],
    );
    for number in 5..=7 {
        for ending in ["json", "joblib"] {
            let name = format!("model_{number}_batch_{}.{ending}", number - 1);
            assert!(model(&gone_on, &name) == model(&whole, &name), "{name}");
        }
    }
    let models = fs::read_dir(Path::new(&gone_on).join("models")).unwrap();
    assert_eq!(models.count(), 6);
    // It is a run like any other: it goes on, and is done again.
    succeed(&["train", "--resume", &gone_on, "--max-batches", "6"]);
    let last = "model_10_batch_9.json";
    assert!(model(&gone_on, last) == model(&whole, last));
    let text = String::from_utf8(succeed(&["replay", &gone_on])).unwrap();
    assert!(text.starts_with("6 batches, 120 records"), "{text}");
    fs::remove_file(Path::new(&gone_on).join("checkpoint.ndjson")).unwrap();
    succeed(&["train", "--resume", &gone_on, "--max-batches", "6"]);
    assert!(model(&gone_on, last) == model(&whole, last));
    fs::copy(
        path(&begun, "model_3_batch_2.json"),
        Path::new(&gone_on).join("start.json"),
    )
    .unwrap();
    let message = fail(1, &["replay", &gone_on]);
    assert!(
        message.contains("not the model with which the run began"),
        "{message}"
    );
}

#[test]
fn what_the_file_says_no_flag_may_say() {
    let folder = tempfile::tempdir().unwrap();
    let begun = train(
        folder.path(),
        "begun",
        &["--batch-records", "20", "--max-batches", "2"],
    );
    let file = path(&begun, "model_2_batch_1.json");
    let out = folder.path().join("out");
    let args = [
        "train",
        "--simulate",
        "3",
        "--out",
        out.to_str().unwrap(),
        "--model",
        &file,
    ];
    for flag in [
        ["--alpha", "0.1"],
        ["--encoder", "hashed"],
        ["--window-records", "10"],
    ] {
        let message = fail(2, &[&args[..], &flag].concat());
        assert!(
            message.contains(&format!("{} does not go with --model", flag[0])),
            "{message}"
        );
    }
    assert!(!out.exists());
    // Another trigger may be said, and another place to begin.
    let flags = ["--batch-records", "7", "--from-start", "--max-batches", "1"];
    succeed(&[&args[..], &flags].concat());
    let after = model(out.to_str().unwrap(), "model_3_batch_2.json");
    let after: Value = serde_json::from_slice(&after).unwrap();
    assert_eq!(after["positions"][0]["offset"], 7);
    assert_eq!(after["t"], 48.0);
}

#[test]
fn a_classifier_of_scikit_learn_brings_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        "--batch-records",
        "20",
        "--alpha",
        "0.01",
        "--max-batches",
        "2",
    ];
    let begun = train(folder.path(), "begun", &settings);
    let file = path(&begun, "model_2_batch_1.joblib");
    let flags = [
        "--batch-records",
        "20",
        "--max-batches",
        "1",
        "--model",
        &file,
    ];
    let out = train(
        folder.path(),
        "out",
        &[&flags[..], &["--window-records", "50"]].concat(),
    );
    let after: Value = serde_json::from_slice(&model(&out, "model_1_batch_0.json")).unwrap();
    assert_eq!(
        (&after["t"], &after["settings"]["model"]["alpha"]),
        (&61.0.into(), &0.01.into())
    );
    assert_eq!(after["positions"][0]["offset"], 20);
    let text = String::from_utf8(succeed(&["replay", &out])).unwrap();
    assert!(text.starts_with("1 batch, 20 records"), "{text}");

    let other = folder.path().join("other");
    let args = ["train", "--simulate", "3", "--out", other.to_str().unwrap()];
    let message = fail(2, &[&args[..], &flags, &["--alpha", "0.1"]].concat());
    assert!(
        message.contains("--alpha does not go with --model"),
        "{message}"
    );
    let message = fail(
        1,
        &[&args[..], &flags, &["--threshold", "loan_amnt>5"]].concat(),
    );
    assert!(message.contains("the model has 13 features"), "{message}");
    let broken = folder.path().join("broken.joblib");
    fs::write(&broken, b"\x80\x04\x8c\x02os\x8c\x06system\x93.").unwrap();
    let flags = ["--batch-records", "9", "--model", broken.to_str().unwrap()];
    let message = fail(1, &[&args[..], &flags].concat());
    assert!(
        message.contains("os.system may not stand in a model's file"),
        "{message}"
    );
    assert!(!other.exists());
}
