//! The relay as a source: frames as they came, the protocol's client, and the records of the frame
//! that is being learned from. The socket itself is the host's.
//!
//! A frame is handed to the client only when its records are taken. Whatever lies in the queue when
//! a connection ends is dropped: the client's positions do not cover it, so the next connection
//! brings it again. So nothing is lost and nothing is learned from twice, however long a pause was.

use std::collections::VecDeque;

use shared::batch::Batch;
use shared::record::{Position, Record};
use shared::wire::client::{Client, Event, Next, ProtocolError, State};
use shared::wire::control::Started;
use shared::wire::{Resume, StartFrom, Subscribe};

use crate::port::{Beginning, SourceState};

/// Bytes of frames that the relay may send ahead.
const CREDIT_BYTES: u64 = 2 * 1024 * 1024;

/// Bytes taken for a batch that is not complete yet after which credit is given back early: a batch
/// may be larger than all credit.
const LARGE_BATCH_BYTES: usize = 1024 * 1024;

/// The client and what has arrived for it.
pub(super) struct Relay {
    url: String,
    client: Client,
    /// Frames in the order of their arrival, not yet taken. The credit bounds their bytes.
    frames: VecDeque<Vec<u8>>,
    /// Records of the frame being taken, and the next one's place in it.
    taken: Batch,
    cursor: usize,
    /// Bytes of frames whose records were all taken, of this connection, not yet learned from.
    unlearned: usize,
    /// Attempts in a row that came to nothing.
    attempt: u32,
    topics: Option<Vec<String>>,
    failure: Option<ProtocolError>,
    /// Where reading began in each partition, in the run's first connection that had it.
    start: Vec<Position>,
}

/// What the host has to do or tell after something happened.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// Nothing but what `state` says.
    Nothing,
    /// Records arrived.
    Records,
    /// The relay has named its topics.
    Topics(Vec<String>),
}

impl Relay {
    pub(super) fn new(url: String, topic: Option<String>, from: Beginning) -> Self {
        let from = match from {
            Beginning::Earliest => StartFrom::Earliest,
            Beginning::Latest => StartFrom::Latest,
        };
        Self::reading(url, topic, from, Vec::new())
    }

    /// Goes on with a run that began at `start`.
    pub(super) fn going_on(
        url: String,
        topic: Option<String>,
        resume: Resume,
        start: Vec<Position>,
    ) -> Self {
        Self::reading(url, topic, StartFrom::Positions(resume), start)
    }

