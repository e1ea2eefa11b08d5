//! Where the records of a run come from: a file, the generator, or Kafka.

mod csv_lines;
mod lines;
mod place;
#[cfg(feature = "kafka")]
mod topic;

use std::io;
use std::path::Path;

use anyhow::bail;
use shared::batch::Batcher;
use shared::decode::{Csv, Format};
use shared::generate::{KnownStream, StreamSettings};
use shared::record::{Position, Record};
use shared::run_log::{Header, RunSource};

use self::lines::Lines;
use self::place::file_source;
pub(super) use self::place::{Place, PlaceArgs, check_same};
use super::Failure;
use super::records::FormatArgs;
use super::sources::KafkaProperties;

/// The flags that name the input and how its records are written.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct InputArgs {
    #[command(flatten)]
    pub(super) place: PlaceArgs,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

/// What to say where nothing names the input.
pub(super) const NO_INPUT: &str = "where records come from is not said: --kafka HOST:PORT with --topic TOPIC, --file FILE, or --simulate SEED";

/// What is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading<'a> {
    /// More records are waited for at the end.
    pub(super) follows: bool,
    /// Where to begin; other partitions begin at their beginning.
    pub(super) start: &'a [Position],
    /// No other partition is read.
    #[cfg_attr(
        not(feature = "kafka"),
        expect(dead_code, reason = "only a topic has several")
    )]
    pub(super) only: Option<i32>,
}

/// An input that is ready to be read.
pub(super) struct Opened {
    /// Gives the records.
    pub(super) input: Box<dyn Input + Send>,
    /// How they are written; of CSV in a file with the header.
    pub(super) format: Format,
    /// What it is.
    pub(super) source: RunSource,
    /// Where it begins.
    pub(super) start: Vec<Position>,
    /// Tells where it ends at the moment.
    pub(super) ends_now: Option<EndsNow>,
}

/// The next offset of each partition at the moment; `None` when that cannot be told.
pub(super) type EndsNow = Box<dyn Fn() -> Option<Vec<Position>> + Send>;

/// The format of records at a place. A file's own header is not in it yet.
pub(super) fn format_at(place: &Place, format: &FormatArgs) -> Result<Format, Failure> {
    let format = format.format()?;
    if place.is_generated() && format != Format::Json {
        let message = "--format csv goes with --file or --kafka: generated records are JSON";
        return Err(Failure::Usage(message.into()));
    }
    Ok(format)
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

/// The format with which the records of a logged run are found again: a file's first line has the
/// header once more.
pub(super) fn format_of_log(header: &Header) -> Format {
    match (&header.source, &header.records) {
        (
            RunSource::File {
                has_header: true, ..
            },
            Format::Csv(csv),
        ) => Format::Csv(Csv {
            header: None,
            ..csv.clone()
        }),
        (_, format) => format.clone(),
    }
}

/// Opens an input; `None` when a signal came before it was ready to be read.
pub(super) fn open(
    place: &Place,
    format: &Format,
    reading: Reading<'_>,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<Opened>, Failure> {
    let is_elsewhere = |start: &Position| start.partition != 0;
    if !matches!(place, Place::Kafka { .. }) && reading.start.iter().any(is_elsewhere) {
        let message = "reading goes on in several partitions, which a file and a generated stream do not have: with --model, --from-start begins at their first record";
        return Err(Failure::Usage(message.to_owned()));
    }
    match place {
        Place::File(path) => Ok(open_file(path, format, reading, is_stopped)?),
        Place::Simulated { seed, stream } => Ok(Some(Opened {
            input: Box::new(Simulation::new(stream, *seed, first(reading.start))?),
            format: format.clone(),
            source: RunSource::Simulated {
                seed: *seed,
                stream: stream.clone(),
            },
            start: vec![position(first(reading.start))],
            ends_now: None,
        })),
        Place::Kafka {
            brokers,
            topic,
            properties,
        } => open_topic(brokers, topic, properties, format, reading).map(Some),
    }
}

/// Where the only partition of a file or a generated stream begins.
fn first(start: &[Position]) -> i64 {
    start.first().map_or(0, |position| position.offset.max(0))
}

fn position(offset: i64) -> Position {
    Position {
        partition: 0,
        offset,
        leader_epoch: None,
    }
}

fn open_file(
    path: &Path,
    format: &Format,
    reading: Reading<'_>,
    is_stopped: &dyn Fn() -> bool,
) -> anyhow::Result<Option<Opened>> {
    let mut lines = Lines::open(path, format, reading.follows)?;
    let mut format = format.clone();
    let has_header = matches!(&format, Format::Csv(Csv { header: None, .. }));
    if let Format::Csv(csv @ Csv { header: None, .. }) = &mut format {
        csv.header = lines.header(is_stopped)?;
        if csv.header.is_none() && is_stopped() {
            return Ok(None);
        }
        if csv.header.is_none() {
            bail!(
                "{} is empty: its first line has the names of the columns, unless --csv-header has them",
                path.display()
            );
        }
    }
    let start = first(reading.start);
    if !lines.skip_to(start, is_stopped)? {
        return Ok(None);
    }
    Ok(Some(Opened {
        input: Box::new(lines),
        format,
        source: file_source(path, has_header)?,
        start: vec![position(start)],
        ends_now: None,
    }))
}

#[cfg(feature = "kafka")]
fn open_topic(
    brokers: &str,
    topic: &str,
    properties: &KafkaProperties,
    format: &Format,
    reading: Reading<'_>,
) -> Result<Opened, Failure> {
    let found = topic::open(brokers, topic, &properties.properties, reading)?;
    Ok(Opened {
        input: Box::new(found.topic),
        format: format.clone(),
        source: RunSource::Kafka {
            brokers: brokers.to_owned(),
            topic: topic.to_owned(),
            cluster_id: found.cluster_id,
        },
        start: found.start,
        ends_now: Some(found.ends_now),
    })
}

#[cfg(not(feature = "kafka"))]
fn open_topic(
    _brokers: &str,
    _topic: &str,
    _properties: &KafkaProperties,
    _format: &Format,
    _reading: Reading<'_>,
) -> Result<Opened, Failure> {
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
    fn new(settings: &StreamSettings, seed: u64, start: i64) -> anyhow::Result<Self> {
        let mut stream = KnownStream::new(settings, seed)?;
        stream.seek(start.unsigned_abs());
        Ok(Self {
            stream,
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
        let mut simulation = Simulation::new(&StreamSettings::Loan, 1, 0).unwrap();
        let filled = simulation.fill(&mut batcher, &|| true).unwrap();
        assert_eq!(filled, Filled::Stopped(0));
    }
}
