//! A learner on records of every kind: other schemas and formats, other encoders, many classes,
//! weights, drift, and a set that is held out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::num::NonZeroU32;

use serde_json::{Value, json};
use shared::batch::Batch;
use shared::decode::{Csv, Format};
use shared::encode::EncoderSettings;
use shared::generate::{KnownStream, StreamSettings};
use shared::learner::{Learner, Snapshot};
use shared::schema::Schema;
use shared::settings::Settings;
use support::{fnv1a, record};

fn batch<'a>(start: usize, values: impl IntoIterator<Item = &'a [u8]>) -> Batch {
    let mut batch = Batch::new();
    for (offset, value) in (start..).zip(values) {
        batch.push(&record(offset.try_into().unwrap(), Some(value)));
    }
    batch
}

/// The first records of a generated stream.
fn generated(settings: &StreamSettings, seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut stream = KnownStream::new(settings, seed).unwrap();
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = || {
        stream.next_into(&mut key, &mut value);
        value.clone()
    };
    (0..count).map(|_| next()).collect()
}

fn stream(json: &str) -> StreamSettings {
    serde_json::from_str(json).unwrap()
}

fn settings(json: &Value) -> Settings {
    serde_json::from_value(json.clone()).unwrap()
}

fn learner(schema: Schema, format: Format, json: &Value) -> Learner {
    Learner::with_schema(schema, format, settings(json)).unwrap()
}

/// Batch after batch; gives back the last report.
fn run(learner: &mut Learner, values: &[Vec<u8>], size: usize) -> shared::learner::Report {
    let mut last = None;
    for (number, part) in values.chunks(size).enumerate() {
        let batch = batch(number * size, part.iter().map(Vec::as_slice));
        last = Some(learner.step(&batch, None).unwrap());
    }
    last.unwrap()
}

/// Everything a learner holds, as bytes.
fn whole(learner: &Learner) -> Vec<u8> {
    learner.snapshot().to_json()
}

