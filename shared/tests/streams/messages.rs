//! What is wrong with settings is said with field, range and value.

use shared::generate::{DriftScript, KnownStream, ScriptError};

use crate::{HEAD, script, settings};

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_is_wrong_is_said() {
    let wrong = [
        (
            r#"{"agrawal": {"function": 11}}"#,
            "agrawal.function must be from 1 to 10; it is 11",
        ),
        (
            r#"{"agrawal": {"perturbation": -1}}"#,
            "agrawal.perturbation must be from 0 to 1; it is -1",
        ),
        (
            r#"{"sea": {"concept": 4}}"#,
            "sea.concept must be from 0 to 3; it is 4",
        ),
        (
            r#"{"sea": {"noise": 1.5}}"#,
            "sea.noise must be from 0 to 1; it is 1.5",
        ),
        (
            r#"{"stagger": {"concept": 3}}"#,
            "stagger.concept must be from 0 to 2; it is 3",
        ),
        (
            r#"{"led": {"drifting": 8}}"#,
            "led.drifting must be from 0 to 7; it is 8",
        ),
        (
            r#"{"led": {"noise": 2}}"#,
            "led.noise must be from 0 to 1; it is 2",
        ),
        (
            r#"{"hyperplane": {"features": 65}}"#,
            "hyperplane.features must be from 2 to 64; it is 65",
        ),
        (
            r#"{"hyperplane": {"drifting": 11}}"#,
            "hyperplane.drifting must be from 0 to 10; it is 11",
        ),
        (
            r#"{"hyperplane": {"magnitude": 2}}"#,
            "hyperplane.magnitude must be from 0 to 1; it is 2",
        ),
        (
            r#"{"hyperplane": {"sigma": 2}}"#,
            "hyperplane.sigma must be from 0 to 1; it is 2",
        ),
        (
            r#"{"random_rbf": {"features": 0}}"#,
            "random_rbf.features must be from 1 to 64; it is 0",
        ),
        (
            r#"{"random_rbf": {"classes": 1}}"#,
            "random_rbf.classes must be from 2 to 100; it is 1",
        ),
        (
            r#"{"random_rbf": {"centroids": 0}}"#,
            "random_rbf.centroids must be from 1 to 1000; it is 0",
        ),
        (
            r#"{"random_rbf": {"speed": 2}}"#,
            "random_rbf.speed must be from 0 to 1; it is 2",
        ),
        (
            r#"{"switch": {"before": "loan", "after": {"sea": {"noise": 9}}, "position": 1, "width": 1}}"#,
            "switch.after.sea.noise must be from 0 to 1; it is 9",
        ),
        (
            r#"{"switch": {"before": "loan", "after": "loan", "position": 1, "width": 0}}"#,
            "switch.width must be from 1 to 1000000000; it is 0",
        ),
        (
            r#"{"switch": {"before": "loan", "after": "loan", "position": 1, "width": 9, "every": 5}}"#,
            "switch.every must be from 9 to 4294967295; it is 5",
        ),
        (
            r#"{"switch": {"before": {"sea": {}}, "after": {"stagger": {}}, "position": 1, "width": 1}}"#,
            "switch.after must be a stream of the same fields (timestamp x0 x1 x2 → 2 classes); \
             it is timestamp size color shape → 2 classes",
        ),
    ];
    for (json, message) in wrong {
        let error = KnownStream::new(&settings(json), 1).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let nested = (0..5).fold("\"loan\"".to_owned(), |inner, _| {
        format!(
            r#"{{"switch": {{"before": {inner}, "after": "loan", "position": 1, "width": 1}}}}"#
        )
    });
    let error = settings(&nested).validate().unwrap_err().to_string();
    assert!(
        error.ends_with("depth must be from 1 to 4; it is 5"),
        "{error}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_is_wrong_with_a_script_is_said() {
    let wrong = [
        (
            r#"{"noise": 1.5}"#,
            "phases[0].noise must be from 0 to 1; it is 1.5",
        ),
        (
            r#"{"flip": -0.5}"#,
            "phases[0].flip must be from 0 to 1; it is -0.5",
        ),
        (
            r#"{"balance": {"positive_share": 2}}"#,
            "phases[0].balance.positive_share must be from 0 to 1; it is 2",
        ),
        (
            r#"{}, {"at": 0}"#,
            "phases[1].at must be from 1 to 18446744073709551615; it is 0",
        ),
        (
            r#"{"at": 10, "change": {"gradual": {"records": 5}}}, {"at": 15}"#,
            "phases[1].at must be from 16 to 18446744073709551615; it is 15",
        ),
        (
            r#"{"change": {"gradual": {"records": 0}}}"#,
            "phases[0].change.gradual.records must be from 1 to 1000000000; it is 0",
        ),
        (
            r#"{"change": {"incremental": {"records": 0}}}"#,
            "phases[0].change.incremental.records must be from 1 to 1000000000; it is 0",
        ),
        (
            r#"{"change": {"recurring": {"every": 0}}}"#,
            "phases[0].change.recurring.every must be from 1 to 1000000000; it is 0",
        ),
        (
            r#"{"rule": {"ratio": 1001}}"#,
            "phases[0].rule.ratio must be from -1000 to 1000; it is 1001",
        ),
        (
            r#"{"rule": {"intent": [0,0,0,-2000,0,0]}}"#,
            "phases[0].rule.intent[3] must be from -1000 to 1000; it is -2000",
        ),
        (
            r#"{"rule": {"score_above": 6001}}"#,
            "phases[0].rule.score_above must be from -6000 to 6000; it is 6001",
        ),
        (
            r#"{"population": {"income": [0, 5]}}"#,
            "phases[0].population.income[0] must be from 1 to 1000000; it is 0",
        ),
        (
            r#"{"population": {"amount": [9, 5]}}"#,
            "phases[0].population.amount[1] must be from 9 to 1000000; it is 5",
        ),
        (
            r#"{"population": {"ownership": [0,0,0,0]}}"#,
            "phases[0].population.ownership must be weights of which one is above 0; it is [0, 0, 0, 0]",
        ),
        (
            r#"{"missing": {"label": 3}}"#,
            "phases[0].missing.label must be from 0 to 1; it is 3",
        ),
        (
            r#"{"bad": {"garbage": 0.75, "truncated": 0.75}}"#,
            "phases[0].bad.sum of the shares must be from 0 to 1; it is 1.5",
        ),
    ];
    for (phases, message) in wrong {
        let error = DriftScript::from_json(script(phases).as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let json = r#"{"format": "x", "version": 1}"#;
    let error = DriftScript::from_json(json.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "format must be gradually-drift-script; it is x"
    );
    let json = HEAD.replace(": 1,", ": 2,") + "]}";
    let error = DriftScript::from_json(json.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "version must be from 1 to 1; it is 2");
    let many = script(&vec!["{}"; 257].join(","));
    let error = DriftScript::from_json(many.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "number of phases must be from 0 to 256; it is 257"
    );
    let error = DriftScript::from_json(script(r#"{"nosie": 1}"#).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("nosie"), "{error}");
    let error = DriftScript::from_json(&vec![b' '; (1 << 20) + 1]).unwrap_err();
    assert!(matches!(error, ScriptError::Long(_)), "{error}");
}
