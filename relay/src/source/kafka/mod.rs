//! Records of a Kafka cluster, read with librdkafka: partitions are assigned, never subscribed to,
//! so that no consumer group is joined and nothing is committed. The client owns its position.

mod config;
mod queue;
mod reader;
mod state;

pub use config::{Property, client_config};
pub use queue::MessageQueue;

use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::KafkaError;
use shared::record::Position;

use self::reader::KafkaReader;
use super::{Reader, Source, SourceError, TopicState};

/// How long a question to the cluster may take.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Writes librdkafka's own messages to the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context;

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                tracing::error!(facility, "{message}");
            }
            // A broker that is down is told once by whoever asks for records.
            RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
                tracing::info!(facility, "{message}");
            }
            _ => tracing::debug!(facility, "{message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::info!(%error, "{reason}");
    }
}

impl ConsumerContext for Context {}

/// A Kafka consumer with this context.
pub type Consumer = BaseConsumer<Context>;

/// How a reader is to be sized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appetite {
    /// One of many: small buffers.
    Client,
    /// The only one: as fast as it goes.
    Whole,
}

/// A cluster and the topics of it that may be read.
pub struct KafkaSource {
    brokers: String,
    topics: Vec<String>,
    config: ClientConfig,
    /// Answers questions about topics; it never fetches.
    inquirer: Consumer,
}

impl KafkaSource {
    /// Takes the settings in; brokers are contacted later, so they may be down.
    pub fn new(
        brokers: &str,
        topics: Vec<String>,
        properties: &[Property],
        appetite: Appetite,
    ) -> Result<Self, SourceError> {
        let config = config::consumer_config(brokers, properties, appetite);
        let inquirer = create(&config)?;
        Ok(Self {
            brokers: brokers.to_owned(),
            topics,
            config,
            inquirer,
        })
    }

    /// Asks until the topic is there or the time is up.
    pub fn wait_for(&self, topic: &str, limit: Duration) -> Result<TopicState, SourceError> {
        let start = std::time::Instant::now();
        loop {
            match self.describe(topic) {
                Ok(state) => return Ok(state),
                Err(error) if start.elapsed() >= limit => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }
}

fn create(config: &ClientConfig) -> Result<Consumer, SourceError> {
    config
        .create_with_context(Context)
        .map_err(|error| SourceError::Unavailable(format!("Kafka settings: {error}")))
}

impl Source for KafkaSource {
    fn topics(&self) -> &[String] {
        &self.topics
    }

    fn describe(&self, topic: &str) -> Result<TopicState, SourceError> {
        state::describe(&self.inquirer, &self.brokers, topic)
    }

    fn offset_at(
        &self,
        topic: &str,
        partition: i32,
        timestamp_millis: i64,
    ) -> Result<Option<i64>, SourceError> {
        state::offset_at(
            &self.inquirer,
            &self.brokers,
            topic,
            partition,
            timestamp_millis,
        )
    }

    fn open(&self, topic: &str, starts: &[Position]) -> Result<Box<dyn Reader>, SourceError> {
        let consumer = create(&self.config)?;
        Ok(Box::new(KafkaReader::new(consumer, topic, starts)?))
    }
}
