//! STAGGER concepts (Schlimmer and Granger, 1986): three categories, three rules.
//!
//! `size` is small, medium or large, `color` red, blue or green, `shape` circle, square or
//! triangle, all uniform. The label is 1, in concept 0, where size is small and color red; in 1,
//! where color is green or shape circle; in 2, where size is medium or large. River's
//! `synth.STAGGER` labels alike.
//! Known: accuracy 1; base rate 3/27, 15/27, 18/27.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::draws::{Draws, Lane, WIDE_WORDS};
use super::error::{StreamError, within};
use super::fields::StreamFields;
use super::sea::concept_at;
use super::truth::Truth;
use super::write;

const NAMES: [&str; 3] = ["size", "color", "shape"];
const WORDS: [[&str; 3]; 3] = [
    ["small", "medium", "large"],
    ["red", "blue", "green"],
    ["circle", "square", "triangle"],
];

/// Which of the STAGGER concepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaggerSettings {
    /// The first concept, 0 to 2.
    pub concept: u32,
    /// Records after which the next concept begins, the first again after the last. The paper's
    /// blocks have 40.
    pub change_every: Option<NonZeroU32>,
}

#[derive(Clone, Debug)]
pub(super) struct Stagger {
    settings: StaggerSettings,
    draws: Draws,
}

fn says(concept: usize, [size, color, shape]: [usize; 3]) -> bool {
    match concept {
        0 => size == 0 && color == 0,
        1 => color == 2 || shape == 0,
        _ => size != 0,
    }
}

impl StaggerSettings {
    pub(super) fn validate(self) -> Result<(), StreamError> {
        within("concept", self.concept, 0, 2)
    }

    pub(super) fn fields() -> StreamFields {
        NAMES
            .iter()
            .zip(&WORDS)
            .fold(StreamFields::labelled(2), |fields, (name, words)| {
                fields.words(name, words)
            })
    }

    fn concept(self, index: u64) -> usize {
        concept_at(self.concept, self.change_every, 3, index)
    }

    pub(super) fn truth(self, index: u64) -> Truth {
        let concept = self.concept(index);
        let all = (0..27).map(|i| [i / 9, i / 3 % 3, i % 3]);
        let positive = all.filter(|&values| says(concept, values)).count();
        let positive = f64::from(u32::try_from(positive).expect("at most 27"));
        Truth::of_label_noise(0.0, Some(positive / 27.0))
    }
}

impl Stagger {
    pub(super) fn new(settings: StaggerSettings, seed: u64) -> Self {
        let draws = Draws::new(seed, Lane::Record, WIDE_WORDS);
        Self { settings, draws }
    }

    pub(super) fn write(&mut self, index: u64, out: &mut Vec<u8>) {
        let draws = self.draws.at(index);
        let values = [0; 3].map(|_: u32| draws.below(3) as usize);
        for (i, &value) in values.iter().enumerate() {
            write::name(out, NAMES[i]);
            write::quoted(out, WORDS[i][value]);
        }
        let concept = self.settings.concept(index);
        write::label(out, u64::from(says(concept, values)));
    }
}
