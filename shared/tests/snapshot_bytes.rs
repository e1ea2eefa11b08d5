//! A learner as bytes, as whoever keeps one relies on it: it goes on to the same bits, and bytes
//! that are cut off or changed are refused or are another learner, and never end the program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;

use shared::batch::Batch;
use shared::decode::Format;
use shared::drift::DriftSettings;
use shared::generate::{KnownStream, StreamSettings};
use shared::learner::{Learner, Snapshot, SnapshotError};
use shared::model::Average;
use shared::record::Record;
use shared::run_log::Hash;
use shared::schema::Schema;
use shared::settings::Settings;

/// The version in the bytes, and the hash of the learners' below. When the hash differs the bytes
/// have changed, and old ones would be read as something else: raise `VERSION` in
/// `src/learner/snapshot/bytes.rs` and here, and take over the hash that the failure tells. The
/// kept runs of the page have a version of their own, which its tests ask for then.
const GOLDEN: (u32, &str) = (1, "616d3a8bd94931a8");

fn batch(stream: &StreamSettings, start: u64, count: u64) -> Batch {
    let mut records = KnownStream::new(stream, 5).unwrap();
    records.seek(start);
    let mut batch = Batch::new();
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for offset in start..start + count {
        records.next_into(&mut key, &mut value);
        batch.push(&Record {
            partition: 2,
            offset: offset.try_into().unwrap(),
            leader_epoch: Some(3),
            timestamp_millis: 0,
            key: None,
            value: (offset % 17 != 16).then_some(&value[..]),
        });
    }
    batch
}

/// A stream, settings for it, and the learner after some batches.
fn learned(stream: &StreamSettings, schema: Schema, settings: Settings) -> Learner {
    let mut learner = Learner::with_schema(schema, Format::Json, settings).unwrap();
    for (start, count) in [(0, 20), (20, 3), (23, 20)] {
        learner.step(&batch(stream, start, count), None).unwrap();
    }
    learner
}

