//! The records of a logged batch, from wherever they are now.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use shared::batch::{Batch, Batcher, Trigger};
use shared::decode::Format;
use shared::record::Position;
use shared::run_log::{BatchEntry, Header, RangeEntry, RunSource};

use super::dump::{Dump, format_of_dump};
use crate::cli::Failure;
use crate::cli::input::{self, Filled, Input, Place, Reading, check_same, format_of_log};

/// An input for each partition: in a batch they stand one after the other, whatever order they
/// arrive in.
pub(super) struct Sources<'a> {
    header: &'a Header,
    place: Place,
    format: Format,
    /// If the records of a topic lie in a file.
    dump: Option<Dump>,
    of: BTreeMap<i32, Source>,
}

struct Source {
    input: Box<dyn Input + Send>,
    batcher: Batcher,
}

impl<'a> Sources<'a> {
    pub(super) fn new(header: &'a Header, log: &Path, place: Place) -> anyhow::Result<Self> {
        let (format, dump) = match &place {
            Place::File(file) if is_topic(&header.source) => {
                (format_of_dump(header, file)?, Some(Dump::of_log(log)?))
            }
            _ => (format_of_log(header), None),
        };
        Ok(Self {
            header,
            place,
            format,
            dump,
            of: BTreeMap::new(),
        })
    }

    /// Reads the batch's records into `batch`; `false` when a signal came first. Of a source that
    /// ends too early comes what there is.
    pub(super) fn read(
        &mut self,
        entry: &BatchEntry,
        batch: &mut Batch,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<bool, Failure> {
        batch.clear();
        for range in &entry.ranges {
            if !self.of.contains_key(&range.partition) {
                let Some(source) = self.open(range, is_stopped)? else {
                    return Ok(false);
                };
                self.of.insert(range.partition, source);
            }
            let source = self.of.get_mut(&range.partition);
            let source = source.ok_or_else(|| anyhow!("the partition was opened before"))?;
            if !source.read(range, batch, is_stopped)? {
                return Ok(false);
            }
        }
        if let Some(dump) = &self.dump {
            dump.restore(entry, batch);
        }
        Ok(true)
    }

    fn open(
        &self,
        range: &RangeEntry,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Source>, Failure> {
        let is_kafka = matches!(self.place, Place::Kafka { .. });
        if !is_kafka && range.partition != 0 {
            let partition = range.partition;
            return Err(anyhow!("the run has records of partition {partition}, which a file and a generated stream do not have").into());
        }
        let start = [Position {
            partition: range.partition,
            offset: range.first,
            leader_epoch: None,
        }];
        let reading = Reading {
            follows: false,
            start: &start,
            only: is_kafka.then_some(range.partition),
        };
        let Some(opened) = input::open(&self.place, &self.format, reading, is_stopped)? else {
            return Ok(None);
        };
        check_place(&self.header.source, &opened.source)?;
        if opened.format != self.header.records {
            return Err(anyhow!("the names of the columns are not those of the run").into());
        }
        Ok(Some(Source {
            input: opened.input,
            batcher: Batcher::new(Trigger::Records(NonZeroU32::MIN)),
        }))
    }
}

fn is_topic(logged: &RunSource) -> bool {
    matches!(logged, RunSource::Kafka { .. } | RunSource::Relay { .. })
}

/// The records of a topic may lie in a file by now, line by line; the hashes tell whether they do.
fn check_place(logged: &RunSource, found: &RunSource) -> anyhow::Result<()> {
    let is_dumped = matches!(found, RunSource::File { .. }) && is_topic(logged);
    let is_from_relay =
        matches!(logged, RunSource::Relay { .. }) && matches!(found, RunSource::Simulated { .. });
    if is_dumped || is_from_relay {
        return Ok(());
    }
    check_same(logged, found)
}

impl Source {
    fn read(
        &mut self,
        range: &RangeEntry,
        batch: &mut Batch,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<bool> {
        let records = u32::try_from(range.records).ok().and_then(NonZeroU32::new);
        let records = records.context("a batch holds at least one record and less than 2³²")?;
        self.batcher.set_trigger(Trigger::Records(records));
        match self.input.fill(&mut self.batcher, is_stopped)? {
            Filled::Stopped(_) => return Ok(false),
            Filled::Ended if self.batcher.pending() == 0 => {
                let RangeEntry {
                    partition, first, ..
                } = range;
                bail!(
                    "the source ends before partition {partition}, offset {first}, which the run has read"
                );
            }
            Filled::Ended | Filled::Complete => {}
        }
        for record in self.batcher.cut().into_iter().flat_map(Batch::records) {
            batch.push(&record);
        }
        Ok(true)
    }
}
