//! The run as the page knows it: what was configured, what the worker reported, and what went
//! wrong. `apply` is the only way it changes.

use std::rc::Rc;

use shared::learner::{Explained, Report};

use super::format::{bytes, count};
use crate::bounded::Thinned;
use crate::port::{
    Arrival, BadSummary, Counters, GoneOn, KeptRun, LogSummary, MAX_POINTS, Mark, Point, Progress,
    Rate, RawSummary, RunConfig, SourceState,
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
    /// A run that was kept and can be gone on with, until a person has answered.
    pub(crate) kept: Option<Rc<KeptRun>>,
    pub(crate) notices: Rc<Vec<Notice>>,
    pub(crate) crash: Option<Crash>,
}

/// What can happen to it.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The worker listens.
    Ready,
    /// A new run was configured; nothing of the last one holds any more.
    Begin(u32, Box<RunConfig>),
    /// A run was kept that can be gone on with.
    Kept(KeptRun),
    /// Whether to go on with it was answered, and with yes.
    Answered(bool),
    /// It is open now.
    GoneOn(Box<GoneOn>),
    /// Whether the run was set going or stopped.
    Running(bool),
    /// A step was asked for.
    Stepped,
    /// The rate was changed.
    Rate(Rate),
    /// The trigger was changed.
    Trigger(shared::batch::Trigger),
    /// The topics that the relay hands out, and the one that is read.
    Topics(u32, Vec<String>, String),
    /// Whether the raw records of the coming batches are to be kept.
    KeepRaw(bool),
    /// The simulated stream goes on with another seed.
    Seed(u64),
    /// The source's state, and when the page heard of it.
    Source(u32, SourceState, f64),
    /// A progress report.
    Progress(Box<Progress>),
    /// Something to tell.
    Notice(String),
    /// All notices were read.
    DismissNotices,
    /// The worker stopped working.
    Crashed(String),
    /// Another worker was started.
    Restarted,
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
            kept: None,
            notices: Rc::new(notices.into_iter().map(Notice).collect()),
            crash: None,
        }
    }

    /// Whether a batch was learned from.
    pub(crate) fn has_learned(&self) -> bool {
        self.counters.batches > 0
    }

    /// Whether a model exists that can be saved.
    pub(crate) fn has_model(&self) -> bool {
        self.counters.models > 0
    }

    /// The newest point of the chart.
    pub(crate) fn newest(&self) -> Option<&Rc<Point>> {
        self.history.items().last()
    }

    /// Changes the state by one action.
    pub(crate) fn apply(&mut self, action: Action) {
        match action {
            Action::Ready => self.ready = true,
            Action::Begin(run, config) => self.begin(run, *config),
            Action::Kept(kept) => self.kept = Some(Rc::new(kept)),
            Action::Answered(goes_on) => {
                self.kept = None;
                self.begun |= goes_on;
            }
            Action::GoneOn(gone_on) => self.gone_on(*gone_on),
            Action::Running(running) => {
                self.commands = self.commands.wrapping_add(1);
                self.running = running;
                self.begun |= running;
            }
            Action::Stepped => {
                self.commands = self.commands.wrapping_add(1);
                self.running = false;
                self.begun = true;
            }
            Action::Rate(rate) => Rc::make_mut(&mut self.config).rate = rate,
            Action::Trigger(trigger) => Rc::make_mut(&mut self.config).settings.trigger = trigger,
            Action::Topics(run, topics, topic) if run == self.run => {
                self.topics = Rc::new(topics);
                self.topic = Some(topic);
            }
            Action::Topics(..) => {}
            Action::KeepRaw(keep) => self.raw.keeping = keep,
            Action::Seed(seed) => {
                Rc::make_mut(&mut self.config).source =
                    crate::port::SourceConfig::Simulated { seed };
            }
            Action::Source(run, source, now) => self.source_told(run, source, now),
            Action::Progress(progress) => self.progress(*progress),
            Action::Notice(text) => Rc::make_mut(&mut self.notices).push(Notice(text)),
            Action::DismissNotices => self.notices = Rc::default(),
            Action::Crashed(reason) => self.crashed(reason),
            Action::Restarted => self.crash = None,
        }
    }

    fn begin(&mut self, run: u32, config: RunConfig) {
        let fresh = Self::new(config, Vec::new());
        let (ready, notices) = (self.ready, Rc::clone(&self.notices));
        *self = Self {
            ready,
            run,
            notices,
            kept: self.kept.take(),
            raw: RawSummary {
                keeping: self.raw.keeping,
                ..RawSummary::default()
            },
            ..fresh
        };
    }

    fn gone_on(
        &mut self,
        GoneOn {
            run,
            config,
            history,
        }: GoneOn,
    ) {
        self.begin(run, config);
        self.begun = true;
        self.history = Rc::new(history.map(Rc::new));
    }

    fn source_told(&mut self, run: u32, source: SourceState, now: f64) {
        if run != self.run {
            return;
        }
        let works = |state: &SourceState| {
            !matches!(
                state,
                SourceState::Reconnecting { .. }
                    | SourceState::Connecting
                    | SourceState::Waiting(_)
            )
        };
        if works(&self.source) != works(&source) || self.source_since_millis == 0.0 {
            self.source_since_millis = now;
        }
        if matches!(source, SourceState::Refused(_)) {
            self.running = false;
        }
        self.source = source;
        self.source_told_millis = now;
    }

    fn progress(&mut self, progress: Progress) {
        if progress.run != self.run {
            return;
        }
        if !progress.points.is_empty() {
            let history = Rc::make_mut(&mut self.history);
            progress
                .points
                .into_iter()
                .for_each(|point| history.push(Rc::new(point)));
        }
        if let Some(report) = progress.report {
            self.report = Some(Rc::new(report));
        }
        if let Some(explained) = progress.explained {
            self.explained = Some(Rc::new(explained));
        }
        self.counters = progress.counters;
        self.log = progress.log;
        self.waiting = progress.waiting;
        self.arrival = progress.arrival.map(Rc::new);
        if progress.commands == self.commands {
            self.running = progress.running;
        }
        if *self.bad != progress.bad {
            self.bad = Rc::new(progress.bad);
        }
        if *self.marks != progress.marks {
            self.marks = Rc::new(progress.marks);
        }
        if self.raw.let_go == 0 && progress.raw.let_go > 0 {
            let words = format!(
                "There is room for {} of raw records, in {} batches at most: the oldest are let go of from now on.",
                bytes(RawSummary::MOST_BYTES as u64),
                count(RawSummary::MOST_BATCHES as u64)
            );
            Rc::make_mut(&mut self.notices).push(Notice(words));
        }
        // A report that was sent before the last choice does not undo it.
        self.raw = RawSummary {
            keeping: self.raw.keeping,
            ..progress.raw
        };
    }

    fn crashed(&mut self, reason: String) {
        // The first message says what happened; what follows from it would only hide it.
        if self.crash.is_none() {
            self.crash = Some(Crash { reason });
        }
        self.ready = false;
        self.running = false;
    }
}

