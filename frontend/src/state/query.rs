//! The page's own address as settings: `?relay=…&topic=…&from=…&batch=…&seconds=…&seed=…&rate=…&autostart=1`.
//! Every value is checked; one that cannot be used is named and left out.

use std::num::NonZeroU32;

use shared::batch::Trigger;

use super::relay_url;
use crate::port::{Beginning, Rate, RunConfig, SourceConfig};

/// What the page opens with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opening {
    pub(crate) config: RunConfig,
    /// Whether to start without waiting for the button.
    pub(crate) autostart: bool,
    /// Whether the address itself chose the source.
    pub(crate) source_given: bool,
    topic: Option<String>,
    from: Beginning,
    rate_given: bool,
    /// What could not be used, each a sentence.
    pub(crate) refused: Vec<String>,
}

impl Opening {
    /// What to run when the page was served by the relay at `url` and its address says no other
    /// source: that relay.
    pub(crate) fn for_own_relay(&self, url: String) -> RunConfig {
        let source = SourceConfig::Relay {
            url,
            topic: self.topic.clone(),
            from: self.from,
        };
        let rate = if self.rate_given {
            self.config.rate
        } else {
            Rate::Unlimited
        };
        RunConfig {
            source,
            rate,
            settings: self.config.settings.clone(),
        }
    }

    /// What to tell when the page was not served by a relay, though its address names a topic.
    pub(crate) fn without_relay(&self) -> Option<String> {
        self.topic.as_ref().map(|topic| {
            format!("The address names the topic {topic}, but no relay served this page: add relay=ws://HOST:PORT to it.")
        })
    }
}

/// Reads the parameters, in the order of the address.
pub(crate) fn read<'a>(
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    page_is_https: bool,
) -> Opening {
    let mut reader = Reader::default();
    for (name, value) in parameters {
        if let Err(reason) = reader.take(name, value, page_is_https) {
            reader.refused.push(reason);
        }
    }
    reader.finish()
}

/// The parameters by which a page opens with this configuration, as far as an address has words for
/// it.
pub(crate) fn write(config: &RunConfig) -> Vec<(&'static str, String)> {
    let mut parameters = match &config.source {
        SourceConfig::Simulated { seed } => vec![("seed", seed.to_string())],
        SourceConfig::Relay { url, topic, from } => {
            let mut place = vec![("relay", url.clone())];
            place.extend(topic.clone().map(|topic| ("topic", topic)));
            if *from == Beginning::Latest {
                place.push(("from", "latest".to_owned()));
            }
            place
        }
    };
    parameters.push(match config.settings.trigger {
        Trigger::Records(records) => ("batch", records.to_string()),
        Trigger::Seconds(seconds) => ("seconds", seconds.to_string()),
    });
    parameters.push(match config.rate {
        Rate::PerSecond(records) => ("rate", records.to_string()),
        Rate::Unlimited => ("rate", "max".to_owned()),
    });
    parameters
}

#[derive(Default)]
struct Reader {
    relay: Option<String>,
    topic: Option<String>,
    from: Option<Beginning>,
    seed: Option<u64>,
    rate: Option<Rate>,
    trigger: Option<Trigger>,
    autostart: bool,
    refused: Vec<String>,
}

