use std::num::NonZeroU32;

use shared::generate::LoanStream;

use super::*;
use crate::port::{Event, MAX_MARKS, SaveKind};

pub(crate) fn settings(records: u32) -> Settings {
    let trigger = Trigger::Records(NonZeroU32::new(records).unwrap());
    Settings {
        trigger,
        ..Settings::default()
    }
}

/// A run of the simulation of seed 7 with batches of so many records.
pub(crate) fn begun(records: u32) -> Run {
    Run::new(&settings(records), SourceConfig::Simulated { seed: 7 }).unwrap()
}

pub(crate) fn fed(run: &mut Run, count: u64) {
    let mut stream = LoanStream::new(7);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for offset in 0..count {
        stream.next_into(&mut key, &mut value);
        push(run, offset, &value);
    }
}

pub(crate) fn push(run: &mut Run, offset: u64, value: &[u8]) -> bool {
    let record = Record {
        partition: 0,
        offset: i64::try_from(offset).unwrap(),
        leader_epoch: None,
        timestamp_millis: 0,
        key: None,
        value: Some(value),
    };
    run.push(&record).unwrap()
}

/// Reports of the first batches of 50, each with an explained record.
pub(crate) fn reports(count: u64) -> Vec<Report> {
    let mut learner = Learner::new(settings(50)).unwrap();
    let mut stream = LoanStream::new(7);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let batch = |number: u64| {
        let mut batch = Batch::new();
        for offset in number * 50..(number + 1) * 50 {
            stream.next_into(&mut key, &mut value);
            batch.push(&Record {
                partition: 0,
                offset: i64::try_from(offset).unwrap(),
                leader_epoch: None,
                timestamp_millis: 0,
                key: None,
                value: Some(&value),
            });
        }
        learner.step(&batch, Some(3)).unwrap()
    };
    (0..count).map(batch).collect()
}

#[test]
fn a_run_counts_what_it_learned_and_reports_every_batch() {
    let mut run = begun(100);
    fed(&mut run, 450);
    let counters = run.counters();
    assert_eq!(
        (counters.records, counters.batches, counters.models),
        (400, 4, 4)
    );
    assert_eq!(run.waiting(), 50);
    let progress = run.progress(3, (true, 1), counters).unwrap();
    assert_eq!(
        (progress.run, progress.points.len(), progress.waiting),
        (3, 4, 50)
    );
    assert_eq!(progress.report.unwrap().batch_id, 3);
    assert!(progress.explained.is_some());
    assert!(run.progress(3, (true, 1), counters).is_none());
}

#[test]
fn a_smaller_trigger_learns_from_what_waits() {
    let mut run = begun(100);
    fed(&mut run, 60);
    assert_eq!(run.learn_if_complete(), Ok(false));
    run.set_trigger(settings(50).trigger).unwrap();
    assert_eq!(run.learn_if_complete(), Ok(true));
    assert_eq!(run.counters().records, 60);
}

#[test]
fn bad_records_are_kept_counted_and_saved() {
    let mut run = begun(3);
    push(&mut run, 0, b"not json");
    push(&mut run, 1, b"");
    assert!(push(&mut run, 2, b"{}"));
    let counters = run.counters();
    assert_eq!(
        (counters.bad_records, counters.batches, counters.models),
        (3, 1, 0)
    );
    let bad = run.progress(1, (true, 1), counters).unwrap().bad;
    assert_eq!(
        bad.newest.iter().map(|bad| bad.offset).collect::<Vec<_>>(),
        [2, 1, 0]
    );
    assert_eq!(bad.kinds.iter().map(|(_, count)| count).sum::<u64>(), 3);
    let file = run.file(SaveKind::BadRecords).unwrap();
    assert_eq!(String::from_utf8(file.bytes).unwrap().lines().count(), 3);
    for kind in [SaveKind::Model, SaveKind::Joblib, SaveKind::EncoderJoblib] {
        assert!(run.file(kind).unwrap_err().contains("no model"));
    }
}

#[test]
fn reset_forgets_the_model_and_keeps_the_counts() {
    let mut run = begun(100);
    fed(&mut run, 200);
    run.reset_model();
    assert_eq!(run.counters().records, 200);
    assert!(
        run.learner.weights()[0]
            .coef
            .iter()
            .all(|weight| *weight == 0.0)
    );
}

#[test]
fn what_was_done_is_marked_and_bounded() {
    let mut run = begun(100);
    run.reset_model();
    assert!(run.marks.is_empty(), "there was nothing to forget");
    fed(&mut run, 200);
    run.reset_model();
    let counters = run.counters();
    let marks = run.progress(1, (true, 1), counters).unwrap().marks;
    let mark = Mark {
        after_batch: 2,
        event: Event::ModelReset,
    };
    assert_eq!(marks, [mark]);
    (0..100).for_each(|seed| run.new_data(seed, 0));
    assert_eq!(run.marks.len(), MAX_MARKS);
    assert_eq!(run.source, SourceConfig::Simulated { seed: 99 });
}

#[test]
fn the_explained_record_is_one_of_the_batch() {
    let mut batch = Batch::new();
    for offset in [5, 6, 7, 10_000_000_007] {
        let value = Some(&b"{}"[..]);
        batch.push(&Record {
            partition: 0,
            offset,
            leader_epoch: None,
            timestamp_millis: 0,
            key: None,
            value,
        });
        assert!(chosen(&batch) < batch.len());
    }
}
