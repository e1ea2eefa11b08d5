//! What holds for every stream of judged examples.

use std::num::NonZeroU32;

use proptest::prelude::*;
use shared::evaluate::{
    Baseline, CostSettings, DelayedLabels, FixedSet, Judged, MeasureSettings, Measures, Over,
    Prequential,
};

const WAYS: [Over; 3] = [Over::Window, Over::Fading, Over::Everything];

/// Two classes, or three; with ties, sure predictions and missing probabilities.
fn judged(classes: u16) -> BoxedStrategy<Judged> {
    let label = 0..classes;
    if classes == 2 {
        let probability = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0, (0..8_u8).prop_map(eighth)];
        let parts = (
            label,
            -4_i8..4,
            proptest::option::weighted(0.9, probability),
        );
        return parts
            .prop_map(|(label, score, p)| Judged::binary(label, f64::from(score) / 2.0, p))
            .boxed();
    }
    let parts = (label, 0..classes, proptest::array::uniform3(0.1_f64..1.0));
    parts
        .prop_map(|(label, predicted, parts)| {
            let all: f64 = parts.iter().sum();
            Judged::multiclass(label, predicted, 0.0, Some(&parts.map(|part| part / all)))
        })
        .boxed()
}

fn eighth(k: u8) -> f64 {
    f64::from(k) / 8.0
}

fn stream() -> impl Strategy<Value = (u16, Vec<Judged>)> {
    (2_u16..=3).prop_flat_map(|classes| {
        let examples = proptest::collection::vec(judged(classes), 0..120);
        (Just(classes), examples)
    })
}

fn settings(classes: u16, fading_factor: f64) -> MeasureSettings {
    let right = |i: u16, j: u16| if i == j { -1.0 } else { f64::from(i + 2 * j) };
    let row = |i: u16| (0..classes).map(|j| right(i, j)).collect();
    MeasureSettings {
        fading_factor,
        calibration_bins: 7,
        cost: Some(CostSettings {
            threshold: 0.375,
            matrix: (0..classes).map(row).collect(),
        }),
        ..MeasureSettings::default()
    }
}

fn prequential(classes: u16, window: u32, fading_factor: f64) -> Prequential {
    let window = NonZeroU32::new(window).unwrap();
    Prequential::new(classes, window, settings(classes, fading_factor)).unwrap()
}

/// Judges all, and hands back what the baselines had said of each.
fn judge(evaluation: &mut Prequential, examples: &[Judged]) -> Vec<Baseline> {
    let mut said = Vec::new();
    for judged in examples {
        said.push(evaluation.baseline());
        evaluation.count(judged).unwrap();
    }
    said
}

