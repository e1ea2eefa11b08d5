//! Questions to the cluster about a topic.

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use super::{ANSWER_LIMIT, Consumer};
use crate::source::{Ends, PartitionState, SourceError, TopicState};

pub(super) fn describe(
    consumer: &Consumer,
    brokers: &str,
    topic: &str,
) -> Result<TopicState, SourceError> {
    let leaders = leaders(consumer, brokers, topic)?;
    let led: Vec<i32> = leaders
        .iter()
        .filter(|(_, problem)| problem.is_none())
        .map(|(number, _)| *number)
        .collect();
    let low = offsets(consumer, topic, &led, Offset::Beginning)
        .map_err(|error| unreachable(brokers, &error))?;
    let high = offsets(consumer, topic, &led, Offset::End)
        .map_err(|error| unreachable(brokers, &error))?;
    let state = |(partition, problem): (i32, Option<String>)| {
        let ends = match problem {
            Some(problem) => Err(problem),
            None => ends(&low, &high, topic, partition),
        };
        PartitionState { partition, ends }
    };
    Ok(TopicState {
        cluster_id: consumer.client().fetch_cluster_id(ANSWER_LIMIT),
        partitions: leaders.into_iter().map(state).collect(),
    })
}

pub(super) fn offset_at(
    consumer: &Consumer,
    brokers: &str,
    topic: &str,
    partition: i32,
    timestamp_millis: i64,
) -> Result<Option<i64>, SourceError> {
    // Kafka gives negative timestamps a meaning of their own.
    let asked = Offset::Offset(timestamp_millis.max(0));
    let answer = offsets(consumer, topic, &[partition], asked)
        .map_err(|error| unreachable(brokers, &error))?;
    match answer
        .find_partition(topic, partition)
        .map(|found| found.offset())
    {
        Some(Offset::Offset(offset)) => Ok(Some(offset)),
        _ => Ok(None),
    }
}

/// The partitions by number; those without a leader with the reason.
fn leaders(
    consumer: &Consumer,
    brokers: &str,
    topic: &str,
) -> Result<Vec<(i32, Option<String>)>, SourceError> {
    let metadata = consumer
        .fetch_metadata(Some(topic), ANSWER_LIMIT)
        .map_err(|error| unreachable(brokers, &error))?;
    let missing = || SourceError::TopicMissing {
        topic: topic.to_owned(),
        place: format!("on the cluster of {brokers}"),
    };
    let found = metadata
        .topics()
        .iter()
        .find(|found| found.name() == topic)
        .ok_or_else(missing)?;
    match found.error() {
        None => {}
        Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) => return Err(missing()),
        Some(error) => {
            let code = RDKafkaErrorCode::from(error);
            return Err(SourceError::Unavailable(format!(
                "topic \"{topic}\": {code}"
            )));
        }
    }
    let mut leaders: Vec<_> = found
        .partitions()
        .iter()
        .map(|partition| {
            let has_no_leader = partition.leader() < 0;
            (
                partition.id(),
                has_no_leader.then(|| "it has no leader at the moment".to_owned()),
            )
        })
        .collect();
    if leaders.is_empty() {
        return Err(missing());
    }
    leaders.sort_unstable();
    Ok(leaders)
}

/// One question about many partitions: timestamps, or the two ends.
fn offsets(
    consumer: &Consumer,
    topic: &str,
    partitions: &[i32],
    asked: Offset,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        list.add_partition_offset(topic, *partition, asked)?;
    }
    if partitions.is_empty() {
        return Ok(list);
    }
    consumer.offsets_for_times(list, ANSWER_LIMIT)
}

fn ends(
    low: &TopicPartitionList,
    high: &TopicPartitionList,
    topic: &str,
    partition: i32,
) -> Result<Ends, String> {
    let offset = |list: &TopicPartitionList| {
        let found = list
            .find_partition(topic, partition)
            .ok_or("the cluster did not answer for it")?;
        found.error().map_err(|error| error.to_string())?;
        match found.offset() {
            Offset::Offset(offset) => Ok(offset),
            other => Err(format!("the cluster answered {other:?}")),
        }
    };
    Ok(Ends {
        low: offset(low)?,
        high: offset(high)?,
    })
}

fn unreachable(brokers: &str, error: &KafkaError) -> SourceError {
    let code = error
        .rdkafka_error_code()
        .map_or_else(|| error.to_string(), |code| code.to_string());
    SourceError::Unavailable(format!(
        "Kafka does not answer at {brokers} ({code}): is the broker running, and is this its address?"
    ))
}
