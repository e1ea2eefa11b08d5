//! A learner as its users rely on it: a step happens whole or not at all, it goes on from a
//! snapshot to the same bits, and its files say what it holds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
// The snapshot's property test needs a native test runner.
#![cfg(not(target_arch = "wasm32"))]

mod ways;

use std::num::NonZeroU32;

use proptest::prelude::*;
use shared::batch::{Batch, Trigger};
use shared::generate::LoanStream;
use shared::learner::{Explained, Learned, Learner, Snapshot, StepError};
use shared::model::{Average, FitError, LearningRate, Loss, Penalty, SgdSettings, Update};
use shared::record::{Position, Record};
use shared::save::{self, ModelFile};
use shared::schema::Class;
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
    assert_eq!(report.weights, clean.weights);
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

fn first_update(explained: &Explained) -> &Update {
    match &explained.learned {
        Learned::Sgd(updates) => &updates[0],
        Learned::Online(_) => panic!("an update of scikit-learn's classifier"),
    }
}

#[test]
fn explaining_a_record_changes_nothing_and_tells_the_right_one() {
    let mut told = learner(SgdSettings::default());
    let mut silent = learner(SgdSettings::default());
    told.step(&batch(1, 0, 100), None).unwrap();
    silent.step(&batch(1, 0, 100), None).unwrap();
    let tested = told.weights().remove(0);
    let report = told.step(&batch(1, 100, 40), Some(7)).unwrap();
    let plain = silent.step(&batch(1, 100, 40), None).unwrap();
    assert_eq!(report.weights, plain.weights);
    let explained = report.explained.unwrap();
    assert_eq!((explained.offset, explained.index), (107, 7));
    assert!((1..=40).contains(&first_update(&explained).number));
    // It was tested by the weights from before the batch.
    let products = tested.coef.iter().zip(&explained.features);
    let score = products.fold(0.0, |sum, (w, x)| sum + w * x) + tested.intercept;
    assert_eq!(bits(&explained.tested_scores), bits(&[score]));
    let probability = 1.0 / (1.0 + shared::model::exp(-score));
    assert_eq!(
        explained.tested_probability.to_bits(),
        probability.to_bits()
    );
    assert_eq!(explained.contributions().len(), 13);
}

/// Does the update again from the numbers that were told, by the formulas that `Update` documents.
fn replay(update: &Update, settings: &SgdSettings, features: &[f64]) -> (Vec<f64>, f64) {
    let (mut stored, mut scale) = (update.stored.0.clone(), update.scale.0);
    let products = stored.iter().zip(features);
    let sum = products.fold(0.0, |sum, (w, x)| sum + w * x);
    let score = sum * scale + update.intercept.0;
    assert_eq!(score.to_bits(), update.score.to_bits());
    let moved = -update.learning_rate * update.gradient;
    let moved = moved * (update.class_weight * update.sample_weight);
    assert_eq!(moved.to_bits(), update.update.to_bits());
    scale *= update.shrink;
    if update.folded {
        for w in &mut stored {
            *w *= scale;
        }
        scale = 1.0;
    }
    let mut intercept = update.intercept.0;
    if moved != 0.0 {
        let step = moved / scale;
        for (w, x) in stored.iter_mut().zip(features) {
            *w += x * step;
        }
        if settings.fit_intercept {
            intercept += moved;
        }
    }
    if let Some(truncation) = &update.truncation {
        for (w, paid) in stored.iter_mut().zip(&truncation.paid.0) {
            if scale * *w > 0.0 {
                *w = f64::max(0.0, *w - (truncation.due + paid) / scale);
            } else if scale * *w < 0.0 {
                *w = f64::min(0.0, *w + (truncation.due - paid) / scale);
            }
        }
    }
    (stored.iter().map(|w| w * scale).collect(), intercept)
}

#[test]
fn what_is_explained_gives_the_trained_bits_when_it_is_done_again() {
    for loss in Loss::ALL {
        for penalty in Penalty::ALL {
            let settings = SgdSettings {
                loss: *loss,
                penalty: *penalty,
                alpha: 0.01,
                class_weight: "{0: 1.5, 1: 0.5}".parse().unwrap(),
                ..SgdSettings::default()
            };
            let mut learner = learner(settings.clone());
            for index in 0..60 {
                let report = learner.step(&batch(4, index, 1), Some(0)).unwrap();
                let explained = report.explained.unwrap();
                let update = first_update(&explained);
                let (coef, intercept) = replay(update, &settings, &explained.features);
                let trained = &report.weights[0];
                assert_eq!(bits(&coef), bits(&trained.coef), "{loss} {penalty} {index}");
                assert_eq!(intercept.to_bits(), trained.intercept.to_bits());
            }
        }
    }
}

