//! The host's connection to the relay: opens sockets, hands what comes to the relay's client, and
//! does what it says afterwards.

use gloo::timers::callback::Timeout;
use shared::wire::SUBPROTOCOL;
use shared::wire::client::{Next, ProtocolError};

use super::host::{Host, with};
use super::relay::Heard;
use crate::platform::{self, Socket, SocketEvent, now_millis, random_u32};
use crate::port::ToPage;

/// The socket of a run, if it has one.
#[derive(Default)]
pub(super) struct Connection {
    stage: Stage,
    /// When something came last.
    heard_millis: f64,
}

#[derive(Default)]
enum Stage {
    /// Nothing was begun.
    #[default]
    Idle,
    /// A socket is being opened.
    Opening(Socket),
    Open(Socket),
    /// It ended; the next attempt follows.
    Waiting(#[expect(dead_code, reason = "dropping it cancels the attempt")] Timeout),
    /// It ended for good.
    Ended,
}

impl Connection {
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle | Stage::Ended)
    }
}

impl Host {
    /// Opens a connection to the relay of this run.
    pub(super) fn connect(&mut self) {
        let Some(relay) = self.relay() else { return };
        relay.on_connecting();
        let url = relay.url().to_owned();
        let opened = Socket::open(&url, SUBPROTOCOL, |event| {
            with(|host| host.on_socket(event));
        });
        match opened {
            Ok(socket) => {
                self.connection().stage = Stage::Opening(socket);
                self.connection().heard_millis = now_millis();
            }
            Err(reason) => self.unreachable(&reason),
        }
        self.tell_source();
    }

    /// A person asks not to wait any longer.
    pub(super) fn retry_now(&mut self) {
        if matches!(self.connection().stage, Stage::Waiting(_) | Stage::Ended) {
            self.connect();
        }
    }

    fn on_socket(&mut self, event: SocketEvent) {
        self.connection().heard_millis = now_millis();
        let handled = match event {
            SocketEvent::Open(protocol) => self.on_open(&protocol),
            SocketEvent::Text(text) => self.on_text(&text),
            SocketEvent::Binary(bytes) => {
                if let Some(relay) = self.relay() {
                    relay.on_frame(bytes);
                }
                self.on_records();
                return;
            }
            SocketEvent::Closed { code, reason } => {
                self.on_closed(code, &reason);
                Ok(())
            }
        };
        if let Err(error) = handled {
            self.protocol_failed(&error);
        }
        self.send_outgoing();
        self.tell_source();
        self.flush();
    }

    fn on_open(&mut self, protocol: &str) -> Result<(), ProtocolError> {
        let connection = self.connection();
        if let Stage::Opening(socket) = std::mem::take(&mut connection.stage) {
            connection.stage = Stage::Open(socket);
        }
        self.relay().map_or(Ok(()), |relay| relay.on_open(protocol))
    }

    fn on_text(&mut self, text: &str) -> Result<(), ProtocolError> {
        let Some(relay) = self.relay() else {
            return Ok(());
        };
        if let Heard::Topics(topics) = relay.on_text(text)? {
            let topic = relay
                .topic()
                .or(topics.first().map(String::as_str))
                .unwrap_or_default();
            let topic = topic.to_owned();
            platform::post(&ToPage::Topics(self.run_id(), topics, topic));
        }
        Ok(())
    }

    fn on_closed(&mut self, code: u16, reason: &str) {
        let was_open = matches!(self.connection().stage, Stage::Open(_));
        let Some(relay) = self.relay() else { return };
        if was_open {
            let next = relay.on_close(code, reason, random_u32());
            self.then(&next);
        } else {
            let url = relay.url().to_owned();
            self.unreachable(&format!(
                "no relay answered at {url}: is it running, is the address right, has it room, and does it allow pages from here?"
            ));
        }
    }

    fn unreachable(&mut self, reason: &str) {
        let next = self
            .relay()
            .map(|relay| relay.on_unreachable(reason, random_u32()));
        if let Some(next) = next {
            self.then(&next);
        }
    }

    fn protocol_failed(&mut self, error: &ProtocolError) {
        let next = self
            .relay()
            .map(|relay| relay.on_protocol_error(error, random_u32()));
        if let Some(next) = next {
            self.then(&next);
        }
    }

    /// A frame that could not be read shows when its records are to be taken.
    pub(super) fn look_for_failure(&mut self) {
        if let Some(error) = self.relay().and_then(super::relay::Relay::take_failure) {
            self.protocol_failed(&error);
        }
    }

    /// The connection has ended: tries again after a while, or not at all.
    fn then(&mut self, next: &Next) {
        self.connection().stage = match *next {
            Next::Retry { after_millis, .. } => {
                Stage::Waiting(Timeout::new(after_millis, || with(Host::connect)))
            }
            Next::Final { .. } => Stage::Ended,
        };
        if matches!(self.connection().stage, Stage::Ended) {
            self.on_final();
        }
        self.touch();
        self.tell_source();
    }

    /// Sends what the client has to say.
    pub(super) fn send_outgoing(&mut self) {
        while let Some(text) = self.relay().and_then(super::relay::Relay::next_outgoing) {
            if let Stage::Open(socket) = &self.connection().stage {
                socket.send(&text);
            }
        }
    }

    /// Ends a connection on which nothing came for too long.
    pub(super) fn connection_beat(&mut self) {
        if !matches!(self.connection().stage, Stage::Open(_) | Stage::Opening(_)) {
            return;
        }
        let silent = now_millis() - self.connection().heard_millis;
        let Some(relay) = self.relay() else { return };
        if silent > f64::from(relay.silence_limit_millis()) {
            let next = relay.on_silence(random_u32());
            self.then(&next);
        }
    }
}