fn again(evaluation: &Prequential) -> Prequential {
    let json = serde_json::to_vec(evaluation).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// What does not depend on the order of a set.
fn without_order(measures: Measures) -> Measures {
    Measures {
        log_loss: None,
        brier: None,
        expected_calibration_error: None,
        calibration: Vec::new(),
        ..measures
    }
}

/// Every place of a value, as JSON pointers to what is no list and no object.
fn leaves(value: &serde_json::Value, place: &str, found: &mut Vec<String>) {
    let mut inside = |key: &str, value| leaves(value, &format!("{place}/{key}"), found);
    match value {
        serde_json::Value::Array(all) => {
            for (key, value) in all.iter().enumerate() {
                inside(&key.to_string(), value);
            }
        }
        serde_json::Value::Object(all) => all.iter().for_each(|(key, value)| inside(key, value)),
        _ => found.push(place.into()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_a_fresh_evaluation_of_its_examples((classes, examples) in stream(), n in 1_u32..60) {
        let mut long = prequential(classes, n, 0.9);
        let said = judge(&mut long, &examples);
        let mut fresh = prequential(classes, 1000, 0.9);
        let start = examples.len().saturating_sub(n as usize);
        fresh.count_all(&examples[start..], &said[start..]).unwrap();
        let window = long.measures(Over::Window);
        prop_assert_eq!(&window, &fresh.measures(Over::Window));
        // And all of them over everything, where nothing is sorted and sums are kept.
        let everything = Measures { roc_auc: None, pr_auc: None, ..window };
        prop_assert_eq!(everything, fresh.measures(Over::Everything));
    }

    #[test]
    fn examples_count_alike_one_by_one_and_together((classes, examples) in stream(), n in 1_u32..60, at in any::<prop::sample::Index>()) {
        let mut one_by_one = prequential(classes, n, 0.9);
        let mut together = one_by_one.clone();
        judge(&mut one_by_one, &examples);
        let (first, second) = examples.split_at(at.index(examples.len() + 1));
        together.count_all(first, &[]).unwrap();
        together.count_all(second, &[]).unwrap();
        prop_assert_eq!(together, one_by_one);
    }

    #[test]
    fn a_shorter_window_is_as_if_it_had_been_short((classes, examples) in stream(), n in 1_u32..60) {
        let (mut long, mut short) = (prequential(classes, 90, 0.9), prequential(classes, n, 0.9));
        judge(&mut long, &examples);
        judge(&mut short, &examples);
        long.set_window(NonZeroU32::new(n).unwrap());
        prop_assert_eq!(long, short);
    }

    #[test]
    fn a_snapshot_goes_on_to_the_same_bits(
        (classes, examples) in stream(), cut in any::<prop::sample::Index>(), factor in prop_oneof![Just(1.0), 1e-3..1.0],
    ) {
        let (before, after) = examples.split_at(cut.index(examples.len() + 1));
        let mut evaluation = prequential(classes, 20, factor);
        judge(&mut evaluation, before);
        let mut restored = again(&evaluation);
        prop_assert!(restored.is_consistent());
        for evaluation in [&mut evaluation, &mut restored] {
            judge(evaluation, after);
        }
        prop_assert!(restored.is_consistent());
        for over in WAYS {
            prop_assert_eq!(evaluation.measures(over), restored.measures(over));
        }
        prop_assert_eq!(evaluation, restored);
    }

    #[test]
    fn a_fading_factor_of_1_is_everything((classes, examples) in stream()) {
        let mut evaluation = prequential(classes, 1, 1.0);
        judge(&mut evaluation, &examples);
        prop_assert_eq!(evaluation.measures(Over::Fading), evaluation.measures(Over::Everything));
    }

    #[test]
    fn the_order_of_a_set_does_not_matter(
        (classes, set, shuffled) in stream().prop_flat_map(|(classes, set)| {
            (Just(classes), Just(set.clone()), Just(set).prop_shuffle())
        }),
    ) {
        let fixed = FixedSet::new(classes, settings(classes, 1.0)).unwrap();
        let (a, b) = (fixed.measures(1, set).unwrap(), fixed.measures(1, shuffled).unwrap());
        for (a, b) in [(a.log_loss, b.log_loss), (a.brier, b.brier)] {
            prop_assert_eq!(a.is_some(), b.is_some());
            prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-14);
        }
        prop_assert_eq!(without_order(a), without_order(b));
    }

    #[test]
    fn measures_stay_within_their_ranges((classes, examples) in stream(), factor in 1e-3..=1.0) {
        let mut evaluation = prequential(classes, 30, factor);
        judge(&mut evaluation, &examples);
        for measures in WAYS.map(|over| evaluation.measures(over)) {
            let m = &measures;
            let shares = [
                m.accuracy, m.precision, m.recall, m.f1, m.balanced_accuracy, m.roc_auc, m.pr_auc,
                m.expected_calibration_error, m.majority_accuracy, m.no_change_accuracy,
            ];
            for share in shares.into_iter().flatten() {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&share), "{measures:?}");
            }
            for kappa in [m.kappa, m.kappa_m, m.kappa_temporal].into_iter().flatten() {
                prop_assert!(kappa <= 1.0 + 1e-12 && kappa.is_finite(), "{measures:?}");
            }
            let json = serde_json::to_string(m).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Measures>(&json).unwrap(), m);
        }
    }

    #[test]
    fn a_delay_of_0_is_none_and_any_other_only_defers((classes, examples) in stream(), k in 0_u32..50) {
        let mut at_once = prequential(classes, 30, 0.9);
        let mut late = at_once.clone();
        let mut waiting = DelayedLabels::new(k).unwrap();
        for &judged in &examples {
            let said = at_once.baseline();
            at_once.count(&judged).unwrap();
            if let Some((said, judged)) = waiting.push(said, judged) {
                late.count_all(&[judged], &[said]).unwrap();
            }
            if k == 0 {
                prop_assert_eq!(&late, &at_once);
            }
            prop_assert!(waiting.len() <= k as usize && waiting.is_consistent());
        }
        prop_assert_eq!(waiting.len(), examples.len().min(k as usize));
        for (said, judged) in waiting.flush() {
            late.count_all(&[judged], &[said]).unwrap();
        }
        prop_assert_eq!(late, at_once);
    }

    #[test]
    fn a_hostile_state_is_refused_or_harmless(
        (classes, examples) in stream(),
        place in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(serde_json::json!(0)), Just(serde_json::json!(1)), Just(serde_json::json!(-1)),
            Just(serde_json::json!(65535)), Just(serde_json::json!(u64::MAX)),
            Just(serde_json::json!(1e308)), Just(serde_json::json!(-1e308)),
            Just(serde_json::json!(5e-324)), Just(serde_json::json!(0.5)),
            Just(serde_json::json!([])), Just(serde_json::Value::Null),
        ],
    ) {
        let mut evaluation = prequential(classes, 10, 0.9);
        judge(&mut evaluation, &examples);
        let mut state = serde_json::to_value(&evaluation).unwrap();
        let mut places = Vec::new();
        leaves(&state, "", &mut places);
        *state.pointer_mut(place.get::<String>(&places)).unwrap() = value;
        let Ok(mut hostile) = serde_json::from_value::<Prequential>(state) else {
            return Ok(());
        };
        if hostile.is_consistent() {
            judge(&mut hostile, &examples);
            for over in WAYS {
                serde_json::to_value(hostile.measures(over)).unwrap();
            }
            prop_assert_eq!(&again(&hostile), &hostile);
        }
    }
}