#[test]
fn an_online_model_learns_in_the_classifiers_place() {
    let adam = r#"{"optimizer": {"adam": {"lr": 0.01}}}"#;
    let settings = Settings {
        online: Some(serde_json::from_str(adam).unwrap()),
        ..Settings::default()
    };
    let mut learner = Learner::new(settings.clone()).unwrap();
    let mut reports = Vec::new();
    for start in (0..6000).step_by(300) {
        reports.push(learner.step(&batch(2, start, 300), Some(0)).unwrap());
    }
    let last = reports.last().unwrap();
    assert!(last.window.accuracy().unwrap() > 0.8, "{:?}", last.window);
    assert!(learner.sgd().is_none());
    let Some(Learned::Online(update)) = last.explained.as_ref().map(|e| e.learned.clone()) else {
        panic!("an online update");
    };
    assert_ne!(update.coef.0, update.coef.1);
    let snapshot = Snapshot::from_json(&whole(&learner)).unwrap();
    let mut restored = Learner::restore(snapshot).unwrap();
    let next = batch(2, 6000, 300);
    assert_eq!(restored.step(&next, None), learner.step(&next, None));
    // A snapshot of the one is none of the other.
    let json = String::from_utf8(whole(&learner)).unwrap();
    let online = serde_json::to_string(&settings.online).unwrap();
    let other = json.replace(&format!("\"online\":{online}"), "\"online\":null");
    assert_ne!(other, json);
    let error = Learner::restore(Snapshot::from_json(other.as_bytes()).unwrap()).unwrap_err();
    assert!(error.to_string().contains("does not fit"), "{error}");
}

#[test]
fn resetting_forgets_what_was_learned_and_keeps_the_place() {
    let mut learner = learner(SgdSettings::default());
    learner.step(&batch(1, 0, 100), None).unwrap();
    learner.reset_model();
    assert!(learner.weights()[0].coef.iter().all(|w| *w == 0.0));
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
fn late_labels_are_learned_from_in_order_and_predicted_when_they_came() {
    let delayed = |delay, sizes: &[u64]| {
        let mut settings = Settings::default();
        settings.evaluation.measures.label_delay_records = delay;
        let mut learner = Learner::new(settings).unwrap();
        let mut start = 0;
        let mut reports = Vec::new();
        for &size in sizes {
            reports.push(learner.step(&batch(3, start, size), None).unwrap());
            start += size;
        }
        (learner, reports)
    };
    let (_, reports) = delayed(150, &[100, 100, 100, 100]);
    let learned: Vec<_> = reports.iter().map(|report| report.learned).collect();
    assert_eq!(learned, [0, 50, 100, 100]);
    let models: Vec<_> = reports
        .iter()
        .map(|r| (r.model_id, r.has_model()))
        .collect();
    assert_eq!(models, [(0, false), (1, true), (2, true), (3, true)]);
    assert_eq!(reports[3].t, 251.0);
    // The first 100 were predicted by a model that had learned nothing and says 0.
    let zeros = 100 - labels_of(&batch(3, 0, 100));
    assert_eq!(reports[1].tested.correct + reports[2].tested.correct, {
        let second = reports[2].tested.correct - (zeros - reports[1].tested.correct);
        zeros + second
    });
    // Learning from every record as its label comes ends at the same weights, whatever came with it.
    let (first, _) = delayed(3, &[1; 40]);
    let (second, _) = delayed(30, &[1; 67]);
    assert_eq!(first.weights(), second.weights());
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
        (3, Some(2), vec![Class::Integer(0), Class::Integer(1)])
    );
    assert_eq!(bits(&file.coef[0]), bits(&learner.weights()[0].coef));
    assert_eq!(
        bits(&file.intercept),
        bits(&[learner.weights()[0].intercept])
    );
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
    assert_eq!(file.encoder.scaler.as_ref(), learner.encoder().scaler());
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
        serde_json::from_slice(&save::metrics_json(&report.metrics(), &mut learner)).unwrap();
    assert_eq!(
        (json["batch_id"].as_u64(), json["model_id"].as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!(json["accuracy"].as_f64(), report.same_batch.accuracy());
    assert_eq!(
        json["test_then_train_accuracy"].as_f64(),
        report.tested.accuracy()
    );
    let everything = &json["measures"]["everything"];
    assert_eq!(everything["weight"].as_f64(), Some(200.0));
    assert_eq!(
        everything["accuracy"].as_f64(),
        report.cumulative.accuracy()
    );
    assert!(json["measures"]["window"]["roc_auc"].is_f64(), "{json}");
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
    let message =
        "the snapshot does not fit together: the model's state does not fit schema and settings";
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
        stop in 0usize..5, window in 1u32..200, delay in prop::sample::select(vec![0u32, 1, 25, 90]),
        encoder in prop::sample::select(vec!["{\"stable\":{}}", "{\"hashed\":{\"n_features\":32}}", "\"per_batch\""]),
        drift in prop::sample::select(shared::drift::DriftSettings::all().to_vec()),
        as_bytes in any::<bool>(),
    ) {
        let mut settings = Settings { model, ..Settings::default() };
        settings.evaluation.window_records = NonZeroU32::new(window).unwrap();
        settings.evaluation.measures.label_delay_records = delay;
        settings.encoder = serde_json::from_str(encoder).unwrap();
        settings.drift = drift;
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
                let of_bytes = Snapshot::from_bytes(&stopped.snapshot().to_bytes()).unwrap();
                prop_assert_eq!(&of_bytes, &snapshot);
                let snapshot = if as_bytes { of_bytes } else { snapshot };
                stopped = Learner::restore(snapshot).unwrap();
            }
            start += size;
        }
        prop_assert_eq!(whole(&never_stopped), whole(&stopped));
    }
}
