//! The generated stream against the known truth of the lab's rule, over 200 000 records read back
//! from their JSON.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde::Deserialize;
use shared::generate::{BEST_POSSIBLE_ACCURACY, LoanStream, MAJORITY_SHARE};

const RECORDS: u32 = 200_000;

#[derive(Deserialize)]
struct Row {
    timestamp: String,
    application_id: String,
    person_income: u32,
    person_home_ownership: String,
    loan_amnt: u32,
    loan_intent: String,
    loan_int_rate: f64,
    loan_percent_income: f64,
    previous_loan_defaults_on_file: String,
    label: u8,
}

impl Row {
    /// The lab's rule, read off the record as anybody would.
    fn score(&self) -> u32 {
        let mut score = 0;
        score += if self.previous_loan_defaults_on_file == "Yes" {
            50
        } else {
            0
        };
        score += if self.loan_percent_income > 0.4 {
            25
        } else {
            0
        };
        score += if self.loan_int_rate > 15.0 { 15 } else { 0 };
        score += if self.person_income < 30_000 { 20 } else { 0 };
        score += if self.person_home_ownership == "RENT" {
            10
        } else {
            0
        };
        score += if ["PERSONAL", "MEDICAL"].contains(&self.loan_intent.as_str()) {
            5
        } else {
            0
        };
        score
    }
}

fn applications() -> Vec<(Vec<u8>, Row)> {
    let mut stream = LoanStream::new(2024);
    (0..RECORDS)
        .map(|_| {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            stream.next_into(&mut key, &mut value);
            (
                key,
                serde_json::from_slice(&value).expect("JSON of an application"),
            )
        })
        .collect()
}

/// Share of the applications for which `holds`.
fn share(all: &[(Vec<u8>, Row)], holds: impl Fn(&Row) -> bool) -> f64 {
    let count = all
        .iter()
        .filter(|(_, application)| holds(application))
        .count();
    f64::from(u32::try_from(count).unwrap()) / f64::from(RECORDS)
}

/// Four standard errors of a share over [`RECORDS`].
#[track_caller]
fn check(found: f64, wanted: f64, what: &str) {
    let error = 4.0 * (wanted * (1.0 - wanted) / f64::from(RECORDS)).sqrt();
    assert!(
        (found - wanted).abs() < error,
        "{what}: {found}, not {wanted} ± {error:.5}"
    );
}

#[test]
fn the_stream_has_the_labs_truth() {
    let all = applications();
    check(
        share(&all, |a| a.score() > 60),
        0.4353,
        "share above 60 points",
    );
    check(
        share(&all, |a| a.label == 1),
        MAJORITY_SHARE,
        "share of label 1",
    );
    let rule = share(&all, |a| (a.score() > 60) == (a.label == 1));
    check(rule, BEST_POSSIBLE_ACCURACY, "accuracy of the rule itself");
    let above: Vec<_> = all.iter().filter(|(_, a)| a.score() > 60).collect();
    assert!(
        above.iter().all(|(_, a)| a.label == 1),
        "above 60 points the label is 1"
    );
}

#[test]
fn every_field_is_drawn_as_the_lab_draws_it() {
    let all = applications();
    for home in ["RENT", "OWN", "MORTGAGE", "OTHER"] {
        check(share(&all, |a| a.person_home_ownership == home), 0.25, home);
    }
    let intents = [
        "PERSONAL",
        "EDUCATION",
        "MEDICAL",
        "VENTURE",
        "HOMEIMPROVEMENT",
        "DEBTCONSOLIDATION",
    ];
    for intent in intents {
        check(share(&all, |a| a.loan_intent == intent), 1.0 / 6.0, intent);
    }
    check(
        share(&all, |a| a.previous_loan_defaults_on_file == "Yes"),
        0.5,
        "previous default",
    );
    check(
        share(&all, |a| a.person_income < 27_000),
        0.25,
        "lowest quarter of the incomes",
    );
    check(
        share(&all, |a| a.loan_amnt >= 18_000),
        0.5,
        "upper half of the amounts",
    );
    check(
        share(&all, |a| a.loan_int_rate < 15.05),
        0.505,
        "lower half of the rates",
    );
    check(
        share(&all, |a| (a.loan_int_rate - 10.0).abs() < 1e-9),
        0.005,
        "rate of exactly 10.0",
    );
    assert!(
        all.iter()
            .all(|(_, a)| (12_000..=72_000).contains(&a.person_income))
    );
    assert!(
        all.iter()
            .all(|(_, a)| (1_000..=35_000).contains(&a.loan_amnt))
    );
    assert!(
        all.iter()
            .all(|(_, a)| (10.0..=20.0).contains(&a.loan_int_rate))
    );
}

#[test]
fn a_record_is_whole() {
    let all = applications();
    for (key, application) in &all[..1000] {
        assert_eq!(key, application.application_id.as_bytes());
        let ratio = f64::from(application.loan_amnt) / f64::from(application.person_income);
        assert!((application.loan_percent_income - ratio).abs() <= 0.005 + 1e-12);
        assert_eq!(
            application.timestamp.len(),
            "2025-01-01T00:00:00.000000".len()
        );
    }
    let mut ids: Vec<_> = all.iter().map(|(key, _)| key).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "every application has its own id");
}
