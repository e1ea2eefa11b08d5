//! Drift and faults: where, and as often as, scripts and settings say.

use serde_json::Value;
use shared::generate::{DriftScript, KnownStream, LoanStream, ScriptedLoans};

use crate::{Row, lines, near, next, open, script, settings};

fn labels_differ(a: &mut ScriptedLoans, b: &mut LoanStream, from: u64, count: u64) -> u64 {
    a.seek(from);
    b.seek(from);
    let (mut key, mut ours, mut labs) = (Vec::new(), Vec::new(), Vec::new());
    let differs = |_: &u64| {
        a.next_into(&mut key, &mut ours);
        b.next_into(&mut key, &mut labs);
        ours != labs
    };
    u64::try_from((0..count).filter(differs).count()).unwrap()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn drift_is_where_the_script_says() {
    let mut lab = LoanStream::new(9);
    let open = |phases: &str| {
        let script = DriftScript::from_json(script(phases).as_bytes()).unwrap();
        ScriptedLoans::new(&script, 9).unwrap()
    };
    // A rule that always says 0, and no noise: where the lab's label is 1, the label differs.
    let never = r#""rule": {"score_above": 6000}, "noise": 0"#;
    let mut sudden = open(&format!(r#"{{"at": 1000, {never}}}"#));
    assert_eq!(labels_differ(&mut sudden, &mut lab, 0, 1000), 0);
    let all = labels_differ(&mut sudden, &mut lab, 1000, 10_000);
    assert!((5000..5400).contains(&all), "{all}");
    let mut recurring = open(&format!(
        r#"{{"at": 1000, "change": {{"recurring": {{"every": 500}}}}, {never}}},
            {{"at": 2800, "rule": {{}}, "noise": 0.15}}"#
    ));
    for (from, drifted) in [
        (0, false),
        (1000, true),
        (1500, false),
        (2000, true),
        (2500, false),
    ] {
        let count = labels_differ(&mut recurring, &mut lab, from, 500.min(2800 - from));
        assert_eq!(count > 200, drifted, "{count} from {from}");
        assert!(drifted || count == 0, "{count} from {from}");
    }
    assert_eq!(labels_differ(&mut recurring, &mut lab, 2800, 1000), 0);
    let mut gradual = open(
        r#"{"at": 0, "change": {"gradual": {"records": 20000}}, "rule": {"score_above": 6000}}"#,
    );
    let early = labels_differ(&mut gradual, &mut lab, 0, 5000);
    let late = labels_differ(&mut gradual, &mut lab, 15_000, 5000);
    assert!(early * 4 < late, "{early} {late}");
    let mut moving = open(
        r#"{"at": 0, "change": {"incremental": {"records": 100}}, "population": {"income": [500000, 500000]}}"#,
    );
    moving.seek(50);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    moving.next_into(&mut key, &mut value);
    let row: Row = serde_json::from_slice(&value).unwrap();
    assert!((256_000..=286_000).contains(&row.person_income));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn faults_come_as_often_as_the_script_says() {
    let faulty = script(
        r#"{"at": 0, "missing": {"person_income": 0.2}, "bad": {"garbage": 0.1,
            "wrong_type": 0.1, "truncated": 0.1, "unknown_category": 0.1}}"#,
    );
    let script = DriftScript::from_json(faulty.as_bytes()).unwrap();
    let mut stream = ScriptedLoans::new(&script, 5).unwrap();
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let [
        mut garbage,
        mut truncated,
        mut quoted,
        mut unknown,
        mut null,
        mut absent,
    ] = [0u32; 6];
    for _ in 0..50_000 {
        stream.next_into(&mut key, &mut value);
        assert_eq!(key.len(), 36);
        let Ok(record) = serde_json::from_slice::<Value>(&value) else {
            if value.first() == Some(&0xff) {
                garbage += 1;
            } else {
                truncated += 1;
            }
            continue;
        };
        let numbers = [
            "person_income",
            "loan_amnt",
            "loan_int_rate",
            "loan_percent_income",
        ];
        quoted += u32::from(numbers.iter().any(|&name| record[name].is_string()));
        unknown += u32::from(String::from_utf8_lossy(&value).contains("UNLISTED"));
        match record.get("person_income") {
            None => absent += 1,
            Some(Value::Null) => null += 1,
            Some(_) => {}
        }
    }
    for count in [garbage, truncated, quoted, unknown] {
        assert!((4_730..=5_270).contains(&count), "{count} of 50 000");
    }
    // A fifth of the three fifths that are whole, and of others that the fault left it to.
    assert!(
        null.abs_diff(absent) < 400 && null > 3_500,
        "{null} {absent}"
    );
}

/// LED shows the digits; SEA has four concepts in a row: drift within a stream.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn concepts_follow_each_other() {
    let json = r#"{"sea": {"noise": 0.0, "change_every": 100}}"#;
    for (i, line) in lines(open(json, 1), 500).enumerate() {
        let record: Value = serde_json::from_slice(&line).unwrap();
        let threshold = [8.0, 9.0, 7.0, 9.5][i / 100 % 4];
        let sum = record["x0"].as_f64().unwrap() + record["x1"].as_f64().unwrap();
        assert_eq!(record["label"], u8::from(sum > threshold), "record {i}");
    }
}

/// A switch from labels that are always 0 to labels that are always 1 shows its own sigmoid.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_switch_follows_its_sigmoid_and_comes_back() {
    let json = r#"{"switch": {"before": {"stagger": {"concept": 0}}, "after": {"stagger": {"concept": 2}},
        "position": 20000, "width": 4000, "every": 20000}}"#;
    let settings = settings(json);
    let mut stream = KnownStream::new(&settings, 3).unwrap();
    // Concept 0 has 1 label in 9 as 1, concept 2 two in three.
    for (from, share) in [
        (0, 0.0),
        (19_000, 0.5),
        (29_000, 1.0),
        (39_000, 0.5),
        (49_000, 0.0),
    ] {
        stream.seek(from);
        let ones = (0..2000)
            .filter(|_| next(&mut stream).1.ends_with(b"1}"))
            .count();
        let found = f64::from(u32::try_from(ones).unwrap()) / 2000.0;
        near(
            found,
            1.0 / 9.0 + share * 5.0 / 9.0,
            0.045,
            "share of label 1",
        );
    }
}
