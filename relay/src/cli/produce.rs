//! `gradually produce`: writes generated records to a topic.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message as _};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use shared::generate::{KnownStream, StreamSettings};

use super::signals::Stop;
use super::sources::{DEFAULT_SEED, KafkaProperties};
use super::{Ending, Failure, Outcome};
use crate::source::kafka::{Appetite, KafkaSource, client_config};

/// How long the topic is waited for at the start.
const START_LIMIT: Duration = Duration::from_secs(5);
/// How long what is under way is waited for at the end of an interrupted run.
const FLUSH_LIMIT: Duration = Duration::from_secs(10);
/// Naps are short, so that a signal is seen soon.
const NAP: Duration = Duration::from_millis(50);

/// Writes generated records to a Kafka topic: loan applications, or another stream
///
/// Record i of a seed is the same everywhere. The producer is idempotent and waits for all
/// replicas (acks=all); the key is the application_id, of other streams the record's number. On stdout it prints what was acknowledged.
///
/// SIGINT or SIGTERM: what is under way is completed; exit code 0 without --count, 130 with it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Kafka's address (several: separated by commas)
    #[arg(long, value_name = "HOST:PORT", env = "GRADUALLY_KAFKA")]
    kafka: String,

    /// The topic, which has to exist
    #[arg(long, value_name = "TOPIC", env = "GRADUALLY_TOPIC")]
    topic: String,

    #[command(flatten)]
    properties: KafkaProperties,

    /// Number of records; without it, until a signal comes
    #[arg(long, value_name = "RECORDS")]
    count: Option<u64>,

    /// Records per second; 0 is as fast as it goes
    #[arg(long, default_value_t = 10.0, value_name = "RECORDS", value_parser = rate)]
    rate: f64,

    /// Seed of the generator
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,

    /// What is generated: loan, agrawal, sea, hyperplane, stagger, random_rbf or led, settings as JSON
    /// such as {"agrawal": {"function": 3}}, or @FILE with JSON or a drift script
    #[arg(long, value_name = "NAME|JSON|@FILE", default_value = "loan", value_parser = super::stream::stream)]
    stream: StreamSettings,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(rate),
        _ => Err("a rate is a number of at least 0".to_owned()),
    }
}

/// Counts what the cluster has acknowledged.
#[derive(Debug, Default)]
struct Deliveries {
    acknowledged: AtomicU64,
    failed: AtomicU64,
    details: Mutex<Details>,
}

#[derive(Debug, Default)]
struct Details {
    /// First and last offset of each partition.
    offsets: BTreeMap<i32, (i64, i64)>,
    /// Why the first record that failed did.
    first_failure: Option<String>,
}

impl Deliveries {
    fn details(&self) -> MutexGuard<'_, Details> {
        self.details.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let mut details = self.details();
        match result {
            Ok(message) => {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                let offset = message.offset();
                let range = details
                    .offsets
                    .entry(message.partition())
                    .or_insert((offset, offset));
                *range = (range.0.min(offset), range.1.max(offset));
            }
            Err((error, _)) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                details
                    .first_failure
                    .get_or_insert_with(|| error.to_string());
            }
        }
    }
}

type Producer = ThreadedProducer<Deliveries>;

pub(super) fn run(args: &Args, stop: &Stop) -> Ending {
    check_topic(args)?;
    let producer = producer(args)?;
    let bar = progress(args.count);
    let sent = send_all(args, &producer, stop, &bar);
    let limit = if stop.is_asked() {
        FLUSH_LIMIT
    } else {
        Duration::from_mins(6)
    };
    let flushed = producer.flush(limit);
    bar.finish_and_clear();
    report(args, producer.context());
    sent?;
    flushed.context("not everything was acknowledged in time")?;
    check_failures(producer.context())?;
    Ok(if stop.is_asked() {
        Stop::outcome(args.count.is_none())
    } else {
        Outcome::Done
    })
}