#[cfg(test)]
mod tests {
    use shared::evaluate::Tally;

    use super::*;

    fn state() -> RunState {
        RunState::new(RunConfig::default(), Vec::new())
    }

    fn point(batch: u64) -> Point {
        let tally = Tally {
            correct: 80,
            total: 100,
        };
        Point {
            batch,
            tested: tally,
            same_batch: tally,
            window: tally,
            same_window: tally,
            cumulative: tally,
            majority: tally,
            weights: vec![0.0; 14],
        }
    }

    fn progress(run: u32, batches: std::ops::RangeInclusive<u64>) -> Action {
        let counters = Counters {
            batches: *batches.end(),
            ..Counters::default()
        };
        Action::Progress(Box::new(Progress {
            run,
            points: batches.map(point).collect(),
            report: None,
            explained: None,
            counters,
            waiting: 0,
            arrival: None,
            running: true,
            commands: 0,
            bad: BadSummary::default(),
            marks: Vec::new(),
            raw: RawSummary::default(),
            log: LogSummary::default(),
        }))
    }

    fn reconnecting() -> SourceState {
        let reason = "connection refused".into();
        SourceState::Reconnecting {
            attempt: 1,
            after_millis: 500,
            reason,
            next_offset: Some(7),
        }
    }

    #[test]
    fn every_batch_is_a_point_even_when_reports_are_merged() {
        let mut state = state();
        state.apply(progress(1, 1..=1));
        state.apply(progress(1, 2..=40));
        assert_eq!(state.history.items().len(), 40);
        assert_eq!(state.newest().map(|point| point.batch), Some(40));
        assert!(state.running && state.has_learned());
    }

