//! A learner as its users rely on it: a step happens whole or not at all, it goes on from a
//! snapshot to the same bits, and its files say what it holds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
// The snapshot's property test needs a native test runner.
#![cfg(not(target_arch = "wasm32"))]

use std::num::NonZeroU32;

use proptest::prelude::*;
use shared::batch::{Batch, Trigger};
use shared::generate::LoanStream;
use shared::learner::{Learner, Snapshot, StepError};
use shared::model::{Average, FitError, LearningRate, Loss, Penalty, SgdSettings};
use shared::record::{Position, Record};
use shared::save::{self, ModelFile};
use shared::settings::Settings;

fn push(batch: &mut Batch, partition: i32, offset: i64, value: Option<&[u8]>) {
    let leader_epoch = Some(3);
    batch.push(&Record {
        partition,
        offset,
        leader_epoch,
        timestamp_millis: 0,
        key: None,
        value,
    });
}

/// `count` generated records from `start` on.
fn batch(seed: u64, start: u64, count: u64) -> Batch {
    let mut stream = LoanStream::new(seed);
    stream.seek(start);
    let mut batch = Batch::new();
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for offset in start..start + count {
        stream.next_into(&mut key, &mut value);
        push(&mut batch, 0, offset.try_into().unwrap(), Some(&value));
    }
    batch
}

fn learner(model: SgdSettings) -> Learner {
    Learner::new(Settings {
        model,
        ..Settings::default()
    })
    .unwrap()
}

/// Everything a learner holds, as bytes.
fn whole(learner: &Learner) -> Vec<u8> {
    learner.snapshot().to_json()
}

#[test]
fn a_batch_with_bad_records_learns_from_the_good_ones_and_counts_all() {
    let mut mixed = batch(1, 0, 3);
    push(&mut mixed, 0, 3, Some(b"not json"));
    push(&mut mixed, 0, 4, None);
    let mut with_bad = learner(SgdSettings::default());
    let report = with_bad.step(&mixed, None).unwrap();
    assert_eq!(
        (report.records, report.bad_records, report.tested.total),
        (5, 2, 3)
    );
    assert_eq!(
        report.bad_reasons,
        [("not JSON".to_owned(), 1), ("empty".to_owned(), 1)]
    );
    assert_eq!((report.bad[0].offset, report.bad[1].offset), (3, 4));
    let mut without = learner(SgdSettings::default());
    let clean = without.step(&batch(1, 0, 3), None).unwrap();
    assert_eq!(report.coef, clean.coef);
    let next = Position {
        partition: 0,
        offset: 5,
        leader_epoch: Some(3),
    };
    assert_eq!(with_bad.positions(), [next]);
}

#[test]
fn every_bad_record_of_a_batch_is_kept_up_to_a_bound() {
    let mut bad = Batch::new();
    for offset in 0..10_002 {
        push(&mut bad, 0, offset, Some(b"{}"));
    }
    let report = learner(SgdSettings::default()).step(&bad, None).unwrap();
    assert_eq!((report.bad_records, report.bad.len()), (10_002, 10_000));
    assert!(report.bad.iter().map(|bad| bad.offset).eq(0..10_000));
}

#[test]
fn a_batch_without_a_good_record_advances_the_batch_and_not_the_model() {
    let mut learner = learner(SgdSettings::default());
    let mut bad = Batch::new();
    push(&mut bad, 0, 0, Some(b"{}"));
    let report = learner.step(&bad, None).unwrap();
    assert_eq!(
        (report.batch_id, report.model_id, report.has_model()),
        (0, 0, false)
    );
    assert_eq!(report.same_batch.accuracy(), None);
    let report = learner.step(&batch(1, 1, 4), None).unwrap();
    assert_eq!(
        (report.batch_id, report.model_id, report.has_model()),
        (1, 1, true)
    );
}

#[test]
fn the_first_batch_is_tested_by_a_model_that_says_0() {
    let report = learner(SgdSettings::default())
        .step(&batch(5, 0, 300), None)
        .unwrap();
    let zeros = 300 - labels_of(&batch(5, 0, 300));
    assert_eq!(report.tested.correct, zeros);
    assert!((report.log_loss.unwrap() - std::f64::consts::LN_2).abs() < 1e-12);
}

