//! A Kafka topic as the input of a run: from its beginning to the end it has when the run begins.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::bail;
use shared::batch::Batcher;
use shared::record::Position;

use super::{Filled, Input};
use crate::source::kafka::{Appetite, KafkaSource, Property};
use crate::source::{Event, Reader, Source as _, TopicState};

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
    pub(super) fn open(
        brokers: &str,
        topic: &str,
        properties: &[Property],
        follows: bool,
    ) -> anyhow::Result<Self> {
        let source =
            KafkaSource::new(brokers, vec![topic.to_owned()], properties, Appetite::Whole)?;
        let state = source.wait_for(topic, START_LIMIT)?;
        let (starts, ends) = places(topic, &state)?;
        let reader = source.open(topic, &starts)?;
        Ok(Self {
            reader,
            follows,
            ends,
        })
    }
}

/// Where to begin and, for partitions that hold something, where the end is.
fn places(topic: &str, state: &TopicState) -> anyhow::Result<(Vec<Position>, BTreeMap<i32, i64>)> {
    let (mut starts, mut last) = (Vec::new(), BTreeMap::new());
    for found in &state.partitions {
        let partition = found.partition;
        match &found.ends {
            Ok(ends) => {
                starts.push(Position {
                    partition,
                    offset: ends.low,
                    leader_epoch: None,
                });
                if ends.high > ends.low {
                    last.insert(partition, ends.high);
                }
            }
            Err(why) => bail!("partition {partition} of topic \"{topic}\" cannot be read: {why}"),
        }
    }
    Ok((starts, last))
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
