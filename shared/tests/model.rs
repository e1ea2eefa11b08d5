//! What the classifier says and refuses.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may fail as its tests may"
)]

use shared::encode::{Features, Row};
use shared::model::{
    Average, ClassWeight, Dtype, FitError, LearningRate, Loss, ModelState, Penalty, SgdClassifier,
    SgdSettings,
};

fn model(settings: SgdSettings, classes: u16) -> SgdClassifier {
    let mut model = SgdClassifier::new(settings, 2, classes);
    let good = Features::from_rows(2, vec![1.0, -1.0, 0.5, 2.0]).unwrap();
    model.partial_fit(&good, &[1, 0], None).unwrap();
    model
}

#[track_caller]
fn check_refused(
    width: usize,
    values: &[f64],
    labels: &[u16],
    weights: Option<&[f64]>,
    message: &str,
) {
    let x = Features::from_rows(width, values.to_vec()).unwrap();
    for x in [x.without_zeros(), x] {
        let error = model(SgdSettings::default(), 3)
            .partial_fit(&x, labels, weights)
            .unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    check_refused(
        2,
        &[],
        &[],
        None,
        "the batch has no sample: at least 1 is needed",
    );
    check_refused(
        3,
        &[1.0; 3],
        &[1],
        None,
        "a sample has 3 features, the model 2",
    );
    check_refused(2, &[1.0; 4], &[1], None, "1 labels for 2 samples");
    let message = "sample 1 has label 3: the classes are 0 to 2";
    check_refused(2, &[1.0; 4], &[1, 3], None, message);
    let message = "sample 1, feature 0 is NaN: features must be finite";
    check_refused(2, &[1.0, 1.0, f64::NAN, 1.0], &[1, 0], None, message);
    let message = "1 sample weights for 2 samples";
    check_refused(2, &[1.0; 4], &[1, 0], Some(&[1.0]), message);
    let message = "sample 1 has weight -1: a weight must be a finite number of at least 0";
    check_refused(2, &[1.0; 4], &[1, 0], Some(&[1.0, -1.0]), message);
}

#[test]
fn a_number_too_large_for_float32_is_refused_there_alone() {
    let x = Features::from_rows(2, vec![1e39, 0.0]).unwrap();
    let narrow = SgdSettings {
        dtype: Dtype::Float32,
        ..SgdSettings::default()
    };
    let error = model(narrow, 2).partial_fit(&x, &[0], None).unwrap_err();
    let message = "sample 0, feature 0 is 1000000000000000000000000000000000000000: features must be finite as float32";
    assert_eq!(error.to_string(), message);
    model(SgdSettings::default(), 2)
        .partial_fit(&x, &[0], None)
        .unwrap();
}

#[test]
fn weights_that_overflow_are_an_error_and_the_model_is_as_it_was() {
    let settings = SgdSettings {
        loss: Loss::SquaredError,
        learning_rate: LearningRate::Constant,
        eta0: Some(1e160),
        penalty: Penalty::None,
        ..SgdSettings::default()
    };
    for classes in [2, 3] {
        let mut model = SgdClassifier::new(settings.clone(), 1, classes);
        let x = Features::from_rows(1, vec![1e150; 60]).unwrap();
        let before = model.state().clone();
        assert_eq!(
            model.partial_fit(&x, &[1; 60], None),
            Err(FitError::Overflow)
        );
        assert_eq!(model.state(), &before);
    }
}

#[test]
fn an_infinite_step_counts_for_zeros_that_are_left_out() {
    let settings = SgdSettings {
        loss: Loss::Hinge,
        learning_rate: LearningRate::Constant,
        eta0: Some(1e300),
        penalty: Penalty::None,
        fit_intercept: false,
        class_weight: ClassWeight::from_pairs([("1", 1e10)]).unwrap(),
        ..SgdSettings::default()
    };
    let dense = Features::from_rows(2, vec![0.0, 0.0]).unwrap();
    for x in [dense.without_zeros(), dense] {
        let mut model = SgdClassifier::new(settings.clone(), 2, 2);
        let outcome = model.partial_fit(&x, &[1], None);
        assert_eq!(
            outcome,
            Err(FitError::Overflow),
            "0 · infinity is no number"
        );
    }
}

#[test]
fn class_weight_goes_by_the_classes_names() {
    let settings = SgdSettings {
        class_weight: ClassWeight::from_pairs([("spam", 4.0)]).unwrap(),
        ..SgdSettings::default()
    };
    let x = Features::from_rows(1, vec![1.0]).unwrap();
    let mut nameless = SgdClassifier::new(settings.clone(), 1, 2);
    let error = nameless.partial_fit(&x, &[1], None).unwrap_err();
    let message = "class_weight must be weights of known classes only, or of all (0, 1 without); it is {\"spam\":4.0}";
    assert_eq!(error.to_string(), message);
    let mut named = SgdClassifier::new(settings, 1, 2).named(&["ham", "spam"]);
    named.partial_fit(&x, &[1], None).unwrap();
    let mut weighted = SgdClassifier::new(SgdSettings::default(), 1, 2);
    weighted.partial_fit(&x, &[1], Some(&[4.0])).unwrap();
    assert_eq!(named.state(), weighted.state());
}

#[test]
fn a_hostile_state_is_not_consistent_and_does_no_harm() {
    let good = model(SgdSettings::default(), 3).state().clone();
    assert!(good.is_consistent(2, 3) && !good.is_consistent(2, 2) && !good.is_consistent(3, 3));
    let of_one = ModelState::new(2, 2, false);
    assert!(of_one.is_consistent(2, 2) && !of_one.is_consistent(2, 1));
    let changes: [&dyn Fn(&mut ModelState); 9] = [
        &|s| s.t = f64::NAN,
        &|s| s.t = 0.0,
        &|s| s.t = 1.5,
        &|s| s.t = 1e300,
        &|s| s.rows.clear(),
        &|s| s.rows[1].plain_coef.push(1.0),
        &|s| s.rows[2].plain_coef.clear(),
        &|s| s.rows[0].average_coef = Some(vec![1.0; 7]),
        &|s| s.rows[0].plain_intercept = f64::INFINITY,
    ];
    for change in changes {
        let mut state = good.clone();
        change(&mut state);
        assert!(!state.is_consistent(2, 3), "{state:?}");
        let mut model = SgdClassifier::from_state(SgdSettings::default(), state);
        let x = Features::from_rows(2, vec![1.0, 2.0]).unwrap();
        let _any_outcome = model.partial_fit(&x, &[1], None);
        let _any_class = model.predict(Row::Dense(&[1.0, 2.0, 3.0]));
    }
}

/// A state whose rows are not alike is made so: as wide as the first, with averages if there are any.
#[test]
fn a_state_of_unequal_rows_is_tidied() {
    let mut state = ModelState::new(2, 3, false);
    state.rows[0].plain_coef = vec![1.0, 2.0];
    state.rows[1].plain_coef = vec![3.0];
    state.rows[2].average_coef = Some(vec![7.0; 2]);
    let averaging = SgdSettings {
        average: Average(5),
        ..SgdSettings::default()
    };
    let with = SgdClassifier::from_state(averaging, state.clone());
    assert_eq!(with.state().rows[1].plain_coef, [3.0, 0.0]);
    let averages = with.state().rows.iter().map(|row| row.average_coef.clone());
    let wanted = [vec![0.0; 2], vec![0.0; 2], vec![7.0; 2]].map(Some);
    assert!(averages.eq(wanted));
    let without = SgdClassifier::from_state(SgdSettings::default(), state);
    assert!(without.state().is_consistent(2, 3) && !without.state().averages());
}

/// `Σ w·x + b`, from left to right, for rows with and without their zeros.
#[test]
fn a_score_is_the_sum_of_the_products_and_the_intercept() {
    let mut state = ModelState::new(3, 2, false);
    state.rows[0].plain_coef = vec![0.5, -3.0, 0.1];
    state.rows[0].plain_intercept = 4.0;
    let x = Features::from_rows(3, vec![2.0, 0.0, 0.7]).unwrap();
    for dtype in [Dtype::Float64, Dtype::Float32] {
        let settings = SgdSettings {
            dtype,
            ..SgdSettings::default()
        };
        let model = SgdClassifier::from_state(settings, state.clone());
        let last = match dtype {
            Dtype::Float64 => 0.7,
            Dtype::Float32 => f64::from(0.7_f32),
        };
        let wanted = 0.5 * 2.0 + 0.1 * last + 4.0;
        for x in [&x, &x.without_zeros()] {
            let mut scores = Vec::new();
            model.decisions(x, &mut scores);
            assert_eq!(scores, [wanted]);
            assert_eq!(model.decision_function(x.row(0), 0), wanted);
        }
    }
}

/// Two classes keep the plain intercept in `f64`; the others, and averages, have the weights' width.
#[test]
fn an_intercept_overflows_in_the_width_it_is_kept_in() {
    let far = |average, classes| {
        let settings = SgdSettings {
            loss: Loss::Hinge,
            average: Average(average),
            dtype: Dtype::Float32,
            ..SgdSettings::default()
        };
        let mut state = ModelState::new(1, classes, average > 0);
        for row in &mut state.rows {
            row.plain_intercept = 1e39;
        }
        let mut model = SgdClassifier::from_state(settings, state);
        let x = Features::from_rows(1, vec![0.0]).unwrap();
        let outcome = model.partial_fit(&x, &[1], None);
        outcome.map(|()| model.intercept(0))
    };
    assert_eq!(far(0, 2), Ok(1e39));
    assert_eq!(far(0, 3), Err(FitError::Overflow));
    assert_eq!(far(1, 2), Err(FitError::Overflow));
    assert_eq!(far(100, 2), Ok(1e39));
}

/// A weight so small that it is stored as −0.0 becomes 0.0 when a zero is learned from, whether that
/// zero was left out or not.
#[test]
fn a_weight_that_vanishes_has_the_same_sign_with_and_without_zeros() {
    let settings = SgdSettings {
        loss: Loss::Hinge,
        learning_rate: LearningRate::Constant,
        eta0: Some(1e-6),
        penalty: Penalty::None,
        shuffle: false,
        dtype: Dtype::Float32,
        ..SgdSettings::default()
    };
    let x = Features::from_rows(2, vec![1e-40, 0.0, 0.0, 1.0]).unwrap();
    let coef = |x: &Features, labels: &[u16]| {
        let mut model = SgdClassifier::new(settings.clone(), 2, 2);
        model.partial_fit(x, labels, None).unwrap();
        [0, 1].map(|column| model.coef(0)[column].to_bits())
    };
    let sparse = x.without_zeros();
    assert_eq!(coef(&sparse, &[0, 1]), coef(&x, &[0, 1]));
    assert_eq!(coef(&x, &[0, 1])[0], 0.0_f64.to_bits());
    let alone = Features::from_rows(2, vec![1e-40, 0.0]).unwrap();
    assert_eq!(coef(&alone, &[0])[0], (-0.0_f64).to_bits());
}

#[test]
fn a_first_rate_of_zero_is_refused() {
    let settings = SgdSettings {
        learning_rate: LearningRate::Constant,
        eta0: Some(0.0),
        ..SgdSettings::default()
    };
    let message = settings.validate().unwrap_err().to_string();
    assert!(
        message.contains("eta0") && message.contains("greater than 0"),
        "{message}"
    );
}

#[test]
fn scores_classes_and_probabilities_agree() {
    let model = model(SgdSettings::default(), 3);
    let x = Features::from_rows(2, vec![0.0, 1.0, 2.0, 0.0]).unwrap();
    let mut scores = Vec::new();
    model.decisions(&x, &mut scores);
    assert_eq!(scores.len(), 6);
    for (row, scores) in x.iter().zip(scores.chunks(3)) {
        assert_eq!(
            model.decision_function(row, 1).to_bits(),
            scores[1].to_bits()
        );
        let best = model.predict(row);
        assert_eq!(shared::model::class_of(scores), best);
        let probabilities = model.predict_proba(row).unwrap();
        assert!(
            probabilities
                .iter()
                .all(|p| *p <= probabilities[usize::from(best)])
        );
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_tie_is_the_first_class() {
    let x = Row::Dense(&[1.0, 1.0]);
    for classes in [2, 4] {
        let model = SgdClassifier::new(SgdSettings::default(), 2, classes);
        assert_eq!(model.predict(x), 0);
    }
}

#[test]
fn probabilities_are_scikit_learns() {
    let check = |loss, scores: &[f64], wanted: Option<&[f64]>| {
        assert_eq!(
            shared::model::probabilities(loss, scores).as_deref(),
            wanted
        );
    };
    check(Loss::LogLoss, &[0.0], Some(&[0.5, 0.5]));
    check(
        Loss::LogLoss,
        &[0.0, 0.0, -1000.0, 0.0],
        Some(&[1.0 / 3.0, 1.0 / 3.0, 0.0, 1.0 / 3.0]),
    );
    check(Loss::ModifiedHuber, &[0.5], Some(&[0.25, 0.75]));
    check(
        Loss::ModifiedHuber,
        &[3.0, 0.0, -2.0],
        Some(&[2.0 / 3.0, 1.0 / 3.0, 0.0]),
    );
    check(Loss::ModifiedHuber, &[-3.0, -1.0], Some(&[0.5, 0.5]));
    check(Loss::Hinge, &[1.0], None);
}

#[test]
fn a_column_beyond_the_weights_is_refused() {
    let mut model = model(SgdSettings::default(), 2);
    let mut wide = Features::from_rows(3, vec![0.0, 0.0, 1.0])
        .unwrap()
        .without_zeros();
    assert_eq!(
        model.partial_fit(&wide, &[1], None),
        Err(FitError::Width {
            found: 3,
            wanted: 2
        })
    );
    wide = Features::from_rows(2, vec![0.0, 0.0])
        .unwrap()
        .without_zeros();
    model.partial_fit(&wide, &[1], None).unwrap();
}

#[test]
fn the_last_rate_is_that_of_the_last_update() {
    // Sample by sample: 2/√1, 2/√2, …
    let settings = SgdSettings {
        learning_rate: LearningRate::InvScaling,
        eta0: Some(2.0),
        ..SgdSettings::default()
    };
    assert_eq!(SgdClassifier::new(settings.clone(), 2, 2).last_rate(), 0.0);
    assert_eq!(model(settings, 2).last_rate(), 2.0 / 2f64.sqrt());
}

#[test]
fn an_update_tells_of_truncation_with_an_l1_penalty_alone() {
    let x = Features::from_rows(2, vec![1.0, 0.5]).unwrap();
    for (penalty, truncates) in [
        (Penalty::None, false),
        (Penalty::L2, false),
        (Penalty::L1, true),
        (Penalty::ElasticNet, true),
    ] {
        let mut model = SgdClassifier::new(
            SgdSettings {
                penalty,
                ..SgdSettings::default()
            },
            2,
            2,
        );
        let told = model.partial_fit_watched(&x, &[1], None, Some(0)).unwrap();
        assert_eq!(told[0].truncation.is_some(), truncates, "{penalty}");
    }
}
