//! How far the worker goes: start, stop and steps, and the slices of work between two looks at what
//! came in.

use gloo::timers::callback::{Interval, Timeout};
use shared::batch::Trigger;
use shared::learner::StepError;

use super::folder::Folder;
use super::{Host, with};
use crate::platform::{self, now_millis};
use crate::port::ToPage;
use crate::worker::run::Run;
use crate::worker::source::Source;

/// Longest time of work between two looks at what came in.
const SLICE_MILLIS: f64 = 12.0;

/// Records between two looks at the clock.
const RECORDS_A_LOOK: u32 = 32;

/// Shortest wait of a timer: browsers round shorter ones up.
const SHORTEST_WAIT_MILLIS: f64 = 4.0;

/// How far the worker goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drive {
    Stopped,
    Running,
    /// So many records more.
    Records(u32),
    /// Until a batch is learned from.
    Batch,
}

/// How the next call of `pump` will come about.
pub(super) enum Pumping {
    No,
    Soon,
    Later(#[expect(dead_code, reason = "dropping it cancels the call")] Timeout),
}

/// Why a slice of work ended.
enum SliceEnd {
    /// There is more to do at once.
    Time,
    /// The rate allows the next record later.
    Rate,
    /// No record is there, or the folder that batches are saved into is far behind.
    Dry,
    /// It was told to stop, or has done its step.
    Stopped,
}

impl Host {
    pub(super) fn go(&mut self, drive: Drive) {
        self.commands = self.commands.wrapping_add(1);
        if let Some(reason) = &self.broken {
            return platform::post(&ToPage::Refused(reason.clone()));
        }
        if self.drive == Drive::Stopped {
            self.pace.restart(now_millis());
        }
        self.drive = drive;
        self.run_clock();
        self.connect();
        self.touch();
        self.tell_source();
        self.pump_soon();
    }

    pub(super) fn stop(&mut self) {
        self.drive = Drive::Stopped;
        self.run_clock();
        self.touch();
        self.keep_now();
        self.flush();
    }

    pub(super) fn steps_left(&self) -> u32 {
        if let Drive::Records(left) = self.drive {
            left
        } else {
            0
        }
    }

    /// The clock of a trigger of seconds stands still while the run does.
    pub(super) fn run_clock(&mut self) {
        let seconds = match self.run.as_ref().map(Run::trigger) {
            Some(Trigger::Seconds(seconds)) if self.drive != Drive::Stopped => seconds.get(),
            _ => 0,
        };
        let millis = seconds.saturating_mul(1000);
        self.clock = (millis > 0).then(|| Interval::new(millis, || with(Host::cut)));
    }

    /// The trigger's time has passed.
    fn cut(&mut self) {
        let learned = self.run.as_mut().map_or(Ok(false), Run::learn);
        self.cut_short(learned);
    }

    /// A batch was cut by something else than its last record. It ends a step of one batch.
    pub(super) fn cut_short(&mut self, learned: Result<bool, StepError>) {
        if self.drive == Drive::Batch {
            self.count_step(&learned);
        }
        self.after_learning(learned);
        self.send_outgoing();
        self.keep_if_due();
        self.flush();
    }

    /// Takes records until something ends the slice, then sees to the next one.
    pub(super) fn pump(&mut self) {
        self.pumping = Pumping::No;
        let end = self.slice();
        match end {
            SliceEnd::Time => self.pump_soon(),
            SliceEnd::Rate => self.pump_later(),
            SliceEnd::Dry => self.look_for_failure(),
            SliceEnd::Stopped => self.keep_now(),
        }
        self.keep_if_due();
        self.send_outgoing();
        self.tell_source();
        self.flush();
    }

    fn slice(&mut self) -> SliceEnd {
        let began = now_millis();
        self.pace.top_up(began);
        let mut looks = 0;
        while self.drive != Drive::Stopped {
            if self.folder.as_ref().is_some_and(Folder::is_behind) {
                return SliceEnd::Dry;
            }
            if self.drive == Drive::Running && !self.pace.take() {
                return SliceEnd::Rate;
            }
            if !self.take_one() {
                if self.drive == Drive::Running {
                    self.pace.give_back();
                }
                return SliceEnd::Dry;
            }
            looks += 1;
            if looks % RECORDS_A_LOOK == 0 && now_millis() - began >= SLICE_MILLIS {
                return SliceEnd::Time;
            }
        }
        SliceEnd::Stopped
    }

    /// Takes one record and learns if it completes a batch. `false` when no record is there.
    fn take_one(&mut self) -> bool {
        let (Some(source), Some(run)) = (&mut self.source, &mut self.run) else {
            return false;
        };
        let Some(record) = source.next() else {
            return false;
        };
        let learned = match self.drive {
            Drive::Records(_) => run.push_shown(&record),
            _ => run.push(&record),
        };
        self.meter.add(1);
        self.count_step(&learned);
        self.after_learning(learned);
        true
    }

    fn count_step(&mut self, learned: &Result<bool, StepError>) {
        let stopped = match self.drive {
            Drive::Records(1) => true,
            Drive::Records(left) => {
                self.drive = Drive::Records(left - 1);
                false
            }
            Drive::Batch => matches!(learned, Ok(true)),
            Drive::Running | Drive::Stopped => false,
        };
        if stopped {
            self.drive = Drive::Stopped;
            self.run_clock();
            self.touch();
        }
    }

    /// A batch was learned from, or could not be: then the run ends where it was.
    fn after_learning(&mut self, learned: Result<bool, StepError>) {
        match learned {
            Ok(true) => {
                self.source.iter_mut().for_each(Source::learned);
                self.changed();
                self.save_batch();
            }
            Ok(false) => {}
            Err(error) => {
                let reason =
                    format!("The run cannot go on: {error}. Other settings begin a new one.");
                self.broken = Some(reason.clone());
                self.stop();
                platform::post(&ToPage::Refused(reason));
            }
        }
    }

    pub(super) fn pump_soon(&mut self) {
        if matches!(self.pumping, Pumping::Soon) || self.drive == Drive::Stopped {
            return;
        }
        if let Some(immediate) = &self.immediate {
            immediate.ask();
            self.pumping = Pumping::Soon;
        } else {
            self.pump_later();
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 4 and 1000"
    )]
    fn pump_later(&mut self) {
        let wait = self
            .pace
            .next_millis()
            .clamp(SHORTEST_WAIT_MILLIS, 1000.0)
            .ceil() as u32;
        self.pumping = Pumping::Later(Timeout::new(wait, || with(Host::pump)));
    }
}
