//! Reads assigned partitions of one topic.

use std::ops::ControlFlow;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use shared::record::Position;

use super::Consumer;
use super::queue::{Message, MessageQueue};
use crate::source::{Event, Reader, SourceError};

/// A consumer with its assignment.
pub(super) struct KafkaReader {
    topic: String,
    queue: MessageQueue,
}

impl KafkaReader {
    pub(super) fn new(
        consumer: Consumer,
        topic: &str,
        starts: &[Position],
    ) -> Result<Self, SourceError> {
        let unavailable = |error| SourceError::Unavailable(format!("cannot read {topic}: {error}"));
        let mut assignment = TopicPartitionList::with_capacity(starts.len());
        for start in starts {
            assignment
                .add_partition_offset(topic, start.partition, Offset::Offset(start.offset))
                .map_err(unavailable)?;
        }
        consumer.assign(&assignment).map_err(unavailable)?;
        let queue = MessageQueue::new(consumer)
            .ok_or_else(|| SourceError::Unavailable("librdkafka gave no queue".to_owned()))?;
        Ok(Self {
            topic: topic.to_owned(),
            queue,
        })
    }
}

impl Reader for KafkaReader {
    fn poll(
        &mut self,
        wait: Duration,
        visit: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<bool, SourceError> {
        let mut failure = None;
        let topic = &self.topic;
        let has_more = self.queue.poll(wait, &mut |message| match message {
            Message::Record(record, headers) => visit(Event::Record(record, headers)),
            Message::End { partition, offset } => visit(Event::End {
                partition,
                next: offset,
            }),
            Message::Failed {
                partition,
                offset,
                code,
            } => {
                failure = error(topic, partition, offset, code);
                if failure.is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            }
        });
        failure.map_or(Ok(has_more), Err)
    }
}

/// What a failed fetch means. `None`: librdkafka goes on by itself.
fn error(topic: &str, partition: i32, offset: i64, code: RDKafkaErrorCode) -> Option<SourceError> {
    match code {
        RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange => {
            Some(SourceError::PositionLost {
                partition,
                offset,
                why: code.to_string(),
            })
        }
        RDKafkaErrorCode::UnknownTopicOrPartition
        | RDKafkaErrorCode::UnknownTopic
        | RDKafkaErrorCode::UnknownPartition => Some(SourceError::TopicMissing {
            topic: topic.to_owned(),
            place: "any more".to_owned(),
        }),
        RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::Fatal => {
            let what = format!("partition {partition} of {topic} cannot be read: {code}");
            Some(SourceError::Unavailable(what))
        }
        _ => {
            tracing::info!(topic, partition, offset, %code, "fetching failed; it is tried again");
            None
        }
    }
}
