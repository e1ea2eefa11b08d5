use super::*;

fn detectors() -> Vec<DriftDetector> {
    let all = DriftSettings::all();
    all.iter().map(|s| DriftDetector::new(s).unwrap()).collect()
}

#[track_caller]
fn check_refused(settings: &str, message: &str) {
    let settings: DriftSettings = serde_json::from_str(settings).unwrap();
    assert_eq!(settings.validate().unwrap_err().to_string(), message);
    assert_eq!(
        DriftDetector::new(&settings).unwrap_err().to_string(),
        message
    );
}

#[test]
fn the_defaults_are_valid_and_survive_json() {
    for settings in DriftSettings::all() {
        settings.validate().unwrap();
        let json = serde_json::to_string(&settings).unwrap();
        assert!(json.contains(settings.name()), "{json}");
        assert_eq!(
            serde_json::from_str::<DriftSettings>(&json).unwrap(),
            settings
        );
        assert_eq!(DriftDetector::new(&settings).unwrap().settings(), settings);
    }
}

#[test]
fn the_defaults_are_rivers() {
    let json = serde_json::to_value(DriftSettings::all()).unwrap();
    let wanted = serde_json::json!([
        "none",
        {"adwin": {"delta": 0.002, "clock": 32, "max_buckets": 5, "min_window_length": 5, "grace_period": 10}},
        {"ddm": {"warm_start": 30, "warning_threshold": 2.0, "drift_threshold": 3.0}},
        {"eddm": {"warm_start": 30, "alpha": 0.95, "beta": 0.9}},
        {"hddm_a": {"drift_confidence": 0.001, "warning_confidence": 0.005, "two_sided_test": false}},
        {"hddm_w": {"drift_confidence": 0.001, "warning_confidence": 0.005, "lambda_val": 0.05, "two_sided_test": false}},
        {"page_hinkley": {"min_instances": 30, "delta": 0.005, "threshold": 50.0, "alpha": 0.9999, "mode": "both"}},
        {"kswin": {"alpha": 0.005, "window_size": 100, "stat_size": 30, "seed": 42}},
    ]);
    assert_eq!(json, wanted);
}

#[test]
fn a_refusal_names_field_range_and_value() {
    check_refused(
        r#"{"adwin": {"delta": 1.5}}"#,
        "adwin.delta must be greater than 0 and less than 1; it is 1.5",
    );
    check_refused(
        r#"{"adwin": {"clock": 0}}"#,
        "adwin.clock must be at least 1; it is 0",
    );
    check_refused(
        r#"{"adwin": {"max_buckets": 1001}}"#,
        "adwin.max_buckets must be from 1 to 1000; it is 1001",
    );
    check_refused(
        r#"{"adwin": {"min_window_length": 0}}"#,
        "adwin.min_window_length must be at least 1; it is 0",
    );
    check_refused(
        r#"{"ddm": {"drift_threshold": -1}}"#,
        "ddm.drift_threshold must be a number of at least 0; it is -1",
    );
    check_refused(
        r#"{"eddm": {"alpha": 0.8}}"#,
        "eddm.alpha must be at least beta, 0.9; it is 0.8",
    );
    check_refused(
        r#"{"hddm_a": {"drift_confidence": 0}}"#,
        "hddm_a.drift_confidence must be from 1e-300 to 1; it is 0",
    );
    check_refused(
        r#"{"hddm_w": {"lambda_val": 1.1}}"#,
        "hddm_w.lambda_val must be from 0 to 1; it is 1.1",
    );
    check_refused(
        r#"{"page_hinkley": {"alpha": 1.01}}"#,
        "page_hinkley.alpha must be from 0 to 1; it is 1.01",
    );
    check_refused(
        r#"{"kswin": {"stat_size": 0}}"#,
        "kswin.stat_size must be from 1 to 10000; it is 0",
    );
    check_refused(
        r#"{"kswin": {"window_size": 59}}"#,
        "kswin.window_size must be from 60 to 100000; it is 59",
    );
}

#[test]
fn a_setting_that_is_not_a_number_is_refused() {
    let settings = AdwinSettings {
        delta: f64::NAN,
        ..AdwinSettings::default()
    };
    let error = DriftDetector::new(&DriftSettings::Adwin(settings)).unwrap_err();
    assert_eq!((error.field, error.value.as_str()), ("adwin.delta", "NaN"));
}

#[test]
fn a_value_out_of_range_is_refused_and_changes_nothing() {
    for mut detector in detectors() {
        let takes_reals = detector.clone().update(-3.5).is_ok();
        for i in 0..200 {
            detector.update(f64::from(i % 2)).unwrap();
        }
        let before = detector.clone();
        let mut bad = vec![
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1.1e100,
            -f64::MAX,
        ];
        if !takes_reals {
            bad.extend([-0.1, 1.000_000_1, 2.0]);
        }
        for value in bad {
            let refused = detector.update(value).unwrap_err();
            assert_eq!(refused.detector, detector.name());
            assert_eq!(detector, before);
        }
    }
    let settings = DriftSettings::Ddm(DdmSettings::default());
    let error = DriftDetector::new(&settings)
        .unwrap()
        .update(2.0)
        .unwrap_err();
    let message = "ddm takes numbers from 0 (right) to 1 (wrong); the value is 2";
    assert_eq!(error.to_string(), message);
}

