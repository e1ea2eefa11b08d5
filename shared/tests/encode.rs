//! The lab's mistake in figures, and the way out of it: on the lab's own stream, the accuracy
//! before (test-then-train) and after (same batch) each batch is learned, by encoder. The figures
//! are those that an emulation in Python with the lab's own programs gave: 0.539 and 0.784 when
//! everything is fitted anew per batch, 0.773 and 0.789 with the stable encoder.

use shared::decode::{Decoder, Examples};
use shared::encode::{Encoded, Encoder, EncoderSettings};
use shared::generate::LoanStream;
use shared::model::{Average, SgdClassifier, SgdSettings};
use shared::schema::Schema;

const BATCHES: usize = 60;
const RECORDS: usize = 300;
const STREAMS: u64 = 6;

/// A stream of loans, decoded and encoded batch by batch.
struct Batches {
    stream: LoanStream,
    decoder: Decoder,
    encoder: Encoder,
    examples: Examples,
    encoded: Encoded,
}

impl Batches {
    fn new(settings: &EncoderSettings, seed: u64) -> Self {
        let schema = settings.decoding_schema(&Schema::loan());
        Self {
            stream: LoanStream::new(seed),
            decoder: Decoder::new(schema.clone()),
            encoder: Encoder::new(schema, settings).expect("settings that fit the loan schema"),
            examples: Examples::default(),
            encoded: Encoded::default(),
        }
    }

    /// Features and labels of the next batch.
    fn next(&mut self) -> (&Encoded, &[u16]) {
        self.examples.clear();
        for _ in 0..RECORDS {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            self.stream.next_into(&mut key, &mut value);
            self.decoder
                .decode(Some(&value), &mut self.examples)
                .expect("a good record");
        }
        self.encoder
            .encode(&self.examples, &mut self.encoded)
            .expect("a batch with every word");
        (&self.encoded, self.examples.labels())
    }
}

fn right(model: &SgdClassifier, encoded: &Encoded, labels: &[u16]) -> usize {
    let rows = encoded.features().iter().zip(labels);
    rows.filter(|&(row, &label)| model.predict(row) == label)
        .count()
}

fn settings(json: &str) -> EncoderSettings {
    serde_json::from_str(json).expect("settings of an encoder")
}

/// Accuracy before and after a batch is learned.
// Counts are small.
#[allow(clippy::cast_precision_loss)]
fn accuracy(encoder: &str, model_settings: &SgdSettings) -> (f64, f64) {
    let (mut tested, mut same_batch, mut all) = (0, 0, 0);
    for seed in 0..STREAMS {
        let mut batches = Batches::new(&settings(encoder), seed);
        let mut model = None;
        for _ in 0..BATCHES {
            let (encoded, labels) = batches.next();
            let width = encoded.features().width();
            let model =
                model.get_or_insert_with(|| SgdClassifier::new(model_settings.clone(), width, 2));
            tested += right(model, encoded, labels);
            model
                .partial_fit(encoded.features(), labels, None)
                .expect("a batch that can be learned");
            same_batch += right(model, encoded, labels);
            all += labels.len();
        }
    }
    (tested as f64 / all as f64, same_batch as f64 / all as f64)
}

#[track_caller]
fn assert_near((tested, same_batch): (f64, f64), wanted: (f64, f64)) {
    let distance = (tested - wanted.0).abs().max((same_batch - wanted.1).abs());
    assert!(distance < 0.015, "{tested:.3} {same_batch:.3}");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn fitted_on_each_batch_the_lab_knows_little_and_its_metric_hides_it() {
    assert_near(
        accuracy(r#""per_batch""#, &SgdSettings::default()),
        (0.539, 0.784),
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn columns_that_stay_bring_back_what_was_learned() {
    assert_near(
        accuracy(r#"{"stable": {}}"#, &SgdSettings::default()),
        (0.773, 0.789),
    );
}

/// Fields that are hashed into enough columns are as good as columns of their own.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn hashed_columns_stay_too() {
    let averaged = SgdSettings {
        average: Average(1),
        ..SgdSettings::default()
    };
    let (tested, _) = accuracy(r#"{"hashed": {"n_features": 1024}}"#, &averaged);
    assert!(tested > 0.82, "{tested}");
}

/// The rule is `score > 60`, the score a sum of steps: with a column for each step a linear model
/// can know it all, and the best cut of its score nears the best possible accuracy of 0.9153.
/// Without them the best cut of the best such model gives 0.853.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
// Counts are small.
#[allow(clippy::cast_precision_loss)]
fn with_a_column_for_each_step_the_known_truth_is_near() {
    // The wild first steps are left out of the average.
    let model_settings = SgdSettings {
        average: Average(3000),
        alpha: 0.001,
        ..SgdSettings::default()
    };
    let thresholds = r#"["person_income<30000", "loan_percent_income>0.4", "loan_int_rate>15"]"#;
    let stable = settings(&format!(r#"{{"stable": {{"thresholds": {thresholds}}}}}"#));
    let mut batches = Batches::new(&stable, 1);
    let mut model = SgdClassifier::new(model_settings, 16, 2);
    let mut scores = Vec::new();
    for batch in 0..2 * BATCHES {
        let (encoded, labels) = batches.next();
        if batch >= BATCHES {
            let rows = encoded.features().iter().zip(labels);
            scores.extend(rows.map(|(row, &label)| (model.decision_function(row, 0), label)));
        }
        model
            .partial_fit(encoded.features(), labels, None)
            .expect("a batch that can be learned");
    }
    let (plain, best) = (share_right_above(&scores, 0.0), best_cut(&scores));
    assert!((0.855..0.88).contains(&plain), "{plain}");
    assert!((0.89..0.92).contains(&best), "{best}");
}

#[allow(clippy::cast_precision_loss)]
fn share_right_above(scores: &[(f64, u16)], cut: f64) -> f64 {
    let right = scores
        .iter()
        .filter(|&&(score, label)| u16::from(score > cut) == label);
    right.count() as f64 / scores.len() as f64
}

/// The share that is right if everything above the best of 200 cuts is class 1.
fn best_cut(scores: &[(f64, u16)]) -> f64 {
    let cuts = (-100..100).map(|step| f64::from(step) * 0.05);
    cuts.map(|cut| share_right_above(scores, cut))
        .fold(0.0, f64::max)
}
