//! A real broker for all tests of a file, topics of their own, and kcat as the second opinion.

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer};
use xtask::kafka::Broker;

use super::succeed;

/// The broker that the tests of a file share; it ends with the process.
pub fn broker() -> &'static Broker {
    static BROKER: OnceLock<Broker> = OnceLock::new();
    BROKER.get_or_init(|| Broker::start().expect("a broker"))
}

/// A new topic.
pub fn topic(broker: &Broker, partitions: i32) -> String {
    topic_with(broker, partitions, &[])
}

pub fn topic_with(broker: &Broker, partitions: i32, settings: &[(&str, &str)]) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("test-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    broker
        .create_topic_with(&name, partitions, settings)
        .expect("a topic");
    name
}

/// Runs `gradually produce`.
pub fn produce(broker: &Broker, topic: &str, count: u64, seed: u64) {
    let (address, count, seed) = (broker.address(), count.to_string(), seed.to_string());
    let args = [
        "produce", "--kafka", &address, "--topic", topic, "--rate", "0",
    ];
    let rest = ["--count", &count, "--seed", &seed];
    let stdout = succeed(&[&args[..], &rest[..]].concat());
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(
        stdout.starts_with(&format!("{count} records acknowledged by topic {topic}\n")),
        "{stdout}"
    );
}

/// A plain producer.
pub fn producer(
    broker: &Broker,
    settings: &[(&str, &str)],
) -> ThreadedProducer<DefaultProducerContext> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker.address())
        .set("message.max.bytes", "10000000");
    for (name, value) in settings {
        config.set(*name, *value);
    }
    config.create().unwrap()
}

/// Puts values into a partition as they are.
pub fn put(broker: &Broker, topic: &str, partition: i32, values: &[Option<Vec<u8>>]) {
    let producer = producer(broker, &[]);
    for value in values {
        let mut record = BaseRecord::<(), [u8]>::to(topic).partition(partition);
        record.payload = value.as_deref();
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_mins(1)).unwrap();
}

/// What kcat reads of a partition: each value and a newline.
pub fn kcat(broker: &Broker, topic: &str, partition: i32) -> Vec<u8> {
    let output = Command::new("kcat")
        .args([
            "-b",
            &broker.address(),
            "-t",
            topic,
            "-p",
            &partition.to_string(),
        ])
        .args(["-C", "-e", "-q", "-o", "beginning", "-f", "%s\\n"])
        .stdin(Stdio::null())
        .output()
        .expect("kcat, the independent client: the set-up installs it");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

pub fn lines(bytes: &[u8]) -> usize {
    bytes.split(|&byte| byte == b'\n').count() - 1
}
