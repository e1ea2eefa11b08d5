//! What the other programs made of the same batches.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{dense, encoder, examples, fnv, hex};
use crate::encode::{EncodeError, Encoded, Scaler};
use crate::schema::Schema;

#[derive(Deserialize)]
struct Matrix {
    rows: usize,
    width: usize,
    hash: String,
    first: Vec<String>,
}

fn cases<T: DeserializeOwned>(golden: &str, at_least: usize) -> Vec<T> {
    let cases: Vec<T> = golden
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect();
    assert!(cases.len() >= at_least, "{}", cases.len());
    cases
}

#[track_caller]
fn check(values: &[f64], rows: usize, width: usize, wanted: &Matrix, name: &str) {
    assert_eq!((rows, width), (wanted.rows, wanted.width), "{name}");
    let first: Vec<_> = values.iter().take(width).copied().map(hex).collect();
    assert_eq!(first, wanted.first, "{name}: the first row");
    assert_eq!(fnv(values), wanted.hash, "{name}");
}

#[track_caller]
fn check_encoded(encoded: &Encoded, wanted: &Matrix, name: &str) {
    let features = encoded.features();
    check(
        &dense(encoded),
        features.rows(),
        features.width(),
        wanted,
        name,
    );
}

fn hexes(values: &[f64]) -> Vec<String> {
    values
        .iter()
        .map(|value| format!("{:016x}", value.to_bits()))
        .collect()
}

#[derive(Deserialize)]
struct ScalerCase {
    name: String,
    width: usize,
    batches: Vec<ScalerBatch>,
}

