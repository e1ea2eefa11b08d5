//! Doing a run again: each batch is held against what the log says of it.

use std::fmt;

use super::{BatchEntry, Hash, InputHash, RangeEntry, input_hash, ranges};
use crate::batch::Batch;
use crate::learner::{ClassWeights, Learner, StepError};

/// A learner that does a run again.
#[derive(Clone, Debug)]
pub struct Replay {
    learner: Learner,
}

/// The first difference between a run and its replay.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// Other records stand at these places.
    Ranges {
        /// The batch.
        batch_id: u64,
        /// What the log has.
        logged: Vec<RangeEntry>,
        /// What there is now.
        found: Vec<RangeEntry>,
    },
    /// The places are the same, what is written there is not.
    Input {
        /// The batch.
        batch_id: u64,
        /// Its places.
        ranges: Vec<RangeEntry>,
        /// The hash in the log.
        logged: Hash,
        /// The hash now.
        found: Hash,
        /// The place in the batch of the first record that differs; `None` if short hashes do not
        /// tell it.
        record: Option<usize>,
    },
    /// From the same bytes came another learner.
    State {
        /// The batch.
        batch_id: u64,
        /// Its places.
        ranges: Vec<RangeEntry>,
        /// The hash in the log.
        logged: Hash,
        /// The hash now.
        found: Hash,
        /// The weights now.
        weights: Vec<ClassWeights>,
        /// Numbers of models, and of bad records in the batch, if they differ: in the log and now.
        counts: Option<[(u64, u64); 2]>,
    },
}

impl Replay {
    /// A replay with a learner as it was before the first batch.
    #[must_use]
    pub fn new(learner: Learner) -> Self {
        Self { learner }
    }

    /// The learner.
    #[must_use]
    pub fn learner(&self) -> &Learner {
        &self.learner
    }

    /// Learns from the batch that `entry` tells of; `None` when all is the same. A batch of other
    /// records is not learned from.
    ///
    /// # Errors
    /// As [`Learner::step`].
    pub fn step(
        &mut self,
        entry: &BatchEntry,
        batch: &Batch,
    ) -> Result<Option<Difference>, StepError> {
        let batch_id = entry.batch_id;
        let found = ranges(batch);
        let is_there = |(one, other): (&RangeEntry, &RangeEntry)| one.is_place_of(other);
        let is_same = found.len() == entry.ranges.len();
        if !is_same || !found.iter().zip(&entry.ranges).all(is_there) {
            let logged = entry.ranges.clone();
            return Ok(Some(Difference::Ranges {
                batch_id,
                logged,
                found,
            }));
        }
        let InputHash {
            batch: input,
            records,
        } = input_hash(batch);
        if input != entry.input {
            return Ok(Some(Difference::Input {
                batch_id,
                ranges: found,
                logged: entry.input,
                found: input,
                record: records.first_difference(&entry.input_records),
            }));
        }
        let report = self.learner.step(batch, None)?;
        let state = self.learner.state_hash();
        let counts = [
            (entry.model_id, entry.bad_records),
            (report.model_id, report.bad_records),
        ];
        let is_same = state == entry.state && counts[0] == counts[1];
        Ok((!is_same).then(|| Difference::State {
            batch_id,
            ranges: found,
            logged: entry.state,
            found: state,
            weights: report.weights,
            counts: (counts[0] != counts[1]).then_some(counts),
        }))
    }
}

impl Difference {
    /// The batch that differs.
    #[must_use]
    pub fn batch_id(&self) -> u64 {
        match self {
            Self::Ranges { batch_id, .. }
            | Self::Input { batch_id, .. }
            | Self::State { batch_id, .. } => *batch_id,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ranges {
                batch_id,
                logged,
                found,
            } => write!(
                f,
                "batch {batch_id}: the run had {}; the source has {}",
                Places(logged),
                Places(found)
            ),
            Self::Input {
                batch_id,
                ranges,
                logged,
                found,
                ..
            } => write!(
                f,
                "batch {batch_id}, {}: the bytes of these records are not those of the run \
                 (hash {logged} in the log, {found} now), so this is another stream or it was changed",
                Places(ranges)
            ),
            Self::State {
                batch_id,
                ranges,
                logged,
                found,
                counts,
                ..
            } => {
                write!(
                    f,
                    "batch {batch_id}, {}: the same bytes led to another state \
                     (hash {logged} in the log, {found} now)",
                    Places(ranges)
                )?;
                match counts {
                    Some([(model, bad), (model_now, bad_now)]) => write!(
                        f,
                        "; model {model} with {bad} bad records in the log, model {model_now} with {bad_now} now"
                    ),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Ranges as a person reads them.
struct Places<'a>(&'a [RangeEntry]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no record");
        }
        for (place, range) in self.0.iter().enumerate() {
            let RangeEntry {
                partition,
                first,
                last,
                records,
                ..
            } = range;
            let separator = if place > 0 { ", " } else { "" };
            write!(
                f,
                "{separator}partition {partition} offsets {first} to {last} ({records} records)"
            )?;
        }
        Ok(())
    }
}
