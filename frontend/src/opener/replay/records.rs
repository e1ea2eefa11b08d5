//! The records of a logged run: generated again, from files that were chosen with the log, or
//! through the relay that the page reads from.

use std::collections::BTreeSet;

use shared::batch::{Batch, MAX_BATCH_RECORDS};
use shared::decode::{Csv, Format};
use shared::generate::KnownStream;
use shared::run_log::{BatchEntry, Hash, Header, RunSource, push_lines};
use shared::save::next_raw_line;

use super::raw_files::{self, RawFiles};
use super::through_relay::{ThroughRelay, check_partitions};
use crate::opener::opened::shell_word;
use crate::port::{OpenedFile, SourceConfig};

/// Records between two looks at the clock.
pub(super) const RECORDS_A_LOOK: usize = 64;

/// Where the records of each batch come from.
pub(in crate::opener) enum Records {
    Generated(Box<Generated>),
    Lines(Lines),
    Raw(RawFiles),
    Relay(ThroughRelay),
}

/// How far a batch was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    Whole,
    /// The time was over before.
    Partly,
    /// Its records are still to come.
    Waiting,
}

/// A stream that is generated again.
pub(in crate::opener) struct Generated {
    words: String,
    stream: KnownStream,
    key: Vec<u8>,
    value: Vec<u8>,
}

/// A file with a record a line: line *i* has offset *i*.
pub(in crate::opener) struct Lines {
    name: String,
    bytes: Vec<u8>,
    format: Format,
    at: usize,
    /// The number of the line at `at`.
    next: i64,
}

/// What a log says of the records that its replay needs.
#[derive(Debug, Default)]
pub(super) struct Needed {
    /// The first and the last batch.
    batches: Option<(u64, u64)>,
    partitions: BTreeSet<i32>,
}

impl Needed {
    /// The next batch of the log; an error if it is too large for any source.
    pub(super) fn add(&mut self, entry: &BatchEntry) -> Result<(), String> {
        let id = entry.batch_id;
        let records: u64 = entry.ranges.iter().map(|range| range.records).sum();
        if records > u64::from(MAX_BATCH_RECORDS) {
            return Err(format!(
                "batch {id} has {records} records, and {MAX_BATCH_RECORDS} are the most"
            ));
        }
        let (first, _) = self.batches.unwrap_or((id, id));
        self.batches = Some((first, id));
        self.partitions
            .extend(entry.ranges.iter().map(|range| range.partition));
        Ok(())
    }

    /// A file and a generated stream have one partition only.
    fn check_partition(&self) -> Result<(), String> {
        let other = self.partitions.iter().find(|partition| **partition != 0);
        other.map_or(Ok(()), |partition| {
            Err(format!(
                "it has records of partition {partition}, which a file and a generated stream do not have"
            ))
        })
    }
}

impl Records {
    /// Finds the records of a log, and takes their files out of the chosen ones; an error says what is
    /// needed for that.
    pub(super) fn find(
        log: &str,
        header: &Header,
        needed: &Needed,
        chosen: &mut Vec<OpenedFile>,
        source: &SourceConfig,
    ) -> Result<Self, String> {
        if let RunSource::Simulated { seed, stream } = &header.source {
            needed.check_partition()?;
            let words = format!("{} stream, seed {seed}", stream.name());
            let stream = KnownStream::new(stream, *seed).map_err(|error| error.to_string())?;
            return Ok(Self::Generated(Box::new(Generated {
                words,
                stream,
                key: Vec::new(),
                value: Vec::new(),
            })));
        }
        if let Some(lines) = Lines::find(header, chosen) {
            needed.check_partition()?;
            return Ok(Self::Lines(lines));
        }
        let (first, last) = needed.batches.unwrap_or_default();
        let raw = RawFiles::find(&header.records, chosen);
        let missing = raw.as_ref().map(|files| files.missing(first..=last));
        match (raw, missing) {
            (Some(files), Some(None)) => Ok(Self::Raw(files)),
            (_, missing) => match ThroughRelay::find(&header.source, source) {
                Some(relay) => {
                    check_partitions(needed.partitions.len())?;
                    Ok(Self::Relay(relay))
                }
                None => Err(match missing.flatten() {
                    Some(batch) => raw_files::missing(batch),
                    None => how_to(log, &header.source),
                }),
            },
        }
    }