fn labels_of(batch: &Batch) -> u64 {
    let ones = |value: &[u8]| value.ends_with(b"\"label\": 1}");
    batch
        .records()
        .filter(|record| ones(record.value.unwrap()))
        .count() as u64
}

#[test]
fn a_step_that_fails_leaves_the_learner_as_it_was() {
    let model = SgdSettings {
        loss: Loss::SquaredError,
        learning_rate: LearningRate::Constant,
        eta0: Some(1e300),
        ..SgdSettings::default()
    };
    let mut learner = learner(model);
    let before = whole(&learner);
    let error = learner.step(&batch(1, 0, 50), None).unwrap_err();
    assert_eq!(
        error,
        StepError::Fit {
            batch_id: 0,
            source: FitError::Overflow
        }
    );
    assert_eq!(whole(&learner), before);
    assert_eq!(
        learner.step(&Batch::new(), None).unwrap_err(),
        StepError::Empty
    );
    assert_eq!(whole(&learner), before);
}

#[test]
fn an_explained_record_is_the_one_that_was_learned() {
    let mut told = learner(SgdSettings::default());
    let mut silent = learner(SgdSettings::default());
    told.step(&batch(1, 0, 100), None).unwrap();
    silent.step(&batch(1, 0, 100), None).unwrap();
    let (coef, intercept) = (told.model().coef().to_vec(), told.model().intercept());
    let report = told.step(&batch(1, 100, 40), Some(7)).unwrap();
    let plain = silent.step(&batch(1, 100, 40), None).unwrap();
    assert_eq!(report.coef, plain.coef, "explaining changes nothing");
    let explained = report.explained.unwrap();
    assert_eq!((explained.offset, explained.index), (107, 7));
    // The numbers it tells give each other.
    let score = |coef: &[f64]| {
        coef.iter()
            .zip(&explained.features)
            .map(|(w, x)| w * x)
            .sum::<f64>()
    };
    let tested = score(&coef) + intercept;
    assert!((tested - explained.tested_score).abs() < 1e-9 * tested.abs().max(1.0));
    let z = score(&explained.coef_before) + explained.intercept_before;
    assert!((z - explained.score).abs() < 1e-9 * z.abs().max(1.0));
    let step = -explained.learning_rate * explained.gradient;
    assert!((explained.intercept_after - explained.intercept_before - step).abs() < 1e-9);
    for (column, x) in explained.features.iter().enumerate() {
        let shrunk = explained.coef_before[column] * (1.0 - explained.learning_rate * 1e-4);
        let wanted = shrunk + step * x;
        assert!((explained.coef_after[column] - wanted).abs() < 1e-9 * wanted.abs().max(1.0));
    }
    assert!((1..=40).contains(&explained.update_number));
}

#[test]
fn resetting_forgets_what_was_learned_and_keeps_the_place() {
    let mut learner = learner(SgdSettings::default());
    learner.step(&batch(1, 0, 100), None).unwrap();
    learner.reset_model();
    assert!(learner.model().coef().iter().all(|w| *w == 0.0));
    assert_eq!(learner.encoder().scaler().unwrap().n_samples_seen(), [0; 4]);
    let report = learner.step(&batch(1, 100, 100), None).unwrap();
    assert_eq!(
        (
            report.batch_id,
            report.total_records,
            learner.positions()[0].offset
        ),
        (1, 200, 200)
    );
}

