//! The streams against their known truth, against River's labels, and against themselves: any
//! record is the same whichever way it is reached, natively and in WebAssembly.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::Deserialize;
use serde_json::Value;
use shared::generate::{
    BEST_POSSIBLE_ACCURACY, DriftScript, KnownStream, LoanRule, LoanStream, MAJORITY_SHARE,
    ScriptError, ScriptedLoans, StreamSettings, Truth,
};

/// Settings, and the hash of the first 2000 records at seed 7 with those around far indices.
const PINNED: [(&str, u64); 11] = include!("streams/pinned.in");

const FAR: [u64; 4] = [1 << 20, (1 << 40) + 8191, u64::MAX - 1, u64::MAX];

fn settings(json: &str) -> StreamSettings {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn open(json: &str, seed: u64) -> KnownStream {
    KnownStream::new(&settings(json), seed).expect("settings within their ranges")
}

fn next(stream: &mut KnownStream) -> (Vec<u8>, Vec<u8>) {
    let (mut key, mut value) = (Vec::new(), Vec::new());
    stream.next_into(&mut key, &mut value);
    (key, value)
}

/// 64-bit FNV-1a.
fn hash(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, &byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

const HASH: u64 = 0xcbf2_9ce4_8422_2325;

fn lines(mut stream: KnownStream, count: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(move |_| {
        let mut line = next(&mut stream).1;
        line.push(b'\n');
        line
    })
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn bytes_are_pinned() {
    for (json, wanted) in PINNED {
        let mut state = lines(open(json, 7), 2000).fold(HASH, |state, line| hash(state, &line));
        for far in FAR {
            let mut stream = open(json, 7);
            stream.seek(far);
            state = hash(state, &next(&mut stream).1);
        }
        assert_eq!(state, wanted, "(r#\"{json}\"#, {state:#x}),");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn seeking_is_walking() {
    for (json, _) in PINNED {
        let mut walked = open(json, 3);
        let all: Vec<_> = (0..9000).map(|_| next(&mut walked)).collect();
        let mut jumped = open(json, 3);
        let mut index = 1u64;
        for _ in 0..200 {
            index = index * 48_271 % 2_147_483_647;
            jumped.seek(index % 9000);
            let place = usize::try_from(index % 9000).unwrap();
            assert_eq!(next(&mut jumped), all[place], "{json} at {place}");
        }
        assert_ne!(next(&mut open(json, 4)).1, all[0].1, "{json}: another seed");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn river_says_the_same_labels() {
    let golden = include_str!("../goldens/streams/river.txt");
    assert_eq!(golden.lines().count(), 20);
    for line in golden.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [json, seed, count, bytes, labels] = parts[..] else {
            panic!("five parts: {line}");
        };
        let stream = open(json, seed.parse().unwrap());
        let (mut state, mut ours) = (HASH, String::new());
        for line in lines(stream, count.parse().unwrap()) {
            state = hash(state, &line);
            let record: Value = serde_json::from_slice(&line).unwrap();
            ours += &record["label"].to_string();
        }
        assert_eq!(ours, labels, "{json}");
        assert_eq!(format!("{state:016x}"), bytes, "{json}: other records");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn an_empty_script_is_the_labs_stream() {
    let mut lab = LoanStream::new(11);
    let mut scripted = ScriptedLoans::new(&DriftScript::default(), 11).unwrap();
    let (mut a, mut b, mut c, mut d) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3000 {
        assert_eq!(
            lab.next_into(&mut a, &mut b),
            scripted.next_into(&mut c, &mut d)
        );
        assert_eq!((&a, &b), (&c, &d));
    }
}

fn near(found: f64, wanted: f64, within: f64, what: &str) {
    assert!(
        (found - wanted).abs() < within,
        "{what}: {found}, not {wanted} ± {within}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_labs_truth_is_counted() {
    let truth = open("\"loan\"", 1).truth_at(0).unwrap();
    near(truth.base_rate.unwrap(), 0.520, 5e-5, "base rate");
    near(truth.accuracy, 0.9153, 5e-5, "accuracy");
    near(truth.log_loss, 0.2387, 5e-5, "log loss");
    near(truth.brier, 0.0720, 5e-5, "Brier");
    near(truth.accuracy, BEST_POSSIBLE_ACCURACY, 5e-5, "the constant");
    near(
        truth.base_rate.unwrap(),
        MAJORITY_SHARE,
        5e-4,
        "the constant",
    );
    // P(score ≤ 60) = (1 − accuracy)/0.15.
    near(
        1.0 - (1.0 - truth.accuracy) / 0.15,
        0.4353,
        5e-5,
        "P(score > 60)",
    );
}

#[derive(Deserialize)]
struct Row {
    person_income: u32,
    person_home_ownership: String,
    loan_int_rate: f64,
    loan_percent_income: f64,
    loan_intent: String,
    previous_loan_defaults_on_file: String,
    label: u8,
}

/// The rule read off a record, as anybody would.
fn says(rule: &LoanRule, row: &Row) -> bool {
    let place = |words: &[&str], word: &str| words.iter().position(|&w| w == word).unwrap();
    let homes = ["RENT", "OWN", "MORTGAGE", "OTHER"];
    let intents = [
        "PERSONAL",
        "EDUCATION",
        "MEDICAL",
        "VENTURE",
        "HOMEIMPROVEMENT",
        "DEBTCONSOLIDATION",
    ];
    let worth = |holds: bool, points: i32| if holds { points } else { 0 };
    let ratio = f64::from(rule.ratio_above_hundredths) / 100.0;
    let score = rule.previous_default[place(&["Yes", "No"], &row.previous_loan_defaults_on_file)]
        + rule.ownership[place(&homes, &row.person_home_ownership)]
        + rule.intent[place(&intents, &row.loan_intent)]
        + worth(row.loan_percent_income > ratio, rule.ratio)
        + worth(
            row.loan_int_rate > f64::from(rule.rate_above_tenths) / 10.0,
            rule.rate,
        )
        + worth(row.person_income < rule.income_below, rule.income);
    score > rule.score_above
}

/// Compares the truth at `at` with `count` records from there, and gives the best accuracy that
/// two rules allow, measured on the cells that they make.
fn check_truth(script: &str, at: u64, count: u32, rules: [&LoanRule; 2]) -> Truth {
    let script = DriftScript::from_json(script.as_bytes()).unwrap();
    let mut stream = ScriptedLoans::new(&script, 5).unwrap();
    stream.seek(at);
    let truth = stream.truth_at(at);
    let mut cells = [[0u32; 2]; 4];
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for _ in 0..count {
        stream.next_into(&mut key, &mut value);
        let row: Row = serde_json::from_slice(&value).unwrap();
        let [a, b] = rules.map(|rule| usize::from(says(rule, &row)));
        cells[2 * a + b][usize::from(row.label)] += 1;
    }
    let share = |number: u32| f64::from(number) / f64::from(count);
    let sigmas = |p: f64| 4.0 * (p * (1.0 - p) / f64::from(count)).sqrt() + 1e-12;
    let base = truth.base_rate.unwrap();
    let positive = cells.iter().map(|cell| cell[1]).sum();
    near(share(positive), base, sigmas(base), "base rate");
    let best = cells.iter().map(|cell| cell[0].max(cell[1])).sum();
    near(
        share(best),
        truth.accuracy,
        sigmas(truth.accuracy),
        "accuracy",
    );
    let brier: f64 = cells
        .iter()
        .filter(|cell| cell[0] + cell[1] > 0)
        .map(|cell| share(cell[0]) * share(cell[1]) / share(cell[0] + cell[1]))
        .sum();
    near(brier, truth.brier, sigmas(truth.brier), "Brier");
    truth
}

const HEAD: &str = r#"{"format": "gradually-drift-script", "version": 1, "phases": ["#;

fn script(phases: &str) -> String {
    format!("{HEAD}{phases}]}}")
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_million_records_have_the_counted_truth() {
    let lab = LoanRule::LAB;
    let truth = check_truth(&script(""), 0, 1_000_000, [&lab, &lab]);
    near(truth.accuracy, 0.9153, 5e-5, "accuracy");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_kind_of_phase_has_the_counted_truth() {
    let lab = LoanRule::LAB;
    let new = LoanRule {
        ratio: -30,
        ratio_above_hundredths: 70,
        rate_above_tenths: 120,
        income_below: 50_000,
        ownership: [0, 0, 40, 0],
        score_above: 35,
        ..lab
    };
    let rule = r#""rule": {"ratio": -30, "ratio_above_hundredths": 70, "rate_above_tenths": 120,
        "income_below": 50000, "ownership": [0, 0, 40, 0], "score_above": 35}"#;
    let sudden = script(&format!(
        r#"{{"at": 0, {rule}, "noise": 0.05, "flip": 0.1,
            "population": {{"income": [30000, 31000], "amount": [1, 40000],
            "rate_tenths": [110, 130], "ownership": [3, 1, 5, 0]}}}}"#
    ));
    check_truth(&sudden, 0, 200_000, [&new, &new]);
    // A change so slow that it stands still for the records that are read.
    let gradual = script(&format!(
        r#"{{"at": 0, "change": {{"gradual": {{"records": 1000000000}}}}, {rule}}}"#
    ));
    check_truth(&gradual, 300_000_000, 200_000, [&lab, &new]);
    let balanced = script(&format!(
        r#"{{"at": 0, "change": {{"gradual": {{"records": 1000000000}}}}, {rule},
            "balance": {{"positive_share": 0.1}}}}"#
    ));
    let truth = check_truth(&balanced, 700_000_000, 200_000, [&lab, &new]);
    near(truth.base_rate.unwrap(), 0.1, 1e-9, "wanted share");
}

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
    let mut open = |phases: &str| {
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
    let mut gradual = open(&format!(
        r#"{{"at": 0, "change": {{"gradual": {{"records": 20000}}}}, "rule": {{"score_above": 6000}}}}"#
    ));
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

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn other_streams_have_their_known_truth() {
    let led = open(r#"{"led": {"noise": 0.1}}"#, 1).truth_at(0).unwrap();
    near(led.accuracy, 0.74, 5e-4, "Breiman's 74 %");
    assert_eq!(led.base_rate, None);
    for (concept, share) in [(0, 3.0), (1, 15.0), (2, 18.0)] {
        let json = format!(r#"{{"stagger": {{"concept": {concept}}}}}"#);
        let truth = open(&json, 1).truth_at(0).unwrap();
        assert_eq!(
            (truth.accuracy, truth.log_loss, truth.brier),
            (1.0, 0.0, 0.0)
        );
        near(truth.base_rate.unwrap(), share / 27.0, 1e-12, "STAGGER");
        measured_base_rate(&json);
    }
    for concept in 0..4 {
        let json = format!(r#"{{"sea": {{"concept": {concept}, "noise": 0.1}}}}"#);
        near(
            open(&json, 1).truth_at(0).unwrap().accuracy,
            0.9,
            1e-12,
            "SEA",
        );
        measured_base_rate(&json);
    }
    let switch = r#"{"switch": {"before": {"sea": {"noise": 0.0}}, "after": {"sea": {"noise": 0.2}},
        "position": 5000, "width": 100}}"#;
    let switch = open(switch, 1);
    assert_eq!(switch.truth_at(0).unwrap().accuracy, 1.0);
    assert_eq!(switch.truth_at(5000), None);
    assert_eq!(switch.truth_at(9000).unwrap().accuracy, 0.8);
    assert_eq!(
        open(r#"{"agrawal": {"perturbation": 0.05}}"#, 1).truth_at(0),
        None
    );
    assert_eq!(open(r#"{"random_rbf": {}}"#, 1).truth_at(0), None);
}

fn measured_base_rate(json: &str) {
    let wanted = open(json, 1).truth_at(0).unwrap().base_rate.unwrap();
    let count = 50_000;
    let ones = lines(open(json, 2), count)
        .filter(|line| line.ends_with(b"1}\n"))
        .count();
    let found = f64::from(u32::try_from(ones).unwrap()) / 5e4;
    near(
        found,
        wanted,
        4.0 * (wanted * (1.0 - wanted) / 5e4).sqrt(),
        json,
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

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn records_have_the_fields_they_are_said_to_have() {
    for (json, _) in PINNED.iter().filter(|(json, _)| !json.contains("bad")) {
        let stream = open(json, 1);
        let fields = stream.fields();
        for line in lines(stream, 50) {
            let record: Value = serde_json::from_slice(&line).unwrap();
            assert_eq!(record.as_object().unwrap().len(), fields.fields.len() + 1);
            assert!(fields.classes.contains(&record[&fields.label].to_string()));
            for field in &fields.fields {
                let value = &record[&field.name];
                let kind = serde_json::to_value(&field.kind).unwrap();
                let fits = match (&kind, value) {
                    (Value::String(kind), Value::Number(_)) => kind == "numeric",
                    (Value::String(kind), Value::String(_)) => kind == "time" || kind == "key",
                    (kind, word) => kind["categorical"].as_array().unwrap().contains(word),
                };
                assert!(fits, "{json}: {} is {value}", field.name);
            }
        }
    }
}

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
            "phases[0].bad.bad must be shares with a sum up to 1; it is 1.5",
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
