//! Reading a log, line by line, strictly: what is not as the program writes it is an error with its
//! line.

use serde::Deserialize;
use thiserror::Error;

use super::{BatchEntry, CheckpointEntry, FORMAT, Header, RangeEntry, VERSION};
use crate::head::Head;
use crate::learner::LearnerError;

/// No line is longer; the header holds the schema with its words.
pub const MOST_LINE_BYTES: usize = 64 * 1024 * 1024;

/// Why a file is no log of a run.
#[derive(Debug, Error)]
pub enum LogError {
    /// Not such a line.
    #[error("line {line} of the run's log: {reason}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Another format or a later version.
    #[error("a {format} of version {version}; this program reads {FORMAT} of version {VERSION}")]
    Version {
        /// The format's name.
        format: String,
        /// Its version.
        version: u32,
    },
    /// Settings that no learner can have.
    #[error("the settings in the run's log: {0}")]
    Settings(#[from] LearnerError),
}

/// A line behind the header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// A batch.
    Batch(BatchEntry),
    /// A checkpoint.
    Checkpoint(CheckpointEntry),
}

/// Reads the lines of a log, without their ends, in their order.
#[derive(Clone, Debug)]
pub struct LogReader {
    line: u64,
    /// The number of the run's first batch.
    first: u64,
    /// The number of the next batch.
    next: u64,
}

impl LogReader {
    /// Reads the first line.
    ///
    /// # Errors
    /// When it is no header of a run, or of another version, or of settings that no learner has.
    pub fn begin(line: &[u8]) -> Result<(Header, Self), LogError> {
        let mut reader = Self {
            line: 1,
            first: 0,
            next: 0,
        };
        let head = Head::read(line).map_err(|error| reader.error(&error))?;
        if !head.is(FORMAT, VERSION) {
            let Head { format, version } = head;
            return Err(LogError::Version { format, version });
        }
        let header: Header = serde_json::from_slice(line).map_err(|error| reader.error(&error))?;
        header.learner()?;
        (reader.first, reader.next) = (header.first_batch, header.first_batch);
        Ok((header, reader))
    }

    /// Reads one of the lines that follow.
    ///
    /// # Errors
    /// When it is none, or not the next: batches are numbered without a gap, and a checkpoint
    /// stands behind the batches that it counts.
    pub fn line(&mut self, line: &[u8]) -> Result<Line, LogError> {
        self.line += 1;
        let line = serde_json::from_slice(line).map_err(|error| self.error(&error))?;
        match &line {
            Line::Batch(batch) if batch.batch_id != self.next => {
                let (found, next) = (batch.batch_id, self.next);
                return Err(self.error(&format!("batch {found} where batch {next} should be")));
            }
            Line::Batch(batch) => {
                check_ranges(batch).map_err(|reason| self.error(&reason))?;
                let next = self.next.checked_add(1);
                self.next = next.ok_or_else(|| self.error(&"no batch has so high a number"))?;
            }
            Line::Checkpoint(checkpoint) if checkpoint.batches != self.next => {
                let (found, next) = (checkpoint.batches, self.next);
                return Err(self.error(&format!(
                    "a checkpoint after {found} batches where there are {next}"
                )));
            }
            Line::Checkpoint(_) => {}
        }
        Ok(line)
    }

    /// Batches that were read.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.next - self.first
    }

    fn error(&self, reason: &impl ToString) -> LogError {
        LogError::Line {
            line: self.line,
            reason: reason.to_string(),
        }
    }
}

/// Ranges are in order, apart, and can hold as many records as they say.
fn check_ranges(batch: &BatchEntry) -> Result<(), String> {
    if batch.ranges.is_empty() {
        return Err(format!("batch {} holds no record", batch.batch_id));
    }
    for range in &batch.ranges {
        let room = i128::from(range.last) - i128::from(range.first) + 1;
        let is_good = range.partition >= 0 && range.first >= 0 && range.records > 0;
        if !is_good || room < i128::from(range.records) {
            let RangeEntry {
                partition,
                first,
                last,
                records,
                ..
            } = range;
            return Err(format!(
                "partition {partition}, offsets {first} to {last} cannot be {records} records"
            ));
        }
    }
    let records = batch.ranges.iter().map(|range| u128::from(range.records));
    let records: u128 = records.sum();
    if records != batch.input_records.len() as u128 {
        return Err(format!(
            "batch {} has {} hashes of its {records} records",
            batch.batch_id,
            batch.input_records.len()
        ));
    }
    let is_in_order = |pair: &[RangeEntry]| pair[0].partition < pair[1].partition;
    if batch.ranges.windows(2).all(is_in_order) {
        Ok(())
    } else {
        Err(format!(
            "the ranges of batch {} are not in the order of their partitions",
            batch.batch_id
        ))
    }
}
