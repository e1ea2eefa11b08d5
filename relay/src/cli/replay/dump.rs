//! The records of a topic in a file, such as a run's raw ones: what their lines do not say is found
//! in the run's log.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use shared::batch::Batch;
use shared::decode::{Csv, Format};
use shared::record::{Position, Record};
use shared::run_log::{BatchEntry, CheckpointEntry, Header, Line, LogReader};

use crate::cli::train::WholeLines;

/// What the log says of records beyond their bytes.
pub(super) struct Dump {
    /// In the order of the batches.
    leaders: Vec<Leaders>,
}

/// The leader epochs of the partitions before this batch, and after those of the leaders before.
struct Leaders {
    until: u64,
    epochs: Vec<(i32, Option<i32>)>,
}

impl Dump {
    /// Reads the checkpoints of a log.
    pub(super) fn of_log(log: &Path) -> anyhow::Result<Self> {
        let place = || log.display().to_string();
        let mut lines = WholeLines::open(log)?;
        let first = lines.next()?.with_context(place)?;
        let (_, mut reader) = LogReader::begin(first).with_context(place)?;
        let mut dump = Self {
            leaders: Vec::new(),
        };
        while let Some(line) = lines.next()? {
            if let Line::Checkpoint(checkpoint) = reader.line(line).with_context(place)? {
                dump.note(&checkpoint);
            }
        }
        Ok(dump)
    }

    /// Leaders seldom change: as long as they stay, one entry is for all checkpoints.
    fn note(&mut self, checkpoint: &CheckpointEntry) {
        let epoch = |position: &Position| (position.partition, position.leader_epoch);
        let epochs: Vec<_> = checkpoint.positions.iter().map(epoch).collect();
        let until = checkpoint.batches;
        match self.leaders.last_mut() {
            Some(last) if last.epochs == epochs => last.until = until,
            _ => self.leaders.push(Leaders { until, epochs }),
        }
    }

    /// Gives the records of a batch their leader epochs, and nulls: a line does not tell Kafka's null
    /// from an empty value, but the log has the hash of each.
    pub(super) fn restore(&self, entry: &BatchEntry, batch: &mut Batch) {
        let mut restored = Batch::new();
        for (place, record) in batch.records().enumerate() {
            let mut same_line = [record.value, None, Some(&[])].into_iter();
            let value = match record.value {
                Some([] | [b'"', b'"']) => {
                    same_line.find(|&value| entry.input_records.is_of(place, value))
                }
                _ => None,
            };
            restored.push(&Record {
                leader_epoch: self.epoch(entry.batch_id, record.partition),
                value: value.unwrap_or(record.value),
                ..record
            });
        }
        *batch = restored;
    }

    fn epoch(&self, batch_id: u64, partition: i32) -> Option<i32> {
        let mut leaders = self.leaders.iter();
        let leaders = leaders.find(|leaders| batch_id < leaders.until);
        let leaders = leaders.or(self.leaders.last())?;
        let mut epochs = leaders.epochs.iter();
        epochs.find(|(of, _)| *of == partition)?.1
    }
}

/// How the records of a topic are written in a file: the names of the columns may stand before those
/// of CSV.
pub(super) fn format_of_dump(header: &Header, file: &Path) -> anyhow::Result<Format> {
    let Format::Csv(Csv {
        delimiter,
        header: Some(names),
    }) = &header.records
    else {
        return Ok(header.records.clone());
    };
    let mut start = Vec::new();
    File::open(file)
        .and_then(|file| file.take(names.len() as u64 + 1).read_to_end(&mut start))
        .with_context(|| format!("cannot read {}", file.display()))?;
    let rest = start.strip_prefix(names.as_bytes());
    let has_names = rest.is_some_and(|rest| matches!(rest, [] | [b'\r' | b'\n']));
    Ok(Format::Csv(Csv {
        delimiter: *delimiter,
        header: (!has_names).then(|| names.clone()),
    }))
}
