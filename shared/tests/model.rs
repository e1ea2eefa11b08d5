//! What holds for the classifier under any settings: zeros left out change no bit, a refusal
//! changes nothing, an explained update can be done again by hand.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may fail as its tests may"
)]

use proptest::prelude::*;
use shared::encode::{Features, Row};
use shared::model::{
    Average, ClassWeight, Dtype, FitError, LearningRate, Loss, ModelState, Penalty, SgdClassifier,
    SgdSettings, Update,
};

const WIDTH: usize = 5;

fn settings() -> impl Strategy<Value = SgdSettings> {
    let words = (
        prop::sample::select(Loss::ALL),
        prop::sample::select(Penalty::ALL),
        prop::sample::select(LearningRate::ALL),
        prop::sample::select(Dtype::ALL),
    );
    let numbers = (
        prop::sample::select(&[1e-4, 0.01, 1.0, 40.0][..]),
        prop::sample::select(&[0.001, 0.05, 1.0, 1e150][..]),
        prop::sample::select(&[0, 1, 5, 40][..]),
        any::<u32>(),
    );
    let rest = (
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(&["none", "{0: 3, 1: 0.5}", "{1: 0}"][..]),
    );
    (words, numbers, rest).prop_map(|(words, numbers, rest)| {
        let (loss, penalty, learning_rate, dtype) = words;
        let (alpha, eta0, average, random_state) = numbers;
        let (shuffle, fit_intercept, class_weight) = rest;
        let passive = learning_rate.is_passive_aggressive();
        SgdSettings {
            loss: if passive { Loss::Hinge } else { loss },
            penalty,
            learning_rate,
            dtype,
            alpha,
            eta0: Some(eta0),
            average: Average(average),
            random_state,
            shuffle,
            fit_intercept,
            class_weight: class_weight.parse().unwrap(),
            ..SgdSettings::default()
        }
    })
}

/// Mostly zeros and ordinary numbers; sometimes one that is tiny or huge.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        20 => Just(0.0),
        10 => Just(1.0),
        20 => -4.0..4.0,
        1 => prop::sample::select(&[1e-40, -1e-300, 5e-324, 1e11, -1e30, 1e150, -1e307][..]),
    ]
}

#[derive(Clone, Debug)]
struct Batch {
    x: Vec<f64>,
    labels: Vec<u16>,
    weights: Option<Vec<f64>>,
}

impl Batch {
    fn features(&self) -> Features {
        Features::from_rows(WIDTH, self.x.clone()).unwrap()
    }
}

fn batch(classes: u16) -> impl Strategy<Value = Batch> {
    (1..12usize).prop_flat_map(move |rows| {
        let weights = prop::collection::vec(prop_oneof![Just(0.0), 0.1..3.0], rows);
        let x = prop::collection::vec(value(), rows * WIDTH);
        let labels = prop::collection::vec(0..classes, rows);
        (x, labels, prop::option::of(weights)).prop_map(|(x, labels, weights)| Batch {
            x,
            labels,
            weights,
        })
    })
}

/// Settings, number of classes and batches.
fn runs() -> impl Strategy<Value = (SgdSettings, u16, Vec<Batch>)> {
    (settings(), 2..=3u16).prop_flat_map(|(settings, classes)| {
        let batches = prop::collection::vec(batch(classes), 1..6);
        (Just(settings), Just(classes), batches)
    })
}

fn fit(model: &mut SgdClassifier, x: &Features, batch: &Batch) -> Result<(), FitError> {
    model.partial_fit(x, &batch.labels, batch.weights.as_deref())
}