#[test]
fn the_model_file_holds_what_scikit_learn_would_and_reads_back_to_the_bit() {
    let mut learner = learner(SgdSettings {
        alpha: 0.003,
        ..SgdSettings::default()
    });
    for start in [0, 300, 600] {
        learner.step(&batch(9, start, 300), None).unwrap();
    }
    let bytes = save::model_json(&learner);
    let file: ModelFile = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(
        (file.model_id, file.batch_id, file.classes),
        (3, Some(2), [0, 1])
    );
    assert_eq!(bits(&file.coef[0]), bits(learner.model().coef()));
    assert_eq!(bits(&file.intercept), bits(&[learner.model().intercept()]));
    assert_eq!(bits(&[file.t]), bits(&[901.0]));
    assert_eq!(file.feature_names.len(), 13);
    assert_eq!(
        file.positions,
        [Position {
            partition: 0,
            offset: 900,
            leader_epoch: Some(3)
        }]
    );
    assert_eq!(file.settings, *learner.settings());
    assert_eq!(file.encoder.scaler, *learner.encoder().scaler().unwrap());
    assert!(bytes.starts_with(b"{\n  \"format\": \"gradually-model\",\n  \"version\": 1,"));
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn metrics_are_written_under_the_labs_names_beside_the_honest_ones() {
    let mut learner = learner(SgdSettings::default());
    learner.step(&batch(1, 0, 100), None).unwrap();
    let report = learner.step(&batch(1, 100, 100), None).unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&save::metrics_json(&report.metrics())).unwrap();
    assert_eq!(
        (json["batch_id"].as_u64(), json["model_id"].as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!(json["accuracy"].as_f64(), report.same_batch.accuracy());
    assert_eq!(
        json["test_then_train_accuracy"].as_f64(),
        report.tested.accuracy()
    );
    let csv = String::from_utf8(save::metrics_csv([&report.metrics()])).unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].len(), rows[1].len());
    assert_eq!(rows[0][6], "accuracy");
    assert_eq!(
        rows[1][6].parse(),
        Ok(report.same_batch.accuracy().unwrap())
    );
}

#[test]
fn a_snapshot_of_something_else_is_refused() {
    let of = |bytes: &[u8]| Snapshot::from_json(bytes).map(Learner::restore);
    assert!(of(b"{").is_err());
    let good = String::from_utf8(whole(&learner(SgdSettings::default()))).unwrap();
    let error = of(good.replace("\"version\":1", "\"version\":2").as_bytes()).unwrap_err();
    let message =
        "a gradually-snapshot of version 2; this program reads gradually-snapshot of version 1";
    assert_eq!(error.to_string(), message);
    let cut = good.replacen("\"plain_coef\":[0.0,", "\"plain_coef\":[", 1);
    let error = of(cut.as_bytes()).unwrap().unwrap_err();
    let message = "the snapshot does not fit together: weights and schema differ in width";
    assert_eq!(error.to_string(), message);
}

fn settings() -> impl Strategy<Value = SgdSettings> {
    let losses = prop::sample::select(Loss::ALL);
    let penalties = prop::sample::select(Penalty::ALL);
    let averages = prop::sample::select(vec![0, 1, 90]);
    (
        losses,
        penalties,
        averages,
        1e-3..1.0,
        any::<u32>(),
        any::<bool>(),
    )
        .prop_map(
            |(loss, penalty, average, alpha, random_state, shuffle)| SgdSettings {
                loss,
                penalty,
                average: Average(average),
                alpha,
                random_state,
                shuffle,
                ..SgdSettings::default()
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Stopped at any batch and gone on in another learner: the same bytes as never stopped.
    #[test]
    fn a_snapshot_goes_on_to_the_same_bits(
        model in settings(), seed in any::<u64>(), sizes in prop::collection::vec(1u64..60, 2..6),
        stop in 0usize..5, window in 1u32..200,
    ) {
        let mut settings = Settings { model, ..Settings::default() };
        settings.evaluation.window_records = NonZeroU32::new(window).unwrap();
        settings.trigger = Trigger::Records(NonZeroU32::new(60).unwrap());
        let mut never_stopped = Learner::new(settings).unwrap();
        let mut stopped = never_stopped.clone();
        let mut start = 0;
        for (number, size) in sizes.into_iter().enumerate() {
            let batch = batch(seed, start, size);
            let first = never_stopped.step(&batch, None);
            prop_assert_eq!(first, stopped.step(&batch, None));
            if number == stop {
                let snapshot = Snapshot::from_json(&whole(&stopped)).unwrap();
                stopped = Learner::restore(snapshot).unwrap();
            }
            start += size;
        }
        prop_assert_eq!(whole(&never_stopped), whole(&stopped));
    }
}
