//! Where records come from, behind one question: is there a next one?

use shared::record::Record;

use super::run::Run;
use super::simulated::Simulated;
use crate::port::SourceConfig;
use crate::relay::{Connection, Reader, Wake};

/// The source of a run.
pub(super) enum Source {
    Simulated(Box<Simulated>),
    Relay(Box<Connection>),
}

impl Source {
    /// The next record; `None` while none is there.
    pub(super) fn next(&mut self) -> Option<Record<'_>> {
        match self {
            Self::Simulated(simulated) => Some(simulated.next()),
            Self::Relay(relay) => relay.reader_mut().next(),
        }
    }

    /// What comes behind the batches that a run has learned from. `wake` is called for what happens
    /// on a connection.
    pub(super) fn of(run: &Run, wake: impl Fn(Wake) + 'static) -> Self {
        match run.source() {
            SourceConfig::Simulated { .. } => {
                let (next, seeds) = run.simulated_place();
                Self::Simulated(Box::new(Simulated::going_on(next, seeds)))
            }
            SourceConfig::Relay { url, topic, from } => {
                let (url, topic) = (url.clone(), topic.clone());
                let reader = match run.resume() {
                    Some(resume) => Reader::going_on(url, topic, resume, run.start().to_vec()),
                    None => Reader::new(url, topic, *from),
                };
                Self::Relay(Box::new(Connection::new(reader, wake)))
            }
        }
    }

    /// What was taken so far has been learned from: room for more can be given back.
    pub(super) fn learned(&mut self) {
        if let Self::Relay(relay) = self {
            relay.reader_mut().learned();
        }
    }

    /// Records that were written but not yet taken; `None` for a source without an end.
    pub(super) fn lag(&self) -> Option<u64> {
        match self {
            Self::Simulated(_) => None,
            Self::Relay(relay) => relay.reader().lag(),
        }
    }
}
