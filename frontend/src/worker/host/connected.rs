//! The connection of a run that reads through a relay: what happens on it, and what the page is told.

use super::{Host, with};
use crate::platform;
use crate::port::ToPage;
use crate::relay::{Connection, Heard, Wake};
use crate::worker::host::drive::{Drive, Pumping};
use crate::worker::run::Run;
use crate::worker::source::Source;

impl Host {
    /// The source of a run.
    pub(super) fn source_of(run: &Run) -> Source {
        Source::of(run, |wake| with(|host| host.on_wake(wake)))
    }

    fn connection(&mut self) -> Option<&mut Connection> {
        match &mut self.source {
            Some(Source::Relay(connection)) => Some(connection),
            _ => None,
        }
    }

    /// Connects, unless that is so already.
    pub(super) fn connect(&mut self) {
        if let Some(connection) = self.connection().filter(|connection| connection.is_idle()) {
            connection.connect();
            self.after_change();
        }
    }

    /// A person asks not to wait any longer.
    pub(super) fn retry_now(&mut self) {
        if let Some(connection) = self.connection() {
            connection.retry_now();
            self.after_change();
        }
    }

    fn on_wake(&mut self, wake: Wake) {
        let Some(connection) = self.connection() else {
            return;
        };
        match connection.on_wake(wake) {
            Heard::Records => return self.on_records(),
            Heard::Topics(topics, topic) => {
                platform::post(&ToPage::Topics(self.run_id, topics, topic));
            }
            Heard::Nothing => {}
        }
        self.after_change();
        self.flush();
    }

    fn on_records(&mut self) {
        if matches!(self.pumping, Pumping::No) {
            self.pump_soon();
        }
    }

    /// A frame that could not be read shows when its records are to be taken.
    pub(super) fn look_for_failure(&mut self) {
        if self.connection().is_some_and(Connection::look_for_failure) {
            self.after_change();
        }
    }

    /// Sends what the client has to say.
    pub(super) fn send_outgoing(&mut self) {
        self.connection()
            .into_iter()
            .for_each(Connection::send_outgoing);
    }

    /// Ends a connection on which nothing came for too long.
    pub(super) fn connection_beat(&mut self) {
        if self.connection().is_some_and(Connection::beat) {
            self.after_change();
        }
    }

    /// Tells the page how the connection is. One that has ended for good stops the run.
    fn after_change(&mut self) {
        let has_ended = self
            .connection()
            .is_some_and(|connection| connection.has_ended());
        if has_ended && self.drive != Drive::Stopped {
            self.stop();
        }
        self.tell_source();
    }
}
