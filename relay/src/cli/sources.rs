//! The flags that say where records come from, shared by the subcommands.

use clap::Args;

/// The topic's name where none is given.
pub(super) const DEFAULT_TOPIC: &str = "loan-applications";

/// The generator's seed where none is given.
pub(super) const DEFAULT_SEED: u64 = 42;

/// How to reach a cluster.
#[cfg(feature = "kafka")]
#[derive(Clone, Debug, Args)]
pub(super) struct KafkaProperties {
    /// A librdkafka property such as security.protocol=SASL_SSL; may be given several times
    #[arg(long = "kafka-property", value_name = "NAME=VALUE")]
    pub(super) properties: Vec<crate::source::kafka::Property>,
}

/// A build without Kafka has no such flags.
#[cfg(not(feature = "kafka"))]
#[derive(Clone, Debug, Args)]
pub(super) struct KafkaProperties {}

/// What to say where a build without Kafka is asked for it.
#[cfg(not(feature = "kafka"))]
pub(super) const NO_KAFKA: &str =
    "this program was built without Kafka: build it with the default features";
