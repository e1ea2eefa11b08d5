//! What a drift script says for one record, and the truth of it.

use super::count;
use super::draws::Draws;
use super::faults::FaultShares;
use super::loan::NOISE;
use super::population::Population;
use super::ramp::Ramp;
use super::rule::LoanRule;
use super::script::{Balance, Change, Phase};
use super::truth::Truth;

/// Candidates for a record of the wanted class; after them the last one is taken as it is.
pub(super) const CANDIDATES: u32 = 256;

/// Everything a phase can change, as it is when no change is under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Concept {
    pub(super) rule: LoanRule,
    pub(super) population: Population,
    pub(super) noise: f64,
    pub(super) flip: f64,
    pub(super) balance: Balance,
    pub(super) faults: FaultShares,
}

impl Concept {
    pub(super) fn lab() -> Self {
        Self {
            rule: LoanRule::LAB,
            population: Population::LAB,
            noise: NOISE,
            flip: 0.0,
            balance: Balance::Natural,
            faults: FaultShares::default(),
        }
    }

    /// The concept that a phase leads to.
    pub(super) fn after(mut self, phase: &Phase) -> Self {
        self.rule = phase.rule.unwrap_or(self.rule);
        self.population = phase.population.unwrap_or(self.population);
        self.noise = phase.noise.unwrap_or(self.noise);
        self.flip = phase.flip.unwrap_or(self.flip);
        self.balance = phase.balance.unwrap_or(self.balance);
        if let Some(missing) = phase.missing {
            self.faults.missing = missing.shares();
        }
        if let Some(bad) = phase.bad {
            self.faults.bad = bad.shares();
        }
        self
    }

    fn moved(from: &Self, to: &Self, ramp: Ramp) -> Self {
        Self {
            rule: LoanRule::moved(&from.rule, &to.rule, ramp),
            population: Population::moved(&from.population, &to.population, ramp),
            noise: ramp.real(from.noise, to.noise),
            flip: ramp.real(from.flip, to.flip),
            balance: match (from.balance, to.balance) {
                (Balance::PositiveShare(from), Balance::PositiveShare(to)) => {
                    Balance::PositiveShare(ramp.real(from, to))
                }
                // There is no way between a share and none: the new one counts at once.
                (_, to) => to,
            },
            faults: FaultShares::moved(&from.faults, &to.faults, ramp),
        }
    }

    /// `P(label 1)` where the rule says so or not.
    fn positive(&self, says: bool) -> f64 {
        let before_flip = if says { 1.0 } else { self.noise };
        before_flip * (1.0 - self.flip) + (1.0 - before_flip) * self.flip
    }
}

/// The concept at one index. While a gradual change is under way, `old` labels the record with
/// the probability that the ramp leaves to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) concept: Concept,
    pub(super) old: Option<(LoanRule, Ramp)>,
    /// First index at which another moment may hold.
    pub(super) until: u64,
}

impl Moment {
    /// Of the record `index` in a phase that leads `from` one concept `to` another, and lasts
    /// until `end`.
    pub(super) fn new(phase: &Phase, from: &Concept, to: &Concept, index: u64, end: u64) -> Self {
        let since = index - phase.at;
        let steady = |concept: &Concept, until| Self {
            concept: *concept,
            old: None,
            until,
        };
        match phase.change {
            Change::Gradual { records } | Change::Incremental { records }
                if since < u64::from(records) =>
            {
                let ramp = Ramp {
                    elapsed: u32::try_from(since).unwrap_or(records),
                    width: records,
                };
                let mut moment = steady(&Concept::moved(from, to, ramp), index.saturating_add(1));
                if matches!(phase.change, Change::Gradual { .. }) {
                    moment.concept.rule = to.rule;
                    moment.old = Some((from.rule, ramp));
                }
                moment
            }
            Change::Recurring { every } => {
                let half = since / u64::from(every);
                let next = (half + 1).saturating_mul(u64::from(every));
                let concept = if half.is_multiple_of(2) { to } else { from };
                steady(concept, phase.at.saturating_add(next).min(end))
            }
            _ => steady(to, end),
        }
    }

    /// The rule that labels a record. Takes two words while a gradual change is under way.
    pub(super) fn rule(&self, draws: &mut Draws) -> &LoanRule {
        match &self.old {
            Some((old, ramp)) if draws.below(ramp.width) >= ramp.elapsed => old,
            _ => &self.concept.rule,
        }
    }

    /// The best possible scores, counted: cells are what old and new rule say together.
    pub(super) fn truth(&self) -> Truth {
        let new = &self.concept.rule;
        let (old, share) = match &self.old {
            Some((old, ramp)) => (old, ramp.real(0.0, 1.0)),
            None => (new, 1.0),
        };
        let joint = count::says(&self.concept.population, [old, new]);
        let mut cells = Vec::with_capacity(4);
        for (old, row) in joint.iter().enumerate() {
            for (new, &cell) in row.iter().enumerate() {
                let [old, new] = [old, new].map(|says| self.concept.positive(says == 1));
                let positive = share * new + (1.0 - share) * old;
                cells.push([cell * (1.0 - positive), cell * positive]);
            }
        }
        if let Balance::PositiveShare(share) = self.concept.balance {
            balance(&mut cells, share);
        }
        Truth::of_cells(&cells)
    }
}

/// Weighs the classes as drawing up to [`CANDIDATES`] for the wanted one does.
fn balance(cells: &mut [[f64; 2]], share: f64) {
    let natural: f64 = cells.iter().map(|joint| joint[1]).sum();
    // All candidates miss with the power `CANDIDATES` = 2⁸ of the chance of one.
    let missed = |p: f64| (0..CANDIDATES.ilog2()).fold(p, |power, _| power * power);
    let positive = share * (1.0 - missed(1.0 - natural)) + (1.0 - share) * missed(natural);
    for joint in cells {
        for (part, wanted, found) in [(0, 1.0 - positive, 1.0 - natural), (1, positive, natural)] {
            joint[part] = if found > 0.0 {
                joint[part] * wanted / found
            } else {
                0.0
            };
        }
    }
}
