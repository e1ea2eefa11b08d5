//! The lab's stream under a drift script.

use super::application::Application;
use super::draws::{Draws, LOAN_WORDS, Lane};
use super::error::StreamError;
use super::faults::Faults;
use super::moment::{CANDIDATES, Concept, Moment};
use super::place::{Place, place};
use super::script::{Balance, DriftScript, Phase};
use super::truth::Truth;
use super::write;

/// Loan applications under a [`DriftScript`]. A record is a function of seed, script and index.
///
/// What a script does not change keeps its bytes: an application is drawn from the same words as
/// in [`LoanStream`](super::LoanStream), faults and balance from words of their own.
#[derive(Clone, Debug)]
pub struct ScriptedLoans {
    records: Draws,
    extras: Draws,
    candidates: Draws,
    phases: Vec<Phase>,
    /// The concept before the first phase and after each.
    concepts: Vec<Concept>,
    moment: Moment,
    index: u64,
}

impl ScriptedLoans {
    /// The stream of `seed` under a script, at its first record.
    ///
    /// # Errors
    /// What [`DriftScript::validate`] finds.
    pub fn new(script: &DriftScript, seed: u64) -> Result<Self, StreamError> {
        script.validate()?;
        let mut concepts = vec![Concept::lab()];
        for phase in &script.phases {
            let last = *concepts.last().expect("it begins with the lab's");
            concepts.push(last.after(phase));
        }
        let moment = moment_at(&script.phases, &concepts, 0);
        Ok(Self {
            records: Draws::new(seed, Lane::Record, LOAN_WORDS),
            extras: Draws::new(seed, Lane::Script, LOAN_WORDS),
            candidates: Draws::new(seed, Lane::Candidate, LOAN_WORDS),
            phases: script.phases.clone(),
            concepts,
            moment,
            index: 0,
        })
    }

    /// Index of the next record.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Goes to another index, in no time.
    pub fn seek(&mut self, index: u64) {
        self.index = index;
        self.moment = moment_at(&self.phases, &self.concepts, index);
    }

    /// The best possible scores of a whole record at an index, counted over all applications.
    /// Takes about a millisecond.
    #[must_use]
    pub fn truth_at(&self, index: u64) -> Truth {
        moment_at(&self.phases, &self.concepts, index).truth()
    }

    /// Writes the next record, as [`LoanStream::next_into`](super::LoanStream::next_into) does.
    pub fn next_into(&mut self, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Place {
        let place = place(self.index);
        if self.index >= self.moment.until {
            self.moment = moment_at(&self.phases, &self.concepts, self.index);
        }
        let (application, label) = self.application();
        key.clear();
        value.clear();
        write::uuid(key, application.id);
        let shares = &self.moment.concept.faults;
        if shares.any() {
            let faults = shares.draw(&mut self.extras);
            application.write(place, label, &faults, value);
            faults.spoil(&mut self.extras, value);
        } else {
            application.write(place, label, &Faults::NONE, value);
        }
        self.index = self.index.wrapping_add(1);
        if self.index == 0 {
            self.seek(0);
        }
        place
    }

    /// Draws until an application has the wanted label.
    fn application(&mut self) -> (Application, bool) {
        let drawn = candidate(&self.moment, self.records.at(self.index));
        let wanted = self.extras.at(self.index).unit();
        let Balance::PositiveShare(share) = self.moment.concept.balance else {
            return drawn;
        };
        let wanted = wanted < share;
        let mut drawn = drawn;
        for attempt in 1..CANDIDATES {
            if drawn.1 == wanted {
                break;
            }
            let place = self.index.wrapping_mul(u64::from(CANDIDATES));
            let draws = self.candidates.at(place.wrapping_add(u64::from(attempt)));
            drawn = candidate(&self.moment, draws);
        }
        drawn
    }
}

/// An application and its label. Takes up to 26 words.
fn candidate(moment: &Moment, draws: &mut Draws) -> (Application, bool) {
    let application = Application::draw(draws, &moment.concept.population);
    let noisy = draws.chance(moment.concept.noise);
    let flipped = draws.chance(moment.concept.flip);
    let says = moment.rule(draws).says(&application);
    (application, (says || noisy) != flipped)
}

/// `concepts` has the one before the first phase, and one more for each.
fn moment_at(phases: &[Phase], concepts: &[Concept], index: u64) -> Moment {
    let begun = phases.partition_point(|phase| phase.at <= index);
    let end = phases.get(begun).map_or(u64::MAX, |phase| phase.at);
    match begun.checked_sub(1) {
        Some(last) => Moment::new(&phases[last], &concepts[last], &concepts[begun], index, end),
        None => Moment {
            concept: concepts[0],
            old: None,
            until: end,
        },
    }
}
