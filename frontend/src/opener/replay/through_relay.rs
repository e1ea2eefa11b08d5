//! The records of a logged topic through the relay that the page reads from: a connection for each
//! partition, so that a batch can have one partition's records after the other's, whatever order
//! they would arrive in together.

use std::collections::BTreeMap;

use shared::batch::Batch;
use shared::record::Position;
use shared::run_log::{BatchEntry, RangeEntry, RunSource};
use shared::wire::{Edge, Resume};

use super::records::{Filled, RECORDS_A_LOOK};
use crate::opener;
use crate::port::{SourceConfig, SourceState};
use crate::relay::{Connection, Reader, Wake};
use crate::worker::run::public_url;

/// Partitions that are read at most: a relay has room for so many connections, and others want some.
const MOST_PARTITIONS: usize = 32;

/// A topic that is read again.
pub(in crate::opener) struct ThroughRelay {
    url: String,
    topic: String,
    cluster_id: Option<String>,
    connections: BTreeMap<i32, Connection>,
    /// What it waits for, for people.
    waits: String,
}

/// Whether a run of so many partitions can be read.
pub(super) fn check_partitions(partitions: usize) -> Result<(), String> {
    if partitions <= MOST_PARTITIONS {
        return Ok(());
    }
    Err(format!(
        "it has records of {partitions} partitions, and a page reads {MOST_PARTITIONS} at most through a relay"
    ))
}

impl ThroughRelay {
    /// The topic of a run's log, at the relay that is the page's source. The address in the log is
    /// never connected to: a file does not choose where a browser goes.
    pub(super) fn find(logged: &RunSource, source: &SourceConfig) -> Option<Self> {
        let (RunSource::Kafka {
            topic, cluster_id, ..
        }
        | RunSource::Relay {
            topic, cluster_id, ..
        }) = logged
        else {
            return None;
        };
        let SourceConfig::Relay { url, .. } = source else {
            return None;
        };
        Some(Self {
            url: url.clone(),
            topic: topic.clone(),
            cluster_id: cluster_id.clone(),
            connections: BTreeMap::new(),
            waits: String::new(),
        })
    }

    pub(super) fn words(&self) -> String {
        format!("topic {} through {}", self.topic, public_url(&self.url))
    }

    /// What it waits for.
    pub(super) fn waits(&self) -> &str {
        &self.waits
    }

    /// Something happened on the connection of a partition.
    pub(super) fn on_wake(&mut self, partition: i32, wake: Wake) {
        if let Some(connection) = self.connections.get_mut(&partition) {
            connection.on_wake(wake);
        }
    }

    /// Ends connections on which nothing came for too long. Whether there was one.
    pub(super) fn beat(&mut self) -> bool {
        let mut any = false;
        for connection in self.connections.values_mut() {
            any |= connection.beat();
        }
        any
    }

    /// All that was taken so far was learned from: the relay may send more.
    pub(super) fn learned(&mut self) {
        for connection in self.connections.values_mut() {
            connection.reader_mut().learned();
            connection.send_outgoing();
        }
    }

    /// Fills a batch, which may be begun already. What is missing in the topic now is missing in it.
    pub(super) fn fill(
        &mut self,
        entry: &BatchEntry,
        batch: &mut Batch,
        is_over: &mut impl FnMut() -> bool,
    ) -> Result<Filled, String> {
        let mut before = 0;
        for range in &entry.ranges {
            let until = before + usize::try_from(range.records).unwrap_or(usize::MAX);
            if batch.len() < until {
                let connection = self.connection(range);
                let filled = fill(connection.reader_mut(), range, until, batch, is_over);
                connection.send_outgoing();
                match filled {
                    Filled::Whole if batch.len() < until => return Ok(filled),
                    Filled::Whole => {}
                    Filled::Partly => return Ok(filled),
                    Filled::Waiting => {
                        connection.look_for_failure();
                        self.waits = waits(connection.reader(), range.partition)?;
                        return Ok(filled);
                    }
                }
            }
            before = until;
        }
        Ok(Filled::Whole)
    }

    /// The connection of a range's partition; the first time it begins where the range does.
    fn connection(&mut self, range: &RangeEntry) -> &mut Connection {
        let partition = range.partition;
        self.connections.entry(partition).or_insert_with(|| {
            let resume = Resume {
                cluster_id: self.cluster_id.clone(),
                positions: vec![Position {
                    partition,
                    offset: range.first,
                    leader_epoch: None,
                }],
                others: Edge::Latest,
            };
            let (url, topic) = (self.url.clone(), self.topic.clone());
            let reader = Reader::of_partition(url, topic, partition, resume);
            let wake = move |wake| opener::on_wake(partition, wake);
            let mut connection = Connection::new(reader, wake);
            connection.connect();
            connection
        })
    }
}

/// Takes records of a range until the batch has so many, or the topic is behind the range.
fn fill(
    reader: &mut Reader,
    range: &RangeEntry,
    until: usize,
    batch: &mut Batch,
    is_over: &mut impl FnMut() -> bool,
) -> Filled {
    while batch.len() < until {
        let Some(record) = reader.next() else {
            let is_behind = reader.next_offset().is_some_and(|next| next > range.last);
            return if is_behind {
                Filled::Whole
            } else {
                Filled::Waiting
            };
        };
        if record.offset > range.last {
            return Filled::Whole;
        }
        batch.push(&record);
        if batch.len().is_multiple_of(RECORDS_A_LOOK) && is_over() {
            return Filled::Partly;
        }
    }
    Filled::Whole
}

/// What a replay waits for, for people; an error if it will not come.
fn waits(reader: &Reader, partition: i32) -> Result<String, String> {
    let url = public_url(reader.url());
    Ok(match reader.state() {
        SourceState::Refused(reason) => {
            return Err(format!(
                "the relay does not give the records of the run: {reason}"
            ));
        }
        SourceState::Waiting(reason) => format!("waiting: {reason}"),
        SourceState::Reconnecting { reason, .. } => format!("reconnecting: {reason}"),
        SourceState::Live => format!(
            "partition {partition} has no more records at the moment, though the run has read more: waiting for them"
        ),
        SourceState::Idle | SourceState::Connecting => format!("connecting to {url}"),
        SourceState::CatchingUp => format!("waiting for records of {url}"),
    })
}