#[test]
fn the_greatest_values_overflow_nothing() {
    for mut detector in detectors() {
        for i in 0..20_000_u32 {
            let sign = if i / 50 % 2 == 0 { 1.0 } else { -1.0 };
            // Those that take errors only refuse these, which is well.
            let _ = detector.update(sign * MAX_VALUE);
            let finite = |s: &Statistic| s.value.is_none_or(f64::is_finite);
            assert!(detector.statistics().iter().all(finite), "{detector:?}");
        }
    }
}

#[test]
fn statistics_are_the_same_ones_from_the_start_on() {
    for mut detector in detectors() {
        let names = |d: &DriftDetector| d.statistics().iter().map(|s| s.name).collect::<Vec<_>>();
        let first = names(&detector);
        for i in 0..300 {
            detector.update(f64::from(i / 7 % 2)).unwrap();
            assert_eq!(names(&detector), first);
        }
        assert!(first.iter().all(|name| detector.statistic(name).is_some()));
        assert_eq!(detector.statistic("nothing"), None);
    }
}

#[test]
fn adwins_memory_grows_with_the_logarithm_of_the_stream() {
    let mut detector = DriftDetector::new(&DriftSettings::Adwin(AdwinSettings::default())).unwrap();
    for _ in 0..200_000 {
        detector.update(0.25).unwrap();
    }
    assert_eq!(detector.statistic("width"), Some(200_000.0));
    let json = serde_json::to_string(&detector).unwrap();
    // 200000 < 2¹⁸: at most 18 levels of 5 buckets.
    assert!(json.matches("squares").count() <= 18 * 5 + 1, "{json}");
}

#[test]
fn kswins_memory_is_its_window() {
    let settings = KswinSettings {
        window_size: 64,
        ..KswinSettings::default()
    };
    let mut detector = DriftDetector::new(&DriftSettings::Kswin(settings)).unwrap();
    let mut size = || {
        for _ in 0..1000 {
            detector.update(0.5).unwrap();
        }
        let json = serde_json::to_value(&detector).unwrap();
        json["kswin"]["window"].as_array().unwrap().len()
    };
    assert_eq!([size(), size()], [64, 64]);
}

#[test]
fn adwin_goes_on_where_rivers_panics_on_an_empty_level() {
    let settings = AdwinSettings {
        delta: 0.9,
        clock: 1,
        max_buckets: 1,
        min_window_length: 1,
        grace_period: 0,
    };
    let mut detector = DriftDetector::new(&DriftSettings::Adwin(settings)).unwrap();
    for i in 0..20_000_u32 {
        let noise = f64::from(i * 7919 % 1000) / 1000.0;
        detector
            .update(noise + 3.0 * f64::from(i / 37 % 2))
            .unwrap();
        assert!(detector.statistic("width").unwrap() >= 1.0);
    }
}

#[track_caller]
fn check_snapshot_refused(change: impl Fn(&mut serde_json::Value), index: usize, message: &str) {
    let mut detector = detectors().remove(index);
    for i in 0..150 {
        detector.update(f64::from(i % 3 / 2)).unwrap();
    }
    let mut json = serde_json::to_value(&detector).unwrap();
    change(&mut json);
    let error = serde_json::from_value::<DriftDetector>(json).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn a_snapshot_that_does_not_fit_together_is_refused() {
    let settings = "adwin.clock must be at least 1";
    check_snapshot_refused(
        |json| json["adwin"]["settings"]["clock"] = 0.into(),
        1,
        settings,
    );
    let message = "the state of adwin does not fit its settings";
    check_snapshot_refused(|json| json["adwin"]["ticks"] = 32.into(), 1, message);
    check_snapshot_refused(
        |json| json["adwin"]["window"]["width"] = 7.into(),
        1,
        message,
    );
    let no_levels = || serde_json::json!([[], [], []]);
    check_snapshot_refused(
        |json| json["adwin"]["window"]["levels"] = no_levels(),
        1,
        message,
    );
    let message = "the state of eddm does not fit";
    check_snapshot_refused(|json| json["eddm"]["greatest"] = 0.into(), 3, message);
    let message = "the state of kswin does not fit";
    let words = || serde_json::json!([1, 2, 3]);
    check_snapshot_refused(
        |json| json["kswin"]["random"]["block"] = words(),
        7,
        message,
    );
    check_snapshot_refused(
        |json| json["kswin"]["random"]["drawn"] = 625.into(),
        7,
        message,
    );
    check_snapshot_refused(
        |json| json["kswin"]["settings"]["window_size"] = 80.into(),
        7,
        message,
    );
}
