//! The lab's consumer, batch by batch: Spark's pipeline fitted anew on each, scikit-learn's model. The
//! per-batch encoder gives its accuracies and its weights; the stable one shows what they hid.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;

use shared::batch::{Batch, Trigger};
use shared::encode::EncoderSettings;
use shared::evaluate::Tally;
use shared::generate::LoanStream;
use shared::learner::{Learner, Report};
use shared::record::Record;
use shared::settings::Settings;

const GOLDEN: &str = include_str!("../goldens/lab/lab.txt");

/// A batch of the lab's.
#[derive(Debug, PartialEq)]
struct Wanted {
    rows: u64,
    /// Right before learning; not of the first batch, before which there is no model.
    before: Option<u64>,
    after: u64,
    weights: String,
}

/// Seed, records of a batch, and the batches.
fn runs() -> Vec<(u64, u32, Vec<Wanted>)> {
    let mut runs: Vec<(u64, u32, Vec<Wanted>)> = Vec::new();
    for line in GOLDEN.lines() {
        let cells: Vec<&str> = line.split(' ').collect();
        let number = |place: usize| cells[place].parse::<u64>().unwrap();
        let (seed, size) = (number(0), u32::try_from(number(1)).unwrap());
        if runs.last().is_none_or(|run| (run.0, run.1) != (seed, size)) {
            runs.push((seed, size, Vec::new()));
        }
        runs.last_mut().unwrap().2.push(Wanted {
            rows: number(3),
            before: cells[4].parse().ok(),
            after: number(5),
            weights: cells[6].to_owned(),
        });
    }
    runs
}

fn learned(encoder: EncoderSettings, seed: u64, size: u32, batches: usize) -> Vec<Report> {
    let mut learner = Learner::new(Settings {
        trigger: Trigger::Records(NonZeroU32::new(size).unwrap()),
        encoder,
        ..Settings::default()
    })
    .unwrap();
    let mut stream = LoanStream::new(seed);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = |offset| {
        let mut batch = Batch::new();
        for offset in offset..offset + i64::from(size) {
            stream.next_into(&mut key, &mut value);
            batch.push(&Record {
                partition: 0,
                offset,
                leader_epoch: None,
                timestamp_millis: 0,
                key: None,
                value: Some(&value),
            });
        }
        batch
    };
    let offsets = (0..).step_by(size as usize).take(batches);
    let batches: Vec<_> = offsets.map(&mut next).collect();
    let step = |batch| learner.step(batch, None).unwrap();
    batches.iter().map(step).collect()
}

/// FNV-1a over the bits of weights and intercept.
fn hash(report: &Report) -> String {
    let weights = &report.weights[0];
    let values = weights.coef.iter().chain([&weights.intercept]);
    let bytes = values.flat_map(|value| value.to_bits().to_be_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_per_batch_encoder_gives_the_labs_accuracies_and_weights() {
    for (seed, size, wanted) in runs() {
        let reports = learned(EncoderSettings::PerBatch, seed, size, wanted.len());
        for (report, wanted) in reports.iter().zip(wanted) {
            let found = Wanted {
                rows: report.learned,
                before: (report.batch_id > 0).then_some(report.tested.correct),
                after: report.same_batch.correct,
                weights: hash(report),
            };
            assert_eq!(found, wanted, "seed {seed}, batch {}", report.batch_id);
        }
    }
}

/// All batches but the first together.
fn accuracy(tallies: impl Iterator<Item = Tally>) -> f64 {
    let all = tallies.skip(1).fold((0, 0), |(correct, total), tally| {
        (correct + tally.correct, total + tally.total)
    });
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let accuracy = all.0 as f64 / all.1 as f64;
    accuracy
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn columns_that_stay_show_what_the_labs_accuracy_hides() {
    for (seed, size, wanted) in runs() {
        let lab = learned(EncoderSettings::PerBatch, seed, size, wanted.len());
        let stable = learned(EncoderSettings::default(), seed, size, wanted.len());
        let before = |reports: &[Report]| accuracy(reports.iter().map(|report| report.tested));
        let after = |reports: &[Report]| accuracy(reports.iter().map(|report| report.same_batch));
        let gained = before(&stable) - before(&lab);
        let shown = after(&stable) - after(&lab);
        assert!(gained > 0.12, "seed {seed}: {gained}");
        assert!(shown.abs() < 0.04, "seed {seed}: {shown}");
    }
}
