//! The engine from record to weights against scikit-learn, bit by bit, after every batch: natively
//! and, built for wasm32, in Node. `goldens/records/generate.py` writes the files and says what is in them.

mod support;

use std::num::NonZeroU32;

use serde::Deserialize;
use shared::batch::{Batcher, Trigger};
use shared::generate::LoanStream;
use shared::learner::{Learner, Report};
use shared::model::SgdSettings;
use shared::settings::Settings;
use support::record;

#[derive(Deserialize)]
struct Head {
    stream: Source,
    batch_records: NonZeroU32,
    settings: SgdSettings,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Seed(u64),
    #[allow(dead_code, reason = "there is one file; its name is for people")]
    File(String),
}

/// The values of a stream's records, one after the other.
fn values(source: &Source) -> Box<dyn FnMut() -> Vec<u8>> {
    match source {
        Source::Seed(seed) => {
            let mut stream = LoanStream::new(*seed);
            Box::new(move || {
                let (mut key, mut value) = (Vec::new(), Vec::new());
                stream.next_into(&mut key, &mut value);
                value
            })
        }
        Source::File(_) => {
            let mut lines = include_str!("../goldens/records/records.ndjson").lines();
            Box::new(move || lines.next().expect("as many records as the golden").into())
        }
    }
}

fn step(
    learner: &mut Learner,
    batcher: &mut Batcher,
    next: &mut impl FnMut() -> Vec<u8>,
) -> Report {
    for offset in 0.. {
        let value = next();
        let record = record(offset, Some(&value));
        if batcher.push(&record) {
            break;
        }
    }
    let batch = batcher.cut().expect("a whole batch");
    learner
        .step(batch, None)
        .expect("a batch that can be learned")
}

fn hex(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

/// A report as the golden writes it.
fn line(report: &Report) -> String {
    let mut words = vec![
        report.tested.correct.to_string(),
        report.same_batch.correct.to_string(),
    ];
    words.extend([report.t, report.weights[0].intercept].map(hex));
    words.extend(report.weights[0].coef.iter().copied().map(hex));
    words.join(" ")
}

#[track_caller]
fn check(golden: &str) {
    let mut lines = golden.lines();
    let head: Head = serde_json::from_str(lines.next().expect("a head")).expect("a head");
    let trigger = Trigger::Records(head.batch_records);
    let settings = Settings {
        trigger,
        model: head.settings,
        ..Settings::default()
    };
    let mut learner = Learner::new(settings).expect("valid settings");
    let mut batcher = Batcher::new(trigger);
    let mut next = values(&head.stream);
    let mut batches: Vec<&str> = lines.collect();
    let scaler = batches.pop().expect("the scaler's line");
    assert_eq!(batches.len(), 50);
    for (batch, wanted) in batches.into_iter().enumerate() {
        let report = step(&mut learner, &mut batcher, &mut next);
        assert_eq!(line(&report), wanted, "batch {batch}");
        assert_eq!(report.bad_records, 0);
    }
    let state = learner.encoder().scaler().expect("a running scaler");
    let words: Vec<_> = state
        .mean()
        .iter()
        .chain(state.var())
        .copied()
        .map(hex)
        .collect();
    assert_eq!(words.join(" "), scaler);
}

macro_rules! goldens {
    ($($name:ident),+ $(,)?) => {
        $(
            #[cfg_attr(not(target_arch = "wasm32"), test)]
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
            fn $name() {
                check(include_str!(concat!("../goldens/records/", stringify!($name), ".txt")));
            }
        )+
    };
}

goldens!(
    batch_1,
    batch_17,
    batch_100,
    batch_300,
    batch_1000,
    python_records,
    no_shuffle,
    average,
    penalty_l1,
    rate_invscaling,
);
