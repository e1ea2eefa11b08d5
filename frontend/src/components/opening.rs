//! The way to the opener: it is started by the first file, and again after it has failed. What it is
//! to do waits until it listens.

use super::store::Link;
use crate::platform::{Chosen, WorkerPort};
use crate::port::{FromOpener, ToOpener, ToWorker};
use crate::state::Action;

/// The opener, as far as it is there.
#[derive(Default)]
pub(super) struct Opening {
    worker: Option<WorkerPort<ToOpener, FromOpener>>,
    /// Whether it listens.
    ready: bool,
    /// What was asked for before it did: one for each thing that a person did meanwhile.
    waiting: Vec<ToOpener>,
}

/// What waits for the opener at most.
const MOST_WAITING: usize = 8;

impl Link {
    /// Reads files that a person chose, and opens them.
    pub(crate) fn open(&self, chosen: Chosen) {
        let link = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match chosen.read().await {
                Ok(files) => {
                    let config = Box::new(link.snapshot().config.as_ref().clone());
                    link.ask_opener(ToOpener::Open(files, config));
                }
                Err(reason) => link.dispatch(Action::Notice(reason)),
            }
        });
    }

    /// Begins a run with the model that was found.
    pub(crate) fn begin_found(&self, from_start: bool) {
        let config = Box::new(self.snapshot().config.as_ref().clone());
        self.ask_opener(ToOpener::Begin { config, from_start });
        self.dispatch(Action::FoundAnswered);
    }

    /// Leaves the run as it is.
    pub(crate) fn put_away_found(&self) {
        self.ask_opener(ToOpener::PutAway);
        self.dispatch(Action::FoundAnswered);
    }

    pub(crate) fn stop_replay(&self) {
        self.ask_opener(ToOpener::StopReplay);
    }

    fn ask_opener(&self, message: ToOpener) {
        let mut opening = self.opening().borrow_mut();
        if opening.worker.is_none() {
            let link = self.clone();
            match WorkerPort::start(move |message| link.hear_opener(message)) {
                Ok(worker) => opening.worker = Some(worker),
                Err(reason) => {
                    drop(opening);
                    return self.hear_opener(FromOpener::Failed(reason));
                }
            }
        }
        if !opening.ready {
            opening.waiting.truncate(MOST_WAITING - 1);
            opening.waiting.push(message);
            return;
        }
        let sent = opening.worker.as_ref().map(|worker| worker.send(&message));
        drop(opening);
        if let Some(Err(reason)) = sent {
            self.hear_opener(FromOpener::Failed(reason));
        }
    }

    fn hear_opener(&self, message: FromOpener) {
        match message {
            FromOpener::Ready => {
                let waiting = {
                    let mut opening = self.opening().borrow_mut();
                    opening.ready = true;
                    std::mem::take(&mut opening.waiting)
                };
                for message in waiting {
                    self.ask_opener(message);
                }
            }
            FromOpener::Found(found) => self.dispatch(Action::Found(found)),
            FromOpener::Begun(run) => {
                let number = self.snapshot().run.wrapping_add(1);
                self.send(&ToWorker::BeginWith(number, run));
            }
            FromOpener::Replay(told) => self.dispatch(Action::Replay(told)),
            FromOpener::Refused(reason) => self.dispatch(Action::Notice(reason)),
            FromOpener::Failed(reason) => {
                *self.opening().borrow_mut() = Opening::default();
                self.dispatch(Action::OpenerEnded);
                let words = format!(
                    "The file could not be opened: {}. The run is as it was.",
                    reason.trim_end_matches('.')
                );
                self.dispatch(Action::Notice(words));
            }
        }
    }
}
