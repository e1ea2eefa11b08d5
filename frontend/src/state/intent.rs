//! What a person asks for, and what follows from it: messages to the worker and changes of the
//! state. It is one pure function, so every button and every key does the same.

use std::rc::Rc;

use shared::batch::Trigger;

use super::run::{Action, RunState};
use crate::port::{Rate, RunConfig, SaveKind, ToWorker};

/// What a person can ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Intent {
    /// Start or pause.
    Toggle,
    StepRecord,
    StepBatch,
    SetRate(Rate),
    SetTrigger(Trigger),
    /// Forget what was learned; the same stream goes on.
    ResetModel,
    /// Go on with the records of this seed; the model is kept.
    NewData(u64),
    /// The same records from their beginning, shuffled by another seed.
    NewSeed(u32),
    /// Begin a run with these settings.
    Apply(Box<RunConfig>),
    RetryNow,
    /// Go on with the run that was kept.
    GoOn,
    /// Leave it where it is.
    BeginAnew,
    /// Keep it no longer.
    Forget,
    Save(SaveKind),
    SaveChartPng,
    /// All files in one archive.
    SaveEverything,
    /// Save batches into the folder no longer.
    StopSaving,
    /// Keep the raw records of the coming batches, or no more.
    KeepRaw(bool),
}

/// The messages and changes that follow from an intent.
pub(crate) fn plan(state: &RunState, intent: Intent) -> (Vec<ToWorker>, Vec<Action>) {
    if !state.ready {
        return (Vec::new(), Vec::new());
    }
    match intent {
        Intent::Toggle if state.running => (vec![ToWorker::Pause], vec![Action::Running(false)]),
        Intent::Toggle => (vec![ToWorker::Start], vec![Action::Running(true)]),
        Intent::StepRecord => (vec![ToWorker::StepRecord], vec![Action::Stepped]),
        Intent::StepBatch => (vec![ToWorker::StepBatch], vec![Action::Stepped]),
        Intent::SetRate(rate) => (vec![ToWorker::SetRate(rate)], vec![Action::Rate(rate)]),
        Intent::SetTrigger(trigger) => (
            vec![ToWorker::SetTrigger(trigger)],
            vec![Action::Trigger(trigger)],
        ),
        Intent::ResetModel => (vec![ToWorker::ResetModel], Vec::new()),
        Intent::NewData(seed) if state.config.source.is_simulated() => {
            (vec![ToWorker::NewData(seed)], vec![Action::Seed(seed)])
        }
        Intent::NewData(_) => (Vec::new(), Vec::new()),
        Intent::NewSeed(random_state) => {
            let mut config = RunConfig::clone(&state.config);
            config.settings.model.random_state = random_state;
            restart(state, config)
        }
        Intent::Apply(config) => apply(state, *config),
        Intent::GoOn | Intent::BeginAnew | Intent::Forget => answer(state, &intent),
        Intent::RetryNow => (vec![ToWorker::RetryNow], Vec::new()),
        Intent::Save(kind) => (vec![ToWorker::Save(kind)], Vec::new()),
        Intent::SaveChartPng => (vec![ToWorker::SaveChartPng], Vec::new()),
        Intent::SaveEverything => (vec![ToWorker::SaveEverything], Vec::new()),
        Intent::StopSaving => (vec![ToWorker::StopSaving], Vec::new()),
        Intent::KeepRaw(keep) => (vec![ToWorker::KeepRaw(keep)], vec![Action::KeepRaw(keep)]),
    }
}

/// The answer to whether a run that was kept is gone on with. Going on takes the place of what is
/// open once the worker has read it.
fn answer(state: &RunState, intent: &Intent) -> (Vec<ToWorker>, Vec<Action>) {
    let Some(kept) = &state.kept else {
        return (Vec::new(), Vec::new());
    };
    let id = kept.id.clone();
    let message = match intent {
        Intent::GoOn => Some(ToWorker::GoOn(state.run.wrapping_add(1), id)),
        Intent::Forget => Some(ToWorker::Forget(id)),
        _ => None,
    };
    (
        message.into_iter().collect(),
        vec![Action::Answered(*intent == Intent::GoOn)],
    )
}

/// A change of trigger or rate alone acts at once; anything else begins a new run.
fn apply(state: &RunState, config: RunConfig) -> (Vec<ToWorker>, Vec<Action>) {
    let mut same = RunConfig::clone(&state.config);
    same.rate = config.rate;
    same.settings.trigger = config.settings.trigger;
    if same != config {
        return restart(state, config);
    }
    let (rate, trigger) = (config.rate, config.settings.trigger);
    (
        vec![ToWorker::SetRate(rate), ToWorker::SetTrigger(trigger)],
        vec![Action::Rate(rate), Action::Trigger(trigger)],
    )
}

