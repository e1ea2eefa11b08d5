//! A drift detector goes on from its JSON to the same bits, wherever it was cut.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
// Property tests need a native test runner.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use shared::drift::{AdwinSettings, DriftDetector, DriftSettings, KswinSettings};

/// Every detector at its defaults, and those with a large state at other settings.
fn settings() -> impl Strategy<Value = DriftSettings> {
    let eager = DriftSettings::Adwin(AdwinSettings {
        delta: 0.5,
        clock: 3,
        max_buckets: 2,
        min_window_length: 1,
        grace_period: 0,
    });
    let short = DriftSettings::Kswin(KswinSettings {
        alpha: 0.05,
        window_size: 20,
        stat_size: 6,
        seed: u64::MAX,
    });
    let mut all = DriftSettings::all().to_vec();
    all.extend([eager, short]);
    prop::sample::select(all)
}

/// A stream whose level changes: errors with some shares between.
fn stream() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![3 => Just(0.0), 2 => Just(1.0), 1 => 0.0..=1.0_f64];
    let part = (0..300_usize, prop::collection::vec(value, 1..20));
    let repeat = |(n, pattern): (usize, Vec<f64>)| pattern.into_iter().cycle().take(n);
    prop::collection::vec(part, 1..6)
        .prop_map(move |parts| parts.into_iter().flat_map(repeat).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_snapshot_goes_on_to_the_same_bits(
        settings in settings(),
        values in stream(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let mut straight = DriftDetector::new(&settings).unwrap();
        let mut interrupted = straight.clone();
        let cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(values.len() + 1)).collect();
        for (i, &value) in values.iter().enumerate() {
            if cuts.contains(&i) {
                let json = serde_json::to_string(&interrupted).unwrap();
                interrupted = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(&interrupted, &straight);
            }
            prop_assert_eq!(straight.update(value), interrupted.update(value));
        }
        prop_assert_eq!(straight, interrupted);
    }

    #[test]
    fn no_value_makes_a_detector_panic_or_hold_an_infinity(
        settings in settings(),
        values in prop::collection::vec(any::<f64>(), 0..400),
    ) {
        let mut detector = DriftDetector::new(&settings).unwrap();
        for value in values {
            let before = detector.clone();
            if detector.update(value).is_err() {
                prop_assert_eq!(&detector, &before);
            }
            let finite = |s: &shared::drift::Statistic| s.value.is_none_or(f64::is_finite);
            prop_assert!(detector.statistics().iter().all(finite));
        }
    }
}
