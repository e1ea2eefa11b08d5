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
    Average, Dtype, FitError, LearningRate, Loss, ModelState, Penalty, SgdClassifier, SgdSettings,
    Update,
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
        1 => Just(-0.0),
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