/// Begins a new run, going on by itself if the last one did.
fn restart(state: &RunState, config: RunConfig) -> (Vec<ToWorker>, Vec<Action>) {
    let run = state.run.wrapping_add(1);
    let mut messages = vec![ToWorker::Configure(run, Box::new(config.clone()))];
    let mut actions = vec![Action::Begin(run, Box::new(config))];
    if state.running {
        messages.push(ToWorker::Start);
        actions.push(Action::Running(true));
    }
    (messages, actions)
}

/// Whether a change of source from `old` to `new` begins a new run.
pub(crate) fn begins_anew(old: &Rc<RunConfig>, new: &RunConfig) -> bool {
    let mut same = RunConfig::clone(old);
    same.rate = new.rate;
    same.settings.trigger = new.settings.trigger;
    same != *new
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::port::SourceConfig;

    fn ready() -> RunState {
        let mut state = RunState::new(RunConfig::default(), Vec::new());
        state.apply(Action::Ready);
        state
    }

    fn carried_out(state: &mut RunState, intent: Intent) -> Vec<ToWorker> {
        let (messages, actions) = plan(state, intent);
        for action in actions {
            state.apply(action);
        }
        messages
    }

    #[test]
    fn nothing_is_sent_before_the_worker_is_ready() {
        let state = RunState::new(RunConfig::default(), Vec::new());
        let (messages, actions) = plan(&state, Intent::Toggle);
        assert!(messages.is_empty() && actions.is_empty());
    }

    #[test]
    fn an_offer_is_answered_once() {
        let kept = crate::port::KeptRun {
            id: "a".into(),
            version: 1,
            written_millis: 0.0,
            batches: 3,
            records: 300,
            words: String::new(),
        };
        for (intent, message) in [
            (Intent::GoOn, Some(ToWorker::GoOn(2, "a".into()))),
            (Intent::BeginAnew, None),
            (Intent::Forget, Some(ToWorker::Forget("a".into()))),
        ] {
            let mut state = ready();
            assert!(
                carried_out(&mut state, intent.clone()).is_empty(),
                "none is there"
            );
            state.apply(Action::Kept(kept.clone()));
            state.apply(Action::Begin(1, Box::default()));
            let sent = carried_out(&mut state, intent.clone());
            assert_eq!(sent, Vec::from_iter(message));
            assert!(
                carried_out(&mut state, intent).is_empty(),
                "it was answered"
            );
        }
    }

    #[test]
    fn start_and_pause_alternate() {
        let mut state = ready();
        assert_eq!(carried_out(&mut state, Intent::Toggle), [ToWorker::Start]);
        assert_eq!(carried_out(&mut state, Intent::Toggle), [ToWorker::Pause]);
    }

    #[test]
    fn a_step_stops_a_run_that_goes_on_by_itself() {
        let mut state = ready();
        carried_out(&mut state, Intent::Toggle);
        assert_eq!(
            carried_out(&mut state, Intent::StepBatch),
            [ToWorker::StepBatch]
        );
        assert!(!state.running && state.begun);
    }

    #[test]
    fn reset_keeps_the_run_and_a_new_seed_begins_another() {
        let mut state = ready();
        carried_out(&mut state, Intent::Toggle);
        assert_eq!(
            carried_out(&mut state, Intent::ResetModel),
            [ToWorker::ResetModel]
        );
        assert_eq!(state.run, 1);
        let messages = carried_out(&mut state, Intent::NewSeed(7));
        assert!(
            matches!(&messages[..], [ToWorker::Configure(2, config), ToWorker::Start]
            if config.settings.model.random_state == 7)
        );
        assert!(state.running && state.run == 2);
    }

    #[test]
    fn new_data_keeps_the_model_and_belongs_to_the_simulation() {
        let mut state = ready();
        assert_eq!(
            carried_out(&mut state, Intent::NewData(9)),
            [ToWorker::NewData(9)]
        );
        assert_eq!(state.config.source, SourceConfig::Simulated { seed: 9 });
        let source = SourceConfig::Relay {
            url: "ws://h/ws".into(),
            topic: None,
            from: crate::port::Beginning::Earliest,
        };
        state.apply(Action::Begin(
            2,
            Box::new(RunConfig {
                source,
                ..RunConfig::default()
            }),
        ));
        assert!(carried_out(&mut state, Intent::NewData(9)).is_empty());
    }

    #[test]
    fn applying_a_trigger_alone_keeps_the_run() {
        let mut state = ready();
        let mut config = RunConfig::default();
        config.settings.trigger = Trigger::Seconds(NonZeroU32::MIN);
        let messages = carried_out(&mut state, Intent::Apply(Box::new(config.clone())));
        assert!(
            !messages
                .iter()
                .any(|message| matches!(message, ToWorker::Configure(..)))
        );
        config.settings.model.alpha = 0.5;
        let messages = carried_out(&mut state, Intent::Apply(Box::new(config)));
        assert!(matches!(messages[..], [ToWorker::Configure(2, _)]));
    }
}
