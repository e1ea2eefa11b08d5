//! Drives a run in the worker's thread: the page's commands, the timers and the socket come in
//! here, and reports go out. Work is done in slices of a few milliseconds, between which commands
//! and frames get their turn.

mod connected;
mod drive;
mod folder;
mod keep;
mod open;
mod saves;

use std::cell::RefCell;

use gloo::timers::callback::Interval;
use shared::batch::Trigger;

use self::drive::{Drive, Pumping};
use self::folder::Folder;
use self::keep::Keeping;
use super::meter::Meter;
use super::pace::Pace;
use super::run::{Everything, Run};
use super::source::Source;
use crate::platform::{self, Immediate, now_millis};
use crate::port::{Counters, Rate, RunConfig, SourceState, ToPage, ToWorker};

/// Time between two looks at rate, lag and silence.
const BEAT_MILLIS: u32 = 500;

thread_local! {
    static HOST: RefCell<Host> = RefCell::new(Host::new());
}

/// Everything of the worker.
pub(super) struct Host {
    run_id: u32,
    run: Option<Run>,
    source: Option<Source>,
    drive: Drive,
    /// Commands to start, stop or step that were followed in this run.
    commands: u32,
    pace: Pace,
    rate: Rate,
    meter: Meter,
    told: Option<SourceState>,
    immediate: Option<Immediate>,
    /// A call of `pump` is on its way.
    pumping: Pumping,
    /// Cuts batches where the trigger is a time; runs only while the run does.
    clock: Option<Interval>,
    /// The learner refused a batch: this run cannot go on.
    broken: Option<String>,
    keep_raw: bool,
    /// The archives that were asked for so far, and the last one while its chart is being drawn.
    archives: u32,
    archive: Option<Everything>,
    last_counters: Counters,
    keeping: Keeping,
    /// The folder into which every batch is saved; it ends with the run.
    folder: Option<Folder>,
    /// Folders that were chosen or let go of so far.
    folders: u32,
}

/// Starts to listen and says so.
pub(super) fn start() {
    platform::on_panic(ToPage::Failed);
    platform::on_message(|message| match message {
        Ok(message) => with(|host| host.command(message)),
        Err(error) => platform::post(&ToPage::Failed(error.to_string())),
    });
    platform::on_directory(|directory| with(|host| host.save_into(directory)));
    with(|host| host.immediate = Immediate::new(|| with(Host::pump)));
    Interval::new(BEAT_MILLIS, || with(Host::beat)).forget();
    platform::post(&ToPage::Ready);
    Host::look_for_kept();
}

/// Runs something on the worker's one value.
pub(super) fn with<R>(work: impl FnOnce(&mut Host) -> R) -> R {
    HOST.with_borrow_mut(work)
}

impl Host {
    fn new() -> Self {
        Self {
            run_id: 0,
            run: None,
            source: None,
            drive: Drive::Stopped,
            commands: 0,
            pace: Pace::new(Rate::Unlimited),
            rate: Rate::Unlimited,
            meter: Meter::default(),
            told: None,
            immediate: None,
            pumping: Pumping::No,
            clock: None,
            broken: None,
            keep_raw: false,
            archives: 0,
            archive: None,
            last_counters: Counters::default(),
            keeping: Keeping::default(),
            folder: None,
            folders: 0,
        }
    }

    fn command(&mut self, message: ToWorker) {
        match message {
            ToWorker::Configure(run, config) => self.configure(run, &config),
            ToWorker::GoOn(run, id) => self.go_on(run, id),
            ToWorker::Forget(id) => Self::forget(id),
            ToWorker::BeginWith(number, run) => self.begin_with(number, &run),
            ToWorker::Start => self.go(Drive::Running),
            ToWorker::Pause => {
                self.commands = self.commands.wrapping_add(1);
                self.stop();
            }
            ToWorker::StepRecord => self.go(Drive::Records(self.steps_left() + 1)),
            ToWorker::StepBatch => self.go(Drive::Batch),
            ToWorker::SetRate(rate) => {
                self.rate = rate;
                self.pace.set_rate(rate);
                self.pump_soon();
            }
            ToWorker::SetTrigger(trigger) => self.set_trigger(trigger),
            ToWorker::ResetModel => {
                self.run.iter_mut().for_each(Run::reset_model);
                self.changed();
                self.keep_now();
                self.flush();
            }
            ToWorker::NewData(seed) => self.new_data(seed),
            ToWorker::RetryNow => self.retry_now(),
            ToWorker::Save(kind) => self.save(kind),
            ToWorker::SaveChartPng => self.save_chart_png(),
            ToWorker::SaveEverything => self.save_everything(),
            ToWorker::StopSaving => self.stop_saving(),
            ToWorker::Drawn(archive, png) => self.drawn(archive, png),
            ToWorker::KeepRaw(keep) => {
                self.keep_raw = keep;
                self.run.iter_mut().for_each(|run| run.keep_raw(keep));
                self.flush();
            }
            ToWorker::Acknowledge => {
                self.run.iter_mut().for_each(Run::acknowledged);
                self.flush();
            }
        }
    }

