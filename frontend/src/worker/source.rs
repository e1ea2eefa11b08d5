//! Where records come from, behind one question: is there a next one?

use shared::record::Record;

use super::relay::Relay;
use super::run::Run;
use super::simulated::Simulated;
use crate::port::SourceConfig;

/// The source of a run.
pub(super) enum Source {
    Simulated(Box<Simulated>),
    Relay(Box<Relay>),
}

impl Source {
    /// The next record; `None` while none is there.
    pub(super) fn next(&mut self) -> Option<Record<'_>> {
        match self {
            Self::Simulated(simulated) => Some(simulated.next()),
            Self::Relay(relay) => relay.next(),
        }
    }

    /// What comes behind the batches that a run has learned from.
    pub(super) fn of(run: &Run) -> Self {
        match run.source() {
            SourceConfig::Simulated { .. } => {
                let (next, seeds) = run.simulated_place();
                Self::Simulated(Box::new(Simulated::going_on(next, seeds)))
            }
            SourceConfig::Relay { url, topic, from } => {
                let (url, topic) = (url.clone(), topic.clone());
                let relay = match run.resume() {
                    Some(resume) => Relay::going_on(url, topic, resume, run.start().to_vec()),
                    None => Relay::new(url, topic, *from),
                };
                Self::Relay(Box::new(relay))
            }
        }
    }

    /// What was taken so far has been learned from: room for more can be given back.
    pub(super) fn learned(&mut self) {
        if let Self::Relay(relay) = self {
            relay.learned();
        }
    }

    /// Records that were written but not yet taken; `None` for a source without an end.
    pub(super) fn lag(&self) -> Option<u64> {
        match self {
            Self::Simulated(_) => None,
            Self::Relay(relay) => relay.lag(),
        }
    }
}
