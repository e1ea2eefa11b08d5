//! What a user of the evaluation relies on, beside the comparison with other programs in
//! `tests/evaluate`.

use std::num::NonZeroU32;

use super::*;

fn prequential(window_records: u32) -> Prequential {
    let window = NonZeroU32::new(window_records).unwrap();
    Prequential::new(2, window, MeasureSettings::default()).unwrap()
}

/// A prediction without probability.
fn judged(label: u16, predicted: u16) -> Judged {
    Judged::binary(label, f64::from(predicted) - 0.5, None)
}

#[track_caller]
fn is(tally: Tally, correct: u64, total: u64) {
    assert_eq!(tally, Tally { correct, total });
}

#[test]
fn the_window_forgets_and_the_whole_does_not() {
    let mut evaluation = prequential(2);
    for (label, predicted) in [(1, 0), (1, 1), (0, 0)] {
        evaluation.count(&judged(label, predicted)).unwrap();
    }
    is(evaluation.window(), 2, 2);
    is(evaluation.cumulative(), 2, 3);
}

#[test]
fn the_baselines_are_known_only_from_the_past() {
    let mut evaluation = prequential(10);
    // Before anything was seen both say 0; a tie is 0.
    for label in [1, 1, 0, 0, 0] {
        evaluation.count(&judged(label, 0)).unwrap();
    }
    // Said 0, 1, 1, 1, 0 and 0, 1, 1, 0, 0.
    is(evaluation.majority(), 2, 5);
    is(evaluation.no_change(), 3, 5);
    let measures = evaluation.measures(Over::Everything);
    assert_eq!(measures.kappa_m, Some((0.6 - 0.4) / (1.0 - 0.4)));
    assert_eq!(measures.kappa_temporal, Some(0.0));
}

#[test]
fn a_shorter_window_keeps_the_newest() {
    let mut evaluation = prequential(3);
    for predicted in [0, 1, 1] {
        evaluation.count(&judged(1, predicted)).unwrap();
    }
    evaluation.set_window(NonZeroU32::new(2).unwrap());
    is(evaluation.window(), 2, 2);
    assert!(evaluation.is_consistent());
}

#[test]
fn nothing_judged_has_no_measures() {
    for over in [Over::Window, Over::Fading, Over::Everything] {
        let measures = prequential(5).measures(over);
        assert_eq!(measures.accuracy, None);
        assert_eq!(measures.kappa_temporal, None);
        assert_eq!(measures.cost, None);
        assert!(measures.calibration.is_empty());
    }
}

#[test]
fn what_is_no_class_is_refused_and_not_counted() {
    let mut evaluation = prequential(5);
    let before = evaluation.clone();
    let strange = Judged::multiclass(0, 7, 0.0, None);
    let error = evaluation.count(&strange).unwrap_err();
    assert_eq!((error.class, error.classes), (7, 2));
    assert_eq!(evaluation, before);
}

#[test]
fn a_score_that_is_no_number_is_ranked_and_saved() {
    let mut evaluation = prequential(5);
    for (label, score) in [(0, f64::NAN), (1, f64::INFINITY), (0, f64::NEG_INFINITY)] {
        evaluation
            .count(&Judged::binary(label, score, None))
            .unwrap();
    }
    assert_eq!(evaluation.measures(Over::Window).roc_auc, Some(1.0));
    let json = serde_json::to_string(&evaluation).unwrap();
    assert_eq!(
        serde_json::from_str::<Prequential>(&json).unwrap(),
        evaluation
    );
    assert!(evaluation.is_consistent());
}

#[test]
fn the_fading_factor_halves_the_weight_of_what_is_older() {
    let settings = MeasureSettings {
        fading_factor: 0.5,
        ..MeasureSettings::default()
    };
    let mut evaluation = Prequential::new(2, NonZeroU32::MIN, settings).unwrap();
    // Many more than the common scale holds without being taken into the cells.
    for i in 0..2000 {
        evaluation.count(&judged(1, i % 2)).unwrap();
    }
    let measures = evaluation.measures(Over::Fading);
    assert_eq!(measures.weight, 2.0);
    assert!((measures.accuracy.unwrap() - 2.0 / 3.0).abs() < 1e-15);
    assert!((measures.confusion[1][0] - 2.0 / 3.0).abs() < 1e-15);
    assert!(evaluation.is_consistent());
}