#[derive(Deserialize)]
struct ScalerBatch {
    numbers: Vec<Option<f64>>,
    mean: Vec<String>,
    var: Vec<String>,
    scale: Vec<String>,
    n_samples_seen: Vec<u64>,
    scaled: Matrix,
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_running_scaler_is_standard_scaler() {
    for case in cases::<ScalerCase>(include_str!("../../../goldens/encode/scaler.ndjson"), 10) {
        let mut scaler = Scaler::new(case.width);
        for (index, batch) in case.batches.iter().enumerate() {
            let name = format!("{}, batch {index}", case.name);
            let numbers: Vec<f64> = batch
                .numbers
                .iter()
                .map(|n| n.unwrap_or(f64::NAN))
                .collect();
            scaler.partial_fit(&numbers);
            assert_eq!(hexes(scaler.mean()), batch.mean, "{name}: mean");
            assert_eq!(hexes(scaler.var()), batch.var, "{name}: var");
            assert_eq!(hexes(scaler.scale()), batch.scale, "{name}: scale");
            assert_eq!(scaler.n_samples_seen(), batch.n_samples_seen, "{name}");
            let scaled = numbers.iter().enumerate().map(|(place, &number)| {
                let scaled = scaler.scaled(place % case.width, number);
                if scaled.is_nan() { 0.0 } else { scaled }
            });
            let scaled: Vec<f64> = scaled.collect();
            let rows = scaled.len() / case.width;
            check(&scaled, rows, case.width, &batch.scaled, &name);
        }
    }
}

#[derive(Deserialize)]
struct StableCase {
    name: String,
    schema: Schema,
    settings: Value,
    batches: Vec<StableBatch>,
}

#[derive(Deserialize)]
struct StableBatch {
    rows: Vec<Value>,
    names: Vec<String>,
    features: Matrix,
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_stable_encoder_is_scikit_learns_transformers_side_by_side() {
    for case in cases::<StableCase>(include_str!("../../../goldens/encode/stable.ndjson"), 8) {
        let mut encoder = encoder(&case.schema, &case.settings);
        let mut encoded = Encoded::default();
        for (index, batch) in case.batches.iter().enumerate() {
            let name = format!("{}, batch {index}", case.name);
            let examples = examples(&case.schema, &batch.rows);
            encoder.encode(&examples, &mut encoded).expect(&name);
            assert_eq!(encoder.feature_names(), batch.names, "{name}");
            assert_eq!(encoder.width(), batch.names.len(), "{name}");
            check_encoded(&encoded, &batch.features, &name);
        }
    }
}

#[derive(Deserialize)]
struct HashedCase {
    name: String,
    schema: Schema,
    settings: Value,
    batches: Vec<HashedBatch>,
}

#[derive(Deserialize)]
struct HashedBatch {
    rows: Vec<Value>,
    /// The first two rows: columns and bits.
    first: Vec<Vec<(usize, String)>>,
    entries: usize,
    /// Of row, column and value of every entry.
    hash: String,
}

// Rows and columns are small.
#[allow(clippy::cast_precision_loss)]
fn entries(encoded: &Encoded) -> Vec<[f64; 3]> {
    let rows = encoded.features().iter().enumerate();
    rows.flat_map(|(index, row)| {
        let entries = row.entries();
        entries.map(move |(column, value)| [index as f64, column as f64, value])
    })
    .collect()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_hashed_encoder_is_feature_hasher() {
    for case in cases::<HashedCase>(include_str!("../../../goldens/encode/hashed.ndjson"), 8) {
        let mut encoder = encoder(&case.schema, &case.settings);
        let mut encoded = Encoded::default();
        for (index, batch) in case.batches.iter().enumerate() {
            let name = format!("{}, batch {index}", case.name);
            let examples = examples(&case.schema, &batch.rows);
            encoder.encode(&examples, &mut encoded).expect(&name);
            for (row, wanted) in batch.first.iter().enumerate() {
                let row = encoded.features().row(row).entries();
                let row: Vec<_> = row.map(|(column, value)| (column, hex(value))).collect();
                assert_eq!(row, *wanted, "{name}");
            }
            let entries = entries(&encoded);
            assert_eq!(entries.len(), batch.entries, "{name}");
            assert_eq!(fnv(entries.as_flattened()), batch.hash, "{name}");
        }
    }
}

#[derive(Deserialize)]
struct SparkCase {
    name: String,
    words: Vec<Vec<Option<String>>>,
    numbers: Vec<Vec<Option<f64>>>,
    #[serde(flatten)]
    outcome: SparkOutcome,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SparkOutcome {
    Encoded {
        kept: Vec<u32>,
        categories: Vec<Vec<String>>,
        mean: Vec<String>,
        std: Vec<String>,
        features: Matrix,
    },
    Refused {
        error: String,
    },
}

impl SparkCase {
    fn schema(&self) -> Schema {
        let words = (0..self.words[0].len()).map(|place| {
            let vocabulary = json!({"first_seen": 1000});
            json!({"name": format!("w{place}"), "kind": "categorical", "vocabulary": vocabulary,
                "missing": "own_category"})
        });
        let numbers = 0..self.numbers[0].len();
        let numbers = numbers.map(|place| json!({"name": format!("x{place}"), "kind": "numeric"}));
        let fields: Vec<Value> = words.chain(numbers).collect();
        let label = json!({"name": "label", "classes": [0, 1]});
        let schema = json!({"format": "gradually-schema", "version": 1, "name": "spark",
            "fields": fields, "label": label});
        serde_json::from_value(schema).expect("a schema")
    }

    fn rows(&self) -> Vec<Value> {
        let rows = self.words.iter().zip(&self.numbers);
        rows.map(|(words, numbers)| {
            let words = words.iter().enumerate();
            let words = words.map(|(place, word)| (format!("w{place}"), json!(word)));
            let numbers = numbers.iter().enumerate();
            let numbers = numbers.map(|(place, number)| (format!("x{place}"), json!(number)));
            words.chain(numbers).collect()
        })
        .collect()
    }
}

/// The words of Spark's message that stand for an error of ours.
fn in_sparks_words(error: &EncodeError) -> String {
    match error {
        EncodeError::TooFewCategories { field, .. } => {
            format!("The input column {field}_i should have at least two distinct values")
        }
        EncodeError::EmptyWord { .. } => "Cannot have an empty string for name".into(),
        EncodeError::MissingNumber { .. } => "Encountered null while assembling a row".into(),
        EncodeError::NotFinite { .. } => "not finite".into(),
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_per_batch_encoder_is_sparks_pipeline() {
    for case in cases::<SparkCase>(include_str!("../../../goldens/encode/per_batch.ndjson"), 30) {
        let name = &case.name;
        let mut encoder = encoder(&case.schema(), &json!("per_batch"));
        let mut encoded = Encoded::default();
        let outcome = encoder.encode(&examples(&case.schema(), &case.rows()), &mut encoded);
        match &case.outcome {
            SparkOutcome::Refused { error: wanted } => {
                let error = outcome.expect_err(name);
                let words = in_sparks_words(&error);
                assert!(wanted.contains(&words), "{name}: {error}; Spark: {wanted}");
                assert_eq!(encoder.width(), 0, "{name}");
            }
            SparkOutcome::Encoded {
                kept,
                categories,
                mean,
                std,
                features,
            } => {
                outcome.expect(name);
                let all: Vec<u32> = (0..).take(case.words.len()).collect();
                let mut rows = Vec::new();
                encoded.keep(&all, &mut rows);
                assert_eq!(rows, *kept, "{name}");
                let state = serde_json::to_value(&encoder).expect("JSON")["state"].clone();
                assert_eq!(
                    state["per_batch"]["categories"],
                    json!(categories),
                    "{name}"
                );
                for (values, wanted) in [("mean", mean), ("std", std)] {
                    let values = state["per_batch"][values].as_array().expect("numbers");
                    let values: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
                    assert_eq!(hexes(&values), *wanted, "{name}");
                }
                assert_eq!(encoder.width(), encoder.feature_names().len(), "{name}");
                check_encoded(&encoded, features, name);
            }
        }
    }
}
