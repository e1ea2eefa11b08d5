//! Records whose names and words try to be code, with every rule for missing values.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};
use shared::schema::Schema;

use super::Outcome;

const WORDS: [&str; 8] = [
    "'; DROP TABLE applications; --",
    "\" \\ \\n",
    "two\nlines",
    "NULL",
    "{0}%s\"\"\"'''",
    "\u{202e}rtl\u{2028}",
    "🙂",
    "last",
];

/// The labels, which are words or true and false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    Words,
    Switches,
}

impl Labels {
    fn classes(self) -> Vec<Value> {
        match self {
            Self::Words => ["\"'", "b\\", "ü🙂"].map(Value::from).into(),
            Self::Switches => [false, true].map(Value::from).into(),
        }
    }
}

pub(super) fn schema(labels: Labels) -> Outcome<Schema> {
    let schema = json!({
        "format": "gradually-schema", "version": 1, "name": "\"\"\" odd",
        "fields": [
            {"name": "say \"hi\"\\", "kind": "categorical", "vocabulary": {"fixed": WORDS}, "missing": "own_category"},
            {"name": "only", "kind": "categorical", "vocabulary": {"fixed": ["one"]}},
            {"name": "label", "kind": "categorical", "vocabulary": {"fixed": WORDS}, "missing": {"constant": "🙂"}},
            {"name": "late\nwords", "kind": "categorical", "vocabulary": {"first_seen": 6}, "missing": "own_category"},
            {"name": "late-words", "kind": "categorical", "vocabulary": {"first_seen": 5}, "missing": {"constant": "w3"}},
            {"name": "x'); DROP TABLE \"x\"; --", "kind": "numeric", "missing": "mean"},
            {"name": "Größe🙂", "kind": "numeric", "missing": {"constant": -3.5}},
            {"name": "constant", "kind": "numeric"},
            {"name": "never", "kind": "categorical", "vocabulary": {"first_seen": 2}, "missing": "own_category"},
            {"name": "when", "kind": "time"}
        ],
        "label": {"name": "y", "classes": labels.classes()}
    });
    Ok(Schema::from_json(schema.to_string().as_bytes())?)
}

/// Records without end. A first-seen vocabulary is full before the words end.
pub(super) fn values(labels: Labels, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let place: usize = random.random_range(0..8_u32) as usize;
        let late: u32 = random.random_range(0..9);
        let size: f64 = random.random_range(-1e3..1e3);
        let x: f64 = random.random_range(0.0..9.0);
        let class = usize::from(x > 4.0) + usize::from(place > 3);
        let mut record = Map::new();
        let mut put = |name: &str, value: Value| {
            if !random.random_bool(0.2) {
                record.insert(name.to_owned(), value);
            } else if random.random_bool(0.5) {
                record.insert(name.to_owned(), Value::Null);
            }
        };
        put("say \"hi\"\\", WORDS[place].into());
        put("label", WORDS[7 - place].into());
        put("late\nwords", format!("w{late}").into());
        put("late-words", format!("w{}", 8 - late).into());
        put("x'); DROP TABLE \"x\"; --", x.into());
        put("Größe🙂", size.into());
        record.insert("only".to_owned(), "one".into());
        record.insert("constant".to_owned(), json!(7));
        let classes = labels.classes();
        let class = classes[class.min(classes.len() - 1)].clone();
        record.insert("y".to_owned(), class);
        Value::Object(record).to_string().into_bytes()
    })
}
