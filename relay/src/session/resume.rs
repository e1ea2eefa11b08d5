//! From what a client asks for to where each partition begins. Nothing is moved silently: a place
//! that is not there is a refusal, or a start with the reason beside it.

use shared::record::Position;
use shared::wire::close::ErrorCode;
use shared::wire::control::{Refusal, Started, Unavailable, Waiting};
use shared::wire::{Edge, Resume, StartFrom, Subscribe, WhenUnavailable};

use super::End;
use crate::source::{Ends, PartitionState, Source, TopicState};

/// Where partitions begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The cluster.
    pub cluster_id: Option<String>,
    /// The partitions that begin, with the leader epoch that the client knew.
    pub started: Vec<(Started, Option<i32>)>,
    /// Those that are not ready.
    pub waiting: Vec<Waiting>,
}

/// Resolves the request for all partitions but those that have begun. Blocks.
pub fn resolve(
    source: &dyn Source,
    topic: &str,
    request: &Subscribe,
    begun: &[i32],
) -> Result<Resolution, End> {
    if let StartFrom::Positions(resume) = &request.from {
        resume
            .positions
            .iter()
            .for_each(|position| source.was_read(topic, *position));
    }
    let state = source.describe(topic)?;
    check_partitions(topic, request, &state)?;
    let mut resolution = Resolution {
        cluster_id: state.cluster_id.clone(),
        ..Resolution::default()
    };
    let mut gone = Vec::new();
    for partition in state
        .partitions
        .iter()
        .filter(|found| is_wanted(found, request, begun))
    {
        let number = partition.partition;
        let ends = match &partition.ends {
            Ok(ends) => *ends,
            Err(why) => {
                resolution.waiting.push(Waiting {
                    partition: number,
                    why: why.clone(),
                });
                continue;
            }
        };
        let asked = asked(source, topic, number, request, ends)?;
        let why = unavailable(&asked, ends, &state, request);
        match start(asked.offset, why, ends, request.when_unavailable) {
            Some(start) => {
                let started = Started {
                    partition: number,
                    start,
                    low: ends.low,
                    high: ends.high,
                    recovered: why.is_none(),
                    why,
                };
                let epoch = asked.leader_epoch.filter(|_| why.is_none());
                resolution.started.push((started, epoch));
            }
            None => gone.push((asked, ends, why)),
        }
    }
    if gone.is_empty() {
        Ok(resolution)
    } else {
        Err(refusal(topic, request, &gone))
    }
}

fn is_wanted(found: &PartitionState, request: &Subscribe, begun: &[i32]) -> bool {
    let is_asked = request
        .partitions
        .as_ref()
        .is_none_or(|partitions| partitions.contains(&found.partition));
    is_asked && !begun.contains(&found.partition)
}

/// A partition that the topic does not have is told before anything begins.
fn check_partitions(topic: &str, request: &Subscribe, state: &TopicState) -> Result<(), End> {
    let asked = request.partitions.iter().flatten().copied();
    let resumed = match &request.from {
        StartFrom::Positions(resume) => resume.positions.as_slice(),
        _ => &[],
    };
    let mut named = asked.chain(resumed.iter().map(|position| position.partition));
    let unknown = named.find(|number| {
        state
            .partitions
            .iter()
            .all(|found| found.partition != *number)
    });
    match unknown {
        None => Ok(()),
        Some(number) => {
            let count = state.partitions.len();
            let message =
                format!("topic \"{topic}\" has {count} partition(s), but not number {number}");
            Err(End::refuse(ErrorCode::UnknownPartition, message))
        }
    }
}

/// The place that a client wants in one partition.
fn asked(
    source: &dyn Source,
    topic: &str,
    partition: i32,
    request: &Subscribe,
    ends: Ends,
) -> Result<Position, End> {
    let at = |offset| Position {
        partition,
        offset,
        leader_epoch: None,
    };
    Ok(match &request.from {
        StartFrom::Earliest => at(ends.low),
        StartFrom::Latest => at(ends.high),
        StartFrom::Last(count) => {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            at(ends.high.saturating_sub(count).max(ends.low))
        }
        StartFrom::TimestampMillis(millis) => {
            let found = source.offset_at(topic, partition, *millis)?;
            at(found.unwrap_or(ends.high).clamp(ends.low, ends.high))
        }
        StartFrom::Positions(Resume {
            positions, others, ..
        }) => {
            let known = positions
                .iter()
                .find(|position| position.partition == partition);
            match (known, others) {
                (Some(position), _) => *position,
                (None, Edge::Earliest) => at(ends.low),
                (None, Edge::Latest) => at(ends.high),
            }
        }
    })
}

/// Why a place is not there; only positions can be places that are not.
fn unavailable(
    asked: &Position,
    ends: Ends,
    state: &TopicState,
    request: &Subscribe,
) -> Option<Unavailable> {
    let StartFrom::Positions(resume) = &request.from else {
        return None;
    };
    match (&resume.cluster_id, &state.cluster_id) {
        (Some(theirs), Some(ours)) if theirs != ours => Some(Unavailable::OtherCluster),
        _ if asked.offset < ends.low => Some(Unavailable::Expired),
        _ if asked.offset > ends.high => Some(Unavailable::Truncated),
        _ => None,
    }
}

/// Where to begin; `None` is a refusal.
fn start(asked: i64, why: Option<Unavailable>, ends: Ends, policy: WhenUnavailable) -> Option<i64> {
    match (why, policy) {
        (None, _) => Some(asked),
        (Some(_), WhenUnavailable::Fail) => None,
        (Some(_), WhenUnavailable::Earliest) => Some(ends.low),
        (Some(_), WhenUnavailable::Latest) => Some(ends.high),
    }
}

