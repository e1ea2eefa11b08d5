//! The encoders against scikit-learn and Spark, bit by bit: `goldens/encode/generate.py` writes
//! the files and says what is in them.

mod goldens;
mod transaction;

use serde_json::Value;

use crate::decode::{Examples, MISSING, Words};
use crate::encode::{Encoded, Encoder, EncoderSettings};
use crate::schema::{Schema, Vocabulary};

/// Examples of `schema` from rows given by the fields' names; null is missing.
fn examples(schema: &Schema, rows: &[Value]) -> Examples {
    let mut examples = Examples::default();
    let fields = schema.categorical().count();
    examples.words.resize_with(fields, Words::default);
    for row in rows {
        for ((name, vocabulary, _), words) in schema.categorical().zip(&mut examples.words) {
            let code = match (row[name].as_str(), vocabulary) {
                (None, _) => MISSING,
                (Some(word), Vocabulary::Fixed(known)) => {
                    let place = known.iter().position(|known| known == word);
                    u32::try_from(place.expect("a word of the vocabulary")).expect("few words")
                }
                (Some(word), _) => words.number(word).expect("few words"),
            };
            examples.categories.push(code);
        }
        let numbers = schema
            .numeric()
            .map(|(name, _)| row[name].as_f64().unwrap_or(f64::NAN));
        examples.numbers.extend(numbers);
        examples.labels.push(0);
    }
    examples
}

fn encoder(schema: &Schema, settings: &Value) -> Encoder {
    let settings: EncoderSettings = serde_json::from_value(settings.clone()).expect("settings");
    Encoder::new(schema.clone(), &settings).expect("settings that fit the schema")
}

/// All values of the features, row by row.
fn dense(encoded: &Encoded) -> Vec<f64> {
    let features = encoded.features();
    let rows = features.iter().map(|row| row.to_dense(features.width()));
    rows.flatten().collect()
}

fn hex(value: f64) -> String {
    format!("{:016x}", (value + 0.0).to_bits())
}

/// 64-bit FNV-1a of the bits, most significant byte first, with -0.0 as 0.0.
fn fnv(values: &[f64]) -> String {
    let bytes = values
        .iter()
        .flat_map(|value| (value + 0.0).to_bits().to_be_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
