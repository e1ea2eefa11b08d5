//! The opener: a worker of its own that reads files which a person opens. It is loaded when the
//! first file comes, so that a visit without one loads none of it; and whatever a file does to it,
//! the run in the other worker stands.
//!
//! A model becomes a run that has not begun, handed over as the bytes of a run that was kept. A log
//! is replayed here to its end.

mod opened;
mod replay;
mod unpack;

use std::cell::RefCell;

use gloo::timers::callback::{Interval, Timeout};

use self::opened::{OpenModel, Opened};
use self::replay::{FoundLog, Replaying};
use crate::platform::{self, Immediate, now_millis};
use crate::port::{FromOpener, OpenedFile, RunConfig, ToOpener};
use crate::relay::Wake;

/// Longest time of a replay's work between two looks at what came in.
const SLICE_MILLIS: f64 = 12.0;

/// Time between two reports of a replay.
const REPORT_MILLIS: f64 = 150.0;

/// Time between two looks at connections that may be dead.
const BEAT_MILLIS: u32 = 1000;

/// Shortest wait of a timer, where nothing quicker is there.
const WAIT_MILLIS: u32 = 4;

thread_local! {
    static OPENER: RefCell<Opener> = RefCell::default();
}

/// Everything of this worker.
#[derive(Default)]
struct Opener {
    /// It waits until it is answered whether to begin with it.
    model: Option<Box<OpenModel>>,
    replay: Option<Box<Replaying>>,
    /// When the replay was last told of.
    told_millis: f64,
    immediate: Option<Immediate>,
    /// A call of `work` is on its way.
    is_asked: bool,
}

/// Starts to listen and says so.
pub(crate) fn run() {
    platform::on_panic(FromOpener::Failed);
    platform::on_message(|message| match message {
        Ok(message) => with(|opener| opener.command(message)),
        Err(error) => platform::post(&FromOpener::Failed(error.to_string())),
    });
    with(|opener| opener.immediate = Immediate::new(|| with(Opener::work)));
    Interval::new(BEAT_MILLIS, || with(Opener::beat)).forget();
    platform::post(&FromOpener::Ready);
}

/// Something happened on the connection by which a replay reads a partition.
pub(crate) fn on_wake(partition: i32, wake: Wake) {
    with(|opener| {
        if let Some(replay) = &mut opener.replay {
            replay.on_wake(partition, wake);
            opener.work_soon();
        }
    });
}

fn with<R>(work: impl FnOnce(&mut Opener) -> R) -> R {
    OPENER.with_borrow_mut(work)
}

impl Opener {
    fn command(&mut self, message: ToOpener) {
        let done = match message {
            ToOpener::Open(files, config) => self.open(files, &config),
            ToOpener::Begin { config, from_start } => self.begin(&config, from_start),
            ToOpener::PutAway => {
                self.model = None;
                Ok(())
            }
            ToOpener::StopReplay => {
                self.stop_replay();
                Ok(())
            }
        };
        if let Err(reason) = done {
            platform::post(&FromOpener::Refused(reason));
        }
    }

    fn open(&mut self, files: Vec<OpenedFile>, config: &RunConfig) -> Result<(), String> {
        match opened::open(files, &config.source)? {
            Opened::Model(model) => {
                let found = model.found(config)?;
                platform::post(&FromOpener::Found(Box::new(found)));
                self.model = Some(model);
                Ok(())
            }
            Opened::Log(log) => self.begin_replay(*log),
        }
    }

    /// Makes a run that begins with the model.
    fn begin(&mut self, config: &RunConfig, from_start: bool) -> Result<(), String> {
        let Some(model) = self.model.take() else {
            return Ok(());
        };
        let run = model.begin(config, from_start)?;
        platform::post(&FromOpener::Begun(run.kept(config.rate)?));
        Ok(())
    }

    /// Begins a replay; one that is under way ends.
    fn begin_replay(&mut self, log: FoundLog) -> Result<(), String> {
        self.replay = Some(Box::new(log.replay()?));
        self.tell();
        self.work_soon();
        Ok(())
    }

    fn stop_replay(&mut self) {
        if let Some(replay) = &mut self.replay {
            replay.stop();
            self.tell();
        }
    }

    fn work_soon(&mut self) {
        if std::mem::replace(&mut self.is_asked, true) {
            return;
        }
        if let Some(immediate) = &self.immediate {
            immediate.ask();
        } else {
            Timeout::new(WAIT_MILLIS, || with(Self::work)).forget();
        }
    }

    /// One slice of a replay's work.
    fn work(&mut self) {
        self.is_asked = false;
        let began = now_millis();
        let Some(replay) = &mut self.replay else {
            return;
        };
        let waited = replay.told().waits.clone();
        replay.work(|| now_millis() - began >= SLICE_MILLIS);
        let told = replay.told();
        let rests = told.end.is_some() || told.waits.is_some();
        let is_news = told.end.is_some() || told.waits != waited;
        if is_news || began - self.told_millis >= REPORT_MILLIS {
            self.tell();
        }
        if !rests {
            self.work_soon();
        }
    }

    /// Connections that are dead are made anew.
    fn beat(&mut self) {
        if self.replay.as_mut().is_some_and(|replay| replay.beat()) {
            self.work_soon();
        }
    }

    /// Tells how far the replay is; one that has ended is done with.
    fn tell(&mut self) {
        let Some(replay) = &self.replay else {
            return;
        };
        let told = replay.told().clone();
        self.told_millis = now_millis();
        if told.end.is_some() {
            self.replay = None;
        }
        platform::post(&FromOpener::Replay(Box::new(told)));
    }
}
