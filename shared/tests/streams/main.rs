//! The streams against their known truth, against River's labels, and against themselves: any
//! record is the same whichever way it is reached, natively and in WebAssembly.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod drift;
mod messages;
mod pinned;
mod truth;

use serde::Deserialize;
use serde_json::Value;
use shared::generate::{DriftScript, KnownStream, LoanStream, ScriptedLoans, StreamSettings};

use pinned::PINNED;

const FAR: [u64; 4] = [1 << 20, (1 << 40) + 8191, u64::MAX - 1, u64::MAX];

pub(crate) fn settings(json: &str) -> StreamSettings {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

pub(crate) fn open(json: &str, seed: u64) -> KnownStream {
    KnownStream::new(&settings(json), seed).expect("settings within their ranges")
}

pub(crate) fn next(stream: &mut KnownStream) -> (Vec<u8>, Vec<u8>) {
    let (mut key, mut value) = (Vec::new(), Vec::new());
    stream.next_into(&mut key, &mut value);
    (key, value)
}

/// 64-bit FNV-1a.
pub(crate) fn hash(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, &byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

pub(crate) const HASH: u64 = 0xcbf2_9ce4_8422_2325;

pub(crate) fn lines(mut stream: KnownStream, count: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(move |_| {
        let mut line = next(&mut stream).1;
        line.push(b'\n');
        line
    })
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bytes_are_pinned() {
    let mut changed = Vec::new();
    for (json, wanted) in PINNED {
        let mut state = lines(open(json, 7), 2000).fold(HASH, |state, line| hash(state, &line));
        for far in FAR {
            let mut stream = open(json, 7);
            stream.seek(far);
            state = hash(state, &next(&mut stream).1);
        }
        if state != wanted {
            changed.push(format!("{json}: {state:#x}"));
        }
    }
    assert!(changed.is_empty(), "other bytes: {changed:#?}");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn seeking_is_walking() {
    for (json, _) in PINNED {
        let mut walked = open(json, 3);
        let all: Vec<_> = (0..9000).map(|_| next(&mut walked)).collect();
        let mut jumped = open(json, 3);
        let mut index = 1u64;
        for _ in 0..200 {
            index = index * 48_271 % 2_147_483_647;
            jumped.seek(index % 9000);
            let place = usize::try_from(index % 9000).unwrap();
            assert_eq!(next(&mut jumped), all[place], "{json} at {place}");
        }
        assert_ne!(next(&mut open(json, 4)).1, all[0].1, "{json}: another seed");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn river_says_the_same_labels() {
    let golden = include_str!("../../goldens/streams/river.txt");
    assert_eq!(golden.lines().count(), 20);
    for line in golden.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [json, seed, count, bytes, labels] = parts[..] else {
            panic!("five parts: {line}");
        };
        let stream = open(json, seed.parse().unwrap());
        let (mut state, mut ours) = (HASH, String::new());
        for line in lines(stream, count.parse().unwrap()) {
            state = hash(state, &line);
            let record: Value = serde_json::from_slice(&line).unwrap();
            ours += &record["label"].to_string();
        }
        assert_eq!(ours, labels, "{json}");
        assert_eq!(format!("{state:016x}"), bytes, "{json}: other records");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn an_empty_script_is_the_labs_stream() {
    let mut lab = LoanStream::new(11);
    let mut scripted = ScriptedLoans::new(&DriftScript::default(), 11).unwrap();
    let (mut a, mut b, mut c, mut d) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3000 {
        assert_eq!(
            lab.next_into(&mut a, &mut b),
            scripted.next_into(&mut c, &mut d)
        );
        assert_eq!((&a, &b), (&c, &d));
    }
}

pub(crate) fn near(found: f64, wanted: f64, within: f64, what: &str) {
    assert!(
        (found - wanted).abs() < within,
        "{what}: {found}, not {wanted} ± {within}"
    );
}

pub(crate) const HEAD: &str = r#"{"format": "gradually-drift-script", "version": 1, "phases": ["#;

pub(crate) fn script(phases: &str) -> String {
    format!("{HEAD}{phases}]}}")
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn records_have_the_fields_they_are_said_to_have() {
    for (json, _) in PINNED.iter().filter(|(json, _)| !json.contains("bad")) {
        let stream = open(json, 1);
        let fields = stream.fields();
        for line in lines(stream, 50) {
            let record: Value = serde_json::from_slice(&line).unwrap();
            assert_eq!(record.as_object().unwrap().len(), fields.fields.len() + 1);
            assert!(fields.classes.contains(&record[&fields.label].to_string()));
            for field in &fields.fields {
                let value = &record[&field.name];
                let kind = serde_json::to_value(&field.kind).unwrap();
                let fits = match (&kind, value) {
                    (Value::String(kind), Value::Number(_)) => kind == "numeric",
                    (Value::String(kind), Value::String(_)) => kind == "time" || kind == "key",
                    (kind, word) => kind["categorical"].as_array().unwrap().contains(word),
                };
                assert!(fits, "{json}: {} is {value}", field.name);
            }
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Row {
    pub(crate) person_income: u32,
    pub(crate) person_home_ownership: String,
    pub(crate) loan_int_rate: f64,
    pub(crate) loan_percent_income: f64,
    pub(crate) loan_intent: String,
    pub(crate) previous_loan_defaults_on_file: String,
    pub(crate) label: u8,
}
