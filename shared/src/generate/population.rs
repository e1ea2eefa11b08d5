//! Who applies: the distributions that an application's fields are drawn from.

use serde::{Deserialize, Serialize};

use super::error::{StreamError, within};
use super::ramp::Ramp;

/// The greatest income and amount.
pub const MAX_MONEY: u32 = 1_000_000;

/// The greatest weight of a category.
pub const MAX_WEIGHT: u32 = 100;

/// Distributions of the fields, all independent. Ranges are `[least, most]` with uniform whole
/// numbers between them, ends included; a category has the share `weight / sum of the weights`.
/// The default is the lab's population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Population {
    /// `person_income`.
    pub income: [u32; 2],
    /// `loan_amnt`.
    pub amount: [u32; 2],
    /// `loan_int_rate` in tenths of a percent: uniform between the ends and then rounded, so that
    /// both ends have half a share.
    pub rate_tenths: [u32; 2],
    /// Weights of RENT, OWN, MORTGAGE, OTHER.
    pub ownership: [u32; 4],
    /// Weights of PERSONAL, EDUCATION, MEDICAL, VENTURE, HOMEIMPROVEMENT, DEBTCONSOLIDATION.
    pub intent: [u32; 6],
    /// Weights of Yes, No.
    pub previous_default: [u32; 2],
}

impl Default for Population {
    fn default() -> Self {
        Self::LAB
    }
}

impl Population {
    /// The lab's population.
    pub const LAB: Self = Self {
        income: [12_000, 72_000],
        amount: [1_000, 35_000],
        rate_tenths: [100, 200],
        ownership: [1; 4],
        intent: [1; 6],
        previous_default: [1; 2],
    };

    /// The population on its way from one to another: ranges move linearly in whole steps, shares
    /// in thousandths of the way.
    pub(super) fn moved(from: &Self, to: &Self, ramp: Ramp) -> Self {
        Self {
            income: ramp.naturals(from.income, to.income),
            amount: ramp.naturals(from.amount, to.amount),
            rate_tenths: ramp.naturals(from.rate_tenths, to.rate_tenths),
            ownership: ramp.weights(from.ownership, to.ownership),
            intent: ramp.weights(from.intent, to.intent),
            previous_default: ramp.weights(from.previous_default, to.previous_default),
        }
    }

    /// Checks every range.
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        range("income", self.income, 1, MAX_MONEY)?;
        range("amount", self.amount, 1, MAX_MONEY)?;
        range("rate_tenths", self.rate_tenths, 0, 1000)?;
        weights("ownership", &self.ownership)?;
        weights("intent", &self.intent)?;
        weights("previous_default", &self.previous_default)
    }
}

fn range(field: &str, [low, high]: [u32; 2], least: u32, most: u32) -> Result<(), StreamError> {
    within(&format!("{field}[0]"), low, least, most)?;
    within(&format!("{field}[1]"), high, low, most)
}

fn weights(field: &str, weights: &[u32]) -> Result<(), StreamError> {
    for (i, &weight) in weights.iter().enumerate() {
        within(&format!("{field}[{i}]"), weight, 0, MAX_WEIGHT)?;
    }
    if weights.iter().all(|&weight| weight == 0) {
        return Err(StreamError::new(
            field,
            "weights of which one is above 0",
            &format!("{weights:?}"),
        ));
    }
    Ok(())
}
