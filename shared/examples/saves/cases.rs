//! The models: every loss, width of number, kind of class and option of the encoder that a format
//! has to say.

use shared::generate::{KnownStream, StreamSettings};
use shared::schema::Schema;
use shared::settings::Settings;

use super::Outcome;
use super::odd;

/// A model to be.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) settings: Settings,
    pub(super) schema: Schema,
    stream: Option<StreamSettings>,
}

const LOANS: &str = r#""loan""#;
const DIGITS: &str = r#"{"led": {}}"#;

/// Name, stream (none is the odd records of the file beside this) and settings.
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
    ("odd", "", "{}"),
    (
        "odd_options",
        "",
        r#"{"model": {"dtype": "float32"}, "encoder": {"stable": {
            "thresholds": ["x'); DROP TABLE \"x\"; -->4", "Größe🙂<0"],
            "interactions": ["say \"hi\"\\*x'); DROP TABLE \"x\"; --", "say \"hi\"\\*late\nwords", "label*late\nwords",
                             "Größe🙂*label"]}}}"#,
    ),
    ("odd_hinge", "", r#"{"model": {"loss": "hinge"}}"#),
];

pub(super) fn all() -> Outcome<Vec<Case>> {
    CASES.iter().map(|case| Case::new(*case)).collect()
}

impl Case {
    fn new((name, stream, settings): (&'static str, &str, &str)) -> Outcome<Self> {
        let stream: Option<StreamSettings> = match stream {
            "" => None,
            json => Some(serde_json::from_str(json)?),
        };
        let schema = match &stream {
            None => odd::schema()?,
            Some(stream) => Schema::of_stream(stream),
        };
        Ok(Self {
            name,
            settings: serde_json::from_str(settings)?,
            schema,
            stream,
        })
    }

    /// Records without end.
    pub(super) fn values(&self, seed: u64) -> Box<dyn Iterator<Item = Vec<u8>>> {
        let Some(stream) = &self.stream else {
            return Box::new(odd::values(seed));
        };
        let mut stream = KnownStream::new(stream, seed).expect("the settings are valid");
        Box::new(std::iter::repeat_with(move || {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            stream.next_into(&mut key, &mut value);
            value
        }))
    }
}
