//! A Kafka topic as the input of a run: from its beginning, or where reading ended before, to the end
//! that it has when the run begins.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::bail;
use shared::batch::Batcher;
use shared::record::Position;

use super::{Filled, Input, Reading};
use crate::source::kafka::{Appetite, KafkaSource, Property};
use crate::source::{Ends, Event, Reader, Source as _, TopicState};

/// How long the topic is waited for at the start.
const START_LIMIT: Duration = Duration::from_secs(5);
/// How often a signal is looked for while nothing comes.
const LOOK_UP: Duration = Duration::from_millis(100);

/// The topic.
pub(super) struct Topic {
    reader: Box<dyn Reader>,
    follows: bool,
    /// Partitions that are not read to their end yet, with that end.
    ends: BTreeMap<i32, i64>,
}

impl Topic {
    /// The topic with its cluster's id and the places where reading begins.
    pub(super) fn open(
        brokers: &str,
        topic: &str,
        properties: &[Property],
        reading: Reading<'_>,
    ) -> anyhow::Result<(Self, Option<String>, Vec<Position>)> {
        let source =
            KafkaSource::new(brokers, vec![topic.to_owned()], properties, Appetite::Whole)?;
        let state = source.wait_for(topic, START_LIMIT)?;
        let (starts, ends) = places(topic, &state, reading)?;
        let reader = source.open(topic, &starts)?;
        let opened = Self {
            reader,
            follows: reading.follows,
            ends,
        };
        Ok((opened, state.cluster_id, starts))
    }
}

/// Where to begin and, for partitions that hold something from there on, where the end is.
fn places(
    topic: &str,
    state: &TopicState,
    reading: Reading<'_>,
) -> anyhow::Result<(Vec<Position>, BTreeMap<i32, i64>)> {
    let exists = |partition| {
        state
            .partitions
            .iter()
            .any(|found| found.partition == partition)
    };
    let wanted = reading.start.iter().map(|position| position.partition);
    if let Some(missing) = wanted.chain(reading.only).find(|wanted| !exists(*wanted)) {
        bail!(
            "topic \"{topic}\" has no partition {missing}: it is not the one that was read before"
        );
    }
    let (mut starts, mut last) = (Vec::new(), BTreeMap::new());
    let is_read = |partition| reading.only.is_none_or(|only| only == partition);
    for found in state
        .partitions
        .iter()
        .filter(|found| is_read(found.partition))
    {
        let partition = found.partition;
        let ends = match &found.ends {
            Ok(ends) => ends,
            Err(why) => bail!("partition {partition} of topic \"{topic}\" cannot be read: {why}"),
        };
        let given = reading
            .start
            .iter()
            .find(|start| start.partition == partition);
        let start = given.copied().unwrap_or(Position {
            partition,
            offset: ends.low,
            leader_epoch: None,
        });
        check_start(topic, start, ends)?;
        starts.push(start);
        if ends.high > start.offset {
            last.insert(partition, ends.high);
        }
    }
    Ok((starts, last))
}

/// Whether the partition still has what is to be read next, or will have it.
fn check_start(topic: &str, start: Position, ends: &Ends) -> anyhow::Result<()> {
    let Position {
        partition, offset, ..
    } = start;
    let Ends { low, high } = ends;
    if offset < *low {
        bail!(
            "partition {partition} of topic \"{topic}\": reading goes on at offset {offset}, but records before {low} were deleted"
        );
    }
    if offset > *high {
        bail!(
            "partition {partition} of topic \"{topic}\": reading goes on at offset {offset}, but it ends at {high}: was the topic made anew?"
        );
    }
    Ok(())
}

impl Input for Topic {
    fn fill(
        &mut self,
        batcher: &mut Batcher,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<Filled> {
        let Self {
            reader,
            follows,
            ends,
        } = self;
        loop {
            if is_stopped() {
                return Ok(Filled::Stopped(batcher.pending()));
            }
            if !*follows && ends.is_empty() {
                return Ok(Filled::Ended);
            }
            let mut is_complete = false;
            reader.poll(LOOK_UP, &mut |event| {
                let (partition, next) = match event {
                    Event::Record(record, _) if is_beyond(*follows, ends, &record) => {
                        return ControlFlow::Continue(());
                    }
                    Event::Record(record, _) => {
                        is_complete = batcher.push(&record);
                        (record.partition, record.offset + 1)
                    }
                    Event::End { partition, next } => (partition, next),
                };
                if ends.get(&partition).is_some_and(|end| next >= *end) {
                    ends.remove(&partition);
                }
                if is_complete {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
            if is_complete {
                return Ok(Filled::Complete);
            }
        }
    }
}

/// Records behind the end that the topic had at the start belong to a later run.
fn is_beyond(
    follows: bool,
    ends: &BTreeMap<i32, i64>,
    record: &shared::record::Record<'_>,
) -> bool {
    !follows
        && ends
            .get(&record.partition)
            .is_none_or(|end| record.offset >= *end)
}
