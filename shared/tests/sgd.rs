//! The classifier against scikit-learn, bit by bit, after every batch: natively and, built for
//! wasm32, in Node. `goldens/sgd/generate.py` writes the files and says what is in them.
//!
//! Three seeds of each configuration are run; natively `GRADUALLY_GOLDENS=all` runs all twenty.

use serde::Deserialize;
use shared::encode::Features;
use shared::model::{SgdClassifier, SgdSettings};

#[derive(Deserialize)]
struct Configuration {
    name: String,
    width: usize,
    classes: u16,
    sizes: Vec<usize>,
    weighted: bool,
    settings: SgdSettings,
}

/// The next word of SplitMix64 (G. Steele, D. Lea and C. Flood, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A whole number that is far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "it is exact")]
fn exact(whole: i64) -> f64 {
    whole as f64
}

/// A batch as the script makes it.
struct Batch {
    x: Vec<f64>,
    labels: Vec<u16>,
    weights: Vec<f64>,
}

fn batch(configuration: &Configuration, seed: u64, number: u64, size: usize) -> Batch {
    let mut state = seed * 1_000_003 + number * 7_919;
    let mut batch = Batch {
        x: Vec::new(),
        labels: Vec::new(),
        weights: Vec::new(),
    };
    for _ in 0..size {
        let words: Vec<u64> = (0..configuration.width).map(|_| next(&mut state)).collect();
        let (chance, weight) = (next(&mut state), next(&mut state));
        let is_zero = chance.is_multiple_of(29);
        let value = |(j, &word)| if is_zero { 0.0 } else { feature(j, word) };
        let row: Vec<f64> = words.iter().enumerate().map(value).collect();
        batch
            .labels
            .push(label(configuration.classes, &row, chance));
        batch
            .weights
            .push(exact((weight % 1000).cast_signed()) / 256.0);
        batch.x.extend(row);
    }
    batch
}

fn feature(column: usize, word: u64) -> f64 {
    if column % 3 < 2 {
        return f64::from(u8::from(word & 3 == 0));
    }
    let bits = if column % 2 == 1 { 20 } else { 40 };
    let whole = (word >> (64 - bits)).cast_signed() - (1 << (bits - 1));
    exact(whole) / exact(1 << (bits - 2))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of classes"
)]
fn label(classes: u16, row: &[f64], chance: u64) -> u16 {
    if chance % 10 == 3 {
        return ((chance >> 32) % u64::from(classes)) as u16;
    }
    let total: f64 = row.iter().take(6).sum();
    let scaled = (total + 1.0) * f64::from(classes) / 3.0;
    scaled.floor().clamp(0.0, f64::from(classes - 1)) as u16
}

/// `t`, then intercept and weights of each row.
fn numbers(model: &SgdClassifier) -> Vec<f64> {
    let rows = (0..model.rows()).flat_map(|row| {
        std::iter::once(model.intercept(row)).chain(model.coef(row).iter().copied())
    });
    std::iter::once(model.t()).chain(rows).collect()
}

/// 64-bit FNV-1a over big-endian bytes.
fn hash(numbers: &[f64]) -> u64 {
    let bytes = numbers.iter().flat_map(|number| number.to_be_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The rows without their zeros.
fn sparse(width: usize, x: &[f64]) -> Features {
    Features::from_rows(width, x.to_vec())
        .expect("whole rows")
        .without_zeros()
}

/// Where a trajectory first leaves the golden one, and the state there.
fn first_difference(
    configuration: &Configuration,
    seed: u64,
    hashes: &[u64],
    leaves_zeros_out: bool,
) -> Option<(u64, Vec<f64>)> {
    let settings = SgdSettings {
        random_state: 42 + u32::try_from(seed).expect("a small seed"),
        ..configuration.settings.clone()
    };
    let width = configuration.width;
    let mut model = SgdClassifier::new(settings, width, configuration.classes);
    for (number, &wanted) in (0u64..).zip(hashes) {
        let place = usize::try_from(number + seed).expect("a small number");
        let size = configuration.sizes[place % configuration.sizes.len()];
        let batch = batch(configuration, seed, number, size);
        let x = if leaves_zeros_out {
            sparse(width, &batch.x)
        } else {
            Features::from_rows(width, batch.x).expect("whole rows")
        };
        let weights = configuration.weighted.then_some(&batch.weights[..]);
        model
            .partial_fit(&x, &batch.labels, weights)
            .expect("a batch that can be learned");
        if hash(&numbers(&model)) != wanted {
            return Some((number + 1, numbers(&model)));
        }
    }
    None
}

fn seeds() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var("GRADUALLY_GOLDENS").is_ok_and(|which| which == "all") {
        return 20;
    }
    3
}

/// Runs every configuration of a file whose settings are `chosen`; says all that differ.
#[track_caller]
fn check(golden: &str, at_least: usize, chosen: impl Fn(&Configuration) -> bool) {
    let mut lines = golden.lines().skip(1).peekable();
    let (mut run, mut wrong) = (0, Vec::new());
    while let Some(head) = lines.next() {
        let configuration: Configuration = serde_json::from_str(head).expect("a head");
        configuration.settings.validate().expect("valid settings");
        let mut full = Vec::new();
        let mut trajectories = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('{')) {
            let mut words = line.split(' ');
            let name = words.next().expect("a name");
            let hashes = words.map(|word| u64::from_str_radix(word, 16).expect("digits"));
            if name.starts_with("seed") {
                trajectories.push(hashes.collect::<Vec<_>>());
            } else {
                full.push((name.to_owned(), hashes.collect::<Vec<_>>()));
            }
        }
        if !chosen(&configuration) {
            continue;
        }
        run += 1;
        assert_eq!((trajectories.len(), full.len()), (20, 4));
        for (seed, hashes) in (0..).zip(trajectories.iter().take(seeds())) {
            assert_eq!(hashes.len(), 50);
            for leaves_zeros_out in [false, true] {
                let found = first_difference(&configuration, seed, hashes, leaves_zeros_out);
                wrong.extend(found.map(|(number, state)| {
                    let name = &configuration.name;
                    let wanted = full.iter().find(|(n, _)| *n == format!("batch{number}"));
                    let bits = |values: &[u64]| values.iter().map(|b| f64::from_bits(*b)).collect::<Vec<_>>();
                    let wanted = wanted.filter(|_| seed == 0).map(|(_, w)| bits(w));
                    format!("{name}, seed {seed}, zeros left out: {leaves_zeros_out}, batch {number}: {state:?}, not {wanted:?}")
                }));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(run, at_least, "configurations");
}

const TRAJECTORIES: &str = include_str!("../goldens/sgd/trajectories.txt");
const PASSIVE_AGGRESSIVE: &str = include_str!("../goldens/sgd/passive_aggressive.txt");

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn all() {
    check(TRAJECTORIES, 98, |_| true);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn passive_aggressive() {
    check(PASSIVE_AGGRESSIVE, 16, |_| true);
}
