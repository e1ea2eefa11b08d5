//! What a person changes in a run, and what its chart and its log say of it.

use shared::batch::Trigger;
use shared::settings::SettingsError;

use super::Run;
use crate::port::{Event, LogEnd, MAX_MARKS, Mark, SourceConfig};

impl Run {
    /// Forgets what was learned; the stream and the records that wait stay.
    pub(crate) fn reset_model(&mut self) {
        self.learner.reset_model();
        self.mark(Event::ModelReset);
    }

    /// The stream goes on with the records of another seed.
    ///
    /// `next` is the index of the first of them.
    pub(crate) fn new_data(&mut self, seed: u64, next: u64) {
        self.source = SourceConfig::Simulated { seed };
        let learned = self.simulated_place().0;
        self.seeds.retain(|(first, _)| *first < next);
        self.seeds.push((next, seed));
        let old = self.seeds.iter().rposition(|(first, _)| *first <= learned);
        self.seeds.drain(..old.unwrap_or(0));
        self.mark(Event::NewData);
    }

    fn mark(&mut self, event: Event) {
        if self.has_begun() {
            if self.marks.len() == MAX_MARKS {
                self.marks.remove(0);
            }
            let after_batch = self.counters().batches;
            self.marks.push(Mark { after_batch, event });
            self.log.end(LogEnd::Done(event));
        } else if event == Event::ModelReset && self.log.model().is_some() {
            self.log.end(LogEnd::Done(event));
        } else {
            self.log.begin_with(self.learner.settings(), &self.source);
        }
        self.touch();
    }

    /// Whether a record was taken: what was changed before is as if the run had begun with it.
    fn has_begun(&self) -> bool {
        self.has_learned() || self.waiting() > 0
    }

    /// Cuts batches by another trigger from now on.
    pub(crate) fn set_trigger(&mut self, trigger: Trigger) -> Result<(), SettingsError> {
        let window = self.learner.settings().evaluation.window_records;
        self.learner.set_trigger_and_window(trigger, window)?;
        self.trigger_changed |= self.has_begun() && trigger != self.trigger();
        self.batcher.set_trigger(trigger);
        Ok(())
    }
}