fn refusal(
    topic: &str,
    request: &Subscribe,
    gone: &[(Position, Ends, Option<Unavailable>)],
) -> End {
    let place = |(asked, ends, why): &(Position, Ends, Option<Unavailable>)| {
        let why = why.map_or("it is not there", Unavailable::words);
        let (partition, offset, Ends { low, high }) = (asked.partition, asked.offset, ends);
        format!(
            "partition {partition}: offset {offset} cannot be read ({why}); it holds {low} to {high}"
        )
    };
    let places: Vec<_> = gone.iter().take(8).map(place).collect();
    let message = format!(
        "topic \"{topic}\": {}. Begin at earliest or latest, or ask for that when_unavailable",
        places.join("; ")
    );
    let positions = match &request.from {
        StartFrom::Positions(resume) => resume.positions.clone(),
        _ => Vec::new(),
    };
    End::Refused(Refusal {
        code: ErrorCode::PositionUnavailable,
        message,
        positions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Reader, SourceError};

    /// A topic with partition 0 at 100..200, partition 1 without a leader, partition 2 empty.
    struct Fixed {
        topics: Vec<String>,
    }

    impl Source for Fixed {
        fn topics(&self) -> &[String] {
            &self.topics
        }

        fn describe(&self, _topic: &str) -> Result<TopicState, SourceError> {
            let state = |partition, ends| PartitionState { partition, ends };
            Ok(TopicState {
                cluster_id: Some("c".into()),
                partitions: vec![
                    state(
                        0,
                        Ok(Ends {
                            low: 100,
                            high: 200,
                        }),
                    ),
                    state(1, Err("no leader".into())),
                    state(2, Ok(Ends { low: 0, high: 0 })),
                ],
            })
        }

        fn offset_at(&self, _: &str, partition: i32, _: i64) -> Result<Option<i64>, SourceError> {
            Ok((partition == 0).then_some(150))
        }

        fn open(&self, _: &str, _: &[Position]) -> Result<Box<dyn Reader>, SourceError> {
            Err(SourceError::Unavailable("not in this test".into()))
        }
    }

    fn ask(from: StartFrom, when_unavailable: WhenUnavailable) -> Result<Resolution, End> {
        let request = Subscribe {
            when_unavailable,
            ..Subscribe::new(None, from, 1)
        };
        resolve(&Fixed { topics: Vec::new() }, "t", &request, &[])
    }

    fn starts(from: StartFrom) -> Vec<(i32, i64)> {
        let resolution = ask(from, WhenUnavailable::Fail).unwrap();
        assert_eq!(
            resolution.waiting.len(),
            1,
            "partition 1 does not hold up the others"
        );
        resolution
            .started
            .iter()
            .map(|(started, _)| (started.partition, started.start))
            .collect()
    }

    fn positions(offset: i64, cluster: &str) -> StartFrom {
        StartFrom::Positions(Resume {
            cluster_id: Some(cluster.into()),
            positions: vec![Position {
                partition: 0,
                offset,
                leader_epoch: Some(4),
            }],
            others: Edge::Latest,
        })
    }

    #[test]
    fn every_start_is_a_place() {
        assert_eq!(starts(StartFrom::Earliest), [(0, 100), (2, 0)]);
        assert_eq!(starts(StartFrom::Latest), [(0, 200), (2, 0)]);
        assert_eq!(starts(StartFrom::Last(30)), [(0, 170), (2, 0)]);
        assert_eq!(starts(StartFrom::Last(u64::MAX)), [(0, 100), (2, 0)]);
        assert_eq!(starts(StartFrom::TimestampMillis(1)), [(0, 150), (2, 0)]);
        assert_eq!(starts(positions(200, "c")), [(0, 200), (2, 0)]);
    }

    #[test]
    fn a_place_that_is_gone_is_refused_with_what_there_is() {
        for (from, word) in [
            (positions(99, "c"), "older than the topic keeps"),
            (positions(201, "c"), "ends before it"),
            (positions(150, "d"), "another cluster"),
        ] {
            let Err(End::Refused(refusal)) = ask(from, WhenUnavailable::Fail) else {
                panic!()
            };
            assert_eq!(refusal.code, ErrorCode::PositionUnavailable);
            assert!(refusal.message.contains(word), "{}", refusal.message);
            assert!(
                refusal.message.contains("it holds 100 to 200"),
                "{}",
                refusal.message
            );
        }
    }

    #[test]
    fn or_it_is_moved_as_asked_and_says_so() {
        let moved = |policy| {
            let resolution = ask(positions(99, "c"), policy).unwrap();
            let (started, epoch) = &resolution.started[0];
            (started.start, started.recovered, started.why, *epoch)
        };
        let why = Some(Unavailable::Expired);
        assert_eq!(moved(WhenUnavailable::Earliest), (100, false, why, None));
        assert_eq!(moved(WhenUnavailable::Latest), (200, false, why, None));
    }

    #[test]
    fn a_partition_that_does_not_exist_is_named() {
        let request = Subscribe {
            partitions: Some(vec![0, 7]),
            ..Subscribe::new(None, StartFrom::Latest, 1)
        };
        let end = resolve(&Fixed { topics: Vec::new() }, "t", &request, &[]).unwrap_err();
        let End::Refused(refusal) = end else { panic!() };
        assert_eq!(
            refusal.message,
            "topic \"t\" has 3 partition(s), but not number 7"
        );
    }
}
