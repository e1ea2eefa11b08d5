//! The records of one step, whoever keeps them.

use super::Batch;
use crate::record::{OffsetRange, Position, Record};

/// Records that are learned from together: those of a batch, or those that the caller keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Records<'a> {
    Kept(&'a Batch),
    Lent(&'a [Record<'a>]),
}

/// Records of one partition that follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    partition: i32,
    first: i64,
    last: i64,
    records: u64,
    leader_epoch: Option<i32>,
}

impl<'a> Records<'a> {
    #[inline]
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Kept(batch) => batch.len(),
            Self::Lent(records) => records.len(),
        }
    }

    #[inline]
    pub(crate) fn get(self, index: usize) -> Option<Record<'a>> {
        match self {
            Self::Kept(batch) => batch.get(index),
            Self::Lent(records) => records.get(index).copied(),
        }
    }

    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = Record<'a>> {
        (0..self.len()).map_while(move |index| self.get(index))
    }

    /// Puts the runs of records of one partition into `runs`, in their order.
    pub(crate) fn runs(self, runs: &mut Vec<Run>) {
        runs.clear();
        for record in self.iter() {
            match runs.last_mut() {
                Some(run) if run.partition == record.partition => {
                    run.last = record.offset;
                    run.records += 1;
                    run.leader_epoch = record.leader_epoch;
                }
                _ => runs.push(Run {
                    partition: record.partition,
                    first: record.offset,
                    last: record.offset,
                    records: 1,
                    leader_epoch: record.leader_epoch,
                }),
            }
        }
    }
}

impl Run {
    /// Its offsets.
    pub(crate) fn range(&self) -> OffsetRange {
        OffsetRange {
            partition: self.partition,
            first: self.first,
            last: self.last,
        }
    }

    /// Number of its records.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// The leader epoch of its last record.
    pub(crate) fn leader_epoch(&self) -> Option<i32> {
        self.leader_epoch
    }

    /// Where to go on behind it.
    pub(crate) fn next_position(&self) -> Position {
        Position {
            partition: self.partition,
            offset: self.last + 1,
            leader_epoch: self.leader_epoch,
        }
    }
}
