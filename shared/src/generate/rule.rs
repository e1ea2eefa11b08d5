//! The rule that labels loan applications: points for what an application has, and a limit above
//! which the label is 1.

use serde::{Deserialize, Serialize};

use super::application::Application;
use super::error::{StreamError, within};
use super::ramp::Ramp;

/// Most points for one condition, either way.
pub const MAX_POINTS: i32 = 1000;

/// A rule of points over loan applications:
///
/// ```text
/// score = previous_default[·] + ownership[·] + intent[·]
///       + ratio·[loan_percent_income > ratio_above] + rate·[loan_int_rate > rate_above]
///       + income·[person_income < income_below]
/// the rule says 1 where score > score_above
/// ```
///
/// The default is the lab's rule. Thresholds are whole hundredths, tenths and units of money, as
/// the fields are, so that a comparison is exact and the rule's share can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoanRule {
    /// Points for a previous default: Yes, No.
    pub previous_default: [i32; 2],
    /// Points for the ownership of the home: RENT, OWN, MORTGAGE, OTHER.
    pub ownership: [i32; 4],
    /// Points for the intent: PERSONAL, EDUCATION, MEDICAL, VENTURE, HOMEIMPROVEMENT,
    /// DEBTCONSOLIDATION.
    pub intent: [i32; 6],
    /// Points for a loan that is a large part of the income.
    pub ratio: i32,
    /// `loan_percent_income` above which `ratio` counts, in hundredths.
    pub ratio_above_hundredths: u32,
    /// Points for a high interest rate.
    pub rate: i32,
    /// `loan_int_rate` above which `rate` counts, in tenths of a percent.
    pub rate_above_tenths: u32,
    /// Points for a low income.
    pub income: i32,
    /// `person_income` below which `income` counts.
    pub income_below: u32,
    /// Points above which the rule says 1.
    pub score_above: i32,
}

impl Default for LoanRule {
    fn default() -> Self {
        Self::LAB
    }
}

impl LoanRule {
    /// The lab's rule.
    pub const LAB: Self = Self {
        previous_default: [50, 0],
        ownership: [10, 0, 0, 0],
        intent: [5, 0, 5, 0, 0, 0],
        ratio: 25,
        ratio_above_hundredths: 40,
        rate: 15,
        rate_above_tenths: 150,
        income: 20,
        income_below: 30_000,
        score_above: 60,
    };

    /// Points of an application.
    pub(super) fn score(&self, application: &Application) -> i32 {
        let worth = |holds: bool, points: i32| i32::from(holds) * points;
        self.previous_default[application.previous_default]
            + self.ownership[application.ownership]
            + self.intent[application.intent]
            + worth(
                application.ratio_hundredths > self.ratio_above_hundredths,
                self.ratio,
            )
            + worth(application.rate_tenths > self.rate_above_tenths, self.rate)
            + worth(application.income < self.income_below, self.income)
    }

    /// Whether the rule says 1.
    pub(super) fn says(&self, application: &Application) -> bool {
        self.score(application) > self.score_above
    }

    /// The rule on its way from one to another: every number moves linearly, in whole steps.
    pub(super) fn moved(from: &Self, to: &Self, ramp: Ramp) -> Self {
        let natural = |pick: fn(&Self) -> u32| ramp.natural(pick(from), pick(to));
        let integer = |pick: fn(&Self) -> i32| ramp.integer(pick(from), pick(to));
        Self {
            previous_default: ramp.integers(from.previous_default, to.previous_default),
            ownership: ramp.integers(from.ownership, to.ownership),
            intent: ramp.integers(from.intent, to.intent),
            ratio: integer(|rule| rule.ratio),
            ratio_above_hundredths: natural(|rule| rule.ratio_above_hundredths),
            rate: integer(|rule| rule.rate),
            rate_above_tenths: natural(|rule| rule.rate_above_tenths),
            income: integer(|rule| rule.income),
            income_below: natural(|rule| rule.income_below),
            score_above: integer(|rule| rule.score_above),
        }
    }

    /// Checks every range.
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        let single = [
            ("ratio", self.ratio),
            ("rate", self.rate),
            ("income", self.income),
        ];
        let lists = [
            ("previous_default", &self.previous_default[..]),
            ("ownership", &self.ownership),
            ("intent", &self.intent),
        ];
        for (field, points) in single {
            within(field, points, -MAX_POINTS, MAX_POINTS)?;
        }
        for (field, list) in lists {
            for (i, &points) in list.iter().enumerate() {
                within(&format!("{field}[{i}]"), points, -MAX_POINTS, MAX_POINTS)?;
            }
        }
        let most = 6 * MAX_POINTS;
        within("score_above", self.score_above, -most, most)?;
        within(
            "ratio_above_hundredths",
            self.ratio_above_hundredths,
            0,
            100_000,
        )?;
        within("rate_above_tenths", self.rate_above_tenths, 0, 1000)?;
        within("income_below", self.income_below, 0, 2_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_scores_as_the_lab_does() {
        let worst = Application {
            id: 0,
            income: 29_999,
            ownership: 0,
            amount: 35_000,
            intent: 2,
            rate_tenths: 151,
            ratio_hundredths: 41,
            previous_default: 0,
        };
        assert_eq!(LoanRule::LAB.score(&worst), 125);
        let best = Application {
            income: 30_000,
            ownership: 1,
            intent: 3,
            rate_tenths: 150,
            ratio_hundredths: 40,
            previous_default: 1,
            ..worst
        };
        assert_eq!(LoanRule::LAB.score(&best), 0);
    }
}
