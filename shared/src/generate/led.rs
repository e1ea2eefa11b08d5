//! LED digits (Breiman, Friedman, Olshen and Stone, 1984): which digit does a display show whose
//! segments fail?
//!
//! The label is a digit, uniform over 0 to 9. Seven fields `x0` to `x6` are its segments, each
//! turned round with probability `noise`; `x7` to `x23` are fair coins that mean nothing. With
//! `drifting` fields, that many segments change places with meaningless fields, others every
//! `change_every` records, as in MOA's `LEDGeneratorDrift`. The segments of the digits are River's.
//! (MOA and River turn a segment round with probability `noise − 0.01`; here it is `noise`.)
//! Known: by enumeration of the 2⁷ patterns; accuracy 0.74 at a noise of 0.1.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::draws::{Draws, Lane, WIDE_WORDS};
use super::error::{StreamError, probability, within};
use super::fields::StreamFields;
use super::truth::Truth;
use super::write;

/// Segments of the digits, the first in the highest of seven bits: top, upper left, upper right,
/// middle, lower left, lower right, bottom.
const DIGITS: [u8; 10] = [
    0b111_0111, 0b001_0010, 0b101_1101, 0b101_1011, 0b011_1010, 0b110_1011, 0b110_1111, 0b101_0010,
    0b111_1111, 0b111_1011,
];
const SEGMENTS: usize = 7;
const FIELDS: usize = 24;

/// Noise of the segments, and how many of them drift.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedSettings {
    /// Probability of a segment turned round.
    pub noise: f64,
    /// Segments that change places with meaningless fields, 0 to 7.
    pub drifting: u32,
    /// Records after which they change places anew.
    pub change_every: Option<NonZeroU32>,
}

impl Default for LedSettings {
    fn default() -> Self {
        Self {
            noise: 0.1,
            drifting: 0,
            change_every: None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Led {
    settings: LedSettings,
    draws: Draws,
    stretches: Draws,
    /// The stretch whose places are known, and where each field's value comes from.
    places: Option<(u64, [usize; FIELDS])>,
}

impl LedSettings {
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        probability("noise", self.noise)?;
        within("drifting", self.drifting, 0, 7)
    }

    pub(super) fn fields() -> StreamFields {
        StreamFields::labelled(10).numbers(24)
    }

    pub(super) fn truth(&self) -> Truth {
        let cells: Vec<[f64; 10]> = (0..1u8 << SEGMENTS)
            .map(|pattern| {
                DIGITS.map(|digit| {
                    let wrong = (pattern ^ digit).count_ones();
                    (0..7).fold(0.1, |p, segment| {
                        p * if segment < wrong {
                            self.noise
                        } else {
                            1.0 - self.noise
                        }
                    })
                })
            })
            .collect();
        Truth::of_cells(&cells)
    }
}

impl Led {
    pub(super) fn new(settings: LedSettings, seed: u64) -> Self {
        Self {
            settings,
            draws: Draws::new(seed, Lane::Record, WIDE_WORDS),
            stretches: Draws::new(seed, Lane::Stretch, WIDE_WORDS),
            places: None,
        }
    }

    pub(super) fn write(&mut self, index: u64, out: &mut Vec<u8>) {
        let places = self.places_at(index);
        let draws = self.draws.at(index);
        let digit = draws.below(10);
        let mut bits = DIGITS[digit as usize];
        for segment in 0..SEGMENTS {
            bits ^= u8::from(draws.chance(self.settings.noise)) << segment;
        }
        let coins = draws.bits64();
        let value = |source: usize| match source {
            0..SEGMENTS => u64::from(bits >> (SEGMENTS - 1 - source) & 1),
            _ => coins >> source & 1,
        };
        for (i, &source) in (0u64..).zip(&places) {
            write::numbered(out, "x", i);
            write::integer(out, value(source));
        }
        write::label(out, u64::from(digit));
    }

    fn places_at(&mut self, index: u64) -> [usize; FIELDS] {
        let every = self.settings.change_every;
        let stretch = every.map_or(0, |every| index / u64::from(every.get()));
        if let Some((known, places)) = self.places
            && known == stretch
        {
            return places;
        }
        let draws = self.stretches.at(stretch);
        let first = draws.below(7) as usize;
        let offset = draws.below(17) as usize;
        let mut places = std::array::from_fn(|i| i);
        for i in 0..self.settings.drifting as usize {
            places.swap((i + first) % SEGMENTS, SEGMENTS + (i + offset) % 17);
        }
        self.places = Some((stretch, places));
        places
    }
}
