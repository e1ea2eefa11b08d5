//! Where the records of a run come from: a file, the generator, or Kafka.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use shared::batch::Batcher;
use shared::generate::LoanStream;
use shared::record::Record;

use super::Args;
use crate::cli::Failure;

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

/// Opens the input that the flags name.
pub(super) fn open(args: &Args) -> Result<Box<dyn Input>, Failure> {
    if let Some(path) = &args.file {
        return Ok(Box::new(Lines::open(path, args.follow)?));
    }
    if let Some(seed) = args.simulate {
        return Ok(Box::new(Simulation::new(seed)));
    }
    match (&args.kafka, &args.topic) {
        (Some(brokers), Some(topic)) => kafka(args, brokers, topic),
        _ => Err(super::missing_input()),
    }
}

#[cfg(feature = "kafka")]
fn kafka(args: &Args, brokers: &str, topic: &str) -> Result<Box<dyn Input>, Failure> {
    let properties = &args.properties.properties;
    Ok(Box::new(super::topic::Topic::open(
        brokers,
        topic,
        properties,
        args.follow,
    )?))
}

#[cfg(not(feature = "kafka"))]
fn kafka(args: &Args, _brokers: &str, _topic: &str) -> Result<Box<dyn Input>, Failure> {
    let _ = &args.properties;
    Err(Failure::Usage(crate::cli::sources::NO_KAFKA.to_owned()))
}

/// No record is longer; a file with such a line is not one of records.
const MOST_LINE_BYTES: u64 = 64 * 1024 * 1024;
/// How often a file that is followed is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A file with one record a line.
struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: Vec<u8>,
    next: i64,
    follows: bool,
}

impl Lines {
    fn open(path: &Path, follows: bool) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let reader = BufReader::with_capacity(256 * 1024, file);
        Ok(Self {
            path: path.to_owned(),
            reader,
            line: Vec::new(),
            next: 0,
            follows,
        })
    }

    /// Reads on in the line under way; true when it is whole.
    fn read_line(&mut self) -> anyhow::Result<bool> {
        let room = MOST_LINE_BYTES - self.line.len() as u64;
        let read = self
            .reader
            .by_ref()
            .take(room)
            .read_until(b'\n', &mut self.line);
        read.with_context(|| format!("cannot read {}", self.path.display()))?;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(true);
        }
        if self.line.len() as u64 >= MOST_LINE_BYTES {
            let (path, line) = (self.path.display(), self.next + 1);
            bail!(
                "{path}, line {line} is longer than {MOST_LINE_BYTES} bytes: not a file of records"
            );
        }
        // The last line needs no newline, unless more of it may come.
        Ok(!self.line.is_empty() && !self.follows)
    }
}

impl Input for Lines {
    fn fill(
        &mut self,
        batcher: &mut Batcher,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<Filled> {
        loop {
            if self.next % 64 == 0 && is_stopped() {
                return Ok(Filled::Stopped(batcher.pending()));
            }
            if !self.read_line()? {
                if !self.follows {
                    return Ok(Filled::Ended);
                }
                if is_stopped() {
                    return Ok(Filled::Stopped(batcher.pending()));
                }
                thread::sleep(LOOK_AGAIN);
                continue;
            }
            let is_complete = batcher.push(&plain(self.next, &self.line));
            self.line.clear();
            self.next += 1;
            if is_complete {
                return Ok(Filled::Complete);
            }
        }
    }
}

/// A record that has nothing but a value and a place.
fn plain(offset: i64, value: &[u8]) -> Record<'_> {
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
    stream: LoanStream,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        Self {
            stream: LoanStream::new(seed),
            key: Vec::new(),
            value: Vec::new(),
        }
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
    use std::io::Write as _;
    use std::num::NonZeroU32;

    use shared::batch::Trigger;

    use super::*;

    fn values(file: &[u8]) -> Vec<Vec<u8>> {
        let mut temporary = tempfile::NamedTempFile::new().unwrap();
        temporary.write_all(file).unwrap();
        let mut lines = Lines::open(temporary.path(), false).unwrap();
        let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::new(1000).unwrap()));
        assert_eq!(lines.fill(&mut batcher, &|| false).unwrap(), Filled::Ended);
        let batch = batcher.cut();
        batch.map_or(Vec::new(), |batch| {
            batch
                .records()
                .map(|record| record.value.unwrap().to_vec())
                .collect()
        })
    }

    #[test]
    fn a_line_is_a_record_and_the_last_needs_no_newline() {
        assert_eq!(values(b"a\n\nb\r\n\xff"), [&b"a"[..], b"", b"b\r", b"\xff"]);
        assert_eq!(values(b"a\n"), [b"a"]);
        assert!(values(b"").is_empty());
    }

    #[test]
    fn a_signal_ends_a_batch_that_is_not_complete() {
        let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::new(10).unwrap()));
        let filled = Simulation::new(1).fill(&mut batcher, &|| true).unwrap();
        assert_eq!(filled, Filled::Stopped(0));
    }
}
