//! The records of a logged batch, from wherever they are now.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use shared::batch::{Batch, Batcher, Trigger};
use shared::decode::{Csv, Format};
use shared::record::Position;
use shared::run_log::{BatchEntry, Header, RangeEntry, RunSource, push_lines, restore_raw};
use shared::save::{next_raw_line, raw_file_name};

use crate::cli::Failure;
use crate::cli::input::{self, Filled, Input, Place, Reading, check_same, format_of_log};

/// Where the records of each batch are found.
pub(super) enum Records<'a> {
    /// Wherever records are read from.
    Of(Sources<'a>),
    /// In a file for each batch.
    Raw(RawFiles<'a>),
}

impl<'a> Records<'a> {
    pub(super) fn new(header: &'a Header, place: Place) -> anyhow::Result<Self> {
        match place {
            Place::File(folder) if folder.is_dir() => Ok(Self::Raw(RawFiles {
                folder,
                format: &header.records,
            })),
            place => Ok(Self::Of(Sources::new(header, place)?)),
        }
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
        match self {
            Self::Of(sources) => sources.read(entry, batch, is_stopped),
            Self::Raw(_) if is_stopped() => Ok(false),
            Self::Raw(files) => {
                files.read(entry, batch)?;
                Ok(true)
            }
        }
    }
}

/// The folder of a run's raw records.
pub(super) struct RawFiles<'a> {
    folder: PathBuf,
    format: &'a Format,
}

impl RawFiles<'_> {
    fn read(&self, entry: &BatchEntry, batch: &mut Batch) -> anyhow::Result<()> {
        let file = self.folder.join(raw_file_name(entry.batch_id, self.format));
        let lines = fs::read(&file).with_context(|| {
            let id = entry.batch_id;
            format!(
                "the records of batch {id} cannot be read: {}",
                file.display()
            )
        })?;
        push_lines(entry, self.format, &lines, &mut 0, batch);
        restore_raw(entry, self.format, batch);
        Ok(())
    }
}

/// An input for each partition: in a batch they stand one after the other, whatever order they
/// arrive in.
pub(super) struct Sources<'a> {
    header: &'a Header,
    place: Place,
    format: Format,
    of: BTreeMap<i32, Source>,
}

struct Source {
    input: Box<dyn Input + Send>,
    batcher: Batcher,
}

impl<'a> Sources<'a> {
    fn new(header: &'a Header, place: Place) -> anyhow::Result<Self> {
        let format = match &place {
            Place::File(file) if is_topic(&header.source) => format_of_dump(header, file)?,
            _ => format_of_log(header),
        };
        Ok(Self {
            header,
            place,
            format,
            of: BTreeMap::new(),
        })
    }

    fn read(
        &mut self,
        entry: &BatchEntry,
        batch: &mut Batch,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<bool, Failure> {
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
        if matches!(self.place, Place::File(_)) && is_topic(&self.header.source) {
            restore_raw(entry, &self.header.records, batch);
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
            return Err(anyhow!("the run has records of partition {partition}, which a file and a generated stream do not have: --file takes the folder of its raw records, too").into());
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

/// How the records of a topic are written in a file: the names of the columns may stand before those
/// of CSV.
fn format_of_dump(header: &Header, file: &Path) -> anyhow::Result<Format> {
    let Format::Csv(Csv {
        delimiter,
        header: Some(names),
    }) = &header.records
    else {
        return Ok(header.records.clone());
    };
    let mut start = Vec::new();
    // A byte order mark and a few ends of lines may stand around them.
    let most = names.len() as u64 + 16;
    File::open(file)
        .and_then(|file| file.take(most).read_to_end(&mut start))
        .with_context(|| format!("cannot read {}", file.display()))?;
    let lines = |header| {
        Format::Csv(Csv {
            delimiter: *delimiter,
            header,
        })
    };
    let first = next_raw_line(&start, &mut 0, &lines(None));
    let has_names = first == Some(names.as_bytes());
    Ok(lines((!has_names).then(|| names.clone())))
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
