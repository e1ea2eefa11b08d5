//! Where a client stands in each partition, and how far the end is.

use std::collections::BTreeMap;

use crate::record::Position;
use crate::wire::control::{Ends, Started};
use crate::wire::frame::BatchFrame;

/// One partition.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The offset of the next record.
    next: i64,
    leader_epoch: Option<i32>,
    /// The partition's end as last heard of.
    high: i64,
    /// The end one heartbeat earlier: whoever has not come so far since is not live.
    high_before: i64,
}

/// What is wrong with a frame's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// The partition was not subscribed to.
    Partition,
    /// Records between the position and the frame did not come.
    Gap {
        /// The next record by the client's count.
        expected: i64,
    },
}

/// The partitions by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    by_partition: BTreeMap<i32, Place>,
}

impl Places {
    /// Positions to go on from, before a relay has answered.
    pub(super) fn from_positions(positions: &[Position]) -> Self {
        let place = |position: &Position| Place {
            next: position.offset,
            leader_epoch: position.leader_epoch,
            high: position.offset,
            high_before: position.offset,
        };
        let by_partition = positions
            .iter()
            .map(|position| (position.partition, place(position)))
            .collect();
        Self { by_partition }
    }

    /// A partition begins, or begins anew elsewhere. A relay that claims to go on where the
    /// client stands, and does not, is answered with the offset that was to come.
    pub(super) fn start(&mut self, started: &Started) -> Result<(), i64> {
        let known = self.by_partition.get(&started.partition);
        let asked = known.map_or(started.start, |place| place.next);
        if started.recovered && started.start != asked {
            return Err(asked);
        }
        let leader_epoch = known
            .filter(|place| place.next == started.start)
            .and_then(|place| place.leader_epoch);
        let high = started.high.max(started.start);
        let place = Place {
            next: started.start,
            leader_epoch,
            high,
            high_before: high,
        };
        self.by_partition.insert(started.partition, place);
        Ok(())
    }

    /// Takes a frame in and moves on behind it. The answer is the offset of the first record that
    /// is new: those below it came before.
    pub(super) fn advance(&mut self, frame: &BatchFrame<'_>) -> Result<i64, Misplaced> {
        let place = self
            .by_partition
            .get_mut(&frame.partition())
            .ok_or(Misplaced::Partition)?;
        let first_new = place.next;
        if frame.base_offset() > first_new {
            return Err(Misplaced::Gap {
                expected: first_new,
            });
        }
        if frame.next_offset() > first_new {
            place.next = frame.next_offset();
            if !frame.is_empty() {
                place.leader_epoch = frame.leader_epoch();
            }
            place.high = place.high.max(place.next);
        }
        Ok(first_new)
    }

    /// Takes in what a heartbeat says of the ends.
    pub(super) fn heard(&mut self, ends: &[Ends]) {
        for end in ends {
            if let Some(place) = self.by_partition.get_mut(&end.partition) {
                place.high_before = place.high;
                place.high = end.high.max(place.next);
            }
        }
    }

    /// Whether every partition was read to the end of one heartbeat ago, or further.
    pub(super) fn are_live(&self) -> bool {
        self.by_partition
            .values()
            .all(|place| place.next >= place.high_before)
    }

    /// Offsets that are still to come, as far as was heard.
    pub(super) fn lag(&self) -> u64 {
        let behind = |place: &Place| u64::try_from(place.high - place.next).unwrap_or(0);
        self.by_partition.values().map(behind).sum()
    }

    /// The next record of each partition.
    pub(super) fn positions(&self) -> Vec<Position> {
        let position = |(&partition, place): (&i32, &Place)| Position {
            partition,
            offset: place.next,
            leader_epoch: place.leader_epoch,
        };
        self.by_partition.iter().map(position).collect()
    }
}
