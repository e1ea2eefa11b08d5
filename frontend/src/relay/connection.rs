//! A connection to a relay: opens sockets, hands what comes to the reader, and does what it says
//! afterwards. Its owner is woken by whatever happens, and hands that back here.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use shared::wire::SUBPROTOCOL;
use shared::wire::client::{Next, ProtocolError};

use super::reader::Reader;
use crate::platform::{Socket, SocketEvent, now_millis, random_u32};

/// A relay that is read from.
pub(crate) struct Connection {
    reader: Reader,
    stage: Stage,
    /// When something came last.
    heard_millis: f64,
    wake: Rc<dyn Fn(Wake)>,
}

enum Stage {
    /// Nothing was begun.
    Idle,
    /// A socket is being opened.
    Opening(Socket),
    Open(Socket),
    /// It ended; the next attempt follows.
    Waiting(#[expect(dead_code, reason = "dropping it cancels the attempt")] Timeout),
    /// It ended for good.
    Ended,
}

/// Something happened: the owner hands it to [`Connection::on_wake`].
pub(crate) enum Wake {
    Socket(SocketEvent),
    /// It is time for the next attempt.
    Retry,
}

/// What the owner has to do or tell after something happened.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    /// Nothing but what [`Reader::state`] says.
    Nothing,
    /// Records arrived.
    Records,
    /// The relay has named its topics; the second is the one that is read.
    Topics(Vec<String>, String),
}

impl Connection {
    /// A connection that is not begun. `wake` is called for whatever happens, never from within a
    /// call of this.
    pub(crate) fn new(reader: Reader, wake: impl Fn(Wake) + 'static) -> Self {
        Self {
            reader,
            stage: Stage::Idle,
            heard_millis: 0.0,
            wake: Rc::new(wake),
        }
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(crate) fn reader_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }

    /// Nothing comes, and nothing will by itself.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle | Stage::Ended)
    }

    /// The relay refused for good: nothing more will come by itself.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended)
    }

    /// Opens a socket to the relay.
    pub(crate) fn connect(&mut self) {
        self.reader.on_connecting();
        let wake = Rc::clone(&self.wake);
        let opened = Socket::open(self.reader.url(), SUBPROTOCOL, move |event| {
            wake(Wake::Socket(event));
        });
        match opened {
            Ok(socket) => {
                self.stage = Stage::Opening(socket);
                self.heard_millis = now_millis();
            }
            Err(reason) => self.unreachable(&reason),
        }
    }

    /// A person asks not to wait any longer.
    pub(crate) fn retry_now(&mut self) {
        if matches!(self.stage, Stage::Waiting(_) | Stage::Ended) {
            self.connect();
        }
    }

    /// Does what follows from what happened.
    pub(crate) fn on_wake(&mut self, wake: Wake) -> Heard {
        let Wake::Socket(event) = wake else {
            self.connect();
            return Heard::Nothing;
        };
        self.heard_millis = now_millis();
        let heard = match event {
            SocketEvent::Open(protocol) => self.on_open(&protocol),
            SocketEvent::Text(text) => self.reader.on_text(&text),
            SocketEvent::Binary(bytes) => {
                self.reader.on_frame(bytes);
                return Heard::Records;
            }
            SocketEvent::Closed { code, reason } => {
                self.on_closed(code, &reason);
                Ok(Heard::Nothing)
            }
        };
        let heard = heard.unwrap_or_else(|error| {
            self.protocol_failed(&error);
            Heard::Nothing
        });
        self.send_outgoing();
        heard
    }

    fn on_open(&mut self, protocol: &str) -> Result<Heard, ProtocolError> {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Opening(socket) => Stage::Open(socket),
            other => other,
        };
        self.reader.on_open(protocol).map(|()| Heard::Nothing)
    }

    fn on_closed(&mut self, code: u16, reason: &str) {
        if matches!(self.stage, Stage::Open(_)) {
            let next = self.reader.on_close(code, reason, random_u32());
            return self.then(&next);
        }
        let url = self.reader.url();
        let reason = format!(
            "no relay answered at {url}: is it running, is the address right, has it room, and does it allow pages from here?"
        );
        self.unreachable(&reason);
    }

    fn unreachable(&mut self, reason: &str) {
        let next = self.reader.on_unreachable(reason, random_u32());
        self.then(&next);
    }

    fn protocol_failed(&mut self, error: &ProtocolError) {
        let next = self.reader.on_protocol_error(error, random_u32());
        self.then(&next);
    }

    /// A frame that could not be read shows when its records are to be taken. Whether there was one.
    pub(crate) fn look_for_failure(&mut self) -> bool {
        let failure = self.reader.take_failure();
        if let Some(error) = &failure {
            self.protocol_failed(error);
        }
        failure.is_some()
    }

    /// The connection has ended: tries again after a while, or not at all.
    fn then(&mut self, next: &Next) {
        self.stage = match *next {
            Next::Retry { after_millis, .. } => {
                let wake = Rc::clone(&self.wake);
                Stage::Waiting(Timeout::new(after_millis, move || wake(Wake::Retry)))
            }
            Next::Final { .. } => Stage::Ended,
        };
    }

    /// Sends what the client has to say.
    pub(crate) fn send_outgoing(&mut self) {
        while let Some(text) = self.reader.next_outgoing() {
            if let Stage::Open(socket) = &self.stage {
                socket.send(&text);
            }
        }
    }

    /// Ends a connection on which nothing came for too long. Whether it was one.
    pub(crate) fn beat(&mut self) -> bool {
        let is_there = matches!(self.stage, Stage::Open(_) | Stage::Opening(_));
        let silent = now_millis() - self.heard_millis;
        let is_dead = is_there && silent > f64::from(self.reader.silence_limit_millis());
        if is_dead {
            let next = self.reader.on_silence(random_u32());
            self.then(&next);
        }
        is_dead
    }
}