/// A record as a line of CSV in the order of the loan schema, quoted where CSV wants it.
fn csv_line(record: &[u8], schema: &Schema) -> Vec<u8> {
    let record: Value = serde_json::from_slice(record).unwrap();
    let names = schema.fields.iter().map(|field| &field.name);
    let cells = names
        .chain([&schema.label.name])
        .map(|name| match &record[name] {
            Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            other => other.to_string(),
        });
    cells.collect::<Vec<_>>().join(",").into_bytes()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_same_records_as_json_and_as_csv_give_the_same_bits() {
    let records = generated(&StreamSettings::Loan, 5, 900);
    let compact = records.iter().map(|record| {
        let value: Value = serde_json::from_slice(record).unwrap();
        serde_json::to_vec(&value).unwrap()
    });
    let lines = records
        .iter()
        .map(|record| csv_line(record, &Schema::loan()));
    let (compact, lines): (Vec<_>, Vec<_>) = (compact.collect(), lines.collect());
    let spelled = |format, values: &[Vec<u8>]| {
        let mut learner = learner(Schema::loan(), format, &json!({}));
        let report = run(&mut learner, values, 100);
        assert_eq!(report.total_bad_records, 0);
        report.weights
    };
    let generator = spelled(Format::Json, &records);
    assert_eq!(spelled(Format::Json, &compact), generator);
    assert_eq!(spelled(Format::Csv(Csv::default()), &lines), generator);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn ten_classes_have_ten_rows_of_weights() {
    let led = stream(r#"{"led": {}}"#);
    let records = generated(&led, 3, 6000);
    let json = json!({"model": {"alpha": 0.001}});
    let mut learner = learner(Schema::of_stream(&led), Format::Json, &json);
    let report = run(&mut learner, &records, 200);
    assert_eq!(report.weights.len(), 10);
    let accuracy = report.window.accuracy().unwrap();
    assert!((0.55..0.8).contains(&accuracy), "{accuracy}");
    let measures = learner.measures(shared::evaluate::Over::Window);
    assert_eq!(measures.confusion.len(), 10);
    assert!(measures.log_loss.is_some());
    let mut restored = Learner::restore(Snapshot::from_json(&whole(&learner)).unwrap()).unwrap();
    let next = batch(6000, generated(&led, 4, 50).iter().map(Vec::as_slice));
    assert_eq!(restored.step(&next, None), learner.step(&next, None));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_labs_encoder_passes_over_a_batch_that_it_cannot_fit() {
    let records = generated(&StreamSettings::Loan, 8, 800);
    let mut learner = learner(
        Schema::loan(),
        Format::Json,
        &json!({"encoder": "per_batch"}),
    );
    let first = run(&mut learner, &records[..300], 300);
    assert_eq!(
        (first.refused.as_ref(), first.learned, first.model_id),
        (None, 300, 1)
    );
    assert_eq!(first.weights[0].coef.len(), 13);
    // One home ownership alone: Spark throws.
    let tenants = records[300..]
        .iter()
        .filter(|record| String::from_utf8_lossy(record).contains("\"RENT\""));
    let tenants: Vec<_> = tenants.map(Vec::as_slice).collect();
    let report = learner
        .step(&batch(300, tenants.iter().copied()), None)
        .unwrap();
    assert!(
        report
            .refused
            .as_ref()
            .unwrap()
            .contains("person_home_ownership")
    );
    assert_eq!(
        (report.batch_id, report.model_id, report.has_model()),
        (1, 1, false)
    );
    assert_eq!(report.weights, first.weights);
    // Fewer categories than in the first batch: scikit-learn refuses.
    let few = records[300..]
        .iter()
        .filter(|record| !String::from_utf8_lossy(record).contains("\"OTHER\""));
    let few: Vec<_> = few.map(Vec::as_slice).collect();
    let report = learner
        .step(&batch(400, few.iter().copied()), None)
        .unwrap();
    assert!(report.refused.unwrap().contains("12 features"));
    // A word that no vocabulary knows is one more category here, and not a bad record.
    let mut with_castle: Vec<_> = records[600..].to_vec();
    for record in with_castle.iter_mut().take(20) {
        *record = String::from_utf8_lossy(record)
            .replace("OTHER", "CASTLE")
            .into_bytes();
    }
    let report = learner
        .step(&batch(600, with_castle.iter().map(Vec::as_slice)), None)
        .unwrap();
    assert_eq!(report.bad_records, 0);
    assert!(report.refused.unwrap().contains("14 features"));
    let report = run(&mut learner, &records[300..600], 300);
    assert_eq!((report.refused, report.model_id), (None, 2));
    let restored = Learner::restore(Snapshot::from_json(&whole(&learner)).unwrap()).unwrap();
    assert_eq!(whole(&restored), whole(&learner));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_batch_that_the_model_refuses_is_taken_out_of_every_encoder() {
    for encoder in [
        "{\"stable\":{}}",
        "\"per_batch\"",
        "{\"hashed\":{\"n_features\":64}}",
    ] {
        let encoder: EncoderSettings = serde_json::from_str(encoder).unwrap();
        let model = json!({
            "loss": "squared_error", "learning_rate": "constant", "eta0": 1e300,
        });
        let json = json!({"encoder": encoder, "model": model});
        let mut learner = learner(Schema::loan(), Format::Json, &json);
        let before = whole(&learner);
        let records = generated(&StreamSettings::Loan, 1, 50);
        let batch = batch(0, records.iter().map(Vec::as_slice));
        assert!(learner.step(&batch, None).is_err());
        let after = whole(&learner);
        assert_eq!(
            String::from_utf8(after).unwrap(),
            String::from_utf8(before).unwrap()
        );
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn hashing_takes_words_that_nobody_has_declared() {
    let json = json!({"encoder": {"hashed": {"n_features": 64}}, "model": {"alpha": 0.003}});
    let mut learner = learner(Schema::loan(), Format::Json, &json);
    let mut records = generated(&StreamSettings::Loan, 2, 6000);
    for record in records.iter_mut().step_by(7) {
        *record = String::from_utf8_lossy(record)
            .replace("\"OWN\"", "\"CASTLE\"")
            .into_bytes();
    }
    let report = run(&mut learner, &records, 300);
    assert_eq!(
        (report.total_bad_records, report.weights[0].coef.len()),
        (0, 64)
    );
    assert!(
        report.window.accuracy().unwrap() > 0.75,
        "{:?}",
        report.window
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_field_can_weigh_the_examples() {
    let schema = json!({
        "format": "gradually-schema", "version": 1, "name": "weighed",
        "fields": [{"name": "x", "kind": "numeric"}, {"name": "w", "kind": "weight"}],
        "label": {"name": "y", "classes": ["no", "yes"]},
    });
    let schema = Schema::from_json(schema.to_string().as_bytes()).unwrap();
    let weights = |weight: f64| {
        let json = json!({"model": {"penalty": "none", "learning_rate": "constant", "eta0": 0.5}});
        let mut learner = learner(schema.clone(), Format::Json, &json);
        let records: Vec<_> = [("no", 1.0), ("yes", weight)]
            .map(|(y, w)| json!({"x": 1.5, "w": w, "y": y}).to_string().into_bytes())
            .to_vec();
        run(&mut learner, &records, 1).weights.remove(0)
    };
    // The second example has weight 0: what the first moved stays.
    let first_alone = weights(0.0);
    assert!(first_alone.intercept < 0.0);
    let step = |weight| weights(weight).intercept - first_alone.intercept;
    assert_eq!((2.0 * step(1.0)).to_bits(), step(2.0).to_bits());
    // An online model has no way to weigh them, and says so.
    let online = json!({"online": {"optimizer": {"adagrad": {}}}});
    let error = Learner::with_schema(schema, Format::Json, settings(&online)).unwrap_err();
    assert!(error.to_string().contains("weighs them by w"), "{error}");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn drift_is_told_where_the_rule_turns_round() {
    let turned = stream(
        r#"{"script": {"format": "gradually-drift-script", "version": 1, "phases": [
            {"at": 5000, "change": "sudden", "flip": 1.0}
        ]}}"#,
    );
    let records = generated(&turned, 6, 8000);
    let told = |drift: Value| {
        let json = json!({"model": {"alpha": 0.003}, "drift": drift});
        let mut learner = learner(Schema::loan(), Format::Json, &json);
        let mut told = Vec::new();
        for (number, part) in records.chunks(100).enumerate() {
            let batch = batch(number * 100, part.iter().map(Vec::as_slice));
            let report = learner.step(&batch, None).unwrap();
            told.extend(
                report
                    .alarms
                    .iter()
                    .filter(|a| a.is_drift)
                    .map(|a| a.example),
            );
            assert_eq!(report.total_drifts, told.len() as u64);
        }
        told
    };
    assert!(told(json!("none")).is_empty());
    for detector in ["adwin", "ddm", "hddm_a", "page_hinkley"] {
        let told = told(json!({detector: {}}));
        assert!(
            told.iter().any(|example| (5001..5600).contains(example)),
            "{detector}: {told:?}"
        );
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_held_out_set_is_measured_and_never_learned_from() {
    let json = json!({"model": {"alpha": 0.003}});
    let mut with = learner(Schema::loan(), Format::Json, &json);
    let mut without = learner(Schema::loan(), Format::Json, &json);
    let mut set = generated(&StreamSettings::Loan, 1000, 2000);
    set.push(b"not json".to_vec());
    let held_out = batch(0, set.iter().map(Vec::as_slice));
    assert_eq!(with.hold_out(), None);
    assert_eq!(with.set_hold_out(&held_out, &Format::Json), Ok(2000));
    let records = generated(&StreamSettings::Loan, 1, 9000);
    for part in records.chunks(300) {
        let batch = batch(0, part.iter().map(Vec::as_slice));
        let measures = with.hold_out().unwrap();
        assert_eq!(measures.weight, 2000.0);
        assert_eq!(with.step(&batch, None), without.step(&batch, None));
    }
    assert_eq!(whole(&with), whole(&without));
    let measures = with.hold_out().unwrap();
    assert!(
        (0.80..0.86).contains(&measures.accuracy.unwrap()),
        "{measures:?}"
    );
    assert!(measures.no_change_accuracy.is_none() && measures.roc_auc.is_some());
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_does_not_fit_the_schema_is_refused_before_it_begins() {
    let refused = |json: Value| {
        let error = Learner::with_schema(Schema::loan(), Format::Json, settings(&json));
        error.unwrap_err().to_string()
    };
    let error = refused(json!({"encoder": {"stable": {"thresholds": ["income<3"]}}}));
    assert!(error.contains("income"), "{error}");
    let error = refused(json!({"model": {"class_weight": {"good": 2.0}}}));
    assert!(error.contains("class_weight"), "{error}");
    let error = refused(json!({"evaluation": {"measures": {"cost": {"matrix": [[0.0]]}}}}));
    assert!(error.contains("2 rows of 2 costs"), "{error}");
    let csv = Format::Csv(Csv {
        header: Some("a,b".into()),
        ..Csv::default()
    });
    let error = Learner::with_schema(Schema::loan(), csv, Settings::default()).unwrap_err();
    assert!(
        error.to_string().contains("person_home_ownership"),
        "{error}"
    );
    let long = NonZeroU32::MAX;
    let mut settings = Settings::default();
    settings.evaluation.window_records = long;
    let error = Learner::new(settings).unwrap_err();
    assert!(
        error.to_string().starts_with("window_records must be"),
        "{error}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn labels_fall_due_with_a_batch_that_holds_no_example() {
    let json = json!({"evaluation": {"measures": {"label_delay_records": 10}}});
    let mut learner = learner(Schema::loan(), Format::Json, &json);
    let records = generated(&StreamSettings::Loan, 2, 10);
    assert_eq!(run(&mut learner, &records, 10).learned, 0);
    let bad = batch(10, [&b"{}"[..]; 4]);
    let report = learner.step(&bad, None).unwrap();
    assert_eq!(
        (report.learned, report.bad_records, report.model_id),
        (4, 4, 1)
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_refusal_without_an_example_does_not_undo_the_batch_before() {
    let json = json!({
        "model": {"loss": "squared_error", "learning_rate": "constant", "eta0": 1e300},
        "evaluation": {"measures": {"label_delay_records": 50}},
    });
    let mut learner = learner(Schema::loan(), Format::Json, &json);
    run(&mut learner, &generated(&StreamSettings::Loan, 2, 50), 50);
    let before = whole(&learner);
    assert!(learner.step(&batch(50, [&b"{}"[..]; 40]), None).is_err());
    assert_eq!(whole(&learner), before);
}

/// A snapshot that was taken natively is the same bytes as one taken in WebAssembly, so that either
/// goes on from the other's.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_snapshot_has_the_same_bytes_on_every_platform() {
    let json = json!({
        "encoder": {"stable": {"thresholds": ["person_income<30000"], "interactions": ["loan_intent*loan_amnt"]}},
        "model": {"average": 300, "learning_rate": "invscaling", "eta0": 0.5, "power_t": 0.3},
        "evaluation": {"measures": {"label_delay_records": 40}},
        "drift": {"adwin": {}},
    });
    let mut learner = learner(Schema::loan(), Format::Json, &json);
    run(
        &mut learner,
        &generated(&StreamSettings::Loan, 11, 1500),
        150,
    );
    assert_eq!(fnv1a(whole(&learner)), 0xdccf_7099_ded6_ba46);
}
