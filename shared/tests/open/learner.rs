//! Learners that go on from files.

use serde_json::{Value, json};
use shared::batch::Batch;
use shared::decode::Format;
use shared::generate::{KnownStream, LedSettings, StreamSettings};
use shared::learner::Learner;
use shared::model::SgdSettings;
use shared::open::{GoOnError, Note, OpenedModel, OpenedSgd, open_model};
use shared::record::Record;
use shared::save::{ModelFile, SklearnVersion, model_joblib, model_json};
use shared::schema::{Class, Schema};
use shared::settings::Settings;

use crate::goldens::opened;
use crate::samples::Dice;
use crate::sgd::settings as model_settings;

fn of_name(stream: &str) -> StreamSettings {
    match stream {
        "led" => StreamSettings::Led(LedSettings::default()),
        _ => StreamSettings::Loan,
    }
}

/// Records of a stream, a few of them bad.
fn batch(stream: &str, number: u64, size: u64) -> Batch {
    let settings = of_name(stream);
    let mut stream = KnownStream::new(&settings, 4).expect("a stream");
    stream.seek(number * size);
    let mut batch = Batch::new();
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for place in 0..size {
        stream.next_into(&mut key, &mut value);
        let offset = i64::try_from(number * size + place).expect("few records");
        batch.push(&Record {
            partition: i32::from(place >= size / 2),
            offset,
            leader_epoch: (place % 2 == 0).then_some(3),
            timestamp_millis: 0,
            key: None,
            value: Some(if offset % 10 == 3 { b"{" } else { &value }),
        });
    }
    batch
}

fn own(bytes: &[u8]) -> ModelFile {
    match open_model(bytes) {
        Ok(OpenedModel::Own(file)) => *file,
        other => panic!("{other:?}"),
    }
}

/// The loan schema with a field's vocabulary and its rule for missing words.
fn loan_with(vocabulary: &Value, missing: &Value) -> Schema {
    let text = include_str!("../../schemas/loan.json");
    let mut schema: Value = serde_json::from_str(text).expect("JSON");
    schema["fields"][3]["vocabulary"] = vocabulary.clone();
    schema["fields"][3]["missing"] = missing.clone();
    serde_json::from_value(schema).expect("a schema")
}

/// A stream, its schema and settings without a model.
fn kinds() -> Vec<(&'static str, Schema, Value)> {
    let loan = Schema::loan();
    let led = of_name("led");
    let open = loan_with(&json!({"first_seen": 4}), &json!("own_category"));
    let one = loan_with(&json!({"first_seen": 1}), &json!("error"));
    let hashed = loan_with(&json!({"hashed": 3}), &json!({"constant": "x"}));
    vec![
        ("loan", loan.clone(), json!({})),
        (
            "loan",
            loan.clone(),
            json!({"encoder": {"stable": {
                "thresholds": ["loan_percent_income>0.4"],
                "interactions": ["person_home_ownership*person_income"],
            }}}),
        ),
        ("loan", open, json!({})),
        ("loan", one, json!({})),
        ("loan", hashed, json!({})),
        ("loan", loan.clone(), json!({"encoder": "per_batch"})),
        (
            "loan",
            loan.clone(),
            json!({"encoder": {"hashed": {"n_features": 16}}}),
        ),
        (
            "loan",
            loan.clone(),
            json!({"encoder": {"hashed": {
                "n_features": 16, "scale_numbers": false, "alternate_sign": false,
            }}}),
        ),
        (
            "loan",
            loan.clone(),
            json!({"online": {"optimizer": {"adagrad": {}}}}),
        ),
        (
            "loan",
            loan.clone(),
            json!({"online": {"optimizer": {"adam": {}}}}),
        ),
        (
            "loan",
            loan,
            json!({"online": {"optimizer": {"ftrl_proximal": {}}}}),
        ),
        ("led", Schema::of_stream(&led), json!({})),
        (
            "led",
            Schema::of_stream(&led),
            json!({"encoder": {"hashed": {"n_features": 8}}}),
        ),
    ]
}

/// Batches are large enough that each has every word, as the lab's encoder needs it.
const SIZE: u64 = 90;

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_learner_goes_on_from_its_json_file_as_if_it_had_never_stopped() {
    let mut dice = Dice(5);
    for round in 0..12 {
        for (stream, schema, settings) in kinds() {
            let model = model_settings(&mut dice);
            let settings = Settings {
                model,
                ..serde_json::from_value(settings).expect("settings")
            };
            let told = format!("round {round}: {settings:?}");
            let learner = Learner::with_schema(schema, Format::Json, settings);
            let mut never_stopped = learner.expect("good settings");
            let stop = dice.below(3) as u64;
            for number in 0..stop {
                let _ = never_stopped.step(&batch(stream, number, SIZE), None);
            }
            let file = model_json(&never_stopped);
            let mut stopped = Learner::from_model_file(own(&file), Format::Json).expect(&told);
            assert_eq!(stopped.positions(), never_stopped.positions());
            for number in stop..stop + 3 {
                let batch = batch(stream, number, SIZE);
                let first = never_stopped.step(&batch, None);
                let second = stopped.step(&batch, None);
                assert_eq!(first.is_ok(), second.is_ok(), "{told}");
                let files = [&never_stopped, &stopped].map(model_json);
                assert!(files[0] == files[1], "{told}");
            }
        }
    }
}

