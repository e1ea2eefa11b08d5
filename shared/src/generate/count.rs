//! Counts how often two rules say what, over all applications that a population can draw: no
//! sampling, every count is exact. The fields are independent but for the ratio, which income and
//! amount make together, so five groups of fields are counted by themselves and then combined.

use super::application::RATE_DRAWS;
use super::population::Population;
use super::rule::LoanRule;

/// Points that one outcome of a group gives under both rules, and its probability.
type Outcome = ([i32; 2], f64);

/// `P(first rule says a, second rule says b)` at `[a][b]`.
pub(super) fn says(population: &Population, rules: [&LoanRule; 2]) -> [[f64; 2]; 2] {
    let mut sums: Vec<Outcome> = vec![([0, 0], 1.0)];
    let groups = [
        categories(&population.previous_default, |i| {
            rules.map(|rule| rule.previous_default[i])
        }),
        categories(&population.ownership, |i| {
            rules.map(|rule| rule.ownership[i])
        }),
        categories(&population.intent, |i| rules.map(|rule| rule.intent[i])),
        rates(population.rate_tenths, rules),
        money(population, rules),
    ];
    for group in groups {
        sums = sums
            .iter()
            .flat_map(|(sum, p)| {
                group
                    .iter()
                    .map(move |(points, q)| ([sum[0] + points[0], sum[1] + points[1]], p * q))
            })
            .collect();
    }
    let mut joint = [[0.0; 2]; 2];
    for (score, p) in sums {
        let [a, b] = [0, 1].map(|i| usize::from(score[i] > rules[i].score_above));
        joint[a][b] += p;
    }
    joint
}

fn categories(weights: &[u32], points: impl Fn(usize) -> [i32; 2]) -> Vec<Outcome> {
    let all: u32 = weights.iter().sum();
    let share = |&weight: &u32| f64::from(weight) / f64::from(all.max(1));
    let outcome = |(i, weight)| (points(i), share(weight));
    weights.iter().enumerate().map(outcome).collect()
}

/// Outcomes of two conditions, from the counts `[first holds][second holds]`.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts below 10¹², which f64 holds"
)]
fn conditions(counts: [[u64; 2]; 2], all: u64, points: [i32; 2]) -> Vec<Outcome> {
    let worth = |i: usize, holds: usize| if holds == 1 { points[i] } else { 0 };
    let places = [(0, 0), (0, 1), (1, 0), (1, 1)];
    places
        .map(|(a, b)| ([worth(0, a), worth(1, b)], counts[a][b] as f64 / all as f64))
        .to_vec()
}

/// Two conditions of the kind "above a threshold", of which one holds wherever the other does:
/// from how often each holds.
fn nested(all: u64, holds: [u64; 2]) -> [[u64; 2]; 2] {
    let [first, second] = holds;
    let both = first.min(second);
    [
        [all - first.max(second), second - both],
        [first - both, both],
    ]
}

fn rates([least, most]: [u32; 2], rules: [&LoanRule; 2]) -> Vec<Outcome> {
    let (all, span) = (u64::from(RATE_DRAWS), u64::from(most - least));
    let above = rules.map(|rule| {
        // Draws whose rounded rate is `steps` above the least, or more.
        let steps = u64::from(rule.rate_above_tenths + 1).saturating_sub(u64::from(least));
        match (steps, span) {
            (0, _) => all,
            (_, 0) => 0,
            _ => all.saturating_sub((steps * all - all / 2).div_ceil(span)),
        }
    });
    conditions(nested(all, above), all, rules.map(|rule| rule.rate))
}

/// Income and ratio together: for each income the amounts above each threshold are counted.
fn money(population: &Population, rules: [&LoanRule; 2]) -> Vec<Outcome> {
    let [[low, high], [least, most]] =
        [population.income, population.amount].map(|r| r.map(u64::from));
    let amounts = most - least + 1;
    // [first income condition][second income condition] → counts of the ratio's conditions.
    let mut counts = [[[[0u64; 2]; 2]; 2]; 2];
    for income in low..=high {
        let [a, b] = rules.map(|rule| usize::from(income < u64::from(rule.income_below)));
        let above = rules.map(|rule| {
            // (200·amount + income) / 2·income ≥ hundredths + 1, solved for the amount.
            let hundredths = u64::from(rule.ratio_above_hundredths);
            let first = (income * (2 * hundredths + 1)).div_ceil(200).max(least);
            (most + 1).saturating_sub(first)
        });
        let here = nested(amounts, above);
        for (i, row) in here.iter().enumerate() {
            for (j, count) in row.iter().enumerate() {
                counts[a][b][i][j] += count;
            }
        }
    }
    let all = amounts * (high - low + 1);
    let mut outcomes = Vec::new();
    for (a, rest) in counts.iter().enumerate() {
        for (b, &ratio) in rest.iter().enumerate() {
            for (points, p) in conditions(ratio, all, rules.map(|rule| rule.ratio)) {
                let [first, second] = points;
                let income = |rule: &LoanRule, holds| if holds == 1 { rule.income } else { 0 };
                let sum = [first + income(rules[0], a), second + income(rules[1], b)];
                outcomes.push((sum, p));
            }
        }
    }
    outcomes
}
