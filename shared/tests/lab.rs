//! The lab's consumer, batch by batch: Spark's pipeline fitted anew on each, scikit-learn's model. The
//! per-batch encoder gives its accuracies and its weights, and refuses what ends it; the stable one
//! shows what its accuracies hid.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::Deserialize;
use shared::batch::{Batch, Trigger};
use shared::encode::EncoderSettings;
use shared::evaluate::Tally;
use shared::generate::LoanStream;
use shared::learner::{Learner, Report};
use shared::settings::Settings;
use support::{fnv1a, record};

const GOLDEN: &str = include_str!("../goldens/lab/lab.txt");
const ODD: &str = include_str!("../goldens/lab/odd.ndjson");

/// A batch of the lab's.
#[derive(Debug, PartialEq, Deserialize)]
struct Figures {
    rows: u64,
    /// Right before learning; none where there is no model yet.
    before: Option<u64>,
    after: u64,
    weights: String,
}

/// What became of a batch in the lab.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Got {
    Learned(Figures),
    Thrown { error: String },
}

/// A run of the lab's.
#[derive(Debug, Deserialize)]
struct Run {
    name: String,
    seed: u64,
    size: u32,
    /// Batches that end the lab for one bad record.
    bad: Vec<usize>,
    /// Records that stand in the place of generated ones.
    replace: BTreeMap<usize, Option<String>>,
    got: Vec<Got>,
}

/// Runs of the producer's own records.
fn plain_runs() -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for line in GOLDEN.lines() {
        let cells: Vec<&str> = line.split(' ').collect();
        let number = |place: usize| cells[place].parse::<u64>().unwrap();
        let (seed, size) = (number(0), u32::try_from(number(1)).unwrap());
        if runs
            .last()
            .is_none_or(|run| (run.seed, run.size) != (seed, size))
        {
            runs.push(Run {
                name: format!("seed {seed}"),
                seed,
                size,
                bad: Vec::new(),
                replace: BTreeMap::new(),
                got: Vec::new(),
            });
        }
        runs.last_mut().unwrap().got.push(Got::Learned(Figures {
            rows: number(3),
            before: cells[4].parse().ok(),
            after: number(5),
            weights: cells[6].to_owned(),
        }));
    }
    runs
}

/// Runs of records that are not as the producer makes them.
fn odd_runs() -> Vec<Run> {
    let run = |line| serde_json::from_str(line).unwrap();
    ODD.lines().map(run).collect()
}

fn batches(run: &Run) -> Vec<Batch> {
    let size = run.size as usize;
    let mut stream = LoanStream::new(run.seed);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = |number: usize| {
        let mut batch = Batch::new();
        for index in number * size..(number + 1) * size {
            stream.next_into(&mut key, &mut value);
            let offset = i64::try_from(index).unwrap();
            let value = match run.replace.get(&index) {
                Some(instead) => instead.as_deref().map(str::as_bytes),
                None => Some(&value[..]),
            };
            batch.push(&record(offset, value));
        }
        batch
    };
    (0..run.got.len()).map(&mut next).collect()
}

fn learned(encoder: EncoderSettings, run: &Run) -> Vec<Report> {
    let mut learner = Learner::new(Settings {
        trigger: Trigger::Records(NonZeroU32::new(run.size).unwrap()),
        encoder,
        ..Settings::default()
    })
    .unwrap();
    let step = |batch| learner.step(batch, None).unwrap();
    batches(run).iter().map(step).collect()
}

/// FNV-1a over the bits of weights and intercept.
fn hash(report: &Report) -> String {
    let weights = &report.weights[0];
    let values = weights.coef.iter().chain([&weights.intercept]);
    let hash = fnv1a(values.flat_map(|value| value.to_bits().to_be_bytes()));
    format!("{hash:016x}")
}

/// What the lab's figures would be.
fn figures(report: &Report) -> Figures {
    Figures {
        rows: report.learned,
        before: (report.model_id > 1).then_some(report.tested.correct),
        after: report.same_batch.correct,
        weights: hash(report),
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_per_batch_encoder_gives_the_labs_accuracies_and_weights() {
    for run in plain_runs() {
        let reports = learned(EncoderSettings::PerBatch, &run);
        for (report, wanted) in reports.iter().zip(run.got) {
            let found = Got::Learned(figures(report));
            assert_eq!(found, wanted, "{}, batch {}", run.name, report.batch_id);
        }
    }
}

/// A batch that ends the lab teaches nothing: the next goes on from the model as it was.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn batches_that_the_lab_learns_from_or_throws_at_are_the_same_ones() {
    let (mut learned_from, mut thrown) = (0, 0);
    for run in odd_runs().iter().filter(|run| run.bad.is_empty()) {
        let reports = learned(EncoderSettings::PerBatch, run);
        for (report, wanted) in reports.iter().zip(&run.got) {
            let place = format!("{}, batch {}", run.name, report.batch_id);
            match wanted {
                Got::Learned(wanted) => {
                    assert_eq!(report.refused, None, "{place}");
                    assert_eq!(&figures(report), wanted, "{place}");
                    let passed = report.bad_records + report.dropped_examples;
                    assert_eq!(wanted.rows + passed, u64::from(run.size), "{place}");
                    learned_from += 1;
                }
                Got::Thrown { error } => {
                    let is_empty = report.bad_records == report.records;
                    assert!(report.refused.is_some() || is_empty, "{place}: {error}");
                    assert!(!report.has_model(), "{place}: {error}");
                    thrown += 1;
                }
            }
        }
    }
    assert!(learned_from > 40 && thrown > 20, "{learned_from}, {thrown}");
}

/// One record without a number or a label ends the lab. Here it alone is left out.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_record_that_ends_the_lab_is_a_bad_record_here() {
    let runs = odd_runs();
    let runs: Vec<_> = runs.iter().filter(|run| !run.bad.is_empty()).collect();
    assert!(!runs.is_empty());
    for run in runs {
        let reports = learned(EncoderSettings::PerBatch, run);
        for &batch in &run.bad {
            let (report, place) = (&reports[batch], format!("{}, batch {batch}", run.name));
            assert!(matches!(run.got[batch], Got::Thrown { .. }), "{place}");
            assert!(report.bad_records > 0, "{place}");
            assert_eq!(
                report.learned + report.bad_records,
                report.records,
                "{place}"
            );
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
    for run in plain_runs() {
        let lab = learned(EncoderSettings::PerBatch, &run);
        let stable = learned(EncoderSettings::default(), &run);
        let before = |reports: &[Report]| accuracy(reports.iter().map(|report| report.tested));
        let after = |reports: &[Report]| accuracy(reports.iter().map(|report| report.same_batch));
        let gained = before(&stable) - before(&lab);
        let shown = after(&stable) - after(&lab);
        assert!(gained > 0.12, "{}: {gained}", run.name);
        assert!(shown.abs() < 0.04, "{}: {shown}", run.name);
    }
}
