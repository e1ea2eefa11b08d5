//! Where the records of a run come from: a file, the generator, or Kafka.

mod csv_lines;
mod lines;
#[cfg(feature = "kafka")]
mod topic;

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use shared::batch::Batcher;
use shared::decode::{Csv, Format};
use shared::generate::{KnownStream, StreamSettings};
use shared::record::Record;

use self::lines::Lines;
use super::Failure;
use super::records::FormatArgs;
use super::sources::KafkaProperties;

/// The flags that name the input; exactly one of --kafka, --file and --simulate.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("input").required(true).args(["kafka", "file", "simulate"]))]
pub(super) struct InputArgs {
    /// Read from Kafka at this address (several: separated by commas)
    #[arg(long, value_name = "HOST:PORT", requires = "topic")]
    kafka: Option<String>,

    /// The topic, with --kafka
    #[arg(long, value_name = "TOPIC", requires = "kafka", conflicts_with_all = ["file", "simulate"])]
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
    #[arg(long, value_name = "NAME|JSON|@FILE", conflicts_with_all = ["kafka", "file"], value_parser = super::stream::stream)]
    stream: Option<StreamSettings>,

    #[command(flatten)]
    format: FormatArgs,
}

impl InputArgs {
    /// Whether records are generated, without an end.
    pub(super) fn is_generated(&self) -> bool {
        self.simulate.is_some()
    }

    /// Whether records come from a topic.
    pub(super) fn is_topic(&self) -> bool {
        self.kafka.is_some()
    }

    /// The stream that is generated; the lab's if none is named.
    pub(super) fn stream(&self) -> StreamSettings {
        self.stream.clone().unwrap_or_default()
    }

    /// The format that the flags say. A file's own header is not in it yet.
    pub(super) fn format(&self) -> Result<Format, Failure> {
        let format = self.format.format()?;
        if self.is_generated() && format != Format::Json {
            let message = "--format csv goes with --file or --kafka: generated records are JSON";
            return Err(Failure::Usage(message.into()));
        }
        Ok(format)
    }
}

/// An input that is ready to be read.
pub(super) struct Opened {
    /// Gives the records.
    pub(super) input: Box<dyn Input + Send>,
    /// How they are written; of CSV in a file with the header.
    pub(super) format: Format,
}

/// Why filling a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// The batch is complete.
    Complete,
    /// There are no more records; the batch may be short.
    Ended,
    /// A signal came; so many records wait for a whole batch.
    Stopped(usize),
}

/// Something that gives records.
pub(super) trait Input {
    /// Pushes records until the batch is complete.
    fn fill(
        &mut self,
        batcher: &mut Batcher,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<Filled>;
}

/// Opens the input that the flags name; `None` when a signal came before a file had its header.
pub(super) fn open(
    args: &InputArgs,
    follow: bool,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<Opened>, Failure> {
    let format = args.format()?;
    if let Some(path) = &args.file {
        return Ok(open_file(path, format, follow, is_stopped)?);
    }
    let input = match (args.simulate, &args.kafka, &args.topic) {
        (Some(seed), ..) => Box::new(Simulation::new(&args.stream(), seed)?),
        (None, Some(brokers), Some(topic)) => kafka(args, brokers, topic, follow)?,
        // The parser asks for one of them.
        _ => return Err(anyhow!("no input was given").into()),
    };
    Ok(Some(Opened { input, format }))
}

fn open_file(
    path: &Path,
    format: Format,
    follow: bool,
    is_stopped: &dyn Fn() -> bool,
) -> anyhow::Result<Option<Opened>> {
    let mut lines = Lines::open(path, &format, follow)?;
    let Format::Csv(Csv {
        delimiter,
        header: None,
    }) = format
    else {
        let input = Box::new(lines);
        return Ok(Some(Opened { input, format }));
    };
    match lines.header(is_stopped)? {
        Some(header) => Ok(Some(Opened {
            input: Box::new(lines),
            format: Format::Csv(Csv {
                delimiter,
                header: Some(header),
            }),
        })),
        None if is_stopped() => Ok(None),
        None => bail!(
            "{} is empty: its first line has the names of the columns, unless --csv-header has them",
            path.display()
        ),
    }
}

#[cfg(feature = "kafka")]
fn kafka(
    args: &InputArgs,
    brokers: &str,
    topic: &str,
    follow: bool,
) -> Result<Box<dyn Input + Send>, Failure> {
    let properties = &args.properties.properties;
    let topic = topic::Topic::open(brokers, topic, properties, follow)?;
    Ok(Box::new(topic))
}

#[cfg(not(feature = "kafka"))]
fn kafka(
    args: &InputArgs,
    _brokers: &str,
    _topic: &str,
    _follow: bool,
) -> Result<Box<dyn Input + Send>, Failure> {
    let _ = &args.properties;
    Err(Failure::Usage(super::sources::NO_KAFKA.to_owned()))
}

/// A record that has nothing but a value and a place.
pub(super) fn plain(offset: i64, value: &[u8]) -> Record<'_> {
    Record {
        partition: 0,
        offset,
        leader_epoch: None,
        timestamp_millis: -1,
        key: None,
        value: Some(value),
    }
}

/// Generated records.
struct Simulation {
    stream: KnownStream,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Simulation {
    fn new(settings: &StreamSettings, seed: u64) -> anyhow::Result<Self> {
        Ok(Self {
            stream: KnownStream::new(settings, seed)?,
            key: Vec::new(),
            value: Vec::new(),
        })
    }
}

impl Input for Simulation {
    fn fill(
        &mut self,
        batcher: &mut Batcher,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<Filled> {
        loop {
            if is_stopped() {
                return Ok(Filled::Stopped(batcher.pending()));
            }
            let place = self.stream.next_into(&mut self.key, &mut self.value);
            let offset = i64::try_from(place.index).map_err(io::Error::other)?;
            let record = Record {
                timestamp_millis: place.timestamp_millis,
                key: Some(&self.key),
                ..plain(offset, &self.value)
            };
            if batcher.push(&record) {
                return Ok(Filled::Complete);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use shared::batch::Trigger;

    use super::*;

    #[test]
    fn a_signal_ends_a_batch_that_is_not_complete() {
        let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::new(10).unwrap()));
        let mut simulation = Simulation::new(&StreamSettings::Loan, 1).unwrap();
        let filled = simulation.fill(&mut batcher, &|| true).unwrap();
        assert_eq!(filled, Filled::Stopped(0));
    }
}
