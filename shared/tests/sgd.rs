//! The classifier against scikit-learn, bit by bit, after every batch: natively and, built for
//! wasm32, in Node. `goldens/sgd/generate.py` writes the files and says what is in them.
//!
//! Three seeds of each configuration are run; natively `GRADUALLY_GOLDENS=all` runs all twenty.

mod support;

use serde::Deserialize;
use shared::encode::Features;
use shared::model::{Dtype, LearningRate, Penalty, SgdClassifier, SgdSettings};
#[cfg(not(target_arch = "wasm32"))]
use shared::save::{SklearnVersion, sgd_joblib};
#[cfg(not(target_arch = "wasm32"))]
use shared::schema::Class;
use support::fnv1a;

#[derive(Deserialize)]
struct Configuration {
    name: String,
    width: usize,
    classes: u16,
    sizes: Vec<usize>,
    weighted: bool,
    settings: SgdSettings,
}

/// The next word of `SplitMix64` (G. Steele, D. Lea and C. Flood, 2014).
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
        return f64::from(u8::from(word.is_multiple_of(4)));
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
    fnv1a(bytes)
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
        #[cfg(not(target_arch = "wasm32"))]
        if !leaves_zeros_out && SAVED_AFTER.contains(&(number + 1)) {
            save(configuration, seed, number + 1, &model);
        }
    }
    None
}

/// Batches after which models are saved: scikit-learn must be able to go on from anywhere.
#[cfg(not(target_arch = "wasm32"))]
const SAVED_AFTER: [u64; 2] = [1, 20];

/// Saves a model for scikit-learn, into the folder that `GRADUALLY_SAVE_MODELS` names: there
/// `saves/go_on.py` opens it and goes on.
#[cfg(not(target_arch = "wasm32"))]
fn save(configuration: &Configuration, seed: u64, batch: u64, model: &SgdClassifier) {
    let Some(folder) = std::env::var_os("GRADUALLY_SAVE_MODELS") else {
        return;
    };
    let classes: Vec<Class> = (0..configuration.classes.into())
        .map(Class::Integer)
        .collect();
    let version = SklearnVersion::of(model.settings());
    let bytes = sgd_joblib(model, &classes, version).expect("a model that scikit-learn has");
    let name = format!("{}-{seed}-{batch}.joblib", configuration.name);
    std::fs::write(std::path::Path::new(&folder).join(name), bytes).expect("a folder to write to");
}

fn seeds() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var("GRADUALLY_GOLDENS").is_ok_and(|which| which == "all") {
        return 20;
    }
    3
}

/// A configuration with its lines: hashes of each seed, and states in full by their batch.
struct Golden {
    configuration: Configuration,
    trajectories: Vec<Vec<u64>>,
    full: Vec<(String, Vec<u64>)>,
}

fn goldens(file: &str) -> Vec<Golden> {
    let mut goldens = Vec::<Golden>::new();
    for line in file.lines().skip(1) {
        if line.starts_with('{') {
            goldens.push(Golden {
                configuration: serde_json::from_str(line).expect("a head"),
                trajectories: Vec::new(),
                full: Vec::new(),
            });
            continue;
        }
        let golden = goldens.last_mut().expect("a head comes first");
        let (name, words) = line.split_once(' ').expect("a name and words");
        let words = words.split(' ');
        let words = words.map(|word| u64::from_str_radix(word, 16).expect("digits"));
        if name.starts_with("seed") {
            golden.trajectories.push(words.collect());
        } else {
            golden.full.push((name.to_owned(), words.collect()));
        }
    }
    goldens
}

impl Golden {
    /// Where the first seeds leave scikit-learn's way.
    fn differences(&self) -> Vec<String> {
        assert_eq!((self.trajectories.len(), self.full.len()), (20, 4));
        self.configuration
            .settings
            .validate()
            .expect("valid settings");
        let mut differences = Vec::new();
        for (seed, hashes) in (0..).zip(self.trajectories.iter().take(seeds())) {
            assert_eq!(hashes.len(), 50);
            for zeros in ["kept", "left out"] {
                let left_out = zeros == "left out";
                let found = first_difference(&self.configuration, seed, hashes, left_out);
                differences.extend(found.map(|(batch, state)| {
                    let name = &self.configuration.name;
                    let wanted = self.wanted(seed, batch);
                    format!("{name}, seed {seed}, zeros {zeros}, batch {batch}: {state:?}, not {wanted:?}")
                }));
            }
        }
        differences
    }

    /// The state in full, where the file has it.
    fn wanted(&self, seed: u64, batch: u64) -> Option<Vec<f64>> {
        let name = format!("batch{batch}");
        let (_, bits) = self.full.iter().find(|(found, _)| *found == name)?;
        (seed == 0).then(|| bits.iter().map(|&bits| f64::from_bits(bits)).collect())
    }
}

/// Runs the configurations of a file that are `chosen`; tells all that differ.
#[track_caller]
fn check(file: &str, configurations: usize, chosen: impl Fn(&Configuration) -> bool) {
    let mut goldens = goldens(file);
    goldens.retain(|golden| chosen(&golden.configuration));
    let wrong: Vec<String> = goldens.iter().flat_map(Golden::differences).collect();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(goldens.len(), configurations, "configurations");
}

const TRAJECTORIES: &str = include_str!("../goldens/sgd/trajectories.txt");
const PASSIVE_AGGRESSIVE: &str = include_str!("../goldens/sgd/passive_aggressive.txt");

/// What a configuration is there for: the row of the table in `shared::model` that it proves.
fn topic(configuration: &Configuration) -> &'static str {
    let settings = &configuration.settings;
    if settings.dtype == Dtype::Float32 {
        "float32"
    } else if configuration.classes > 2 {
        "one against the rest"
    } else if configuration.weighted || !settings.class_weight.is_none() {
        "weights"
    } else if settings.average.0 > 0 {
        "averaging"
    } else if settings.penalty != Penalty::L2 || settings.alpha >= 1.0 {
        "penalties"
    } else if settings.learning_rate != LearningRate::Optimal {
        "rates"
    } else {
        "losses and batches"
    }
}

macro_rules! goldens {
    ($($name:ident: $golden:ident, $count:literal, $chosen:expr;)+) => {
        $(
            #[cfg_attr(not(target_arch = "wasm32"), test)]
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
            fn $name() {
                check($golden, $count, $chosen);
            }
        )+
    };
}

goldens!(
    losses_and_batches: TRAJECTORIES, 18, |c| topic(c) == "losses and batches";
    penalties: TRAJECTORIES, 9, |c| topic(c) == "penalties";
    rates: TRAJECTORIES, 7, |c| topic(c) == "rates";
    averaging: TRAJECTORIES, 19, |c| topic(c) == "averaging";
    weights: TRAJECTORIES, 6, |c| topic(c) == "weights";
    one_against_the_rest: TRAJECTORIES, 17, |c| topic(c) == "one against the rest";
    float32: TRAJECTORIES, 22, |c| topic(c) == "float32";
    passive_aggressive: PASSIVE_AGGRESSIVE, 16, |_| true;
);
