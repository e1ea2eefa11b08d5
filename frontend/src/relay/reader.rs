//! What is read through a relay: frames as they came, the protocol's client, and the records of the
//! frame that is being learned from. The socket itself is the [`Connection`](super::Connection)'s.
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

use super::Heard;
use crate::port::{Beginning, SourceState};

/// Bytes of frames that the relay may send ahead.
const CREDIT_BYTES: u64 = 2 * 1024 * 1024;

/// Bytes taken for a batch that is not complete yet after which credit is given back early: a batch
/// may be larger than all credit.
const LARGE_BATCH_BYTES: usize = 1024 * 1024;

/// The client and what has arrived for it.
pub(crate) struct Reader {
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

impl Reader {
    pub(crate) fn new(url: String, topic: Option<String>, from: Beginning) -> Self {
        let from = match from {
            Beginning::Earliest => StartFrom::Earliest,
            Beginning::Latest => StartFrom::Latest,
        };
        Self::reading(url, topic, from, Vec::new())
    }

    /// Goes on with a run that began at `start`.
    pub(crate) fn going_on(
        url: String,
        topic: Option<String>,
        resume: Resume,
        start: Vec<Position>,
    ) -> Self {
        Self::reading(url, topic, StartFrom::Positions(resume), start)
    }

    /// Only one partition, from a place on.
    pub(crate) fn of_partition(url: String, topic: String, partition: i32, resume: Resume) -> Self {
        let from = StartFrom::Positions(resume);
        let request = Subscribe {
            partitions: Some(vec![partition]),
            ..Subscribe::new(Some(topic), from, CREDIT_BYTES)
        };
        Self::asking(url, request, Vec::new())
    }

    fn reading(url: String, topic: Option<String>, from: StartFrom, start: Vec<Position>) -> Self {
        Self::asking(url, Subscribe::new(topic, from, CREDIT_BYTES), start)
    }

    fn asking(url: String, request: Subscribe, start: Vec<Position>) -> Self {
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

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn silence_limit_millis(&self) -> u32 {
        self.client.silence_limit_millis()
    }

    pub(crate) fn topic(&self) -> Option<&str> {
        self.client.topic()
    }

    /// The id of the cluster behind the relay, if it has said one.
    pub(crate) fn cluster_id(&self) -> Option<&str> {
        self.client.cluster_id()
    }

    /// Where reading began, by partition.
    pub(crate) fn start(&self) -> &[Position] {
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

    pub(crate) fn next_outgoing(&mut self) -> Option<String> {
        self.client.next_outgoing()
    }

    pub(crate) fn on_connecting(&mut self) {
        self.client.on_connecting();
    }

    pub(crate) fn on_open(&mut self, protocol: &str) -> Result<(), ProtocolError> {
        self.client
            .on_open(Some(protocol).filter(|protocol| !protocol.is_empty()))
    }

    /// A text message is handled at once, ahead of frames that wait: it says how things stand.
    pub(crate) fn on_text(&mut self, text: &str) -> Result<Heard, ProtocolError> {
        match self.client.on_text(text)? {
            Event::Welcome(welcome) => {
                self.topics = Some(welcome.topics.clone());
                let read = self
                    .client
                    .topic()
                    .or(welcome.topics.first().map(String::as_str));
                let read = read.unwrap_or_default().to_owned();
                Ok(Heard::Topics(welcome.topics, read))
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
    pub(crate) fn on_frame(&mut self, bytes: Vec<u8>) {
        self.frames.push_back(bytes);
    }

    /// The connection ended.
    pub(crate) fn on_close(&mut self, code: u16, reason: &str, random: u32) -> Next {
        self.ended();
        let code = Some(code).filter(|code| *code != 1005 && *code != 1006);
        self.client.on_close(code, reason, random)
    }

    /// No connection came about.
    pub(crate) fn on_unreachable(&mut self, reason: &str, random: u32) -> Next {
        self.ended();
        self.client.on_unreachable(reason, random)
    }

    /// Nothing came for too long.
    pub(crate) fn on_silence(&mut self, random: u32) -> Next {
        self.ended();
        self.client.on_silence(random)
    }

    /// What came was not the protocol.
    pub(crate) fn on_protocol_error(&mut self, error: &ProtocolError, random: u32) -> Next {
        self.ended();
        self.client.on_protocol_error(error, random)
    }

    /// A frame could not be read while its records were to be taken.
    pub(crate) fn take_failure(&mut self) -> Option<ProtocolError> {
        self.failure.take()
    }

    /// Frames that wait are sent again. What was taken and not learned from yet stays counted: the
    /// client asks for that much less credit until it is.
    fn ended(&mut self) {
        self.frames.clear();
        self.attempt += 1;
    }

    /// The next record; `None` while none is there.
    pub(crate) fn next(&mut self) -> Option<Record<'_>> {
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
    pub(crate) fn learned(&mut self) {
        self.client.consumed(std::mem::take(&mut self.unlearned));
    }

    /// Records that were written but not taken yet, as far as the relay has told.
    pub(crate) fn lag(&self) -> Option<u64> {
        self.topics.as_ref()?;
        Some(self.client.lag() + (self.taken.len() - self.cursor) as u64)
    }

    /// How things stand, for a person.
    pub(crate) fn state(&self) -> SourceState {
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
    pub(crate) fn next_offset(&self) -> Option<i64> {
        match &self.client.positions()[..] {
            [only] => Some(only.offset),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
