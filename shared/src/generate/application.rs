//! One loan application: drawn from a population, and written as the lab's Python producer writes
//! it.

use crate::schema::loan::{INTENTS, OWNERSHIPS, PREVIOUS_DEFAULTS};

use super::draws::Draws;
use super::faults::{Faults, LoanField, State};
use super::place::Place;
use super::population::Population;
use super::write;

/// Draws behind one interest rate; rounding them leaves half a share to both ends.
pub(super) const RATE_DRAWS: u32 = 1_000_000;

/// One application as it was drawn. Rate and ratio are whole tenths and hundredths, so that they
/// are exact decimals; categories are places in the schema's lists.
pub(super) struct Application {
    pub(super) id: u128,
    pub(super) income: u32,
    pub(super) ownership: usize,
    pub(super) amount: u32,
    pub(super) intent: usize,
    pub(super) rate_tenths: u32,
    pub(super) ratio_hundredths: u32,
    pub(super) previous_default: usize,
}

impl Application {
    /// Takes up to 18 words, always in this order.
    pub(super) fn draw(draws: &mut Draws, population: &Population) -> Self {
        let id = draws.bits128();
        let [least, most] = population.income;
        let income = draws.between(least, most);
        let ownership = choose(draws, &population.ownership);
        let [least, most] = population.amount;
        let amount = draws.between(least, most);
        let intent = choose(draws, &population.intent);
        let [least, most] = population.rate_tenths;
        let rate_tenths = least + round_rate(draws.below(RATE_DRAWS), most - least);
        let previous_default = choose(draws, &population.previous_default);
        Self {
            id,
            income,
            ownership,
            amount,
            intent,
            rate_tenths,
            ratio_hundredths: ratio_hundredths(amount, income),
            previous_default,
        }
    }

    /// The record as Python's `json.dumps` writes it, with its faults.
    pub(super) fn write(&self, place: Place, label: bool, faults: &Faults, out: &mut Vec<u8>) {
        write::text(out, "{\"timestamp\": \"");
        write::timestamp(out, place.timestamp_millis);
        write::text(out, "\", \"application_id\": \"");
        write::uuid(out, self.id);
        out.push(b'"');
        let mut field = |field: LoanField, value: &dyn Fn(&mut Vec<u8>)| {
            write_field(out, field, faults.state(field), value);
        };
        field(LoanField::Income, &|out| {
            write::integer(out, u64::from(self.income));
        });
        field(LoanField::Ownership, &|out| {
            write::quoted(out, OWNERSHIPS[self.ownership]);
        });
        field(LoanField::Amount, &|out| {
            write::integer(out, u64::from(self.amount));
        });
        field(LoanField::Intent, &|out| {
            write::quoted(out, INTENTS[self.intent]);
        });
        field(LoanField::Rate, &|out| {
            write::fixed(out, i64::from(self.rate_tenths), 1);
        });
        field(LoanField::Ratio, &|out| {
            write::fixed(out, i64::from(self.ratio_hundredths), 2);
        });
        field(LoanField::PreviousDefault, &|out| {
            write::quoted(out, PREVIOUS_DEFAULTS[self.previous_default]);
        });
        field(LoanField::Label, &|out| {
            write::integer(out, u64::from(label));
        });
        out.push(b'}');
    }
}

/// `, "name": value`, or what is wrong with it instead of the value.
#[inline]
fn write_field(out: &mut Vec<u8>, field: LoanField, state: State, value: &dyn Fn(&mut Vec<u8>)) {
    if state == State::Absent {
        return;
    }
    write::text(out, field.lead());
    match state {
        State::Good => value(out),
        State::Quoted => {
            out.push(b'"');
            value(out);
            out.push(b'"');
        }
        State::Unknown => write::quoted(out, UNKNOWN_CATEGORY),
        State::Null | State::Absent => write::text(out, "null"),
    }
}

/// The word that stands where a category is unknown; no list of categories has it.
pub(super) const UNKNOWN_CATEGORY: &str = "UNLISTED";

/// Loan by income in hundredths, halves rounded up.
pub(super) fn ratio_hundredths(amount: u32, income: u32) -> u32 {
    let (amount, income) = (u64::from(amount), u64::from(income.max(1)));
    let hundredths = (200 * amount + income) / (2 * income);
    u32::try_from(hundredths).unwrap_or(u32::MAX)
}

/// The `draw`th of [`RATE_DRAWS`] points between 0 and `span`, rounded.
fn round_rate(draw: u32, span: u32) -> u32 {
    let all = u64::from(RATE_DRAWS);
    let rounded = (u64::from(draw) * u64::from(span) + all / 2) / all;
    u32::try_from(rounded).expect("at most the span")
}

/// A place in a list of weights, with the weight's share.
fn choose(draws: &mut Draws, weights: &[u32]) -> usize {
    let mut drawn = draws.below(weights.iter().sum());
    for (place, &weight) in weights.iter().enumerate() {
        if drawn < weight {
            return place;
        }
        drawn -= weight;
    }
    weights.len() - 1
}