#[test]
fn the_smallest_fading_factor_remembers_only_the_last() {
    let settings = MeasureSettings {
        fading_factor: f64::from_bits(1),
        ..MeasureSettings::default()
    };
    let mut evaluation = Prequential::new(2, NonZeroU32::MIN, settings).unwrap();
    for predicted in [0, 0, 1] {
        let score = f64::from(predicted) - 0.5;
        evaluation
            .count(&Judged::binary(1, score, Some(0.25)))
            .unwrap();
    }
    assert_eq!(evaluation.measures(Over::Fading).accuracy, Some(1.0));
    assert!(evaluation.is_consistent());
}

#[test]
fn costs_follow_the_threshold() {
    let settings = MeasureSettings {
        cost: Some(CostSettings {
            threshold: 0.25,
            matrix: vec![vec![-10.0, 100.0], vec![500.0, 0.0]],
        }),
        ..MeasureSettings::default()
    };
    let mut evaluation = Prequential::new(2, NonZeroU32::MIN, settings).unwrap();
    for (label, p) in [(0, 0.125), (0, 0.375), (1, 0.25), (1, 0.5)] {
        evaluation
            .count(&Judged::binary(label, p - 0.5, Some(p)))
            .unwrap();
    }
    let cost = evaluation.measures(Over::Everything).cost.unwrap();
    assert_eq!((cost.total, cost.per_example), (590.0, 147.5));
    // The last one alone: rightly decided class 1, although it was predicted class 0.
    assert_eq!(evaluation.measures(Over::Window).cost.unwrap().total, 0.0);
    assert_eq!(evaluation.measures(Over::Window).accuracy, Some(0.0));
}

/// A state after some examples, as JSON with one place changed.
fn altered(change: impl FnOnce(&mut serde_json::Value)) -> Option<Prequential> {
    let mut evaluation = prequential(3);
    for (label, score, p) in [
        (1, 0.5, 0.625),
        (0, 1.0, 0.75),
        (1, -1.0, 0.25),
        (1, 2.0, 0.875),
    ] {
        evaluation
            .count(&Judged::binary(label, score, Some(p)))
            .unwrap();
    }
    let mut state = serde_json::to_value(&evaluation).unwrap();
    change(&mut state);
    serde_json::from_value(state).ok()
}

#[test]
fn a_state_that_does_not_fit_together_is_told() {
    assert!(altered(|_| ()).unwrap().is_consistent());
    let changes: [(&str, serde_json::Value); 24] = [
        ("/classes", 3.into()),
        ("/classes", 0.into()),
        ("/settings/fading_factor", 0.5.into()),
        ("/settings/calibration_bins", 0.into()),
        ("/settings/calibration_bins", 11.into()),
        ("/baselines/labels", vec![9, 3].into()),
        ("/baselines/labels", Vec::<u8>::new().into()),
        ("/baselines/next/majority", 0.into()),
        ("/window/classes", 300.into()),
        ("/window/records", 2.into()),
        ("/window/records", u32::MAX.into()),
        ("/window/entries/0/0", 9.into()),
        ("/window/entries/0/1", 0.into()),
        ("/window/entries/0/2", 255.into()),
        ("/window/entries/0/4", 1.5.into()),
        ("/window/cells", Vec::<u8>::new().into()),
        ("/window/right/no_change", 0.into()),
        ("/window/losses", serde_json::json!([[0.0, 0.0]])),
        ("/fading/scale", 0.0.into()),
        ("/fading/right", 5.into()),
        ("/fading/cells", vec![0.0; 9].into()),
        ("/fading/cells/0", 1e300.into()),
        ("/everything/weight", 4.5.into()),
        ("/everything/losses/sum/0", 1e9.into()),
    ];
    for (place, value) in changes {
        let state = altered(|state| *state.pointer_mut(place).unwrap() = value.clone());
        assert!(!state.unwrap().is_consistent(), "{place} {value}");
    }
}
