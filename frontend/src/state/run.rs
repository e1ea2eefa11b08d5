//! The run as the page knows it: what was configured, what the worker reported, and what went
//! wrong. `apply` is the only way it changes.

mod action;

use std::rc::Rc;

use shared::learner::{Explained, Report};

pub(crate) use self::action::Action;
use crate::bounded::Thinned;
use crate::port::{
    Arrival, BadSummary, Counters, FolderTold, Found, KeptRun, LogSummary, MAX_POINTS, Mark, Point,
    RawSummary, ReplayTold, RunConfig, SaveKind, SourceState,
};

/// A sentence for the person at the page, until it is put away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice(pub(crate) String);

/// The worker stopped working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crash {
    pub(crate) reason: String,
}

/// What the page knows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunState {
    /// The worker has said that it listens.
    pub(crate) ready: bool,
    /// The number of the run, so that a late report of an earlier one is not taken for it.
    pub(crate) run: u32,
    pub(crate) config: Rc<RunConfig>,
    /// Whether the worker takes records by itself.
    pub(crate) running: bool,
    /// Commands to start, stop or step that were given in this run.
    pub(crate) commands: u32,
    /// Whether anything was asked of the stream yet.
    pub(crate) begun: bool,
    pub(crate) source: SourceState,
    /// The topics that the relay hands out, once it has said so.
    pub(crate) topics: Rc<Vec<String>>,
    /// The topic that is read, once the relay has said so.
    pub(crate) topic: Option<String>,
    /// When the source last changed between working and not working, on the page's clock.
    pub(crate) source_since_millis: f64,
    /// When the source's present state was reported, on the page's clock.
    pub(crate) source_told_millis: f64,
    pub(crate) history: Rc<Thinned<Rc<Point>>>,
    pub(crate) marks: Rc<Vec<Mark>>,
    pub(crate) report: Option<Rc<Report>>,
    /// One record followed through its update, with its batch counted from 1.
    pub(crate) explained: Option<Rc<(u64, Explained)>>,
    pub(crate) counters: Counters,
    pub(crate) waiting: u64,
    pub(crate) arrival: Option<Rc<Arrival>>,
    pub(crate) bad: Rc<BadSummary>,
    /// The raw records that are kept, and whether a person asked for it.
    pub(crate) raw: RawSummary,
    /// How far the run's log goes.
    pub(crate) log: LogSummary,
    /// Files that cannot hold the model, each with the reason.
    pub(crate) refused: Rc<Vec<(SaveKind, String)>>,
    /// The folder into which every batch is saved.
    pub(crate) folder: Option<Rc<FolderTold>>,
    /// A run that was kept and can be gone on with, until a person has answered.
    pub(crate) kept: Option<Rc<KeptRun>>,
    /// A model that was opened, until a person has answered whether to begin with it.
    pub(crate) found: Option<Rc<Found>>,
    /// The replay that was asked for last, until it is put away.
    pub(crate) replay: Option<Rc<ReplayTold>>,
    /// The weights that the run began with, the intercept last; none if all were zero.
    pub(crate) start_weights: Rc<Vec<f64>>,
    pub(crate) notices: Rc<Vec<Notice>>,
    pub(crate) crash: Option<Crash>,
}

impl RunState {
    /// A page that waits for its worker.
    pub(crate) fn new(config: RunConfig, notices: Vec<String>) -> Self {
        Self {
            ready: false,
            run: 1,
            config: Rc::new(config),
            running: false,
            commands: 0,
            begun: false,
            source: SourceState::Idle,
            topics: Rc::default(),
            topic: None,
            source_since_millis: 0.0,
            source_told_millis: 0.0,
            history: Rc::new(Thinned::new(MAX_POINTS)),
            marks: Rc::default(),
            report: None,
            explained: None,
            counters: Counters::default(),
            waiting: 0,
            arrival: None,
            bad: Rc::default(),
            raw: RawSummary::default(),
            log: LogSummary::default(),
            refused: Rc::default(),
            folder: None,
            kept: None,
            found: None,
            replay: None,
            start_weights: Rc::default(),
            notices: Rc::new(notices.into_iter().map(Notice).collect()),
            crash: None,
        }
    }

    /// Whether a batch was learned from in this run: it may have begun with a model that had learned
    /// from others.
    pub(crate) fn has_learned(&self) -> bool {
        self.counters.records > 0
    }

    /// Whether a model exists that can be saved.
    pub(crate) fn has_model(&self) -> bool {
        self.has_learned() && self.counters.models > 0
    }

    /// Whether something would end if another run began.
    pub(crate) fn has_records(&self) -> bool {
        self.has_learned() || self.waiting > 0
    }

    /// The newest point of the chart.
    pub(crate) fn newest(&self) -> Option<&Rc<Point>> {
        self.history.items().last()
    }
}

#[cfg(test)]
mod tests;