    /// Where they come from, for people.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Generated(generated) => generated.words.clone(),
            Self::Lines(lines) => format!("lines of {}", lines.name),
            Self::Raw(_) => "raw records of its batches".to_owned(),
            Self::Relay(relay) => relay.words(),
        }
    }

    /// Fills a batch, which may be begun already. Of files that end too early comes what there is.
    pub(super) fn fill(
        &mut self,
        entry: &BatchEntry,
        batch: &mut Batch,
        is_over: &mut impl FnMut() -> bool,
    ) -> Result<Filled, String> {
        match self {
            Self::Generated(generated) => Ok(generated.fill(entry, batch, is_over)),
            Self::Lines(lines) => {
                lines.fill(entry, batch);
                Ok(Filled::Whole)
            }
            Self::Raw(files) => {
                files.fill(entry, batch)?;
                Ok(Filled::Whole)
            }
            Self::Relay(relay) => relay.fill(entry, batch, is_over),
        }
    }

    /// All that was taken so far was learned from.
    pub(super) fn learned(&mut self) {
        if let Self::Relay(relay) = self {
            relay.learned();
        }
    }

    pub(super) fn relay(&mut self) -> Option<&mut ThroughRelay> {
        match self {
            Self::Relay(relay) => Some(relay),
            Self::Generated(_) | Self::Lines(_) | Self::Raw(_) => None,
        }
    }
}

impl Generated {
    fn fill(
        &mut self,
        entry: &BatchEntry,
        batch: &mut Batch,
        is_over: &mut impl FnMut() -> bool,
    ) -> Filled {
        let Some(range) = entry.ranges.first() else {
            return Filled::Whole;
        };
        while (batch.len() as u64) < range.records {
            self.stream
                .seek(range.first.unsigned_abs() + batch.len() as u64);
            let place = self.stream.next_into(&mut self.key, &mut self.value);
            batch.push(&place.record(&self.key, &self.value));
            if batch.len().is_multiple_of(RECORDS_A_LOOK) && is_over() {
                return Filled::Partly;
            }
        }
        Filled::Whole
    }
}

impl Lines {
    /// The file of the run, by the hash of its beginning, if it was chosen.
    fn find(header: &Header, chosen: &mut Vec<OpenedFile>) -> Option<Self> {
        let RunSource::File {
            has_header,
            head_bytes,
            head_hash,
            ..
        } = &header.source
        else {
            return None;
        };
        let head = usize::try_from(*head_bytes).ok()?;
        // Nothing but the model is told by a hash of all of it.
        let model = header.model.as_ref().map(|model| model.hash);
        let is_it = |file: &OpenedFile| {
            let has_head =
                (file.bytes.get(..head)).is_some_and(|head| Hash::of(head) == *head_hash);
            has_head && Some(Hash::of(&file.bytes)) != model
        };
        let file = chosen.iter().position(is_it)?;
        let OpenedFile { name, bytes } = chosen.swap_remove(file);
        let format = match &header.records {
            Format::Csv(csv) if !has_header => Format::Csv(Csv {
                header: None,
                ..csv.clone()
            }),
            format => format.clone(),
        };
        Some(Self {
            name,
            bytes,
            format,
            at: 0,
            next: 0,
        })
    }

    fn fill(&mut self, entry: &BatchEntry, batch: &mut Batch) {
        let Some(range) = entry.ranges.first() else {
            return;
        };
        while self.next < range.first {
            if next_raw_line(&self.bytes, &mut self.at, &self.format).is_none() {
                return;
            }
            self.next += 1;
        }
        push_lines(entry, &self.format, &self.bytes, &mut self.at, batch);
        self.next = range.last.saturating_add(1);
    }
}

/// What to do for a log whose records are not at hand.
fn how_to(log: &str, source: &RunSource) -> String {
    let file = shell_word(log);
    let (records, here, command) = match source {
        RunSource::Simulated { .. } => return String::new(),
        RunSource::File { path, .. } => (
            format!("the file {path}"),
            "choose that file together with the log".to_owned(),
            format!("gradually replay {file} --file {}", shell_word(path)),
        ),
        RunSource::Kafka { brokers, topic, .. } => (
            format!("topic {topic} at {brokers}"),
            with_relay("a relay of that cluster"),
            format!(
                "gradually replay {file} --kafka {} --topic {}",
                shell_word(brokers),
                shell_word(topic)
            ),
        ),
        RunSource::Relay { url, topic, .. } => (
            format!("topic {topic} through the relay {url}"),
            with_relay("that relay"),
            format!(
                "gradually replay {file} --kafka HOST:PORT --topic {}, with the address of the cluster behind that relay",
                shell_word(topic)
            ),
        ),
    };
    format!(
        "it is the log of a run over {records}, whose records are not here: {here}. Without a browser: {command}"
    )
}

fn with_relay(relay: &str) -> String {
    format!(
        "make {relay} the source in the settings and open the log again, or open it together with the run’s raw records"
    )
}
