//! Where the records of a run come from, as flags and as a run's log names it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use shared::generate::StreamSettings;
use shared::run_log::{Hash, RunSource};

use crate::cli::Failure;
use crate::cli::sources::KafkaProperties;

/// So many bytes of a file's beginning tell it from others.
const HEAD_BYTES: u64 = 1024 * 1024;

/// The flags that name the input; at most one of --kafka, --file and --simulate.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("input").args(["kafka", "file", "simulate"]))]
pub(in crate::cli) struct PlaceArgs {
    /// Read from Kafka at this address (several: separated by commas)
    #[arg(long, value_name = "HOST:PORT")]
    kafka: Option<String>,

    /// The topic, with --kafka
    #[arg(long, value_name = "TOPIC", conflicts_with_all = ["file", "simulate"])]
    topic: Option<String>,

    #[command(flatten)]
    properties: KafkaProperties,

    /// Read from a file with one record a line
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Generate the records of this seed
    #[arg(long, value_name = "SEED")]
    simulate: Option<u64>,

    /// What is generated with --simulate: loan, agrawal, sea, hyperplane, stagger, random_rbf or led,
    /// settings as JSON such as {"agrawal": {"function": 3}}, or @FILE with JSON or a drift script
    /// [default: loan]
    #[arg(long, value_name = "NAME|JSON|@FILE", conflicts_with_all = ["kafka", "file"], value_parser = crate::cli::stream::stream)]
    stream: Option<StreamSettings>,
}

/// A source of records.
#[derive(Clone, Debug)]
pub(in crate::cli) enum Place {
    Kafka {
        brokers: String,
        topic: String,
        properties: KafkaProperties,
    },
    File(PathBuf),
    Simulated {
        seed: u64,
        stream: StreamSettings,
    },
}

impl PlaceArgs {
    /// What the flags name, if they name anything.
    pub(in crate::cli) fn place(&self) -> Result<Option<Place>, Failure> {
        let usage = |message: &str| Err(Failure::Usage(message.to_owned()));
        match (&self.kafka, &self.topic, &self.file, self.simulate) {
            (Some(brokers), Some(topic), ..) => Ok(Some(self.topic_at(brokers, topic))),
            (Some(_), None, ..) => usage("--kafka needs --topic, which names what is read"),
            (None, Some(_), ..) => usage("--topic needs --kafka, which says where it is"),
            (None, None, Some(file), _) => Ok(Some(Place::File(file.clone()))),
            (None, None, None, Some(seed)) => Ok(Some(Place::Simulated {
                seed,
                stream: self.stream.clone().unwrap_or_default(),
            })),
            (None, None, None, None) if self.stream.is_some() => {
                usage("--stream needs --simulate, which gives it a seed")
            }
            (None, None, None, None) => Ok(None),
        }
    }

    /// A topic of a cluster, reached with the properties of these flags.
    pub(in crate::cli) fn topic_at(&self, brokers: &str, topic: &str) -> Place {
        Place::Kafka {
            brokers: brokers.to_owned(),
            topic: topic.to_owned(),
            properties: self.properties.clone(),
        }
    }

    /// Takes brokers and topic where the flags name none, unless they name another input.
    pub(in crate::cli) fn set_default_topic(
        &mut self,
        brokers: Option<String>,
        topic: Option<String>,
    ) {
        if self.file.is_none() && self.simulate.is_none() {
            self.kafka = self.kafka.take().or(brokers);
            self.topic = self.topic.take().or(topic);
        }
    }

    /// The source of a run that was logged, and how its records are found there.
    pub(in crate::cli) fn of_log(&self, source: &RunSource) -> anyhow::Result<Place> {
        Ok(match source {
            RunSource::Kafka { brokers, topic, .. } => self.topic_at(brokers, topic),
            RunSource::File { path, .. } => Place::File(path.into()),
            RunSource::Simulated { seed, stream } => Place::Simulated {
                seed: *seed,
                stream: stream.clone(),
            },
            RunSource::Relay { url, topic, .. } => bail!(
                "the run read topic \"{topic}\" through the relay {url}: name the cluster behind it with --kafka and --topic"
            ),
        })
    }
}

impl Place {
    /// Whether records are generated, without an end.
    pub(in crate::cli) fn is_generated(&self) -> bool {
        matches!(self, Self::Simulated { .. })
    }

    /// The stream that is generated; the lab's if none is.
    pub(in crate::cli) fn stream(&self) -> StreamSettings {
        match self {
            Self::Simulated { stream, .. } => stream.clone(),
            Self::Kafka { .. } | Self::File(_) => StreamSettings::default(),
        }
    }
}

/// A file with what tells it from others.
pub(super) fn file_source(path: &Path, has_header: bool) -> anyhow::Result<RunSource> {
    let head = head(path, HEAD_BYTES)?;
    Ok(RunSource::File {
        path: path.to_string_lossy().into_owned(),
        has_header,
        head_bytes: head.len() as u64,
        head_hash: Hash::of(&head),
    })
}

/// At most so many bytes of a file's beginning. Of a pipe nothing is read ahead.
fn head(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    let mut head = Vec::new();
    if file.metadata().with_context(cannot)?.is_file() {
        file.take(most)
            .read_to_end(&mut head)
            .with_context(cannot)?;
    }
    Ok(head)
}

/// Whether a run may go on, or be done again, with what is there now: places mean the same in both.
pub(in crate::cli) fn check_same(logged: &RunSource, found: &RunSource) -> anyhow::Result<()> {
    match (logged, found) {
        (
            RunSource::File {
                head_bytes,
                head_hash,
                path: logged,
                ..
            },
            RunSource::File { path, .. },
        ) => {
            let now = Hash::of(&head(Path::new(path), *head_bytes)?);
            if now != *head_hash {
                bail!(
                    "{path} is another file than the run's {logged}: their first {head_bytes} bytes differ"
                );
            }
        }
        (
            RunSource::Kafka {
                topic, cluster_id, ..
            }
            | RunSource::Relay {
                topic, cluster_id, ..
            },
            RunSource::Kafka {
                topic: topic_now,
                cluster_id: now,
                ..
            },
        ) => {
            if topic != topic_now {
                bail!("the run is of topic \"{topic}\", not of \"{topic_now}\"");
            }
            if let (Some(id), Some(now)) = (cluster_id, now)
                && id != now
            {
                bail!(
                    "topic \"{topic}\" of this cluster ({now}) is not the run's (cluster {id}): offsets are other places in it"
                );
            }
        }
        (RunSource::Simulated { .. }, RunSource::Simulated { .. }) if logged != found => {
            bail!("the run is of another seed or stream");
        }
        (RunSource::Simulated { .. }, RunSource::Simulated { .. }) => {}
        _ => bail!(
            "the run's records came from {}, these are from {}",
            kind(logged),
            kind(found)
        ),
    }
    Ok(())
}

fn kind(source: &RunSource) -> &'static str {
    match source {
        RunSource::Kafka { .. } => "Kafka",
        RunSource::Relay { .. } => "a relay",
        RunSource::File { .. } => "a file",
        RunSource::Simulated { .. } => "the generator",
    }
}