    fn reading(url: String, topic: Option<String>, from: StartFrom, start: Vec<Position>) -> Self {
        let request = Subscribe::new(topic, from, CREDIT_BYTES);
        let program = concat!("gradually-page/", env!("CARGO_PKG_VERSION"));
        Self {
            url,
            client: Client::new(request, program),
            frames: VecDeque::new(),
            taken: Batch::new(),
            cursor: 0,
            unlearned: 0,
            attempt: 0,
            topics: None,
            failure: None,
            start,
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn silence_limit_millis(&self) -> u32 {
        self.client.silence_limit_millis()
    }

    pub(super) fn topic(&self) -> Option<&str> {
        self.client.topic()
    }

    /// The id of the cluster behind the relay, if it has said one.
    pub(super) fn cluster_id(&self) -> Option<&str> {
        self.client.cluster_id()
    }

    /// Where reading began, by partition.
    pub(super) fn start(&self) -> &[Position] {
        &self.start
    }

    /// A partition that a later connection goes on with began before.
    fn note_start(&mut self, partitions: &[Started]) {
        for started in partitions {
            let known = |position: &Position| position.partition == started.partition;
            if !self.start.iter().any(known) {
                self.start.push(Position {
                    partition: started.partition,
                    offset: started.start,
                    leader_epoch: None,
                });
            }
        }
        self.start.sort_by_key(|position| position.partition);
    }

    pub(super) fn next_outgoing(&mut self) -> Option<String> {
        self.client.next_outgoing()
    }

    pub(super) fn on_connecting(&mut self) {
        self.client.on_connecting();
    }

    pub(super) fn on_open(&mut self, protocol: &str) -> Result<(), ProtocolError> {
        self.client
            .on_open(Some(protocol).filter(|protocol| !protocol.is_empty()))
    }

    /// A text message is handled at once, ahead of frames that wait: it says how things stand.
    pub(super) fn on_text(&mut self, text: &str) -> Result<Heard, ProtocolError> {
        match self.client.on_text(text)? {
            Event::Welcome(welcome) => {
                self.topics = Some(welcome.topics.clone());
                Ok(Heard::Topics(welcome.topics))
            }
            Event::Subscribed(subscribed) => {
                self.attempt = 0;
                self.note_start(&subscribed.partitions);
                Ok(Heard::Nothing)
            }
            _ => Ok(Heard::Nothing),
        }
    }

    /// A frame arrived; it waits until its records are taken.
    pub(super) fn on_frame(&mut self, bytes: Vec<u8>) -> Heard {
        self.frames.push_back(bytes);
        Heard::Records
    }

    /// The connection ended.
    pub(super) fn on_close(&mut self, code: u16, reason: &str, random: u32) -> Next {
        self.ended();
        let code = Some(code).filter(|code| *code != 1005 && *code != 1006);
        self.client.on_close(code, reason, random)
    }

    /// No connection came about.
    pub(super) fn on_unreachable(&mut self, reason: &str, random: u32) -> Next {
        self.ended();
        self.client.on_unreachable(reason, random)
    }

    /// Nothing came for too long.
    pub(super) fn on_silence(&mut self, random: u32) -> Next {
        self.ended();
        self.client.on_silence(random)
    }

    /// What came was not the protocol.
    pub(super) fn on_protocol_error(&mut self, error: &ProtocolError, random: u32) -> Next {
        self.ended();
        self.client.on_protocol_error(error, random)
    }

    /// A frame could not be read while its records were to be taken.
    pub(super) fn take_failure(&mut self) -> Option<ProtocolError> {
        self.failure.take()
    }

    /// Frames that wait are sent again. What was taken and not learned from yet stays counted: the
    /// client asks for that much less credit until it is.
    fn ended(&mut self) {
        self.frames.clear();
        self.attempt += 1;
    }

    /// The next record; `None` while none is there.
    pub(super) fn next(&mut self) -> Option<Record<'_>> {
        while self.cursor >= self.taken.len() {
            self.open_frame()?;
        }
        self.cursor += 1;
        self.taken.get(self.cursor - 1)
    }

    /// Takes the records of the next frame out.
    fn open_frame(&mut self) -> Option<()> {
        let frame = self.frames.pop_front()?;
        self.taken.clear();
        self.cursor = 0;
        match self.client.on_binary(&frame) {
            Ok(Event::Batch(batch)) => batch.records().for_each(|record| self.taken.push(&record)),
            Ok(_) => {}
            Err(error) => {
                self.failure = Some(error);
                return None;
            }
        }
        self.unlearned += frame.len();
        if self.unlearned > LARGE_BATCH_BYTES {
            self.learned();
        }
        Some(())
    }

    /// Everything taken so far was learned from: its bytes become credit again.
    pub(super) fn learned(&mut self) {
        self.client.consumed(std::mem::take(&mut self.unlearned));
    }

    /// Records that were written but not taken yet, as far as the relay has told.
    pub(super) fn lag(&self) -> Option<u64> {
        self.topics.as_ref()?;
        Some(self.client.lag() + (self.taken.len() - self.cursor) as u64)
    }

    /// How things stand, for a person.
    pub(super) fn state(&self) -> SourceState {
        match self.client.state() {
            State::Idle => SourceState::Idle,
            State::Connecting => SourceState::Connecting,
            State::CatchingUp => SourceState::CatchingUp,
            State::Live => SourceState::Live,
            State::Waiting { reason } => SourceState::Waiting(reason.clone()),
            State::Reconnecting {
                after_millis,
                reason,
            } => SourceState::Reconnecting {
                attempt: self.attempt,
                after_millis: *after_millis,
                reason: reason.clone(),
                next_offset: self.next_offset(),
            },
            State::Refused { reason } => SourceState::Refused(reason.clone()),
        }
    }

    /// The offset that the next connection asks for, where there is one partition.
    fn next_offset(&self) -> Option<i64> {
        match &self.client.positions()[..] {
            [only] => Some(only.offset),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::control::{Subscribed, Welcome};
    use shared::wire::{FrameWriter, SUBPROTOCOL, ToClient, ToRelay};

    use super::*;

    /// A new connection, up to the relay's welcome.
    fn welcomed(relay: &mut Relay) {
        relay.on_connecting();
        relay.on_open(SUBPROTOCOL).unwrap();
        let welcome = Welcome {
            version: 1,
            server: "relay".into(),
            cluster_id: None,
            topics: vec!["loans".into()],
            heartbeat_millis: 1000,
        };
        let heard = relay.on_text(&ToClient::Welcome(welcome).encode()).unwrap();
        assert_eq!(heard, Heard::Topics(vec!["loans".into()]));
    }

    /// The credit that a new connection asks for.
    fn asked_credit(relay: &mut Relay) -> u64 {
        welcomed(relay);
        let outgoing = std::iter::from_fn(|| relay.next_outgoing());
        let mut asked = outgoing.filter_map(|text| match ToRelay::decode(&text) {
            Ok(ToRelay::Subscribe(subscribe)) => Some(subscribe.credit),
            _ => None,
        });
        asked.next().unwrap()
    }

    fn subscribed(relay: &mut Relay, start: i64, high: i64) {
        welcomed(relay);
        let partition = Started {
            partition: 0,
            start,
            low: 0,
            high,
            recovered: true,
            why: None,
        };
        let subscribed = Subscribed {
            topic: "loans".into(),
            cluster_id: None,
            partitions: vec![partition],
            waiting: Vec::new(),
        };
        relay
            .on_text(&ToClient::Subscribed(subscribed).encode())
            .unwrap();
        while relay.next_outgoing().is_some() {}
    }

    fn frame(offsets: std::ops::Range<i64>) -> Vec<u8> {
        let mut writer = FrameWriter::new("loans", 0, offsets.start).unwrap();
        for offset in offsets {
            let record = Record {
                partition: 0,
                offset,
                leader_epoch: None,
                timestamp_millis: 0,
                key: None,
                value: Some(b"{}"),
            };
            writer.push(&record, &[]).unwrap();
        }
        writer.finish()
    }

    fn relay() -> Relay {
        let mut relay = Relay::new("ws://h/ws".into(), None, Beginning::Earliest);
        subscribed(&mut relay, 0, 10);
        relay
    }

    fn taken(relay: &mut Relay, count: usize) -> Vec<i64> {
        (0..count)
            .map_while(|_| relay.next().map(|record| record.offset))
            .collect()
    }

    #[test]
    fn records_come_in_order_over_frames() {
        let mut relay = relay();
        assert!(relay.next().is_none());
        relay.on_frame(frame(0..3));
        relay.on_frame(frame(3..6));
        assert_eq!(relay.lag(), Some(10));
        assert_eq!(taken(&mut relay, 4), [0, 1, 2, 3]);
        assert_eq!(relay.lag(), Some(6));
        assert_eq!(taken(&mut relay, 9), [4, 5]);
        assert_eq!(relay.state(), SourceState::CatchingUp);
    }

    #[test]
    fn frames_that_wait_when_the_connection_ends_come_again() {
        let mut relay = relay();
        relay.on_frame(frame(0..3));
        relay.on_frame(frame(3..6));
        assert_eq!(taken(&mut relay, 2), [0, 1]);
        let next = relay.on_close(1006, "", 0);
        assert!(matches!(next, Next::Retry { .. }));
        assert!(matches!(
            relay.state(),
            SourceState::Reconnecting {
                attempt: 1,
                next_offset: Some(3),
                ..
            }
        ));
        // What was taken out of its frame already is still there; nothing comes twice.
        assert_eq!(taken(&mut relay, 9), [2]);
        subscribed(&mut relay, 3, 10);
        relay.on_frame(frame(0..6));
        assert_eq!(taken(&mut relay, 9), [3, 4, 5]);
    }

    #[test]
    fn breaks_in_the_middle_of_a_batch_cost_no_credit() {
        let mut relay = relay();
        for first in 0..8 {
            relay.on_frame(frame(first * 1000..(first + 1) * 1000));
            taken(&mut relay, 1000);
            relay.on_close(1006, "", 0);
            subscribed(&mut relay, (first + 1) * 1000, 40_000);
        }
        while relay.next_outgoing().is_some() {}
        relay.learned();
        assert_eq!(relay.unlearned, 0);
        relay.on_close(1006, "", 0);
        let asked = asked_credit(&mut relay);
        assert_eq!(
            asked, CREDIT_BYTES,
            "all that was learned from can be sent again"
        );
    }

    #[test]
    fn credit_goes_back_after_learning_and_never_for_another_connection() {
        let mut relay = relay();
        let big = frame(0..40_000);
        assert!(big.len() as u64 > CREDIT_BYTES / 4);
        relay.on_frame(big);
        assert_eq!(taken(&mut relay, 1), [0]);
        assert!(relay.next_outgoing().is_none() || relay.unlearned == 0);
        relay.learned();
        assert_eq!(relay.unlearned, 0);
        relay.on_close(1006, "", 0);
        subscribed(&mut relay, 40_000, 40_000);
        relay.learned();
        assert!(relay.next_outgoing().is_none());
    }

    #[test]
    fn a_broken_frame_is_told_and_nothing_is_made_of_it() {
        let mut relay = relay();
        relay.on_frame(vec![1, 2, 3]);
        assert!(relay.next().is_none());
        let failure = relay.take_failure().unwrap();
        assert!(matches!(
            relay.on_protocol_error(&failure, 0),
            Next::Final { .. }
        ));
        assert!(matches!(relay.state(), SourceState::Refused(_)));
    }
}
