//! The client's side of a conversation, without a socket and without a clock.
//!
//! The caller opens sockets, hands in what comes, sends what [`Client::next_outgoing`] gives, and
//! waits as long as [`Next::Retry`] says. The client keeps what outlives a connection: the
//! position of every partition, so that after any break it goes on at exactly the next record,
//! and how often connecting has failed. It drops records that it has seen, and gives credit back
//! only when the caller has [`consumed`](Client::consumed) what the credit was for.

mod backoff;
mod places;
mod state;
#[cfg(test)]
mod tests;

use crate::record::{Position, Record};

use self::backoff::Backoff;
use self::places::{Misplaced, Places};
pub use self::state::State;
use super::close::{self, ErrorCode};
use super::control::{ControlError, Heartbeat, Subscribed, ToClient, ToRelay, Waiting, Welcome};
use super::frame::{BatchFrame, FrameError};
use super::headers::Headers;
use super::{Edge, Resume, SUBPROTOCOL, StartFrom, Subscribe, VERSION};

/// Credit is given back when this part of it was consumed.
const CREDIT_PARTS: u64 = 4;

/// The shortest silence that means a dead connection. It is many heartbeats long, for a heartbeat
/// waits behind a frame that a slow link takes its time over.
const SHORTEST_SILENCE_MILLIS: u32 = 30_000;

/// The client's side.
#[derive(Clone, Debug)]
pub struct Client {
    request: Subscribe,
    program: String,
    stage: Stage,
    state: State,
    topic: Option<String>,
    cluster_id: Option<String>,
    places: Places,
    backoff: Backoff,
    silence_millis: u32,
    /// Bytes that the caller has and has not consumed, of this connection and earlier ones.
    outstanding: u64,
    /// Bytes consumed since credit was last given back.
    unreturned: u64,
    /// What the relay said before it closed.
    farewell: Option<Farewell>,
    /// At most a few messages: emptied by the caller after every event.
    outbox: Vec<String>,
}

/// How far the conversation on this connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Closed,
    Greeted,
    Asked,
    Reading,
}

#[derive(Clone, Debug)]
enum Farewell {
    Error { code: ErrorCode, message: String },
    GoAway { retry_millis: u32 },
}

/// Something came from the relay.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// The relay has introduced itself; the subscription is in the outbox.
    Welcome(Welcome),
    /// Partitions begin.
    Subscribed(Subscribed),
    /// Records, or offsets passed over.
    Batch(Batch<'a>),
    /// A sign of life; the lag may have changed.
    Heartbeat(Heartbeat),
    /// The relay refuses to go on and closes the connection; [`Client::on_close`] says whether
    /// another attempt makes sense.
    Refused {
        /// What kind of reason.
        code: ErrorCode,
        /// What, where, and what to do.
        message: String,
    },
    /// The relay is about to close the connection, to be reconnected after a while.
    GoAway {
        /// How long to wait.
        retry_millis: u32,
    },
}

/// The records of a frame that are new to this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch<'a> {
    frame: BatchFrame<'a>,
    first_new: i64,
    bytes: usize,
}

impl<'a> Batch<'a> {
    /// The new records, by rising offset.
    pub fn records(&self) -> impl Iterator<Item = Record<'a>> + use<'a> {
        self.records_with_headers().map(|(record, _)| record)
    }

    /// The new records with their headers.
    pub fn records_with_headers(
        &self,
    ) -> impl Iterator<Item = (Record<'a>, Headers<'a>)> + use<'a> {
        let first_new = self.first_new;
        self.frame
            .records()
            .skip_while(move |(record, _)| record.offset < first_new)
    }

    /// What to hand to [`Client::consumed`] once these records were trained on or written.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.frame.partition()
    }
}

/// What to do after a connection has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Connect again after a while.
    Retry {
        /// How long to wait.
        after_millis: u32,
        /// Why the connection ended.
        reason: String,
    },
    /// Do not connect again.
    Final {
        /// Why, and what to do.
        reason: String,
    },
}