/// All numbers of a state as bits, so that −0.0 and 0.0 differ.
fn bits(state: &ModelState) -> Vec<u64> {
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

/// A state with zeros of both signs, so that every way of treating them shows.
fn signed_zeros(model: &SgdClassifier) -> ModelState {
    let mut state = model.state().clone();
    for row in &mut state.rows {
        for (j, w) in row.plain_coef.iter_mut().enumerate() {
            *w = [-0.0, 0.5, -0.0, 0.0, -1.0][j];
        }
        for (j, w) in row.average_coef.iter_mut().flatten().enumerate() {
            *w = [0.25, -0.0, -0.0, -1.0, 0.0][j];
        }
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn zeros_left_out_change_no_bit((settings, classes, batches) in runs(), signed in any::<bool>()) {
        let mut dense = SgdClassifier::new(settings.clone(), WIDTH, classes);
        if signed {
            dense = SgdClassifier::from_state(settings, signed_zeros(&dense));
        }
        let mut sparse = dense.clone();
        for batch in &batches {
            let x = batch.features();
            let outcome = fit(&mut dense, &x, batch);
            prop_assert_eq!(fit(&mut sparse, &x.without_zeros(), batch), outcome);
            prop_assert_eq!(bits(sparse.state()), bits(dense.state()));
            prop_assert_eq!(sparse.last_rate().to_bits(), dense.last_rate().to_bits());
        }
    }

    #[test]
    fn a_state_stays_consistent_and_goes_on_from_json_to_the_same_bits((settings, classes, batches) in runs()) {
        let mut model = SgdClassifier::new(settings.clone(), WIDTH, classes);
        for batch in &batches {
            let json = serde_json::to_string(model.state()).unwrap();
            let state: ModelState = serde_json::from_str(&json).unwrap();
            prop_assert!(state.is_consistent(WIDTH, classes));
            let mut restored = SgdClassifier::from_state(settings.clone(), state);
            let x = batch.features();
            prop_assert_eq!(fit(&mut restored, &x, batch), fit(&mut model, &x, batch));
            prop_assert_eq!(bits(restored.state()), bits(model.state()));
        }
    }

    #[test]
    fn a_refused_batch_changes_nothing(
        (settings, classes, batches) in runs(),
        bad in prop::sample::select(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY][..]),
        place in any::<prop::sample::Index>(),
    ) {
        let mut model = SgdClassifier::new(settings, WIDTH, classes);
        for batch in &batches {
            let (before, rate) = (bits(model.state()), model.last_rate());
            for (x, batch) in spoiled(batch, classes, bad, place) {
                for x in [x.without_zeros(), x] {
                    let refused = fit(&mut model, &x, &batch);
                    prop_assert!(!matches!(refused, Ok(()) | Err(FitError::Overflow)), "{:?}", refused);
                    prop_assert_eq!(&bits(model.state()), &before);
                    prop_assert_eq!(model.last_rate().to_bits(), rate.to_bits());
                }
            }
            if fit(&mut model, &batch.features(), batch).is_err() {
                prop_assert_eq!(bits(model.state()), before);
            }
        }
    }

    #[test]
    fn explained_updates_follow_each_other_and_give_the_trained_bits((settings, classes, batches) in runs()) {
        let mut model = SgdClassifier::new(settings.clone(), WIDTH, classes);
        for batch in &batches {
            let x = batch.features();
            let mut told = Vec::new();
            let before = model.clone();
            if fit(&mut model, &x, batch).is_err() {
                continue;
            }
            for sample in 0..x.rows() {
                let mut watched = before.clone();
                let weights = batch.weights.as_deref();
                let updates = watched.partial_fit_watched(&x, &batch.labels, weights, Some(sample)).unwrap();
                prop_assert_eq!(bits(watched.state()), bits(model.state()), "watching changes nothing");
                prop_assert_eq!(updates.len(), model.rows());
                told.extend(updates.into_iter().map(|update| (sample, update)));
            }
            for (sample, update) in &told {
                if settings.dtype == Dtype::Float64 {
                    check_by_hand(x.row(*sample), update, &settings);
                }
            }
            for row in 0..model.rows() {
                check_chain(&mut told, row, &before, &model);
            }
        }
    }
}

/// The batch with one thing wrong, in every way.
fn spoiled(
    batch: &Batch,
    classes: u16,
    bad: f64,
    place: prop::sample::Index,
) -> Vec<(Features, Batch)> {
    let rows = batch.labels.len();
    let with = |change: &dyn Fn(&mut Batch)| {
        let mut changed = batch.clone();
        change(&mut changed);
        (changed.features(), changed)
    };
    let weighted = |weight: f64| {
        with(&|batch| {
            let mut weights = vec![1.0; rows];
            weights[place.index(rows)] = weight;
            batch.weights = Some(weights);
        })
    };
    let wider = Features::from_rows(WIDTH + 1, vec![1.0; rows * (WIDTH + 1)]).unwrap();
    vec![
        with(&|batch| batch.x[place.index(rows * WIDTH)] = bad),
        with(&|batch| batch.labels[place.index(rows)] = classes),
        with(&|batch| batch.labels.push(0)),
        with(&|batch| batch.weights = Some(vec![1.0; rows + 1])),
        weighted(bad),
        weighted(-0.5),
        (wider, batch.clone()),
        (
            Features::from_rows(WIDTH, vec![]).unwrap(),
            Batch {
                x: vec![],
                labels: vec![],
                weights: None,
            },
        ),
    ]
}

/// Does an update again from the numbers that explain it.
#[track_caller]
fn check_by_hand(x: Row<'_>, told: &Update, settings: &SgdSettings) {
    let x = x.to_dense(WIDTH);
    let mut stored = told.stored.0.clone();
    let sum = stored.iter().zip(&x).fold(0.0, |sum, (w, x)| sum + w * x);
    let score = sum * told.scale.0 + told.intercept.0;
    assert_eq!(score.to_bits(), told.score.to_bits());
    let weight = told.class_weight * told.sample_weight;
    if !settings.learning_rate.is_passive_aggressive() {
        let update = -told.learning_rate * told.gradient * weight;
        assert_eq!(update.to_bits(), told.update.to_bits());
    }
    let mut scale = told.scale.0 * told.shrink;
    if told.folded {
        for w in &mut stored {
            *w *= scale;
        }
        scale = 1.0;
    }
    let mut intercept = told.intercept.0;
    if told.update != 0.0 {
        let step = told.update / scale;
        assert_eq!(step.to_bits(), told.step.to_bits());
        stored.iter_mut().zip(&x).for_each(|(w, x)| *w += x * step);
        intercept += if settings.fit_intercept {
            told.update
        } else {
            0.0
        };
    }
    if let Some(truncation) = &told.truncation {
        let due = truncation.due;
        for (j, w) in stored.iter_mut().enumerate() {
            let (before, q) = (*w, truncation.paid.0[j]);
            if scale * before > 0.0 {
                *w = f64::max(0.0, before - (due + q) / scale);
            } else if scale * before < 0.0 {
                *w = -f64::max(0.0, -(before + (due - q) / scale));
                *w += 0.0;
            }
            let paid = q + scale * (*w - before);
            assert_eq!(paid.to_bits(), truncation.paid.1[j].to_bits());
        }
    }
    let to_bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(to_bits(&stored), to_bits(&told.stored.1));
    assert_eq!(scale.to_bits(), told.scale.1.to_bits());
    assert_eq!(intercept.to_bits(), told.intercept.1.to_bits());
}

/// Sorted by number, each update begins where the one before it ended, the first at the state
/// before the batch and the last at the one after it.
#[track_caller]
fn check_chain(
    told: &mut [(usize, Update)],
    row: usize,
    before: &SgdClassifier,
    after: &SgdClassifier,
) {
    told.sort_by_key(|(_, update)| (update.row, update.number));
    let chain: Vec<&Update> = told
        .iter()
        .map(|(_, u)| u)
        .filter(|u| u.row == row)
        .collect();
    assert!(chain.iter().map(|u| u.number).eq(1..=chain.len() as u64));
    for pair in chain.windows(2) {
        assert_eq!(pair[0].stored.1, pair[1].stored.0);
        assert_eq!(pair[0].scale.1.to_bits(), pair[1].scale.0.to_bits());
        assert_eq!(pair[0].intercept.1.to_bits(), pair[1].intercept.0.to_bits());
    }
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    assert_eq!(first.coef.0, before.state().rows[row].plain_coef);
    if after.settings().dtype == Dtype::Float64 {
        let trained = &after.state().rows[row].plain_coef;
        let to_bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(to_bits(&last.coef.1), to_bits(trained));
    }
}

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
    let message =
        "class_weight must be weights of the classes; 0, 1 has none; it is {\"spam\":4.0}";
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