    #[test]
    fn points_are_bounded_and_the_count_stays_true() {
        let mut state = state();
        state.apply(progress(1, 1..=10_000));
        assert!(state.history.items().len() <= MAX_POINTS);
        assert_eq!(state.history.seen(), 10_000);
        assert_eq!(state.counters.batches, 10_000);
    }

    #[test]
    fn a_report_of_the_run_before_is_dropped() {
        let mut state = state();
        state.apply(Action::Begin(2, Box::default()));
        state.apply(progress(1, 1..=3));
        assert!(state.history.items().is_empty());
        assert!(!state.running);
    }

    #[test]
    fn a_new_run_forgets_the_last_one_and_keeps_what_is_to_be_told() {
        let mut state = state();
        state.apply(Action::Ready);
        state.apply(Action::Notice("told".into()));
        state.apply(Action::Running(true));
        state.apply(progress(1, 1..=3));
        state.apply(Action::Begin(2, Box::default()));
        assert!(state.ready && !state.begun && !state.running && !state.has_learned());
        assert_eq!(*state.notices, [Notice("told".into())]);
    }

    #[test]
    fn a_report_sent_before_a_command_does_not_undo_it() {
        let mut state = state();
        state.apply(Action::Running(true));
        state.apply(Action::Running(false));
        state.apply(progress(1, 1..=3));
        assert!(!state.running && state.history.items().len() == 3);
    }

    #[test]
    fn an_outage_counts_from_its_first_failure() {
        let mut state = state();
        state.apply(Action::Source(1, SourceState::Live, 1_000.0));
        state.apply(Action::Source(1, reconnecting(), 5_000.0));
        state.apply(Action::Source(1, SourceState::Connecting, 6_000.0));
        state.apply(Action::Source(1, reconnecting(), 7_000.0));
        assert_eq!(state.source_since_millis, 5_000.0);
        assert_eq!(state.source_told_millis, 7_000.0);
        state.apply(Action::Source(1, SourceState::Live, 9_000.0));
        assert_eq!(state.source_since_millis, 9_000.0);
    }

    #[test]
    fn a_refusal_stops_the_run() {
        let mut state = state();
        state.apply(Action::Running(true));
        state.apply(Action::Source(
            1,
            SourceState::Refused("no such topic".into()),
            1.0,
        ));
        assert!(!state.running && state.begun);
    }

    #[test]
    fn the_first_reason_of_a_crash_is_kept() {
        let mut state = state();
        state.apply(Action::Ready);
        state.apply(Action::Crashed("unreachable".into()));
        state.apply(Action::Crashed("what followed".into()));
        assert_eq!(
            state.crash,
            Some(Crash {
                reason: "unreachable".into()
            })
        );
        assert!(!state.ready);
    }

    #[test]
    fn it_is_told_once_that_raw_records_are_let_go_of() {
        let mut state = state();
        for let_go in [0, 1, 2] {
            let Action::Progress(mut progress) = progress(1, 1..=1) else {
                unreachable!()
            };
            progress.raw.let_go = let_go;
            state.apply(Action::Progress(progress));
        }
        assert_eq!(state.notices.len(), 1);
        assert!(state.notices[0].0.contains("32 MB"), "{:?}", state.notices);
    }

    #[test]
    fn keeping_raw_records_was_asked_for_the_runs_to_come_too() {
        let mut state = state();
        state.apply(Action::KeepRaw(true));
        state.apply(Action::Begin(2, Box::default()));
        assert!(state.raw.keeping);
        state.apply(progress(2, 1..=1));
        assert!(state.raw.keeping, "a report sent before does not undo it");
    }
}
