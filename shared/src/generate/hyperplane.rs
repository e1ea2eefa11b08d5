//! A rotating hyperplane (Hulten, Spencer and Domingos, 2001).
//!
//! `x0`, `x1`, … are uniform over `[0, 1)` in steps of 10⁻⁶. The label is 1 where
//! `Σ wᵢ·xᵢ ≥ ½·Σ wᵢ`, and turned round with probability `noise`. The weights are uniform over
//! `[0, 1)` at first; with every record the first `drifting` of them move by `magnitude`, each in
//! a direction of its own, that turns with probability `sigma` a record. River's
//! `synth.Hyperplane` labels alike.
//!
//! River and MOA walk on for ever, so that record `i` takes `i` steps. Here a walk goes out for
//! [`WALK_RECORDS`] records and comes back the same way, and the next walk is another. So the
//! weights stay near where they began, and a seek takes one walk at most. (River turns with
//! probability `sigma − 0.01`, and labels likewise; here it is `sigma`, and `noise`.)
//! Known: accuracy `1 − noise`.

use serde::{Deserialize, Serialize};

use super::draws::{Draws, Lane, WIDE_WORDS};
use super::error::{StreamError, probability, within};
use super::fields::StreamFields;
use super::truth::Truth;
use super::write;

/// Most fields of a hyperplane.
pub const MAX_PLANE_FEATURES: u32 = 64;
/// Records that a walk of the weights goes out, and as many back.
pub const WALK_RECORDS: u32 = 4096;

const STEPS: u32 = 1_000_000;

/// Size, noise and drift of a hyperplane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HyperplaneSettings {
    /// Fields, 2 to 64.
    pub features: u32,
    /// Weights that move, up to all.
    pub drifting: u32,
    /// How far they move with every record, 0 to 1.
    pub magnitude: f64,
    /// Probability that a weight turns, for every record.
    pub sigma: f64,
    /// Probability of a label turned round.
    pub noise: f64,
}

impl Default for HyperplaneSettings {
    fn default() -> Self {
        Self {
            features: 10,
            drifting: 2,
            magnitude: 0.001,
            sigma: 0.1,
            noise: 0.05,
        }
    }
}

impl HyperplaneSettings {
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        within("features", self.features, 2, MAX_PLANE_FEATURES)?;
        within("drifting", self.drifting, 0, self.features)?;
        probability("magnitude", self.magnitude)?;
        probability("sigma", self.sigma)?;
        probability("noise", self.noise)
    }

    pub(super) fn fields(&self) -> StreamFields {
        StreamFields::labelled(2).numbers(self.features)
    }

    pub(super) fn truth(&self) -> Truth {
        Truth::of_label_noise(self.noise, None)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Hyperplane {
    settings: HyperplaneSettings,
    draws: Draws,
    walks: Draws,
    /// The weights at the ends of the walks.
    first: Vec<f64>,
    walk: Option<u64>,
    /// For each record of the walk a bit for each weight: whether it goes up.
    ups: Vec<u64>,
    /// Records of the walk that are gone, and each weight's steps until then.
    gone: u32,
    steps: Vec<i32>,
    values: Vec<u32>,
}

impl Hyperplane {
    pub(super) fn new(settings: HyperplaneSettings, seed: u64) -> Self {
        let mut model = Draws::new(seed, Lane::Model, WIDE_WORDS);
        let model = model.at(0);
        Self {
            settings,
            draws: Draws::new(seed, Lane::Record, WIDE_WORDS),
            walks: Draws::new(seed, Lane::Stretch, WIDE_WORDS),
            first: (0..settings.features).map(|_| model.unit()).collect(),
            walk: None,
            ups: Vec::new(),
            gone: 0,
            steps: Vec::new(),
            values: Vec::new(),
        }
    }

    /// The weights that label the record `index`.
    pub(super) fn weights(&mut self, index: u64) -> Vec<f64> {
        self.go_to(index);
        (0..self.first.len()).map(|i| self.weight(i)).collect()
    }

    fn weight(&self, i: usize) -> f64 {
        let steps = self.steps.get(i).copied().unwrap_or(0);
        self.first[i] + f64::from(steps) * self.settings.magnitude
    }

    pub(super) fn write(&mut self, index: u64, out: &mut Vec<u8>) {
        self.go_to(index);
        let draws = self.draws.at(index);
        self.values.clear();
        let values = (0..self.settings.features).map(|_| draws.below(STEPS));
        self.values.extend(values);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (i, &value) in self.values.iter().enumerate() {
            sum += self.weight(i) * (f64::from(value) / f64::from(STEPS));
            weights += self.weight(i);
        }
        for (i, &value) in (0u64..).zip(&self.values) {
            write::numbered(out, "x", i);
            write::fixed(out, i64::from(value), 6);
        }
        let noisy = self.draws.chance(self.settings.noise);
        write::label(out, u64::from((sum >= weights * 0.5) != noisy));
    }

    /// Brings the steps to a record, by one when it is the next.
    fn go_to(&mut self, index: u64) {
        let length = u64::from(WALK_RECORDS);
        let walk = index / (2 * length);
        if self.walk != Some(walk) {
            self.begin(walk);
        }
        let along = index % (2 * length);
        let target = if along < length {
            along
        } else {
            2 * length - along
        };
        let target = u32::try_from(target).expect("at most a walk");
        while self.gone < target {
            self.step(self.gone, 1);
            self.gone += 1;
        }
        while self.gone > target {
            self.gone -= 1;
            self.step(self.gone, -1);
        }
    }

    fn step(&mut self, record: u32, way: i32) {
        let ups = self.ups[record as usize];
        for (i, steps) in self.steps.iter_mut().enumerate() {
            *steps += if ups >> i & 1 == 1 { way } else { -way };
        }
    }

    /// Draws the directions of a walk.
    fn begin(&mut self, walk: u64) {
        let drifting = self.settings.drifting;
        let first = walk.wrapping_mul(u64::from(WALK_RECORDS));
        let mut ups = self.walks.at(first).bits64();
        self.ups.clear();
        for record in 0..WALK_RECORDS {
            self.ups.push(ups);
            let draws = self.walks.at(first.wrapping_add(u64::from(record) + 1));
            for i in 0..drifting {
                ups ^= u64::from(draws.chance(self.settings.sigma)) << i;
            }
        }
        self.steps.clear();
        self.steps.resize(drifting as usize, 0);
        self.gone = 0;
        self.walk = Some(walk);
    }
}
