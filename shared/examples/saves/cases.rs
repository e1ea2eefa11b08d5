//! The models: every loss, width of number, kind of class and option of the encoder that a format
//! has to say.

use shared::generate::{KnownStream, StreamSettings};
use shared::schema::Schema;
use shared::settings::Settings;

use super::Outcome;
use super::odd::{self, Labels};

/// A model to be.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) settings: Settings,
    pub(super) schema: Schema,
    source: Source,
}

/// Where records come from.
enum Source {
    Stream(StreamSettings),
    Odd(Labels),
}

const LOANS: &str = r#""loan""#;
const ODD: &str = "odd";
const ODD_SWITCHES: &str = "odd switches";
const DIGITS: &str = r#"{"led": {}}"#;

/// Name, stream and settings.
const CASES: &[(&str, &str, &str)] = &[
    ("loan", LOANS, "{}"),
    ("average", LOANS, r#"{"model": {"average": 100}}"#),
    (
        "hinge",
        LOANS,
        r#"{"model": {"loss": "hinge", "penalty": "l1"}}"#,
    ),
    (
        "modified_huber",
        LOANS,
        r#"{"model": {"loss": "modified_huber", "alpha": 0.01}}"#,
    ),
    ("float32", LOANS, r#"{"model": {"dtype": "float32"}}"#),
    (
        "large_scores",
        LOANS,
        r#"{"model": {"learning_rate": "constant", "eta0": 300.0, "alpha": 1e-9}}"#,
    ),
    (
        "options",
        LOANS,
        r#"{"encoder": {"stable": {
            "thresholds": ["person_income<50000", "loan_int_rate>12.5"],
            "interactions": ["loan_intent*person_home_ownership", "loan_amnt*loan_intent",
                             "loan_int_rate*loan_percent_income"]}}}"#,
    ),
    (
        "options_float32",
        LOANS,
        r#"{"model": {"dtype": "float32", "loss": "modified_huber"}, "encoder": {"stable": {
            "thresholds": ["person_income<50000"],
            "interactions": ["loan_amnt*loan_intent", "loan_int_rate*loan_percent_income"]}}}"#,
    ),
    (
        "online",
        LOANS,
        r#"{"online": {"optimizer": {"adam": {}}, "loss": "log"}}"#,
    ),
    (
        "online_squared",
        LOANS,
        r#"{"online": {"optimizer": {"adagrad": {}}, "loss": "squared"}}"#,
    ),
    ("classes", DIGITS, "{}"),
    (
        "classes_huber",
        DIGITS,
        r#"{"model": {"loss": "modified_huber"}}"#,
    ),
    (
        "classes_hinge",
        DIGITS,
        r#"{"model": {"loss": "hinge", "dtype": "float32", "average": true}}"#,
    ),
    ("odd", ODD, "{}"),
    ("odd_switches", ODD_SWITCHES, "{}"),
    (
        "odd_options",
        ODD,
        r#"{"model": {"dtype": "float32"}, "encoder": {"stable": {
            "thresholds": ["x'); DROP TABLE \"x\"; -->4", "Größe🙂<0"],
            "interactions": ["say \"hi\"\\*x'); DROP TABLE \"x\"; --", "say \"hi\"\\*late\nwords", "label*late\nwords",
                             "Größe🙂*label"]}}}"#,
    ),
    ("odd_hinge", ODD, r#"{"model": {"loss": "hinge"}}"#),
];

/// Models whose encoders have no fixed columns, or whose other settings the formats do not say: they
/// are saved as JSON only.
const AS_JSON: &[(&str, &str, &str)] = &[
    (
        "json_per_batch",
        LOANS,
        r#"{"encoder": "per_batch", "drift": {"adwin": {}}}"#,
    ),
    (
        "json_hashed",
        LOANS,
        r#"{"encoder": {"hashed": {"n_features": 32}}, "drift": {"ddm": {}},
            "evaluation": {"measures": {"cost": {"matrix": [[0, 1], [5, -1]]}}}}"#,
    ),
    (
        "json_hashed_digits",
        DIGITS,
        r#"{"encoder": {"hashed": {"n_features": 32, "scale_numbers": false}}}"#,
    ),
    (
        "json_ftrl_proximal",
        LOANS,
        r#"{"encoder": "per_batch", "online": {"optimizer": {"ftrl_proximal": {}}}, "drift": {"eddm": {}}}"#,
    ),
    (
        "json_l1",
        LOANS,
        r#"{"encoder": "per_batch", "online": {"optimizer": {"adam": {}}, "l1": 0.001}, "drift": {"hddm_a": {}}}"#,
    ),
    (
        "json_weights",
        LOANS,
        r#"{"encoder": "per_batch", "model": {"class_weight": {"0": 1, "1": 3}}, "drift": {"hddm_w": {}}}"#,
    ),
    (
        "json_rate",
        LOANS,
        r#"{"encoder": "per_batch", "model": {"learning_rate": "invscaling", "eta0": 0.1}, "drift": {"page_hinkley": {}}}"#,
    ),
    (
        "json_seconds",
        LOANS,
        r#"{"encoder": "per_batch", "trigger": {"seconds": 5}, "drift": {"kswin": {}}}"#,
    ),
];

pub(super) fn as_json() -> Outcome<Vec<Case>> {
    AS_JSON.iter().map(|case| Case::new(*case)).collect()
}

pub(super) fn all() -> Outcome<Vec<Case>> {
    CASES.iter().map(|case| Case::new(*case)).collect()
}

impl Case {
    fn new((name, stream, settings): (&'static str, &str, &str)) -> Outcome<Self> {
        let source = match stream {
            ODD => Source::Odd(Labels::Words),
            ODD_SWITCHES => Source::Odd(Labels::Switches),
            json => Source::Stream(serde_json::from_str(json)?),
        };
        let schema = match &source {
            Source::Odd(labels) => odd::schema(*labels)?,
            Source::Stream(stream) => Schema::of_stream(stream),
        };
        Ok(Self {
            name,
            settings: serde_json::from_str(settings)?,
            schema,
            source,
        })
    }

    /// Records without end.
    pub(super) fn values(&self, seed: u64) -> Box<dyn Iterator<Item = Vec<u8>>> {
        let stream = match &self.source {
            Source::Odd(labels) => return Box::new(odd::values(*labels, seed)),
            Source::Stream(stream) => stream,
        };
        let mut stream = KnownStream::new(stream, seed).expect("the settings are valid");
        Box::new(std::iter::repeat_with(move || {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            stream.next_into(&mut key, &mut value);
            value
        }))
    }
}
