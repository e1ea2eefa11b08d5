//! Runs of a real topic: as the lab's consumer is started, gone on with, and done again.

#![cfg(feature = "kafka")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::kafka::{broker, produce, put, topic};
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
        &["train", "--max-batches", "4", "--save-raw", "--out", path],
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

    // The records that were kept are those of all partitions, without the cluster.
    let raw = out.join("raw");
    let text = String::from_utf8(succeed(&["replay", path, "--file", raw.to_str().unwrap()]));
    assert!(text.unwrap().starts_with(&wanted));
    let kept = raw.join("batch_2.ndjson");
    let lines = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, lines.replacen("income\":", "income\":1", 1)).unwrap();
    let message = fail(1, &["replay", path, "--file", raw.to_str().unwrap()]);
    assert!(
        message.contains("differs from the run in batch 2"),
        "{message}"
    );
    fs::remove_file(kept).unwrap();
    let message = fail(1, &["replay", path, "--file", raw.to_str().unwrap()]);
    assert!(
        message.contains("the records of batch 2 cannot be read"),
        "{message}"
    );

    let flags = ["--kafka", &address, "--topic", "another"];
    for command in [&["train", "--resume", path][..], &["replay", path]] {
        let message = fail(1, &[command, &flags[..]].concat());
        assert!(
            message.contains(&format!("the run is of topic \"{topic}\"")),
            "{message}"
        );
    }
}

#[test]
fn the_raw_records_of_a_topic_are_the_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    let schema = schema.to_str().unwrap();
    let text = br#"{"format": "gradually-schema", "version": 1, "name": "test",
        "fields": [{"name": "x", "kind": "numeric"}], "label": {"name": "y", "classes": [0, 1]}}"#;
    fs::write(schema, text).unwrap();
    let json: [Option<&[u8]>; 5] = [
        Some(b"{\"x\": 1,\r\n\"y\": 0}\r"),
        None,
        Some(b"\xff"),
        Some(b""),
        Some(b"{\"x\": 2, \"y\": 1}"),
    ];
    let csv: [Option<&[u8]>; 5] = [
        Some(b"1,0,\"a\nb\""),
        None,
        Some(b"2,1,c"),
        Some(b""),
        Some(b"x"),
    ];
    let columns = ["--format", "csv", "--csv-header", "x,y,note"];
    for (name, values, flags) in [("ndjson", json, &[][..]), ("csv", csv, &columns)] {
        let topic = topic(broker(), 1);
        let values = values.map(|value| value.map(<[u8]>::to_vec));
        put(broker(), &topic, 0, &values);
        let out = folder.path().join(name);
        let path = out.to_str().unwrap();
        let address = broker().address();
        let input = [
            "train", "--kafka", &address, "--topic", &topic, "--schema", schema,
        ];
        let saves = ["--batch-records", "5", "--save-raw", "--out", path];
        succeed(&[&input[..], flags, &saves].concat());
        let raw = out.join(format!("raw/batch_0.{name}"));
        let again = succeed(&["replay", path, "--file", raw.to_str().unwrap()]);
        let again = String::from_utf8(again).unwrap();
        assert!(
            again.starts_with("1 batch, 5 records: every state"),
            "{again}"
        );
    }
}
