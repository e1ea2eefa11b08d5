use shared::evaluate::Tally;

use super::*;
use crate::port::Progress;

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
        records: 100 * *batches.end(),
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
        refused: Vec::new(),
        folder: None,
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
