//! Brokers that come late, go, and come back.

#![cfg(feature = "kafka")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::kafka::{kcat, produce, topic};
use support::relay::Relay;
use support::{eventually, fail, get};
use xtask::kafka::Broker;

#[test]
fn tail_goes_on_at_the_next_record_when_the_broker_restarts() {
    let mut broker = Broker::start().unwrap();
    let topic = topic(&broker, 1);
    let relay = Relay::start(&["--kafka", &broker.address(), "--topic", &topic]);
    let mut tail = relay.tail(&["--from", "earliest", "--count", "30000"]);
    produce(&broker, &topic, 10_000, 3);
    eventually("records", || (tail.stdout_length() > 0).then_some(()));
    broker.kill().unwrap();
    broker.restart().unwrap();
    produce(&broker, &topic, 10_000, 4);
    broker.restart().unwrap();
    produce(&broker, &topic, 10_000, 5);
    assert!(tail.end().success());
    assert!(
        tail.stdout() == kcat(&broker, &topic, 0),
        "{}",
        tail.stderr()
    );
}

#[test]
fn a_broker_that_is_down_is_waited_for_or_told() {
    let mut broker = Broker::start().unwrap();
    let topic = topic(&broker, 1);
    let address = broker.address();
    produce(&broker, &topic, 100, 3);
    broker.stop().unwrap();
    let relay = Relay::start(&["--kafka", &address, "--topic", &topic]);
    let ready = || get(&relay.address, "/readyz", "");
    let answer = eventually("the reason", || {
        Some(ready()).filter(|answer| !answer.contains("not asked"))
    });
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let message = format!("Kafka does not answer at {address}");
    assert!(answer.contains(&message), "{answer}");
    assert!(get(&relay.address, "/healthz", "").starts_with("HTTP/1.1 200"));
    let mut tail = relay.tail(&["--from", "earliest", "--count", "100"]);
    tail.wait_for(&message);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let train = [
        "train",
        "--kafka",
        &address,
        "--topic",
        &topic,
        "--batch-records",
        "9",
        "--out",
        out,
    ];
    assert!(fail(1, &train).contains(&message));
    broker.restart().unwrap();
    eventually("the relay to be ready", || {
        ready().starts_with("HTTP/1.1 200").then_some(())
    });
    assert!(tail.end().success());
    assert!(tail.stdout() == kcat(&broker, &topic, 0));
}