/// A topic that is missing is told at once, not after the first record's time limit.
fn check_topic(args: &Args) -> Result<(), Failure> {
    let topics = vec![args.topic.clone()];
    let properties = &args.properties.properties;
    let source = KafkaSource::new(&args.kafka, topics, properties, Appetite::Client)?;
    source.wait_for(&args.topic, START_LIMIT)?;
    Ok(())
}

fn producer(args: &Args) -> Result<Producer, Failure> {
    let given = &args.properties.properties;
    let mut config = client_config(&args.kafka, given);
    let defaults = [
        ("enable.idempotence", "true"),
        ("acks", "all"),
        ("linger.ms", "5"),
        // Java's clients put a key into the same partition.
        ("partitioner", "murmur2_random"),
        ("queue.buffering.max.kbytes", "65536"),
    ];
    for (name, value) in defaults {
        if given.iter().all(|property| property.name != name) {
            config.set(name, value);
        }
    }
    config
        .create_with_context(Deliveries::default())
        .map_err(|error| anyhow!("Kafka settings: {error}").into())
}

fn send_all(
    args: &Args,
    producer: &Producer,
    stop: &Stop,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let mut stream = KnownStream::new(&args.stream, args.seed)?;
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let start = Instant::now();
    let count = args.count.unwrap_or(u64::MAX);
    while stream.index() < count && !stop.is_asked() {
        if !is_due(args.rate, stream.index(), start) {
            bar.set_position(producer.context().acknowledged.load(Ordering::Relaxed));
            continue;
        }
        stream.next_into(&mut key, &mut value);
        send(producer, &args.topic, &key, &value, stop)?;
        if stream.index().is_multiple_of(1024) {
            bar.set_position(producer.context().acknowledged.load(Ordering::Relaxed));
            check_failures(producer.context())?;
        }
    }
    Ok(())
}

/// Whether the record of this index is due; naps a little if it is not.
fn is_due(rate: f64, index: u64, start: Instant) -> bool {
    if rate == 0.0 {
        return true;
    }
    // Indices below 2^52 are exact.
    #[allow(clippy::cast_precision_loss)]
    let due = Duration::try_from_secs_f64(index as f64 / rate).unwrap_or(Duration::MAX);
    let early = due.saturating_sub(start.elapsed());
    thread::sleep(early.min(NAP));
    early <= NAP
}

/// Hands a record over; while the queue is full it waits.
fn send(
    producer: &Producer,
    topic: &str,
    key: &[u8],
    value: &[u8],
    stop: &Stop,
) -> Result<(), Failure> {
    let mut record = BaseRecord::to(topic).key(key).payload(value);
    loop {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                if stop.is_asked() {
                    return Ok(());
                }
                record = back;
                thread::sleep(Duration::from_millis(2));
            }
            Err((error, _)) => return Err(anyhow!("a record could not be sent: {error}").into()),
        }
    }
}

fn check_failures(deliveries: &Deliveries) -> Result<(), Failure> {
    let failed = deliveries.failed.load(Ordering::Relaxed);
    if failed == 0 {
        return Ok(());
    }
    let details = deliveries.details();
    let why = details.first_failure.clone().unwrap_or_default();
    Err(anyhow!("{failed} record(s) were not acknowledged: {why}").into())
}

fn report(args: &Args, deliveries: &Deliveries) {
    let count = deliveries.acknowledged.load(Ordering::Relaxed);
    println!("{count} records acknowledged by topic {}", args.topic);
    let details = deliveries.details();
    for (partition, (first, last)) in &details.offsets {
        println!("partition {partition}: offsets {first} to {last}");
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(count: Option<u64>) -> ProgressBar {
    let (bar, template) = match count {
        Some(count) => (
            ProgressBar::new(count),
            "{bar:40} {pos}/{len} acknowledged, {per_sec}, {eta} left",
        ),
        None => (
            ProgressBar::no_length(),
            "{spinner} {pos} acknowledged, {per_sec}",
        ),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
