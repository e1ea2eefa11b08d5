//! The run's log, as `gradually replay` reads it. It is true to the end of what is in it: where
//! something is done that it has no line for, or where there is no more room, it ends.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::generate::StreamSettings;
use shared::learner::Learner;
use shared::record::Position;
use shared::run_log::{BatchEntry, FORMAT, Hash, Header, ModelSource, RunSource, Saved, VERSION};
use shared::settings::Settings;

use super::Run;
use super::about::public_url;
use crate::port::{LogEnd, LogSummary, SourceConfig};

/// The lines behind the header.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Log {
    /// The settings with which the run began.
    settings: Settings,
    source: SourceConfig,
    /// Where reading began.
    start: Vec<Position>,
    cluster_id: Option<String>,
    /// Partitions of which records were learned from: what comes next there, the learner knows.
    read: BTreeSet<i32>,
    model: Option<StartModel>,
    lines: Vec<u8>,
    summary: LogSummary,
}

/// The model that a run began with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StartModel {
    /// Its file's name beside the log.
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
    /// The number of the run's first batch.
    pub(crate) first_batch: u64,
    /// The run began at the beginning of its source, not where the model ended.
    pub(crate) from_start: bool,
}

impl Log {
    pub(super) fn new(settings: Settings, source: SourceConfig) -> Self {
        let start = match source {
            SourceConfig::Simulated { .. } => vec![Position {
                partition: 0,
                offset: 0,
                leader_epoch: None,
            }],
            SourceConfig::Relay { .. } => Vec::new(),
        };
        Self {
            settings,
            source,
            start,
            cluster_id: None,
            read: BTreeSet::new(),
            model: None,
            lines: Vec::new(),
            summary: LogSummary::default(),
        }
    }

    /// The log of a run that begins with a model, at these places.
    pub(super) fn with_model(self, model: StartModel, start: Vec<Position>) -> Self {
        Self {
            start: if start.is_empty() { self.start } else { start },
            summary: LogSummary {
                has_model: true,
                ..self.summary
            },
            model: Some(model),
            ..self
        }
    }

    pub(super) fn model(&self) -> Option<&StartModel> {
        self.model.as_ref()
    }

    /// The number of the first batch.
    pub(super) fn first_batch(&self) -> u64 {
        self.model.as_ref().map_or(0, |model| model.first_batch)
    }

    /// Something was done in the run that it has no line for.
    pub(super) fn is_ended_by_hand(&self) -> bool {
        matches!(self.summary.end, Some(LogEnd::Done(_)))
    }

    /// Records of these partitions were learned from.
    pub(super) fn note_read(&mut self, partitions: impl Iterator<Item = i32>) {
        self.read.extend(partitions);
    }

    /// Where reading goes on: where the learner has come to, and in other partitions where reading
    /// began.
    pub(super) fn next_places(&self, learner: &Learner) -> Vec<Position> {
        let is_read = |place: &&Position| self.read.contains(&place.partition);
        let unread = self.start.iter().filter(|place| !is_read(place));
        let mut places: Vec<_> = (learner.positions().iter().filter(is_read))
            .chain(unread)
            .copied()
            .collect();
        places.sort_by_key(|place| place.partition);
        places
    }

    pub(super) fn is_open(&self) -> bool {
        self.summary.end.is_none()
    }

    pub(super) fn summary(&self) -> LogSummary {
        self.summary
    }

    pub(super) fn add(&mut self, entry: &BatchEntry) {
        let line = entry.to_line();
        if self.lines.len() + line.len() > LogSummary::MOST_BYTES {
            return self.end(LogEnd::Full);
        }
        self.lines.extend(line);
        self.summary.batches += 1;
    }

    /// Nothing of what comes now is in it; the first reason stays.
    pub(super) fn end(&mut self, why: LogEnd) {
        self.summary.end.get_or_insert(why);
    }

    /// What was changed before the first record is as if the run had begun with it.
    pub(super) fn begin_with(&mut self, settings: &Settings, source: &SourceConfig) {
        self.settings.clone_from(settings);
        self.source.clone_from(source);
    }

    /// Where a topic's reading began, and in which cluster.
    pub(super) fn set_origin(&mut self, topic: &str, start: &[Position], cluster: Option<&str>) {
        if let SourceConfig::Relay { topic: named, .. } = &mut self.source {
            *named = Some(topic.to_owned());
            self.start = start.to_vec();
            self.cluster_id = cluster.map(str::to_owned);
        }
    }

