//! The lab's stream of loan applications, made from a seed.
//!
//! The lab's rule scores an application: 50 for a previous default, 25 for a loan above 0.4 of
//! the income, 15 for an interest rate above 15 %, 20 for an income below 30 000, 10 for a tenant,
//! 5 for a personal or medical purpose. The label is 1 above 60 points, else 1 with probability
//! 0.15.

use super::application::Application;
use super::draws::{Draws, LOAN_WORDS, Lane};
use super::faults::Faults;
use super::place::{Place, place};
use super::population::Population;
use super::rule::LoanRule;
use super::write;

/// Accuracy of somebody who knows the rule: `1 − 0.15·P(score ≤ 60)`, with P = 0.5647.
pub const BEST_POSSIBLE_ACCURACY: f64 = 0.9153;

/// Share of the more frequent label, 1: the accuracy of always saying it.
pub const MAJORITY_SHARE: f64 = 0.520;

/// Share of label 1 where the rule says 0.
pub(super) const NOISE: f64 = 0.15;

/// The lab's loan applications from a seed.
///
/// ```
/// use shared::generate::LoanStream;
///
/// let mut stream = LoanStream::new(7);
/// let (mut key, mut value) = (Vec::new(), Vec::new());
/// stream.seek(1_000_000_000);
/// let place = stream.next_into(&mut key, &mut value);
/// assert_eq!(place.index, 1_000_000_000);
/// assert!(value.starts_with(b"{\"timestamp\": \"2028-"));
/// ```
#[derive(Clone, Debug)]
pub struct LoanStream {
    draws: Draws,
    index: u64,
}

impl LoanStream {
    /// The stream of `seed`, at its first record.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            draws: Draws::new(seed, Lane::Record, LOAN_WORDS),
            index: 0,
        }
    }

    /// Index of the next record.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Goes to another index, in no time.
    pub fn seek(&mut self, index: u64) {
        self.index = index;
    }

    /// Writes the next record: its JSON, spelled as the lab's Python producer spells it, into
    /// `value`, and its application id into `key`.
    pub fn next_into(&mut self, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Place {
        let place = place(self.index);
        let draws = self.draws.at(self.index);
        let application = Application::draw(draws, &Population::LAB);
        let noisy = draws.chance(NOISE);
        self.index = self.index.wrapping_add(1);
        key.clear();
        value.clear();
        write::uuid(key, application.id);
        let label = LoanRule::LAB.says(&application) || noisy;
        application.write(place, label, &Faults::NONE, value);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(stream: &mut LoanStream) -> String {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        stream.next_into(&mut key, &mut value);
        String::from_utf8(value).unwrap()
    }

    #[test]
    fn a_record_is_the_same_whichever_way_it_is_reached() {
        let mut walked = LoanStream::new(7);
        let records: Vec<_> = (0..50).map(|_| record(&mut walked)).collect();
        let mut jumped = LoanStream::new(7);
        for index in [49, 0, 17] {
            jumped.seek(index);
            assert_eq!(
                record(&mut jumped),
                records[usize::try_from(index).unwrap()]
            );
        }
        assert_ne!(record(&mut LoanStream::new(8)), records[0]);
    }

    #[test]
    fn the_last_index_of_all_does_not_panic() {
        let mut stream = LoanStream::new(1);
        stream.seek(u64::MAX);
        record(&mut stream);
    }
}
