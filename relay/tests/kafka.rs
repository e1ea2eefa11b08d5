//! Against a real Kafka: what goes in comes out, byte for byte and exactly once.

#![cfg(feature = "kafka")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rdkafka::producer::{BaseRecord, Producer as _};
use serde_json::Value;
use support::kafka::{broker, kcat, lines, produce, producer, put, topic, topic_with};
use support::relay::Relay;
use support::{eventually, fail, get, gradually, succeed};

fn relay(topic: &str) -> Relay {
    Relay::start(&["--kafka", &broker().address(), "--topic", topic])
}

/// What `tail` prints of a partition.
fn tail(relay: &Relay, partition: i32, count: usize) -> Vec<u8> {
    let (url, partition, count) = (relay.url(), partition.to_string(), count.to_string());
    succeed(&[
        "tail",
        &url,
        "--partition",
        &partition,
        "--from",
        "earliest",
        "--count",
        &count,
    ])
}

fn train(args: &[&str], out: &Path) -> String {
    let out = out.to_str().unwrap();
    let stdout = succeed(&[&["train", "--batch-records", "300", "--out", out], args].concat());
    String::from_utf8(stdout).unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The names and contents of a run's models and metrics, without the leader epochs, which only a
/// topic has.
fn files(out: &Path) -> Vec<(String, Value)> {
    let mut files = Vec::new();
    for folder in ["models", "metrics"] {
        for entry in std::fs::read_dir(out.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let mut value = match path.extension() {
                Some(extension) if extension == "json" => json(&path),
                _ => std::fs::read(&path).unwrap().into(),
            };
            let positions = value.get_mut("positions").and_then(Value::as_array_mut);
            for position in positions.into_iter().flatten() {
                position["leader_epoch"] = Value::Null;
            }
            files.push((
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                value,
            ));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

#[test]
fn tail_prints_what_kcat_reads_partition_by_partition() {
    let topic = topic(broker(), 3);
    produce(broker(), &topic, 20_000, 1);
    let relay = relay(&topic);
    let mut total = 0;
    for partition in 0..3 {
        let expected = kcat(broker(), &topic, partition);
        total += lines(&expected);
        assert!(
            tail(&relay, partition, lines(&expected)) == expected,
            "partition {partition}"
        );
    }
    assert_eq!(total, 20_000);
    let all = succeed(&["tail", &relay.url(), "--topic", &topic, "--count", "20000"]);
    let mut expected: Vec<_> = (0..3)
        .flat_map(|partition| kcat(broker(), &topic, partition))
        .collect();
    let sorted = |bytes: &mut Vec<u8>| {
        let mut lines: Vec<_> = bytes
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        lines.sort();
        lines
    };
    assert!(sorted(&mut all.clone()) == sorted(&mut expected));
}

#[test]
fn tail_goes_on_at_the_next_record_when_the_relay_is_killed() {
    let topic = topic(broker(), 1);
    produce(broker(), &topic, 90_000, 7);
    let expected = kcat(broker(), &topic, 0);
    let mut relay = relay(&topic);
    let mut tail = gradually()
        .args(["tail", &relay.url(), "--count", "90000"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = tail.stdout.take().unwrap();
    let mut text = Vec::new();
    for _ in 0..4 {
        // `tail` takes at most 8 MB ahead of what is read here, so the relay dies in the middle.
        let read = stdout
            .by_ref()
            .take(5_000_000)
            .read_to_end(&mut text)
            .unwrap();
        assert_eq!(read, 5_000_000);
        relay.kill();
        relay.restart();
    }
    stdout.read_to_end(&mut text).unwrap();
    assert!(tail.wait().unwrap().success());
    assert!(
        text == expected,
        "{} bytes instead of {}",
        text.len(),
        expected.len()
    );
}

#[test]
fn a_topic_trains_like_the_file_and_the_generator() {
    let topic = topic(broker(), 1);
    produce(broker(), &topic, 5000, 11);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.ndjson");
    std::fs::write(&file, kcat(broker(), &topic, 0)).unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| folder.path().join(name));
    let from_topic = train(&["--kafka", &broker().address(), "--topic", &topic], &a);
    let from_file = train(&["--file", file.to_str().unwrap()], &b);
    train(&["--simulate", "11", "--max-batches", "16"], &c);
    assert_eq!(from_topic, from_file);
    assert_eq!(
        from_topic.lines().count(),
        17,
        "16 whole batches and a short one"
    );
    assert_eq!(files(&a), files(&b));
    let whole = |mut files: Vec<(String, Value)>| {
        files.retain(|(name, _)| !name.contains("batch_16"));
        files
    };
    assert_eq!(whole(files(&a)), files(&c));
}

#[test]
fn every_odd_record_is_trained_on_or_counted_with_its_reason() {
    let topic = topic_with(broker(), 1, &[("max.message.bytes", "4000000")]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/odd_records.py");
    let output = Command::new("python3")
        .arg(script)
        .output()
        .expect("python3 writes the records");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let cases: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let values: Vec<_> = cases
        .iter()
        .map(|case| case["value"].as_str().map(unhex))
        .collect();
    put(broker(), &topic, 0, &values);
    let relay = relay(&topic);
    let expected = kcat(broker(), &topic, 0);
    let mut plain: Vec<u8> = Vec::new();
    for value in &values {
        plain.extend(value.as_deref().unwrap_or_default());
        plain.push(b'\n');
    }
    assert!(expected == plain, "the topic holds what was written");
    assert!(tail(&relay, 0, values.len()) == expected);

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let args = [
        "train",
        "--kafka",
        &broker().address(),
        "--topic",
        &topic,
        "--batch-records",
        "7",
    ];
    succeed(&[&args[..], &["--out", out.to_str().unwrap()]].concat());
    let bad = std::fs::read_to_string(out.join("bad_records.ndjson")).unwrap();
    let bad: Vec<Value> = bad
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found: Vec<_> = bad
        .iter()
        .map(|record| record["offset"].as_u64().unwrap())
        .collect();
    let is_bad = |case: &(usize, &Value)| case.1["bad"].is_string();
    let expected: Vec<_> = cases
        .iter()
        .enumerate()
        .filter(is_bad)
        .map(|(at, _)| at as u64)
        .collect();
    assert_eq!(found, expected);
    for record in &bad {
        let case = &cases[usize::try_from(record["offset"].as_u64().unwrap()).unwrap()];
        let (reason, wanted) = (
            record["reason"].as_str().unwrap(),
            case["bad"].as_str().unwrap(),
        );
        assert!(
            reason.contains(wanted),
            "{}: \"{reason}\" tells of {wanted}",
            case["name"]
        );
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text
        .chars()
        .map(|digit| digit.to_digit(16).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
        .collect()
}

#[test]
fn the_end_is_found_behind_transaction_markers_and_in_empty_partitions() {
    let topic = topic(broker(), 3);
    let settings = [("transactional.id", topic.as_str())];
    let producer = producer(broker(), &settings);
    let patience = Duration::from_secs(30);
    producer.init_transactions(patience).unwrap();
    for is_kept in [true, false, true, false] {
        producer.begin_transaction().unwrap();
        for number in 0..10 {
            let value = format!("{is_kept} {number}");
            let record = BaseRecord::<(), str>::to(&topic)
                .partition(1)
                .payload(&value);
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        if is_kept {
            producer.commit_transaction(patience).unwrap();
        } else {
            producer.flush(patience).unwrap();
            producer.abort_transaction(patience).unwrap();
        }
    }
    let train_all = || {
        let folder = tempfile::tempdir().unwrap();
        let input = ["--kafka", &broker().address(), "--topic", &topic];
        train(&input, folder.path())
    };
    let lines = train_all();
    assert!(
        lines.starts_with("batch 0: no model, 20 records, 20 bad"),
        "{lines}"
    );
    let relay = relay(&topic);
    let expected = kcat(broker(), &topic, 1);
    assert!(tail(&relay, 1, 20) == expected);
    // Records of a transaction that is still open are behind the end.
    producer.begin_transaction().unwrap();
    let open = BaseRecord::<(), str>::to(&topic)
        .partition(1)
        .payload("open");
    producer.send(open).map_err(|(error, _)| error).unwrap();
    producer.flush(patience).unwrap();
    assert_eq!(train_all(), lines);
    producer.abort_transaction(patience).unwrap();
    // 41 records and five markers: a position behind the last marker is one to resume from.
    let again = relay.tail(&["--partition", "1", "--from", "offsets:1=46", "--count", "1"]);
    again.wait_for("from 1=46");
    put(broker(), &topic, 1, &[Some(b"after".to_vec())]);
    let mut again = again;
    assert!(again.end().success());
    assert_eq!(again.stdout(), b"after\n");
}

#[test]
fn starts_are_found_and_those_that_are_gone_are_told() {
    let topic = topic(broker(), 1);
    let values: Vec<_> = (0..50)
        .map(|number| Some(format!("{number}").into_bytes()))
        .collect();
    put(broker(), &topic, 0, &values);
    let relay = relay(&topic);
    let first = |from: &str| {
        let stdout = succeed(&["tail", &relay.url(), "--from", from, "--count", "1"]);
        String::from_utf8(stdout).unwrap().trim_end().to_owned()
    };
    assert_eq!(first("earliest"), "0");
    assert_eq!(first("last:5"), "45");
    assert_eq!(first("time:0"), "0");
    assert_eq!(first("offsets:0=33"), "33");
    let gone = fail(1, &["tail", &relay.url(), "--from", "offsets:0=51"]);
    assert!(
        gone.contains("offset 51 cannot be read (the partition ends before it); it holds 0 to 50"),
        "{gone}"
    );
    let args = [
        "tail",
        &relay.url(),
        "--from",
        "offsets:0=51",
        "--when-unavailable",
        "earliest",
    ];
    assert_eq!(succeed(&[&args[..], &["--count", "1"]].concat()), b"0\n");
    let unknown = fail(1, &["tail", &relay.url(), "--partition", "4"]);
    assert!(
        unknown.contains("1 partition(s), but not number 4"),
        "{unknown}"
    );
    let unknown = fail(1, &["tail", &relay.url(), "--topic", "other"]);
    assert!(
        unknown.contains(&format!(
            "\"other\" is not handed out here; there is: {topic}"
        )),
        "{unknown}"
    );
}

#[test]
fn a_topic_that_does_not_exist_is_named_everywhere() {
    let address = broker().address();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let message = format!("topic \"nowhere\" does not exist on the cluster of {address}");
    let produce = [
        "produce", "--kafka", &address, "--topic", "nowhere", "--count", "1",
    ];
    assert!(fail(1, &produce).contains(&message));
    let train = [
        "train",
        "--kafka",
        &address,
        "--topic",
        "nowhere",
        "--batch-records",
        "9",
        "--out",
        out,
    ];
    assert!(fail(1, &train).contains(&message));
    let relay = relay("nowhere");
    let answer = eventually("the reason", || {
        Some(get(&relay.address, "/readyz", "")).filter(|answer| !answer.contains("not asked yet"))
    });
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("does not exist on the cluster"), "{answer}");
    relay.tail(&[]).wait_for("does not exist on the cluster");
}

#[test]
fn a_wrong_setting_is_named() {
    let address = broker().address();
    let args = [
        "produce",
        "--kafka",
        &address,
        "--topic",
        "t",
        "--kafka-property",
        "acks=perhaps",
    ];
    let message = fail(1, &args);
    assert!(message.contains("acks"), "{message}");
}

#[test]
fn a_schema_proposed_for_a_topic_trains_on_it() {
    let broker = broker();
    let (topic, address) = (topic(broker, 1), broker.address());
    let kafka = ["--kafka", &address, "--topic", &topic];
    let led = ["--rate", "0", "--count", "600", "--stream", "led"];
    succeed(&[&["produce"], &kafka[..], &led].concat());
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    std::fs::write(&schema, succeed(&[&["schema"], &kafka[..]].concat())).unwrap();
    let schema = ["--schema", schema.to_str().unwrap()];
    let stdout = train(&[&kafka[..], &schema].concat(), &folder.path().join("run"));
    assert!(
        stdout.starts_with("batch 0: model 1, 300 records, 0 bad"),
        "{stdout}"
    );
    assert_eq!(stdout.lines().count(), 2);
    let model = json(&folder.path().join("run/models/model_2_batch_1.json"));
    assert_eq!(model["coef"].as_array().unwrap().len(), 10);
}

#[test]
fn lines_of_csv_in_a_topic_are_learned_from() {
    let broker = broker();
    let (topic, address) = (topic(broker, 1), broker.address());
    let lines = (0..300).map(|i| Some(format!("{};{}", i % 2, i * 7 % 10).into_bytes()));
    put(broker, &topic, 0, &lines.collect::<Vec<_>>());
    let kafka = ["--kafka", &address, "--topic", &topic, "--format", "csv"];
    let columns = ["--csv-delimiter", ";", "--csv-header", "label;x"];
    let unnamed = fail(2, &[&["schema"], &kafka[..]].concat());
    assert!(unnamed.contains("--csv-header"), "{unnamed}");
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    let proposed = succeed(&[&["schema"], &kafka[..], &columns].concat());
    std::fs::write(&schema, proposed).unwrap();
    let schema = ["--schema", schema.to_str().unwrap()];
    let out = folder.path().join("run");
    let stdout = train(&[&kafka[..], &columns, &schema].concat(), &out);
    assert!(
        stdout.starts_with("batch 0: model 1, 300 records, 0 bad"),
        "{stdout}"
    );
}
