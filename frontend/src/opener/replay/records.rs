//! The records of a logged run: generated again, from files that were chosen with the log, or
//! through the relay that the page reads from.

use shared::batch::{Batch, MAX_BATCH_RECORDS};
use shared::decode::{Csv, Format};
use shared::generate::KnownStream;
use shared::run_log::{BatchEntry, Hash, Header, RunSource, push_lines};
use shared::save::next_raw_line;

use super::raw_files::RawFiles;
use super::through_relay::ThroughRelay;
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

impl Records {
    /// Finds the records of a log, and takes their files out of the chosen ones; an error says what is
    /// needed for that.
    pub(super) fn find(
        log: &str,
        header: &Header,
        chosen: &mut Vec<OpenedFile>,
        source: &SourceConfig,
    ) -> Result<Self, String> {
        if let RunSource::Simulated { seed, stream } = &header.source {
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
            return Ok(Self::Lines(lines));
        }
        if let Some(files) = RawFiles::find(&header.records, chosen) {
            return Ok(Self::Raw(files));
        }
        if let Some(relay) = ThroughRelay::find(&header.source, source) {
            return Ok(Self::Relay(relay));
        }
        Err(needed(log, &header.source))
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

    /// Whether a batch of the log can be one of these records.
    pub(super) fn check(&self, entry: &BatchEntry) -> Result<(), String> {
        let id = entry.batch_id;
        let records: u64 = entry.ranges.iter().map(|range| range.records).sum();
        if records > u64::from(MAX_BATCH_RECORDS) {
            return Err(format!(
                "batch {id} has {records} records, and {MAX_BATCH_RECORDS} are the most"
            ));
        }
        match (self, &entry.ranges[..]) {
            (Self::Raw(files), _) => files.check(id),
            (Self::Relay(_), _) => Ok(()),
            (Self::Generated(_) | Self::Lines(_), [range]) if range.partition == 0 => Ok(()),
            (Self::Generated(_) | Self::Lines(_), [range, ..]) => Err(format!(
                "batch {id} has records of several partitions or of partition {}, which a generated stream and a file do not have",
                range.partition
            )),
            (Self::Generated(_) | Self::Lines(_), []) => Err(format!("batch {id} has no records")),
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
        let is_it = |file: &OpenedFile| {
            (file.bytes.get(..head)).is_some_and(|head| Hash::of(head) == *head_hash)
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
fn needed(log: &str, source: &RunSource) -> String {
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
