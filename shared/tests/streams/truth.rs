//! The best possible scores: counted, as published, and as measured on records.

use shared::generate::{
    BEST_POSSIBLE_ACCURACY, DriftScript, LoanRule, MAJORITY_SHARE, ScriptedLoans, Truth,
};

use crate::{Row, lines, near, open, script};

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
