//! Runs of a real topic: as the lab's consumer is started, gone on with, and done again.

#![cfg(feature = "kafka")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::kafka::{broker, produce, topic};
use support::relay::Process;
use support::{eventually, fail, gradually, succeed};

/// The batches in a run's log.
fn batches(out: &Path) -> Vec<Value> {
    let log = fs::read_to_string(out.join("run.ndjson")).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter_map(|line| line.get("batch").cloned())
        .collect()
}

/// The offsets of a partition that a run has learned from, in their order.
fn offsets(out: &Path, partition: i64) -> Vec<i64> {
    let ranges = batches(out)
        .into_iter()
        .flat_map(|batch| batch["ranges"].as_array().unwrap().clone());
    let ranges = ranges.filter(|range| range["partition"] == partition);
    ranges
        .flat_map(|range| range["first"].as_i64().unwrap()..=range["last"].as_i64().unwrap())
        .collect()
}

#[test]
fn it_is_started_as_the_labs_consumer_is() {
    let topic = topic(broker(), 1);
    produce(broker(), &topic, 30, 1);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut process = Process::start(
        gradually()
            .args(["train", "--follow"])
            .env("OUTPUT_DIR", &out)
            .env("KAFKA_BOOTSTRAP_SERVERS", broker().address())
            .env("KAFKA_TOPIC", &topic)
            .env("BATCH_INTERVAL", "1 second"),
    );
    let metrics = |batch| out.join(format!("metrics/batch_{batch}_metrics.json"));
    eventually("the first batch", || metrics(0).exists().then_some(()));
    produce(broker(), &topic, 20, 2);
    eventually("all records", || {
        (offsets(&out, 0).len() == 50).then_some(())
    });
    process.signal("TERM");
    assert_eq!(process.end().code(), Some(0));
    assert_eq!(offsets(&out, 0), (0..50).collect::<Vec<_>>());
    let last = batches(&out).len() - 1;
    let metrics: Value = serde_json::from_slice(&fs::read(metrics(last)).unwrap()).unwrap();
    for key in ["batch_id", "model_id", "accuracy"] {
        assert!(metrics[key].is_number(), "{key}");
    }
    let model = format!("models/model_{}_batch_{last}.joblib", last + 1);
    assert!(out.join(model).exists());

    // A flag goes before the environment.
    let other = folder.path().join("other");
    let status = gradually()
        .args([
            "train",
            "--simulate",
            "1",
            "--batch-records",
            "5",
            "--max-batches",
            "2",
            "--out",
        ])
        .arg(&other)
        .env("OUTPUT_DIR", &out)
        .env("KAFKA_BOOTSTRAP_SERVERS", "nowhere:1")
        .env("KAFKA_TOPIC", "none")
        .env("BATCH_INTERVAL", "1 second")
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    assert_eq!(batches(&other).len(), 2);
    let wrong = gradually()
        .arg("train")
        .env("BATCH_INTERVAL", "soon")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(told.contains("BATCH_INTERVAL is \"soon\""), "{told}");
}

#[test]
fn a_run_of_several_partitions_goes_on_at_the_next_records_and_comes_out_the_same_again() {
    let topic = topic(broker(), 3);
    produce(broker(), &topic, 900, 5);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let path = out.to_str().unwrap();
    let (address, flags) = (
        broker().address(),
        ["--batch-records", "70", "--average", "true"],
    );
    let input = ["--kafka", &address, "--topic", &topic];
    let train = [
        &["train", "--max-batches", "4", "--out", path],
        &input[..],
        &flags,
    ]
    .concat();
    succeed(&train);
    produce(broker(), &topic, 300, 6);
    succeed(&["train", "--resume", path]);
    let count: usize = (0..3)
        .map(|partition| {
            let offsets = offsets(&out, partition);
            let wanted: Vec<_> = (0..i64::try_from(offsets.len()).unwrap()).collect();
            assert_eq!(offsets, wanted, "partition {partition}");
            offsets.len()
        })
        .sum();
    assert_eq!(count, 1200);
    let text = String::from_utf8(succeed(&["replay", path])).unwrap();
    let wanted = format!(
        "{} batches, 1200 records: every state is the run's",
        batches(&out).len()
    );
    assert!(text.starts_with(&wanted), "{text}");

    let flags = ["--kafka", &address, "--topic", "another"];
    for command in [&["train", "--resume", path][..], &["replay", path]] {
        let message = fail(1, &[command, &flags[..]].concat());
        assert!(
            message.contains(&format!("the run is of topic \"{topic}\"")),
            "{message}"
        );
    }
}
