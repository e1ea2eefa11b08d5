//! librdkafka's settings: what differs from its defaults, and why. Every property can be given by
//! the user and then wins.

use std::str::FromStr;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use super::Appetite;

/// A property given on the command line as `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// librdkafka's name of it.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl FromStr for Property {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self {
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("a property is written name=value".to_owned()),
        }
    }
}

/// What every client of the cluster needs.
#[must_use]
pub fn client_config(brokers: &str, properties: &[Property]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("client.id", "gradually")
        // "localhost" may resolve to an IPv6 address first, where often nobody listens.
        .set("broker.address.family", "v4")
        // A broker that was restarted is found again within a second, not within ten.
        .set("reconnect.backoff.max.ms", "1000")
        .set_log_level(RDKafkaLogLevel::Info);
    for property in properties {
        config.set(&property.name, &property.value);
    }
    config
}

/// What a consumer needs. `assign` wants a group's name, but no group is joined with it.
pub(super) fn consumer_config(
    brokers: &str,
    properties: &[Property],
    appetite: Appetite,
) -> ClientConfig {
    // Kilobytes read ahead, bytes asked of a partition at once, records read ahead.
    let (queue, fetch, records) = match appetite {
        Appetite::Client => ("2048", "524288", "100000"),
        Appetite::Whole => ("65536", "4194304", "1000000"),
    };
    let mut defaults = vec![
        ("group.id", "gradually"),
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        // A position that is gone is an error, never a silent jump.
        ("auto.offset.reset", "error"),
        // Tells that the end is reached, past control records too.
        ("enable.partition.eof", "true"),
        // The default of one second stalls a fast reader whenever its queue was full.
        ("fetch.queue.backoff.ms", "2"),
        ("fetch.wait.max.ms", "100"),
        ("queued.max.messages.kbytes", queue),
        ("queued.min.messages", records),
        ("fetch.message.max.bytes", fetch),
        ("check.crcs", "true"),
    ];
    defaults.retain(|(name, _)| properties.iter().all(|property| property.name != *name));
    let mut config = client_config(brokers, properties);
    for (name, value) in defaults {
        config.set(name, value);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_property_wins() {
        let given: Property = "fetch.queue.backoff.ms=9=9".parse().unwrap();
        let config = consumer_config("h:1", &[given], Appetite::Client);
        assert_eq!(config.get("fetch.queue.backoff.ms"), Some("9=9"));
        assert_eq!(config.get("bootstrap.servers"), Some("h:1"));
        assert!("=x".parse::<Property>().is_err() && "x".parse::<Property>().is_err());
    }
}