impl Reader {
    fn take(&mut self, name: &str, value: &str, page_is_https: bool) -> Result<(), String> {
        match name {
            "relay" => {
                let url =
                    relay_url(value, page_is_https).map_err(|error| format!("relay: {error}."))?;
                self.relay = Some(url);
            }
            "topic" => self.topic = Some(topic(value)?),
            "from" => self.from = Some(beginning(value)?),
            "seed" => self.seed = Some(number(name, value, "a whole number from 0")?),
            "batch" => self.trigger = Some(Trigger::Records(number(name, value, RECORDS)?)),
            "seconds" => self.trigger = Some(Trigger::Seconds(number(name, value, SECONDS)?)),
            "rate" => self.rate = Some(rate(value)?),
            "autostart" => self.autostart = value == "1" || value == "true",
            _ => {
                return Err(format!(
                    "The address has a parameter \"{}\" that is not known.",
                    short(name)
                ));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Opening {
        let mut config = RunConfig::default();
        if let Some(trigger) = self.trigger {
            config.settings.trigger = trigger;
        }
        if let Err(error) = config.settings.validate() {
            self.refused
                .push(format!("The address was not used as it is: {error}."));
            config.settings = RunConfig::default().settings;
        }
        let from = self.from.unwrap_or(Beginning::Earliest);
        let source_given = self.relay.is_some() || self.seed.is_some();
        let topic = self.topic;
        let usual = if self.relay.is_some() {
            Rate::Unlimited
        } else {
            config.rate
        };
        config.rate = self.rate.unwrap_or(usual);
        config.source = match self.relay {
            Some(url) => SourceConfig::Relay {
                url,
                topic: topic.clone(),
                from,
            },
            None => SourceConfig::Simulated {
                seed: self.seed.unwrap_or(42),
            },
        };
        Opening {
            config,
            autostart: self.autostart,
            source_given,
            topic,
            from,
            rate_given: self.rate.is_some(),
            refused: self.refused,
        }
    }
}

const RECORDS: &str = "a whole number of records from 1";
const SECONDS: &str = "a whole number of seconds from 1";

fn number<T: std::str::FromStr>(name: &str, value: &str, range: &str) -> Result<T, String> {
    value.parse().map_err(|_| {
        format!(
            "The address says {name}={}: it must be {range}.",
            short(value)
        )
    })
}

fn topic(value: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if (1..=249).contains(&value.len()) && value.chars().all(legal) {
        Ok(value.to_owned())
    } else {
        Err(format!(
            "The address says topic={}: a topic's name has 1 to 249 letters, digits, dots, underscores or hyphens.",
            short(value)
        ))
    }
}

fn beginning(value: &str) -> Result<Beginning, String> {
    match value {
        "earliest" => Ok(Beginning::Earliest),
        "latest" => Ok(Beginning::Latest),
        _ => Err(format!(
            "The address says from={}: it must be earliest or latest.",
            short(value)
        )),
    }
}

fn rate(value: &str) -> Result<Rate, String> {
    if value == "max" {
        return Ok(Rate::Unlimited);
    }
    let steps: NonZeroU32 = number("rate", value, "1, 10, 100, 1000, 10000 or max")?;
    let rate = Rate::PerSecond(steps.get());
    if Rate::STEPS.contains(&rate) {
        Ok(rate)
    } else {
        Err(format!(
            "The address says rate={value}: it must be 1, 10, 100, 1000, 10000 or max."
        ))
    }
}

/// A foreign text, cut to what a sentence can hold.
fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(parameters: &[(&'static str, &'static str)]) -> Opening {
        read(parameters.iter().copied(), false)
    }

    #[track_caller]
    fn check_refused(name: &'static str, value: &'static str, words: &str) {
        let opening = open(&[(name, value)]);
        assert_eq!(opening.config, RunConfig::default());
        assert_eq!(opening.refused.len(), 1, "{:?}", opening.refused);
        assert!(opening.refused[0].contains(words), "{}", opening.refused[0]);
    }

    #[test]
    fn without_parameters_the_defaults_stand() {
        let opening = open(&[]);
        assert_eq!(opening.config, RunConfig::default());
        assert!(!opening.autostart && !opening.source_given && opening.refused.is_empty());
    }

    #[test]
    fn a_relay_with_its_topic_is_taken_at_full_speed() {
        let opening = open(&[
            ("relay", "ws://h:1"),
            ("topic", "t"),
            ("batch", "300"),
            ("autostart", "1"),
        ]);
        let source = SourceConfig::Relay {
            url: "ws://h:1/ws".into(),
            topic: Some("t".into()),
            from: Beginning::Earliest,
        };
        assert_eq!(opening.config.source, source);
        assert_eq!(opening.config.rate, Rate::Unlimited);
        assert_eq!(opening.config.settings.trigger.most_records(), 300);
        assert!(opening.autostart && opening.source_given && opening.refused.is_empty());
    }

    #[test]
    fn a_page_that_a_relay_served_reads_from_it() {
        let opening = open(&[("topic", "t"), ("from", "latest"), ("batch", "7")]);
        assert!(!opening.source_given);
        let config = opening.for_own_relay("ws://here/ws".into());
        let source = SourceConfig::Relay {
            url: "ws://here/ws".into(),
            topic: Some("t".into()),
            from: Beginning::Latest,
        };
        assert_eq!((config.source, config.rate), (source, Rate::Unlimited));
        assert_eq!(config.settings.trigger.most_records(), 7);
        assert!(opening.without_relay().unwrap().contains("topic t"));
        assert_eq!(
            open(&[("rate", "10")]).for_own_relay(String::new()).rate,
            Rate::PerSecond(10)
        );
    }

    #[test]
    fn a_seed_and_a_rate_are_for_the_simulation() {
        let opening = open(&[("seed", "7"), ("rate", "max")]);
        assert_eq!(opening.config.source, SourceConfig::Simulated { seed: 7 });
        assert_eq!(opening.config.rate, Rate::Unlimited);
    }

    #[test]
    fn what_is_written_opens_with_the_same_configuration() {
        for parameters in [
            &[("seed", "7"), ("batch", "30"), ("rate", "max")][..],
            &[
                ("relay", "ws://h:1"),
                ("topic", "t"),
                ("from", "latest"),
                ("seconds", "5"),
            ],
        ] {
            let config = open(parameters).config;
            let written = write(&config);
            let read = read(
                written.iter().map(|(name, value)| (*name, value.as_str())),
                false,
            );
            assert_eq!(read.config, config);
            assert!(read.refused.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_and_left_out() {
        check_refused("batch", "0", "batch=0");
        check_refused(
            "batch",
            "2000000",
            "batch_records must be from 1 to 1000000",
        );
        check_refused("batch", "<b>", "batch=<b>");
        check_refused("seconds", "-1", "whole number of seconds");
        check_refused("seed", "1.5", "seed=1.5");
        check_refused("topic", "a b", "topic=a b");
        check_refused("relay", "localhost", "ws://");
        check_refused("from", "yesterday", "earliest or latest");
        check_refused("rate", "2000", "rate=2000");
        check_refused("noise", "2000", "\"noise\"");
    }
}
