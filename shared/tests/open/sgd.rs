//! Our own files of joblib, under every setting: saved, opened and gone on with.

use shared::model::{
    Average, Dtype, LearningRate, Loss, MAX_AVERAGE, Penalty, SgdClassifier, SgdSettings,
};
use shared::open::Note;
use shared::save::{SklearnVersion, sgd_joblib};
use shared::schema::Class;

use crate::goldens::opened;
use crate::samples::{Dice, batch};

const WIDTH: usize = 5;

/// Settings by chance, so that every value of each comes with many of the others.
pub(crate) fn settings(dice: &mut Dice) -> SgdSettings {
    let learning_rate = *dice.pick(LearningRate::ALL);
    let loss = if learning_rate.is_passive_aggressive() {
        Loss::Hinge
    } else {
        *dice.pick(Loss::ALL)
    };
    let eta0 = *dice.pick(&[0.05, 0.5, 1.0]);
    SgdSettings {
        loss,
        penalty: *dice.pick(Penalty::ALL),
        alpha: *dice.pick(&[1e-3, 0.01, 0.5]),
        l1_ratio: *dice.pick(&[0.0, 0.15, 1.0]),
        fit_intercept: dice.below(4) > 0,
        epsilon: *dice.pick(&[0.0, 0.1, 0.7]),
        shuffle: dice.below(4) > 0,
        random_state: *dice.pick(&[0, 42, u32::MAX]),
        learning_rate,
        eta0: (learning_rate.uses_eta0() || dice.below(2) > 0).then_some(eta0),
        power_t: *dice.pick(&[0.5, 0.25, -0.1]),
        average: Average(*dice.pick(&[0, 0, 1, 20, 40, MAX_AVERAGE])),
        class_weight: dice
            .pick(&["none", "none", "{1: 2.5}", "{0: 1, 1: 0.5}"])
            .parse()
            .expect("weights"),
        dtype: *dice.pick(Dtype::ALL),
    }
}

fn classes(classes: u16) -> Vec<Class> {
    (0..classes)
        .map(|class| Class::Integer(class.into()))
        .collect()
}

fn names(classes: &[Class]) -> Vec<String> {
    classes.iter().map(Class::name).collect()
}

/// Everything that a model goes on from, as bits.
fn bits(model: &SgdClassifier) -> Vec<u64> {
    let state = model.state();
    let rows = state.rows.iter().flat_map(|row| {
        let coef = row
            .plain_coef
            .iter()
            .chain(row.average_coef.iter().flatten());
        coef.chain([&row.plain_intercept, &row.average_intercept])
    });
    rows.chain([&state.t])
        .map(|value| value.to_bits())
        .collect()
}

/// Learns a batch; whether its weights did not overflow.
fn fit(model: &mut SgdClassifier, number: u64) -> bool {
    let (x, labels) = batch(WIDTH, model.classes(), number);
    model.partial_fit(&x, &labels, None).is_ok()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_model_goes_on_from_its_joblib_file_as_if_it_had_never_stopped() {
    let mut dice = Dice(11);
    for round in 0..600 {
        let settings = settings(&mut dice);
        let classes = classes(*dice.pick(&[2, 2, 3, 5]));
        let count = u16::try_from(classes.len()).expect("few");
        let model = SgdClassifier::new(settings.clone(), WIDTH, count);
        let mut model = model.named(&names(&classes));
        let batches = dice.below(4) as u64;
        let learned = (0..batches).all(|number| fit(&mut model, number));
        let version = SklearnVersion::of(&settings);
        let file = sgd_joblib(&model, &classes, version).expect("a model that scikit-learn has");

        let mut opened = opened(&file);
        if opened.fitted.is_none() {
            // Nothing in the file shows the width of its numbers.
            opened.settings.dtype = settings.dtype;
        }
        assert_eq!(opened.settings, settings, "round {round}");
        assert_eq!(opened.sklearn_version, Some(version.to_string()));
        // The file has one array of intercepts, as the classifier had.
        assert!(!opened.notes.contains(&Note::OneArray));
        let Some(fitted) = opened.fitted else {
            assert_eq!(model.t(), 1.0, "round {round}");
            continue;
        };
        assert_eq!(fitted.classes, classes);
        let again = SgdClassifier::from_state(opened.settings, fitted.state);
        let mut again = again.named(&names(&classes));
        assert_eq!(bits(&again), bits(&model), "round {round}: {settings:?}");
        for number in batches..batches + 3 {
            let same = fit(&mut again, number) == fit(&mut model, number);
            assert!(
                same && bits(&again) == bits(&model),
                "round {round}: {settings:?}"
            );
        }
        assert!(learned || model.t() > 1.0);
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn classes_of_every_kind_come_back() {
    let text = |class: &str| Class::Text(class.into());
    for classes in [
        vec![Class::Bool(false), Class::Bool(true)],
        vec![Class::Integer(-(1 << 53)), Class::Integer(7)],
        vec![text(""), text("a word"), text("später 😀")],
    ] {
        let count = u16::try_from(classes.len()).expect("few");
        let settings = SgdSettings {
            class_weight: format!("{{{:?}: 3}}", classes[1].name())
                .parse()
                .expect("weights"),
            ..SgdSettings::default()
        };
        let mut model = SgdClassifier::new(settings.clone(), WIDTH, count).named(&names(&classes));
        assert!(fit(&mut model, 1));
        let file = sgd_joblib(&model, &classes, SklearnVersion::of(&settings)).expect("a model");
        let opened = opened(&file);
        assert_eq!(opened.settings, settings);
        assert_eq!(opened.fitted.expect("learned").classes, classes);
    }
}
