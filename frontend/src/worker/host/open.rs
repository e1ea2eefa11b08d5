//! Puts another run in the place of the one that is open: one that was kept, or one that begins with
//! a model.

use super::Host;
use super::keep::Keeping;
use crate::platform;
use crate::port::{GoneOn, Rate, ToPage};
use crate::worker::pace::Pace;
use crate::worker::run::Run;

impl Host {
    /// Begins a run that was made of a model. The one before ends here, and stays kept.
    pub(super) fn begin_with(&mut self, number: u32, bytes: &[u8]) {
        match Run::opened(bytes) {
            Ok((run, rate)) => self.put_in_place(number, run, rate, Keeping::default()),
            Err(reason) => Self::refuse(format!("The run could not begin: {reason}.")),
        }
    }

    pub(super) fn put_in_place(&mut self, number: u32, mut run: Run, rate: Rate, keeping: Keeping) {
        self.keep_now();
        run.keep_raw(self.keep_raw);
        let gone_on = GoneOn {
            run: number,
            config: run.config(rate),
            history: run.history(),
            weights: run.weights(),
        };
        *self = Self {
            source: Some(Self::source_of(&run)),
            run: Some(run),
            rate,
            pace: Pace::new(rate),
            keeping,
            ..self.followed_by(number)
        };
        platform::post(&ToPage::GoneOn(Box::new(gone_on)));
        self.tell_source();
        self.flush();
    }
}
