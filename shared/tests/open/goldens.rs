//! Files that scikit-learn 1.5, 1.7 and 1.9 saved, by joblib and by pickle.

use serde::Deserialize;
use shared::model::SgdClassifier;
use shared::open::{Note, OpenedModel, OpenedSgd, open_model};
use shared::schema::Class;

use crate::samples::batch;

#[derive(Deserialize)]
struct Golden {
    name: String,
    width: usize,
    classes: Vec<serde_json::Value>,
    dtype: String,
    seeded: bool,
    /// The rest is there unless the classifier has learned nothing.
    #[serde(flatten)]
    learned: Option<Learned>,
}

#[derive(Deserialize)]
struct Learned {
    exact: bool,
    before: Vec<String>,
    after: Vec<Vec<String>>,
    loaded_differs: bool,
}

fn number(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).expect("16 digits"))
}

fn numbers(model: &SgdClassifier) -> Vec<f64> {
    let rows = (0..model.rows()).flat_map(|row| {
        std::iter::once(model.intercept(row)).chain(model.coef(row).iter().copied())
    });
    std::iter::once(model.t()).chain(rows).collect()
}

/// Whether they are the same bits, or the same but for the last digits.
fn agree(found: &[f64], wanted: &[String], exact: bool) -> bool {
    let one = |(&found, bits): (&f64, &String)| {
        let wanted = number(bits);
        let near = (found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0);
        found.to_bits() == wanted.to_bits() || !exact && near
    };
    found.len() == wanted.len() && found.iter().zip(wanted).all(one)
}

/// A class as Python has it; a float is a whole number.
fn class(value: &serde_json::Value) -> Class {
    match value.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
        Some(number) => Class::Integer(number as i64),
        None => serde_json::from_value(value.clone()).expect("a class"),
    }
}

pub(crate) fn opened(bytes: &[u8]) -> OpenedSgd {
    match open_model(bytes) {
        Ok(OpenedModel::Sgd(sgd)) => *sgd,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(golden: &Golden, version: &str, bytes: &[u8]) {
    let name = format!("{version} {}", golden.name);
    let opened = opened(bytes);
    let found_version = opened.sklearn_version.expect("a version");
    assert!(
        found_version.starts_with(version),
        "{name}: {found_version}"
    );
    assert_eq!(opened.settings.dtype.to_string(), golden.dtype, "{name}");
    let Some(learned) = &golden.learned else {
        assert_eq!((opened.fitted, opened.notes), (None, Vec::new()), "{name}");
        return;
    };
    let fitted = opened.fitted.expect("a model that has learned");
    let classes: Vec<Class> = golden.classes.iter().map(class).collect();
    assert_eq!(fitted.classes, classes, "{name}");
    let named = golden.name.contains("data_frame") || golden.name.contains("names");
    let names = (0..golden.width).map(|column| format!("feature {column}"));
    assert_eq!(
        fitted.feature_names,
        named.then(|| names.collect()),
        "{name}"
    );
    let shuffles = golden.name != "no_shuffle";
    let seeded = opened.notes.contains(&Note::RandomState(42));
    assert_eq!(seeded, golden.seeded && shuffles, "{name}");
    assert!(
        !learned.loaded_differs || opened.notes.contains(&Note::OneArray),
        "{name}"
    );

    let class_names: Vec<String> = classes.iter().map(Class::name).collect();
    let model = SgdClassifier::from_state(opened.settings, fitted.state);
    let mut model = model.named(&class_names);
    assert!(
        agree(&numbers(&model), &learned.before, true),
        "{name}: {:?}",
        numbers(&model)
    );
    for (number, wanted) in (4..).zip(&learned.after) {
        let (x, labels) = batch(golden.width, model.classes(), number);
        model
            .partial_fit(&x, &labels, None)
            .expect("a batch that can be learned");
        let found = numbers(&model);
        assert!(
            agree(&found, wanted, learned.exact),
            "{name}, batch {number}: {found:?}"
        );
    }
}

/// Each file of a version with its name.
type Files = Vec<(&'static str, &'static [u8])>;

#[track_caller]
fn check_all(version: &str, lines: &str, files: &Files) {
    let goldens = lines
        .lines()
        .map(|line| serde_json::from_str::<Golden>(line).expect("a golden"));
    let goldens: Vec<Golden> = goldens.collect();
    let names: Vec<&str> = goldens.iter().map(|golden| &golden.name[..]).collect();
    let of_files: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, of_files);
    for (golden, (_, bytes)) in goldens.iter().zip(files) {
        check(golden, version, bytes);
    }
}

macro_rules! versions {
    ($($test:ident $version:literal: $($name:ident)+;)+) => {
        $(
            #[cfg_attr(not(target_arch = "wasm32"), test)]
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
            fn $test() {
                let files = vec![$((
                    stringify!($name),
                    &include_bytes!(concat!(
                        "../../goldens/open/", $version, "/", stringify!($name), ".joblib"
                    ))[..],
                )),+];
                let lines = include_str!(concat!("../../goldens/open/", $version, ".txt"));
                check_all($version, lines, &files);
            }
        )+
    };
}

macro_rules! files {
    ($($test:ident $version:literal: $($more:ident)*;)+) => {
        versions! {$(
            $test $version:
            model_1_batch_0 loss_hinge loss_log_loss loss_modified_huber loss_squared_hinge
            loss_perceptron loss_squared_error loss_huber loss_epsilon_insensitive
            loss_squared_epsilon_insensitive fit fit_early multiclass multiclass_fit average
            average_later average_begins average_multiclass average_multiclass_later
            average_pickled float32 float32_average float32_multiclass invscaling adaptive
            no_penalty no_intercept no_shuffle class_weight words word_objects bools floats
            small_integers data_frame sparse numpy_settings fortran big_endian protocol_2
            protocol_3 protocol_4 protocol_5 names_protocol_2 blank
            average_multiclass_zlib data_frame_gzip
            $($more)*;
        )+}
    };
}

files! {
    opened_from_1_5 "1.5":;
    opened_from_1_7 "1.7":;
    opened_from_1_9 "1.9": pa1 pa2;
}
