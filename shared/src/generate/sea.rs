//! SEA concepts (Street and Kim, 2001): three numbers, of which two count.
//!
//! `x0`, `x1`, `x2` are uniform over 0 to 10 in steps of 0.0001. The label is 1 where
//! `x0 + x1 > θ`, with θ = 8, 9, 7 and 9.5 in the concepts 0 to 3, and turned round with
//! probability `noise`. The concepts are numbered as in River's `synth.SEA`, which labels alike.
//! Known: accuracy `1 − noise`; the base rate is counted.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::draws::{Draws, Lane, WIDE_WORDS};
use super::error::{StreamError, probability, within};
use super::fields::StreamFields;
use super::truth::Truth;
use super::write;

const THRESHOLDS: [f64; 4] = [8.0, 9.0, 7.0, 9.5];
const STEPS: u32 = 100_000;

/// Which of the SEA concepts, and its noise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeaSettings {
    /// The first concept, 0 to 3.
    pub concept: u32,
    /// Probability of a label turned round.
    pub noise: f64,
    /// Records after which the next concept begins, the first again after the last. The paper's
    /// blocks have 15 000.
    pub change_every: Option<NonZeroU32>,
}

impl Default for SeaSettings {
    /// Concept 0 with the paper's noise of 10 %, without a change.
    fn default() -> Self {
        Self {
            concept: 0,
            noise: 0.1,
            change_every: None,
        }
    }
}

/// The concept at an index, when they follow each other.
pub(super) fn concept_at(first: u32, every: Option<NonZeroU32>, count: u32, index: u64) -> usize {
    let passed = every.map_or(0, |every| index / u64::from(every.get()));
    let concept = (u64::from(first) + passed % u64::from(count)) % u64::from(count);
    usize::try_from(concept).expect("a handful of concepts")
}

#[derive(Clone, Debug)]
pub(super) struct Sea {
    settings: SeaSettings,
    draws: Draws,
}

impl SeaSettings {
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        within("concept", self.concept, 0, 3)?;
        probability("noise", self.noise)
    }

    pub(super) fn fields() -> StreamFields {
        StreamFields::labelled(2).numbers(3)
    }

    fn threshold(&self, index: u64) -> f64 {
        THRESHOLDS[concept_at(self.concept, self.change_every, 4, index)]
    }

    pub(super) fn truth(&self, index: u64) -> Truth {
        let says = positive_share(self.threshold(index));
        let base = says * (1.0 - self.noise) + (1.0 - says) * self.noise;
        Truth::of_label_noise(self.noise, Some(base))
    }
}

/// `P(x0 + x1 > θ)`: for each `x0` the smallest `x1` that is enough, as the sum of f64 rounds.
fn positive_share(threshold: f64) -> f64 {
    let mut least = STEPS + 1;
    let mut count = 0u64;
    for first in 0..=STEPS {
        while least > 0 && value(first) + value(least - 1) > threshold {
            least -= 1;
        }
        count += u64::from(STEPS + 1 - least);
    }
    let all = f64::from(STEPS + 1) * f64::from(STEPS + 1);
    #[expect(clippy::cast_precision_loss, reason = "about 10¹⁰")]
    let share = count as f64 / all;
    share
}

fn value(step: u32) -> f64 {
    f64::from(step) / 1e4
}

impl Sea {
    pub(super) fn new(settings: SeaSettings, seed: u64) -> Self {
        let draws = Draws::new(seed, Lane::Record, WIDE_WORDS);
        Self { settings, draws }
    }

    pub(super) fn write(&mut self, index: u64, out: &mut Vec<u8>) {
        let draws = self.draws.at(index);
        let steps = [0; 3].map(|_: u32| draws.below(STEPS + 1));
        for (i, &step) in (0u64..).zip(&steps) {
            write::numbered(out, "x", i);
            write::fixed(out, i64::from(step), 4);
        }
        let says = value(steps[0]) + value(steps[1]) > self.settings.threshold(index);
        write::label(out, u64::from(says != draws.chance(self.settings.noise)));
    }
}