fn of_json(settings: Value) -> Learner {
    Learner::new(serde_json::from_value(settings).expect("settings")).expect("good settings")
}

fn step(learner: &mut Learner, number: u64) {
    learner
        .step(&batch("loan", number, SIZE), None)
        .expect("a batch");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_waits_for_its_label_is_told_to_be_lost() {
    let delay = json!({"evaluation": {"measures": {"label_delay_records": 25}}});
    for (settings, notes) in [(json!({}), vec![]), (delay, vec![Note::Waiting(25)])] {
        let opened = open_model(&model_json(&of_json(settings))).expect("a model");
        assert_eq!(opened.notes(), notes);
    }
}

/// The classifier of a learner after two batches.
fn saved(settings: Value) -> (Learner, OpenedSgd) {
    let mut learner = of_json(settings);
    (0..2).for_each(|number| step(&mut learner, number));
    let version = SklearnVersion::of(&learner.settings().model);
    let file = model_joblib(&learner, version).expect("a model that scikit-learn has");
    (learner, opened(&file))
}

/// Its encoder has nothing that the classifier's file lacks.
fn without_scaler() -> Value {
    json!({"hashed": {"n_features": 16, "scale_numbers": false}})
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_learner_goes_on_from_a_classifier_under_its_own_schema_and_encoder() {
    let mut dice = Dice(8);
    for _ in 0..40 {
        let model = SgdSettings {
            // Incomes are not scaled.
            alpha: 0.5,
            ..model_settings(&mut dice)
        };
        let learner = json!({"encoder": without_scaler(), "model": model});
        let mut never_stopped = of_json(learner);
        let learned = (0..2).all(|n| never_stopped.step(&batch("loan", n, SIZE), None).is_ok());
        let version = SklearnVersion::of(&model);
        let file = model_joblib(&never_stopped, version).expect("a model that scikit-learn has");
        let settings = json!({"encoder": without_scaler(), "evaluation": {"window_records": 7}});
        let settings: Settings = serde_json::from_value(settings).expect("settings");
        let opened = opened(&file);
        let stopped = Learner::from_sgd(opened, Schema::loan(), Format::Json, settings.clone());
        let mut stopped = stopped.expect("a learner");
        assert_eq!(stopped.settings().model, model);
        assert_eq!(stopped.settings().evaluation, settings.evaluation);
        for number in 2..4 {
            let batch = batch("loan", number, SIZE);
            let both = [never_stopped.step(&batch, None), stopped.step(&batch, None)];
            assert_eq!(both[0].is_ok(), both[1].is_ok());
            assert_eq!(
                stopped.model_state(),
                never_stopped.model_state(),
                "{model:?}"
            );
        }
        assert!(!learned || stopped.t() > 200.0);
    }
}

#[track_caller]
fn refused(sgd: OpenedSgd, schema: Schema, settings: &Value) -> GoOnError {
    let settings = serde_json::from_value(settings.clone()).expect("settings");
    Learner::from_sgd(sgd, schema, Format::Json, settings).expect_err("it does not fit")
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_classifier_of_other_features_or_classes_is_refused_with_both() {
    let (_, sgd) = saved(json!({}));
    let other = json!({"encoder": {"stable": {"thresholds": ["loan_percent_income>0.4"]}}});
    let error = refused(sgd.clone(), Schema::loan(), &other);
    let message = "the model has 13 features, the encoder of schema \"loan\" makes 14: give the \
        schema and the encoder that the model was trained with";
    assert_eq!(error.to_string(), message);

    let mut schema = Schema::loan();
    schema.label.classes.push(Class::Integer(2));
    let error = refused(sgd.clone(), schema, &json!({}));
    let message = "the model has 2 classes (0, 1), the label of schema \"loan\" has 3 (0, 1, 2)";
    assert_eq!(error.to_string(), message);

    let online = json!({"online": {"optimizer": {"adam": {}}}});
    assert_eq!(
        refused(sgd.clone(), Schema::loan(), &online),
        GoOnError::Online
    );

    let mut named = sgd;
    let fitted = named.fitted.as_mut().expect("learned");
    let mut names = of_json(json!({})).encoder().feature_names();
    names.swap(2, 3);
    fitted.feature_names = Some(names);
    let error = refused(named, Schema::loan(), &json!({}));
    assert!(
        matches!(error, GoOnError::Names { place: 2, .. }),
        "{error}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_labs_own_file_goes_on_under_the_loan_schema() {
    let file = include_bytes!("../../goldens/open/1.7/model_1_batch_0.joblib");
    let sgd = opened(file);
    let settings = Settings::default();
    let learner = Learner::from_sgd(sgd, Schema::loan(), Format::Json, settings);
    let mut learner = learner.expect("13 features, as the loan schema's encoder has them");
    let before = learner.t();
    step(&mut learner, 0);
    assert!(learner.t() > before);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_labs_encoder_brings_its_own_width() {
    let (_, sgd) = saved(json!({}));
    let settings = serde_json::from_value(json!({"encoder": "per_batch"})).expect("settings");
    let learner = Learner::from_sgd(sgd, Schema::loan(), Format::Json, settings);
    let mut learner = learner.expect("a learner");
    step(&mut learner, 2);
    assert!(learner.t() > 200.0);
}