/// Learners that together have every part that a snapshot can have, with the streams they are of.
fn learners() -> Vec<(StreamSettings, Learner)> {
    let json = |json: &str| -> Settings { serde_json::from_str(json).unwrap() };
    let mut averaged = json(r#"{"model": {"class_weight": {"0": 0.5, "1": 2.0}}}"#);
    averaged.model.average = Average(12);
    averaged.evaluation.measures.label_delay_records = 4;
    averaged.evaluation.window_records = NonZeroU32::new(9).unwrap();
    let loans = [
        averaged,
        json(r#"{"online": {"optimizer": {"adam": {}}}}"#),
        json(r#"{"online": {"optimizer": {"adagrad": {}}, "l1": 0.01}}"#),
        json(r#"{"online": {"optimizer": {"ftrl_proximal": {}}}}"#),
        json(r#"{"encoder": {"hashed": {"n_features": 16}}}"#),
        json(r#"{"encoder": "per_batch"}"#),
        json(
            r#"{"encoder": {"stable": {"thresholds": ["person_income<30000"],
            "interactions": ["loan_amnt*loan_int_rate"]}}}"#,
        ),
    ];
    let watched = DriftSettings::all().map(|drift| Settings {
        drift,
        ..Settings::default()
    });
    let loan = StreamSettings::Loan;
    let mut all: Vec<_> = (loans.into_iter().chain(watched))
        .map(|settings| (loan.clone(), learned(&loan, Schema::loan(), settings)))
        .collect();
    let digits: StreamSettings = serde_json::from_str(r#"{"led": {}}"#).unwrap();
    let schema = Schema::of_stream(&digits);
    let learner = learned(&digits, schema, Settings::default());
    all.push((digits, learner));
    let schema = Schema::from_json(TOLERANT.as_bytes()).unwrap();
    all.push((loan.clone(), learned(&loan, schema, Settings::default())));
    all
}

/// Each kind of vocabulary, of missing value and of field.
const TOLERANT: &str = r#"{
    "format": "gradually-schema", "version": 1, "name": "loans",
    "fields": [
        {"name": "loan_intent", "kind": "categorical", "vocabulary": {"first_seen": 4}, "missing": "own_category"},
        {"name": "person_home_ownership", "kind": "categorical", "vocabulary": {"hashed": 4}, "missing": {"constant": "RENT"}},
        {"name": "person_income", "kind": "numeric", "missing": {"constant": 1.5}},
        {"name": "loan_amnt", "kind": "numeric", "missing": "mean"},
        {"name": "loan_percent_income", "kind": "weight"},
        {"name": "note", "kind": "ignored"},
        {"name": "number", "kind": "key"},
        {"name": "noted", "kind": "time"}
    ],
    "label": {"name": "label", "classes": [0, 1]}
}"#;

fn restored(bytes: &[u8]) -> Result<Learner, SnapshotError> {
    Learner::restore(Snapshot::from_bytes(bytes)?)
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_learner_goes_on_from_its_bytes_as_if_nothing_had_been() {
    for (stream, mut whole) in learners() {
        let bytes = whole.snapshot().to_bytes();
        let mut again = restored(&bytes).unwrap();
        assert_eq!(again.snapshot(), whole.snapshot());
        assert_eq!(again.snapshot().to_bytes(), bytes);
        let next = batch(&stream, 43, 30);
        assert_eq!(again.step(&next, Some(3)), whole.step(&next, Some(3)));
        assert_eq!(again.snapshot().to_bytes(), whole.snapshot().to_bytes());
        let from_json = Snapshot::from_json(&whole.snapshot().to_json()).unwrap();
        assert_eq!(from_json, whole.snapshot());
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bytes_that_are_cut_off_or_too_many_are_refused() {
    for (_, learner) in learners() {
        let mut bytes = learner.snapshot().to_bytes();
        for length in 0..bytes.len() {
            assert!(restored(&bytes[..length]).is_err(), "{length} bytes");
        }
        bytes.push(0);
        let error = restored(&bytes).unwrap_err().to_string();
        assert!(error.contains("1 bytes follow"), "{error}");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn any_bit_may_be_another_and_nothing_ends_the_program() {
    for (number, (stream, learner)) in learners().into_iter().enumerate() {
        let next = batch(&stream, 43, 20);
        let bytes = learner.snapshot().to_bytes();
        let mut changed = bytes.clone();
        for place in 0..bytes.len() {
            // Every bit of the first, and one of each byte of the others, which is faster.
            let bits = if number == 0 {
                0..8
            } else {
                place % 8..place % 8 + 1
            };
            for bit in bits {
                changed[place] = bytes[place] ^ (1 << bit);
                if let Ok(mut other) = restored(&changed) {
                    let _ = other.step(&next, Some(0));
                    let _ = other.state_hash();
                }
            }
            changed[place] = bytes[place];
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_number_that_is_none_and_another_version_are_refused_by_name() {
    let (_, learner) = learners().swap_remove(0);
    let bytes = learner.snapshot().to_bytes();
    let weight = learner.weights()[0].intercept.to_le_bytes();
    let place = bytes.windows(8).position(|eight| eight == weight).unwrap();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut bytes = bytes.clone();
        bytes[place..place + 8].copy_from_slice(&number.to_le_bytes());
        let error = restored(&bytes).unwrap_err();
        assert!(matches!(error, SnapshotError::Bytes(_)), "{error}");
    }
    let mut other = bytes.clone();
    let version = 1 + "gradually-snapshot-bytes".len();
    other[version] += 1;
    let (version, _) = GOLDEN;
    assert_eq!(
        restored(&other).unwrap_err().to_string(),
        format!(
            "a gradually-snapshot-bytes of version {}; this program reads gradually-snapshot-bytes of version {version}",
            version + 1
        )
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bytes_of_one_version_stay_the_same() {
    let all: Vec<u8> = learners()
        .into_iter()
        .flat_map(|(_, learner)| learner.snapshot().to_bytes())
        .collect();
    let version = u32::from(all[1 + "gradually-snapshot-bytes".len()]);
    let hash = Hash::of(&all).to_string();
    assert_eq!(
        (version, hash.as_str()),
        GOLDEN,
        "snapshots have other bytes: GOLDEN says what to do"
    );
}
