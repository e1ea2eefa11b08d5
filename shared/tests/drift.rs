//! The drift detectors against River, value by value: natively and, built for wasm32, in Node.
//! `goldens/drift/generate.py` writes the files and says what is in them.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::drift::{DriftDetector, DriftSettings};

/// What River said about one stream.
#[derive(Deserialize)]
struct Head {
    settings: DriftSettings,
    stream: String,
    seed: u64,
}

/// Kind, number of values, first and last level, spread.
#[derive(Deserialize)]
struct Part(Kind, u32, f64, f64, f64);

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Errors,
    Uniform,
    Normal,
    Whole,
    Constant,
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[allow(clippy::cast_precision_loss, reason = "53 bits")]
    fn uniform(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[allow(clippy::cast_precision_loss, reason = "32 bits")]
    fn normal(&mut self) -> f64 {
        let sum = (0..12).fold(0.0, |sum, _| sum + (self.word() >> 32) as f64);
        sum / (1_u64 << 32) as f64 - 6.0
    }
}

fn values(parts: &[Part], seed: u64) -> Vec<f64> {
    let mut rng = SplitMix64(seed);
    let mut values = vec![];
    for &Part(kind, count, first, last, spread) in parts {
        for i in 0..count {
            let level = first + (last - first) * (f64::from(i) / f64::from(count));
            values.push(match kind {
                Kind::Errors => f64::from(u8::from(rng.uniform() < level)),
                Kind::Uniform => level + spread * (rng.uniform() - 0.5),
                Kind::Normal => level + spread * rng.normal(),
                Kind::Whole => (level + spread * rng.uniform()).floor(),
                Kind::Constant => level,
            });
        }
    }
    values
}

/// FNV-1a over 64-bit words.
struct Hash(u64);

impl Hash {
    fn add(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3);
    }

    /// The flags and every statistic of a detector.
    fn add_all(&mut self, detector: &DriftDetector) {
        let state = detector.state();
        self.add(u64::from(state.drift) | u64::from(state.warning) << 1);
        for statistic in detector.statistics() {
            self.add(statistic.value.map_or(0x7ff8 << 48, f64::to_bits));
        }
    }
}

/// Indices as runs `first-last`.
fn runs(indices: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = vec![];
    for &i in indices {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == i => *last = i,
            _ => runs.push((i, i)),
        }
    }
    let text = |&(first, last): &(usize, usize)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    };
    runs.iter().map(text).collect::<Vec<_>>().join(" ")
}

/// The four lines of a case as the golden has them, but for the head.
fn run(head: &Head, parts: &[Part]) -> [String; 3] {
    let values = values(parts, head.seed);
    let mut detector = DriftDetector::new(&head.settings).expect("valid settings");
    let (mut drifts, mut warned, mut hashes) = (vec![], vec![], vec![]);
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    for (i, &value) in values.iter().enumerate() {
        let state = detector.update(value).expect("a value in its range");
        if state.drift {
            drifts.push(i.to_string());
        }
        if state.warning {
            warned.push(i);
        }
        hash.add_all(&detector);
        if (i + 1) * 20 / values.len() > i * 20 / values.len() {
            hashes.push(format!("{:016x}", hash.0));
        }
    }
    [
        format!("drift {}", drifts.join(" ")),
        format!("warning {}", runs(&warned)),
        format!("hash {}", hashes.join(" ")),
    ]
}

#[track_caller]
fn check(golden: &str, least_cases: usize) {
    let streams: BTreeMap<String, Vec<Part>> =
        serde_json::from_str(include_str!("../goldens/drift/streams.json")).expect("streams");
    let lines: Vec<&str> = golden.lines().collect();
    let (cases, rest) = lines.as_chunks::<4>();
    assert!(rest.is_empty() && cases.len() >= least_cases);
    for [head, wanted @ ..] in cases {
        let parsed: Head = serde_json::from_str(head).expect("a head");
        let found = run(&parsed, &streams[&parsed.stream]);
        assert_eq!(found, *wanted, "{head}");
    }
}

macro_rules! goldens {
    ($($name:ident: $cases:literal),+ $(,)?) => {
        $(
            #[cfg_attr(not(target_arch = "wasm32"), test)]
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
            fn $name() {
                check(include_str!(concat!("../goldens/drift/", stringify!($name), ".txt")), $cases);
            }
        )+
    };
}

goldens!(
    adwin: 200,
    ddm: 60,
    eddm: 60,
    hddm_a: 80,
    hddm_w: 90,
    page_hinkley: 150,
    kswin: 25,
);
