//! A log that was opened: read to its end, with what its replay needs, before anything is made of it.

use shared::batch::{Batch, MAX_BATCH_RECORDS};
use shared::generate::{KnownStream, StreamSettings};
use shared::learner::Learner;
use shared::open::{OpenedModel, open_model};
use shared::run_log::{BatchEntry, Hash, Header, Line, LogReader, Replay, RunSource};

use super::Replaying;
use crate::opener::opened::shell_word;
use crate::port::{OpenedFile, ReplayTold};

/// A log that can be replayed here.
pub(in crate::opener) struct FoundLog {
    name: String,
    bytes: Vec<u8>,
    header: Header,
    stream: KnownStream,
    learner: Learner,
    others: Vec<OpenedFile>,
    batches: u64,
    cut_off: bool,
}

/// The next whole line from `next` on, without its end. One without an end was cut off.
pub(super) fn line<'a>(bytes: &'a [u8], next: &mut usize) -> Option<&'a [u8]> {
    let rest = bytes.get(*next..)?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    *next += end + 1;
    Some(&rest[..end])
}

/// The first offset and the number of records of a batch of a generated stream.
pub(super) fn only_range(entry: &BatchEntry) -> (u64, usize) {
    let range = entry.ranges.first();
    range.map_or((0, 0), |range| {
        let records = usize::try_from(range.records).unwrap_or(usize::MAX);
        (range.first.unsigned_abs(), records)
    })
}

impl FoundLog {
    /// Reads a log, with the models that were chosen with it. An error says what is wrong with it, or
    /// what else is needed.
    pub(in crate::opener) fn read(
        OpenedFile { name, bytes }: OpenedFile,
        others: Vec<OpenedFile>,
    ) -> Result<Self, String> {
        let refused = |why: &str| format!("{name} cannot be replayed: {why}.");
        let mut next = 0;
        let first = line(&bytes, &mut next).ok_or_else(|| refused("its first line is cut off"))?;
        let (header, mut reader) =
            LogReader::begin(first).map_err(|error| refused(&error.to_string()))?;
        let (seed, stream) = generated(&name, &header.source)?;
        let stream =
            KnownStream::new(&stream, seed).map_err(|error| refused(&error.to_string()))?;
        let learner = learner(&header, &others).map_err(|why| refused(&why))?;
        while let Some(line) = line(&bytes, &mut next) {
            let line = reader
                .line(line)
                .map_err(|error| refused(&error.to_string()))?;
            if let Line::Batch(entry) = line {
                check(&entry).map_err(|why| refused(&why))?;
            }
        }
        if reader.batches() == 0 {
            return Err(refused("it holds no whole batch"));
        }
        Ok(Self {
            batches: reader.batches(),
            cut_off: next < bytes.len(),
            name,
            bytes,
            header,
            stream,
            learner,
            others,
        })
    }

    /// The replay at its beginning.
    pub(in crate::opener) fn replay(self) -> Result<Replaying, String> {
        let mut next = 0;
        let first = line(&self.bytes, &mut next).unwrap_or_default();
        let (_, reader) = LogReader::begin(first).map_err(|error| error.to_string())?;
        let models = self
            .others
            .iter()
            .filter_map(|file| match open_model(&file.bytes) {
                Ok(OpenedModel::Own(model)) => Some(*model),
                _ => None,
            });
        Ok(Replaying {
            told: ReplayTold {
                source: source_words(&self.header.source),
                name: self.name,
                batches: 0,
                of: self.batches,
                records: 0,
                cut_off: self.cut_off,
                end: None,
            },
            models: models.collect(),
            other_version: other_version(&self.header),
            replay: Replay::new(self.learner),
            lines: self.bytes,
            next,
            reader,
            stream: self.stream,
            key: Vec::new(),
            value: Vec::new(),
            entry: None,
            batch: Batch::new(),
        })
    }
}

/// The seed and the stream of records that can be generated again; of others, how they are replayed.
fn generated(name: &str, source: &RunSource) -> Result<(u64, StreamSettings), String> {
    let file = shell_word(name);
    let (records, command) = match source {
        RunSource::Simulated { seed, stream } => return Ok((*seed, stream.clone())),
        RunSource::File { path, .. } => (
            format!("the file {path}"),
            format!("gradually replay {file} --file {}", shell_word(path)),
        ),
        RunSource::Kafka { brokers, topic, .. } => (
            format!("topic {topic} at {brokers}"),
            format!(
                "gradually replay {file} --kafka {} --topic {}",
                shell_word(brokers),
                shell_word(topic)
            ),
        ),
        RunSource::Relay { url, topic, .. } => (
            format!("topic {topic} through the relay {url}"),
            format!(
                "gradually replay {file} --kafka HOST:PORT --topic {}, with the address of the cluster behind that relay",
                shell_word(topic)
            ),
        ),
    };
    Err(format!(
        "{name} is the log of a run over {records}. A page replays runs of simulated records only, as it can make these again; this one is replayed without a browser: {command}"
    ))
}

fn source_words(source: &RunSource) -> String {
    match source {
        RunSource::Simulated { seed, stream } => format!("{} stream, seed {seed}", stream.name()),
        RunSource::File { .. } | RunSource::Kafka { .. } | RunSource::Relay { .. } => String::new(),
    }
}

/// The learner as it was before the first batch.
fn learner(header: &Header, others: &[OpenedFile]) -> Result<Learner, String> {
    let Some(model) = &header.model else {
        return header.learner().map_err(|error| error.to_string());
    };
    let mut others = others.iter();
    let Some(file) = others.find(|file| Hash::of(&file.bytes) == model.hash) else {
        let name: String = model.file.chars().take(80).collect();
        return Err(format!(
            "the run began with the model {name}, which was saved with the log: choose both files together"
        ));
    };
    let opened = open_model(&file.bytes).map_err(|error| format!("{}: {error}", file.name))?;
    let (schema, settings) = (header.schema.clone(), header.settings.clone());
    Learner::from_opened(opened, schema, header.records.clone(), settings)
        .map_err(|error| format!("{}: {error}", file.name))
}

/// A generated stream has one partition, and no trigger cuts more records.
fn check(entry: &BatchEntry) -> Result<(), String> {
    let id = entry.batch_id;
    match &entry.ranges[..] {
        [range] if range.partition != 0 => Err(format!(
            "batch {id} has records of partition {}, which a generated stream does not have",
            range.partition
        )),
        [range] if range.records > u64::from(MAX_BATCH_RECORDS) => Err(format!(
            "batch {id} has {} records, and {MAX_BATCH_RECORDS} are the most",
            range.records
        )),
        [_] => Ok(()),
        ranges => Err(format!(
            "batch {id} has records of {} partitions, and a generated stream has one",
            ranges.len()
        )),
    }
}

fn other_version(header: &Header) -> Option<String> {
    let (then, now) = (&header.program, env!("CARGO_PKG_VERSION"));
    let then: String = then.chars().take(40).collect();
    (then != now).then(|| format!("The run was made by version {then}, this is {now}."))
}