    /// Begins a run. The one before ends here, with its connection.
    fn configure(&mut self, run: u32, config: &RunConfig) {
        self.keep_now();
        *self = self.followed_by(run);
        match Run::new(&config.settings, config.source.clone()) {
            Ok(mut run) => {
                run.keep_raw(self.keep_raw);
                self.run = Some(run);
            }
            Err(error) => return Self::refuse(error.to_string()),
        }
        self.rate = config.rate;
        self.pace = Pace::new(config.rate);
        self.source = self.run.as_ref().map(Self::source_of);
        self.tell_source();
    }

    /// The worker with no run, for the run of this number.
    fn followed_by(&mut self, run: u32) -> Self {
        Self {
            immediate: self.immediate.take(),
            run_id: run,
            keep_raw: self.keep_raw,
            archives: self.archives,
            folders: self.folders.wrapping_add(1),
            ..Self::new()
        }
    }

    fn set_trigger(&mut self, trigger: Trigger) {
        let Some(run) = &mut self.run else { return };
        if let Err(error) = run.set_trigger(trigger) {
            return Self::refuse(error.to_string());
        }
        let learned = run.learn_if_complete();
        self.cut_short(learned);
        self.run_clock();
    }

    /// Every half second: what changes without a batch.
    fn beat(&mut self) {
        self.connection_beat();
        let counters = self.counters();
        if counters != self.last_counters {
            self.touch();
        }
        self.tell_source();
        self.keep_if_due();
        self.flush();
    }

    fn counters(&mut self) -> Counters {
        let Some(run) = &self.run else {
            return Counters::default();
        };
        let lag = self.source.as_ref().and_then(Source::lag);
        Counters {
            records_per_second: self.meter.per_second(now_millis()),
            lag: lag.map(|lag| lag + run.waiting()),
            ..run.counters()
        }
    }

    pub(super) fn touch(&mut self) {
        self.run.iter_mut().for_each(Run::touch);
    }

    /// Sends a report if one is due and none is under way.
    pub(super) fn flush(&mut self) {
        let running = self.drive == Drive::Running;
        let counters = self.counters();
        let Some(run) = &mut self.run else { return };
        if let Some(mut progress) = run.progress(self.run_id, (running, self.commands), counters) {
            self.last_counters = counters;
            progress.folder = self.folder.as_ref().map(Folder::told);
            platform::post(&ToPage::Progress(Box::new(progress)));
        }
    }

    /// Tells the page of the source's state if it changed.
    pub(super) fn tell_source(&mut self) {
        let state = match &self.source {
            Some(Source::Simulated(_)) if self.drive == Drive::Stopped => SourceState::Idle,
            Some(Source::Simulated(_)) => SourceState::Live,
            Some(Source::Relay(relay)) => relay.reader().state(),
            None => SourceState::Idle,
        };
        if self.told.as_ref() != Some(&state) {
            platform::post(&ToPage::Source(self.run_id, state.clone()));
            self.told = Some(state);
        }
    }

    fn new_data(&mut self, seed: u64) {
        if let (Some(Source::Simulated(simulated)), Some(run)) = (&mut self.source, &mut self.run) {
            run.new_data(seed, simulated.index());
            simulated.reseed(seed);
        }
        self.changed();
        self.keep_now();
        self.flush();
    }

    fn refuse(reason: String) {
        platform::post(&ToPage::Refused(reason));
    }
}