    pub(super) fn start(&self) -> &[Position] {
        &self.start
    }

    pub(super) fn cluster_id(&self) -> Option<&str> {
        self.cluster_id.as_deref()
    }

    /// The whole file.
    fn file(&self, learner: &Learner) -> Vec<u8> {
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            source: self.run_source(),
            start: self.start.clone(),
            records: learner.format().clone(),
            schema: learner.schema().clone(),
            settings: self.settings.clone(),
            model: self.model.as_ref().map(|model| ModelSource {
                file: model.file.clone(),
                hash: Hash::of(&model.bytes),
            }),
            first_batch: self.first_batch(),
            hold_out: None,
            saves: Saved::default(),
        };
        let mut file = header.to_line();
        file.extend(&self.lines);
        file
    }

    fn run_source(&self) -> RunSource {
        match &self.source {
            SourceConfig::Simulated { seed } => RunSource::Simulated {
                seed: *seed,
                stream: StreamSettings::default(),
            },
            SourceConfig::Relay { url, topic, .. } => RunSource::Relay {
                url: public_url(url).to_owned(),
                topic: topic.clone().unwrap_or_default(),
                cluster_id: self.cluster_id.clone(),
            },
        }
    }
}

impl Run {
    /// The log of the run; an error says why there is none.
    pub(super) fn log_file(&self) -> Result<Vec<u8>, String> {
        if self.log.summary().batches == 0 {
            let message = "The run’s log has no batch: the model was reset, or new data begun, before the first.";
            return Err(message.to_owned());
        }
        Ok(self.log.file(&self.learner))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use shared::batch::{Batch, Trigger};
    use shared::generate::LoanStream;
    use shared::record::Record;
    use shared::run_log::{Line, LogReader, Replay};

    use super::super::tests::{begun, fed, settings};
    use super::*;
    use crate::port::Event;

    /// Batches of a log that come out the same from the stream of seed 7.
    fn replayed(file: &[u8]) -> u64 {
        let mut lines = file.split(|byte| *byte == b'\n');
        let (header, mut reader) = LogReader::begin(lines.next().unwrap()).unwrap();
        let RunSource::Simulated { seed, .. } = header.source else {
            panic!("{:?}", header.source)
        };
        let mut stream = LoanStream::new(seed);
        let mut replay = Replay::new(header.learner().unwrap());
        let (mut key, mut value) = (Vec::new(), Vec::new());
        for line in lines.filter(|line| !line.is_empty()) {
            let Line::Batch(entry) = reader.line(line).unwrap() else {
                panic!("only batches")
            };
            let mut batch = Batch::new();
            for offset in entry.ranges[0].first..=entry.ranges[0].last {
                stream.next_into(&mut key, &mut value);
                batch.push(&Record {
                    partition: 0,
                    offset,
                    leader_epoch: None,
                    timestamp_millis: 0,
                    key: None,
                    value: Some(&value),
                });
            }
            assert_eq!(replay.step(&entry, &batch).unwrap(), None);
        }
        reader.batches()
    }

    #[test]
    fn it_replays_whatever_trigger_cut_the_batches() {
        let mut run = begun(100);
        fed(&mut run, 350);
        let trigger = Trigger::Records(NonZeroU32::new(20).unwrap());
        run.set_trigger(trigger).unwrap();
        run.learn_if_complete().unwrap();
        assert_eq!(replayed(&run.log_file().unwrap()), 4);
    }

    #[test]
    fn it_ends_where_something_is_done_that_it_cannot_tell() {
        let mut run = begun(100);
        fed(&mut run, 200);
        run.reset_model();
        fed(&mut run, 200);
        let summary = run.log.summary();
        let end = Some(LogEnd::Done(Event::ModelReset));
        assert_eq!((summary.batches, summary.end), (2, end));
        assert_eq!(replayed(&run.log_file().unwrap()), 2);
    }

    #[test]
    fn what_is_chosen_before_the_first_record_is_what_the_run_began_with() {
        let source = SourceConfig::Simulated { seed: 1 };
        let mut run = Run::new(&settings(100), source).unwrap();
        run.new_data(7, 0);
        run.reset_model();
        fed(&mut run, 300);
        assert_eq!(replayed(&run.log_file().unwrap()), 3);
    }
}