/// The relay did not keep to the protocol. Close the connection (code
/// [`PROTOCOL_ERROR`](close::PROTOCOL_ERROR)) and call [`Client::on_protocol_error`].
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProtocolError {
    /// The server did not select the subprotocol.
    #[error(
        "this is not a relay, or one of another version: it answered with the subprotocol \
         {selected} instead of \"{SUBPROTOCOL}\""
    )]
    Subprotocol {
        /// What it selected.
        selected: String,
    },
    /// The relay speaks another version.
    #[error(
        "the relay speaks version {0} of the protocol, this client version {VERSION}: update the older"
    )]
    Version(u32),
    /// The relay has no topic.
    #[error("the relay hands out no topic")]
    NoTopic,
    /// A text that is not a message.
    #[error("the relay sent {0}")]
    Control(#[from] ControlError),
    /// Bytes that are not a frame.
    #[error("the relay sent a broken frame: {0}")]
    Frame(#[from] FrameError),
    /// A message at the wrong time.
    #[error("the relay sent {0} at the wrong time")]
    Unexpected(&'static str),
    /// Records of a topic or partition that was not asked for.
    #[error("the relay sent records of {topic} partition {partition}, which were not asked for")]
    NotAskedFor {
        /// The frame's topic.
        topic: String,
        /// The frame's partition.
        partition: i32,
    },
    /// Records are missing; a new connection begins where they are.
    #[error("partition {partition}: offset {expected} was to come, the relay sent {found}")]
    Gap {
        /// The partition.
        partition: i32,
        /// The next record by the client's count.
        expected: i64,
        /// Where the frame begins.
        found: i64,
    },
}

impl Client {
    /// A client that will ask for this. `program` is its name and version, for the relay's log.
    #[must_use]
    pub fn new(request: Subscribe, program: &str) -> Self {
        let places = match &request.from {
            StartFrom::Positions(resume) => Places::from_positions(&resume.positions),
            _ => Places::default(),
        };
        let cluster_id = match &request.from {
            StartFrom::Positions(resume) => resume.cluster_id.clone(),
            _ => None,
        };
        Self {
            topic: request.topic.clone(),
            request,
            program: program.to_owned(),
            stage: Stage::Closed,
            state: State::Idle,
            cluster_id,
            places,
            backoff: Backoff::default(),
            silence_millis: SHORTEST_SILENCE_MILLIS,
            outstanding: 0,
            unreturned: 0,
            farewell: None,
            outbox: Vec::new(),
        }
    }

    /// A connection is being made.
    pub fn on_connecting(&mut self) {
        self.stage = Stage::Closed;
        self.state = State::Connecting;
        self.farewell = None;
        self.outbox.clear();
    }

    /// The WebSocket is open, with the subprotocol that the server has selected.
    pub fn on_open(&mut self, selected: Option<&str>) -> Result<(), ProtocolError> {
        if selected != Some(SUBPROTOCOL) {
            let selected = selected.map_or("none".to_owned(), |name| format!("\"{name}\""));
            return Err(ProtocolError::Subprotocol { selected });
        }
        self.on_connecting();
        self.stage = Stage::Greeted;
        self.send(&ToRelay::Hello {
            version: VERSION,
            client: self.program.clone(),
        });
        Ok(())
    }

    /// A text message came.
    pub fn on_text(&mut self, text: &str) -> Result<Event<'static>, ProtocolError> {
        match ToClient::decode(text)? {
            ToClient::Welcome(welcome) => self.on_welcome(welcome),
            ToClient::Subscribed(subscribed) => self.on_subscribed(subscribed),
            ToClient::Heartbeat(heartbeat) => Ok(self.on_heartbeat(heartbeat)),
            ToClient::Error(refusal) => {
                let (code, message) = (refusal.code, refusal.message);
                self.farewell = Some(Farewell::Error {
                    code,
                    message: message.clone(),
                });
                Ok(Event::Refused { code, message })
            }
            ToClient::Goaway { retry_millis } => {
                self.farewell = Some(Farewell::GoAway { retry_millis });
                Ok(Event::GoAway { retry_millis })
            }
        }
    }

    /// A binary message came. The position moves on with it: the caller has the records now.
    pub fn on_binary<'a>(&mut self, bytes: &'a [u8]) -> Result<Event<'a>, ProtocolError> {
        if self.stage != Stage::Reading {
            return Err(ProtocolError::Unexpected("records"));
        }
        let frame = BatchFrame::decode(bytes)?;
        let not_asked_for = || ProtocolError::NotAskedFor {
            topic: frame.topic().to_owned(),
            partition: frame.partition(),
        };
        if self.topic.as_deref() != Some(frame.topic()) {
            return Err(not_asked_for());
        }
        let first_new = self
            .places
            .advance(&frame)
            .map_err(|misplaced| match misplaced {
                Misplaced::Partition => not_asked_for(),
                Misplaced::Gap { expected } => ProtocolError::Gap {
                    partition: frame.partition(),
                    expected,
                    found: frame.base_offset(),
                },
            })?;
        self.backoff.reset();
        self.note_progress();
        self.outstanding += bytes.len() as u64;
        Ok(Event::Batch(Batch {
            frame,
            first_new,
            bytes: bytes.len(),
        }))
    }

    /// The caller is done with the records of so many bytes of frames: trained on, or written.
    pub fn consumed(&mut self, bytes: usize) {
        self.outstanding = self.outstanding.saturating_sub(bytes as u64);
        self.unreturned += bytes as u64;
        self.return_credit();
    }

    fn return_credit(&mut self) {
        let is_worthwhile =
            self.unreturned > 0 && self.unreturned >= self.request.credit / CREDIT_PARTS;
        if self.stage == Stage::Reading && is_worthwhile {
            let bytes = self.unreturned.min(super::MAX_CREDIT_BYTES);
            self.unreturned -= bytes;
            self.send(&ToRelay::Credit { bytes });
        }
    }

    /// The next message to send; `None` when there is none.
    pub fn next_outgoing(&mut self) -> Option<String> {
        (!self.outbox.is_empty()).then(|| self.outbox.remove(0))
    }

    /// The connection has closed with this code and reason; `None` where it just broke.
    pub fn on_close(&mut self, code: Option<u16>, reason: &str, random: u32) -> Next {
        self.stage = Stage::Closed;
        match self.farewell.take() {
            Some(Farewell::GoAway { retry_millis }) => {
                self.retry_after(retry_millis, "the relay is being restarted".into())
            }
            Some(Farewell::Error {
                code: error,
                message,
            }) => {
                let code = code
                    .filter(|code| *code >= 4000)
                    .unwrap_or(error.close_code());
                self.ended(close::is_retryable(Some(code)), message, random)
            }
            None => self.ended(close::is_retryable(code), close_words(code, reason), random),
        }
    }

    /// No connection came about.
    pub fn on_unreachable(&mut self, reason: &str, random: u32) -> Next {
        self.stage = Stage::Closed;
        self.ended(true, reason.to_owned(), random)
    }

    /// The server has answered the upgrade with an HTTP status instead, where that can be seen.
    /// Trying again helps when the server is busy, not when it refuses this client.
    pub fn on_http_refusal(&mut self, status: u16, reason: &str, random: u32) -> Next {
        self.stage = Stage::Closed;
        let is_passing = matches!(status, 408 | 429 | 500..=599);
        self.ended(
            is_passing,
            format!("HTTP status {status}: {reason}"),
            random,
        )
    }

    /// Nothing came for longer than [`Client::silence_limit_millis`]: the caller has closed.
    pub fn on_silence(&mut self, random: u32) -> Next {
        self.on_unreachable("nothing came from the relay any more", random)
    }

    /// What was received was not the protocol, and the caller has closed. Only records that are
    /// missing can be had by another connection.
    pub fn on_protocol_error(&mut self, error: &ProtocolError, random: u32) -> Next {
        self.stage = Stage::Closed;
        self.ended(
            matches!(error, ProtocolError::Gap { .. }),
            error.to_string(),
            random,
        )
    }

    /// For how long nothing may come before the connection counts as dead.
    #[must_use]
    pub fn silence_limit_millis(&self) -> u32 {
        self.silence_millis
    }

    /// The state in which the connection is.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Records between the positions and the ends of the partitions, as far as is known.
    #[must_use]
    pub fn lag(&self) -> u64 {
        self.places.lag()
    }

    /// The next record of each partition: what the caller has had is below.
    #[must_use]
    pub fn positions(&self) -> Vec<Position> {
        self.places.positions()
    }

    /// The topic, once it is known.
    #[must_use]
    pub fn topic(&self) -> Option<&str> {
        self.topic.as_deref()
    }

    /// The cluster in which the positions are places, once it is known.
    #[must_use]
    pub fn cluster_id(&self) -> Option<&str> {
        self.cluster_id.as_deref()
    }

    fn on_welcome(&mut self, welcome: Welcome) -> Result<Event<'static>, ProtocolError> {
        if self.stage != Stage::Greeted {
            return Err(ProtocolError::Unexpected("a welcome"));
        }
        if welcome.version != VERSION {
            return Err(ProtocolError::Version(welcome.version));
        }
        if self.topic.is_none() {
            self.topic = Some(
                welcome
                    .topics
                    .first()
                    .ok_or(ProtocolError::NoTopic)?
                    .clone(),
            );
        }
        let three_beats = welcome.heartbeat_millis.saturating_mul(3);
        self.silence_millis = three_beats.max(SHORTEST_SILENCE_MILLIS);
        self.stage = Stage::Asked;
        let request = self.subscribe();
        self.unreturned = 0;
        self.send(&ToRelay::Subscribe(request));
        Ok(Event::Welcome(welcome))
    }

    /// The request: as the caller made it at first, then from where the client stands.
    fn subscribe(&self) -> Subscribe {
        let positions = self.places.positions();
        let from = if positions.is_empty() {
            self.request.from.clone()
        } else {
            let others = match &self.request.from {
                StartFrom::Latest => Edge::Latest,
                StartFrom::Positions(resume) => resume.others,
                _ => Edge::Earliest,
            };
            StartFrom::Positions(Resume {
                cluster_id: self.cluster_id.clone(),
                positions,
                others,
            })
        };
        let credit = self.request.credit.saturating_sub(self.outstanding);
        Subscribe {
            topic: self.topic.clone(),
            from,
            credit,
            ..self.request.clone()
        }
    }

    fn on_subscribed(&mut self, subscribed: Subscribed) -> Result<Event<'static>, ProtocolError> {
        if !matches!(self.stage, Stage::Asked | Stage::Reading) {
            return Err(ProtocolError::Unexpected("a subscription"));
        }
        self.stage = Stage::Reading;
        self.cluster_id.clone_from(&subscribed.cluster_id);
        for started in &subscribed.partitions {
            self.places
                .start(started)
                .map_err(|expected| ProtocolError::Gap {
                    partition: started.partition,
                    expected,
                    found: started.start,
                })?;
        }
        self.state = match subscribed.waiting.first() {
            Some(Waiting { partition, why }) if subscribed.partitions.is_empty() => {
                State::Waiting {
                    reason: format!("partition {partition}: {why}"),
                }
            }
            _ => State::CatchingUp,
        };
        self.note_progress();
        self.return_credit();
        Ok(Event::Subscribed(subscribed))
    }

    fn on_heartbeat(&mut self, heartbeat: Heartbeat) -> Event<'static> {
        if self.stage == Stage::Reading {
            self.backoff.reset();
            self.places.heard(&heartbeat.partitions);
            self.state = match &heartbeat.problem {
                Some(problem) => State::Waiting {
                    reason: problem.clone(),
                },
                None => State::CatchingUp,
            };
            self.note_progress();
        }
        Event::Heartbeat(heartbeat)
    }

    /// Catching up ends where all is read that was there one heartbeat ago.
    fn note_progress(&mut self) {
        if self.state == State::CatchingUp && self.places.are_live() {
            self.state = State::Live;
        }
    }

    fn ended(&mut self, is_retryable: bool, reason: String, random: u32) -> Next {
        if is_retryable {
            let after_millis = self.backoff.next_millis(random);
            return self.retry_after(after_millis, reason);
        }
        self.state = State::Refused {
            reason: reason.clone(),
        };
        Next::Final { reason }
    }

    fn retry_after(&mut self, after_millis: u32, reason: String) -> Next {
        self.state = State::Reconnecting {
            after_millis,
            reason: reason.clone(),
        };
        Next::Retry {
            after_millis,
            reason,
        }
    }

    fn send(&mut self, message: &ToRelay) {
        self.outbox.push(message.encode());
    }
}

fn close_words(code: Option<u16>, reason: &str) -> String {
    match (code, reason) {
        (None | Some(1005 | 1006), "") => "the connection to the relay broke".into(),
        (None, reason) => reason.into(),
        (Some(close::GOING_AWAY | close::SERVICE_RESTART), _) => {
            "the relay is being restarted".into()
        }
        (Some(code), "") => format!("the relay closed the connection (code {code})"),
        (Some(code), reason) => format!("the relay closed the connection: {reason} (code {code})"),
    }
}
