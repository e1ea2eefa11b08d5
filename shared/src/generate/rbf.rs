//! Random radial basis functions with moving centres (Kirkby, 2007; in MOA
//! `RandomRBFGeneratorDrift`).
//!
//! Each of `centroids` has a centre uniform in the unit cube, a class, a deviation uniform over
//! `[0, 1)` and a weight. A record takes a centroid by its weight, a direction, and a distance
//! that is normal with the centroid's deviation; its fields `x0`, `x1`, … are the point there,
//! rounded to six decimals, and its label is the centroid's class. The first `drifting` centres move
//! by `speed` with every record, on straight lines that the faces of the cube reflect:
//!
//! ```text
//! cⱼ(i) = |((cⱼ(0) + i·speed·vⱼ + 1) mod 2) − 1|,  |v| = 1
//! ```
//!
//! This closed form is why any record can be reached at once. MOA stops a centre at a face for the
//! rest of a step; here it is reflected. Weights are the whole numbers 1 to 1000.
//! Best possible scores: not known, for the centroids overlap.

use serde::{Deserialize, Serialize};

use super::draws::{Draws, Lane, WIDE_WORDS};
use super::error::{StreamError, probability, within};
use super::fields::StreamFields;
use super::write;

/// Most fields of a record.
pub const MAX_RBF_FEATURES: u32 = 64;
/// Most centroids.
pub const MAX_CENTROIDS: u32 = 1000;
/// Most classes.
pub const MAX_RBF_CLASSES: u32 = 100;

const MAX_CENTROID_WEIGHT: u32 = 1000;

/// Number, size and drift of the centroids.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RbfSettings {
    /// Fields, 1 to 64.
    pub features: u32,
    /// Classes, 2 to 100.
    pub classes: u32,
    /// Centroids, 1 to 1000.
    pub centroids: u32,
    /// Centroids that move, up to all.
    pub drifting: u32,
    /// How far they move with every record, 0 to 1.
    pub speed: f64,
}

impl Default for RbfSettings {
    fn default() -> Self {
        Self {
            features: 10,
            classes: 2,
            centroids: 50,
            drifting: 50,
            speed: 0.0001,
        }
    }
}

impl RbfSettings {
    pub(super) fn validate(&self) -> Result<(), StreamError> {
        within("features", self.features, 1, MAX_RBF_FEATURES)?;
        within("classes", self.classes, 2, MAX_RBF_CLASSES)?;
        within("centroids", self.centroids, 1, MAX_CENTROIDS)?;
        within("drifting", self.drifting, 0, self.centroids)?;
        probability("speed", self.speed)
    }

    pub(super) fn fields(&self) -> StreamFields {
        StreamFields::labelled(self.classes).numbers(self.features)
    }
}

#[derive(Clone, Debug)]
struct Centroid {
    centre: Vec<f64>,
    direction: Vec<f64>,
    class: u32,
    deviation: f64,
    /// Sum of the weights up to and with this one.
    weight_until: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Rbf {
    settings: RbfSettings,
    draws: Draws,
    centroids: Vec<Centroid>,
    offset: Vec<f64>,
}

impl Rbf {
    pub(super) fn new(settings: RbfSettings, seed: u64) -> Self {
        let mut model = Draws::new(seed, Lane::Model, WIDE_WORDS);
        let mut centroids: Vec<Centroid> = Vec::new();
        for place in 0..settings.centroids {
            let before = centroids.last().map_or(0, |last| last.weight_until);
            let draws = model.at(u64::from(place));
            centroids.push(centroid(draws, &settings, before));
        }
        Self {
            settings,
            draws: Draws::new(seed, Lane::Record, WIDE_WORDS),
            centroids,
            offset: Vec::new(),
        }
    }

    pub(super) fn write(&mut self, index: u64, out: &mut Vec<u8>) {
        let draws = self.draws.at(index);
        let all = self.centroids.last().map_or(1, |last| last.weight_until);
        let drawn = draws.below(all);
        let place = self
            .centroids
            .partition_point(|centroid| centroid.weight_until <= drawn);
        let centroid = &self.centroids[place];
        let features = self.settings.features;
        direction(draws, features, &mut self.offset);
        let distance = draws.gaussian() * centroid.deviation;
        let moves = place < self.settings.drifting as usize;
        let gone = if moves {
            away(index, self.settings.speed)
        } else {
            0.0
        };
        for (i, offset) in self.offset.iter().enumerate() {
            let centre = reflected(centroid.centre[i] + gone * centroid.direction[i]);
            write::numbered(out, "x", i as u64);
            write::fixed(out, millionths(centre + distance * offset), 6);
        }
        write::label(out, u64::from(centroid.class));
    }
}

fn centroid(draws: &mut Draws, settings: &RbfSettings, before: u32) -> Centroid {
    let mut way = Vec::new();
    direction(draws, settings.features, &mut way);
    Centroid {
        centre: (0..settings.features).map(|_| draws.unit()).collect(),
        direction: way,
        class: draws.below(settings.classes),
        deviation: draws.unit(),
        weight_until: before + draws.between(1, MAX_CENTROID_WEIGHT),
    }
}

/// A vector of length 1: a point of the cube around 0, brought to that length, as in MOA.
fn direction(draws: &mut Draws, features: u32, out: &mut Vec<f64>) {
    out.clear();
    out.extend((0..features).map(|_| 2.0 * draws.unit() - 1.0));
    let length = out.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        for x in out.iter_mut() {
            *x /= length;
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "far beyond 2⁵³ records some stand at the same place"
)]
fn away(index: u64, speed: f64) -> f64 {
    index as f64 * speed
}

/// Where a straight way from inside `[0, 1]` is, when the ends reflect it.
fn reflected(way: f64) -> f64 {
    let turns = way + 1.0;
    (turns - 2.0 * (turns / 2.0).floor() - 1.0).abs()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a few units from the cube, and the cast saturates"
)]
fn millionths(value: f64) -> i64 {
    (value * 1e6 + 0.5).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faces_reflect() {
        for (way, at) in [
            (0.25, 0.25),
            (1.25, 0.75),
            (2.25, 0.25),
            (-0.25, 0.25),
            (-1.25, 0.75),
        ] {
            assert_eq!(reflected(way), at, "{way}");
        }
    }
}
