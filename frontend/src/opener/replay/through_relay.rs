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

/// Partitions that are read at most: a relay has room for so many connections, and others want some.
const MOST_PARTITIONS: usize = 32;

/// A topic that is read again.
pub(in crate::opener) struct ThroughRelay {
    url: String,
    topic: String,
    cluster_id: Option<String>,
    connections: BTreeMap<i32, Connection>,
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
        })
    }

    pub(super) fn words(&self) -> String {
        format!("topic {} through {}", self.topic, self.url)
    }

    /// Something happened on the connection of a partition.
    pub(super) fn on_wake(&mut self, partition: i32, wake: Wake) {
        if let Some(connection) = self.connections.get_mut(&partition) {
            connection.on_wake(wake);
        }
    }

    /// Ends connections on which nothing came for too long.
    pub(super) fn beat(&mut self) {
        for connection in self.connections.values_mut() {
            connection.beat();
        }
    }

    /// All that was taken so far was learned from: the relay may send more.
    pub(super) fn learned(&mut self) {
        for connection in self.connections.values_mut() {
            connection.reader_mut().learned();
            connection.send_outgoing();
        }
    }

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
                let connection = self.connection(range)?;
                let filled = fill(connection.reader_mut(), until, batch, is_over);
                connection.send_outgoing();
                match filled {
                    Filled::Whole => {}
                    Filled::Partly => return Ok(filled),
                    Filled::Waiting => {
                        connection.look_for_failure();
                        let offset = range
                            .first
                            .saturating_add_unsigned((batch.len() - before) as u64);
                        return still_to_come(connection.reader(), range.partition, offset);
                    }
                }
            }
            before = until;
        }
        Ok(Filled::Whole)
    }

    /// The connection of a range's partition; the first time it begins where the range does.
    fn connection(&mut self, range: &RangeEntry) -> Result<&mut Connection, String> {
        let partition = range.partition;
        if !self.connections.contains_key(&partition) {
            if self.connections.len() == MOST_PARTITIONS {
                return Err(format!(
                    "the run has records of more than {MOST_PARTITIONS} partitions, and a page reads no more through a relay"
                ));
            }
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
            self.connections.insert(partition, connection);
        }
        let connection = self.connections.get_mut(&partition);
        connection.ok_or_else(|| "the partition was connected before".to_owned())
    }

    /// What a replay that waits waits for.
    pub(super) fn state(&self) -> String {
        let states = self
            .connections
            .values()
            .map(|connection| connection.reader().state());
        let mut trouble = states.filter_map(|state| match state {
            SourceState::Waiting(reason) => Some(format!("waiting: {reason}")),
            SourceState::Reconnecting { reason, .. } => Some(format!("reconnecting: {reason}")),
            _ => None,
        });
        trouble
            .next_back()
            .unwrap_or_else(|| format!("waiting for records of {}", self.url))
    }
}

/// Takes records until the batch has so many.
fn fill(
    reader: &mut Reader,
    until: usize,
    batch: &mut Batch,
    is_over: &mut impl FnMut() -> bool,
) -> Filled {
    while batch.len() < until {
        let Some(record) = reader.next() else {
            return Filled::Waiting;
        };
        batch.push(&record);
        if batch.len().is_multiple_of(RECORDS_A_LOOK) && is_over() {
            return Filled::Partly;
        }
    }
    Filled::Whole
}

/// Whether the next record can still come.
fn still_to_come(reader: &Reader, partition: i32, offset: i64) -> Result<Filled, String> {
    match reader.state() {
        SourceState::Refused(reason) => Err(reason),
        SourceState::Live if reader.lag() == Some(0) => Err(format!(
            "the topic ends before partition {partition}, offset {offset}, which the run has read"
        )),
        _ => Ok(Filled::Waiting),
    }
}
