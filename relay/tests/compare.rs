//! `gradually compare`: runs side by side, the lab's output folder among them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{fail, succeed};

fn train(folder: &Path, name: &str, flags: &[&str]) -> String {
    let out = folder.join(name).to_str().unwrap().to_owned();
    let args = [
        "train",
        "--simulate",
        "1",
        "--batch-records",
        "300",
        "--max-batches",
        "5",
        "--out",
        &out,
    ];
    succeed(&[&args[..], flags].concat());
    out
}

/// A folder as the lab's consumer leaves it, with the accuracies of a run.
fn as_the_labs(folder: &Path, run: &str) -> String {
    let lab = folder.join("lab");
    fs::create_dir_all(lab.join("metrics")).unwrap();
    for batch in 0..5 {
        let name = format!("metrics/batch_{batch}_metrics.json");
        let file = fs::read(Path::new(run).join(&name)).unwrap();
        let ours: Value = serde_json::from_slice(&file).unwrap();
        let [batch_id, model_id, accuracy] =
            ["batch_id", "model_id", "accuracy"].map(|key| &ours[key]);
        let file = json!({"batch_id": batch_id, "model_id": model_id, "accuracy": accuracy});
        fs::write(lab.join(name), file.to_string()).unwrap();
    }
    lab.to_str().unwrap().to_owned()
}

#[test]
fn the_labs_accuracies_stand_beside_the_honest_ones() {
    let folder = tempfile::tempdir().unwrap();
    let per_batch = train(folder.path(), "per-batch", &["--encoder", "per_batch"]);
    let stable = train(folder.path(), "stable", &[]);
    let lab = as_the_labs(folder.path(), &per_batch);
    let table = String::from_utf8(succeed(&["compare", &lab, &per_batch, &stable])).unwrap();
    assert!(
        table.contains("runs 1 and 2: the same accuracies after learning, in all batches"),
        "{table}"
    );
    assert!(
        table.contains("runs 1 and 3: other accuracies after learning, from batch 0 on"),
        "{table}"
    );
    let row = table
        .lines()
        .find(|line| line.trim_start().starts_with("3 "))
        .unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!((cells.len(), cells[2]), (7, "–"), "{row}");
    assert_eq!(cells[1], cells[3], "{row}");
    let mean = table
        .lines()
        .find(|line| line.trim_start().starts_with("mean"))
        .unwrap();
    let honest = |column: usize| {
        mean.split_whitespace()
            .nth(column)
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    assert!(honest(6) > honest(4) + 0.05, "{mean}");

    succeed(&["compare", "--same-accuracy", &lab, &per_batch]);
    let message = fail(1, &["compare", "--same-accuracy", &lab, &stable]);
    assert!(message.contains("not equal"), "{message}");
    let csv = String::from_utf8(succeed(&["compare", "--csv", &lab, &stable])).unwrap();
    assert_eq!(csv.lines().count(), 6);
    assert!(
        csv.starts_with("batch_id,run_1_accuracy,run_1_test_then_train_accuracy,run_2"),
        "{csv}"
    );
    assert!(
        csv.lines().all(|line| line.split(',').count() == 5),
        "{csv}"
    );

    // The lab stopped earlier.
    fs::remove_file(Path::new(&lab).join("metrics/batch_4_metrics.json")).unwrap();
    let table = String::from_utf8(succeed(&["compare", &lab, &per_batch])).unwrap();
    assert!(table.contains("from batch 4 on"), "{table}");
}

#[test]
fn what_is_no_run_is_told_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = train(folder.path(), "run", &[]);
    let other = folder.path().join("other");
    let path = other.to_str().unwrap();
    let compare = || fail(1, &["compare", &run, path]);
    assert!(compare().contains("a run's folder has its metrics there"));
    fs::create_dir_all(other.join("metrics")).unwrap();
    assert!(compare().contains("has no batch_N_metrics.json"));
    let file = other.join("metrics/batch_0_metrics.json");
    for (text, told) in [
        (
            "{\"batch_id\": 0",
            "batch_0_metrics.json is not a batch's metrics",
        ),
        (
            "{\"batch_id\": 0, \"accuracy\": 78.4}",
            "78.4 is no accuracy",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let message = compare();
        assert!(message.contains(told), "{message}");
    }
    fs::write(&file, "{\"batch_id\": 7, \"accuracy\": 0.5}").unwrap();
    fs::write(
        other.join("metrics/batch_1_metrics.json"),
        "{\"batch_id\": 7, \"accuracy\": 0.5}",
    )
    .unwrap();
    assert!(compare().contains("two files of batch 7"));
    assert!(fail(2, &["compare", &run]).contains("RUN"));
}
