//! What can happen to the run, and how each changes what the page knows of it.

use std::rc::Rc;

use super::{Crash, Notice, RunState};
use crate::port::{
    Found, GoneOn, KeptRun, Progress, Rate, RawSummary, ReplayTold, RunConfig, SourceState,
};
use crate::state::format::{bytes, count};

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
    /// A model was opened that can be begun with.
    Found(Box<Found>),
    /// Whether to begin with it was answered.
    FoundAnswered,
    /// How far a replay is.
    Replay(Box<ReplayTold>),
    /// It was read how a replay ended.
    ReplayRead,
    /// What opens files stopped working, and nothing of it is there any more.
    OpenerEnded,
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
            Action::Found(found) => self.found = Some(Rc::from(found)),
            Action::FoundAnswered => self.found = None,
            Action::Replay(told) => self.replay = Some(Rc::from(told)),
            Action::ReplayRead => self.replay = None,
            Action::OpenerEnded => {
                self.found = None;
                let goes_on = |replay: &Rc<ReplayTold>| replay.end.is_none();
                self.replay = self.replay.take().filter(|replay| !goes_on(replay));
            }
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
        if let Some(folder) = self.folder.take() {
            let words = format!(
                "Another run began: its batches are not saved into the folder {}, which holds the one before. The Save menu takes another folder.",
                folder.name
            );
            Rc::make_mut(&mut self.notices).push(Notice(words));
        }
        let fresh = Self::new(config, Vec::new());
        let (ready, notices) = (self.ready, Rc::clone(&self.notices));
        *self = Self {
            ready,
            run,
            notices,
            kept: self.kept.take(),
            found: self.found.take(),
            replay: self.replay.take(),
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
            weights,
        }: GoneOn,
    ) {
        self.begin(run, config);
        self.begun = true;
        self.history = Rc::new(history.map(Rc::new));
        self.start_weights = Rc::new(weights);
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
        self.folder = progress.folder.map(Rc::new);
        if *self.refused != progress.refused {
            self.refused = Rc::new(progress.refused);
        }
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
        // They went with the worker.
        self.found = None;
        if self
            .replay
            .as_ref()
            .is_some_and(|replay| replay.end.is_none())
        {
            self.replay = None;
        }
    }
}
