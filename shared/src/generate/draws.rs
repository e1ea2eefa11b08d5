//! Random draws by position: record `i` draws from its own words of a `ChaCha8` key stream.
//!
//! `ChaCha8` is a named generator whose output no version of a library changes. One seed has 2⁶⁴
//! independent key streams, called lanes here, so that what is drawn for one purpose moves
//! nothing that is drawn for another.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Words of the key stream that belong to one loan application; it uses about twenty.
pub(super) const LOAN_WORDS: u64 = 64;

/// Words that belong to one record of another stream: the widest uses some 300.
pub(super) const WIDE_WORDS: u64 = 1024;

/// Candidates before a Gaussian draw gives up: all are refused once in 10¹⁰ draws.
const GAUSSIAN_CANDIDATES: u32 = 15;

/// What a key stream of the seed is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lane {
    /// The records.
    Record = 0,
    /// What is drawn once for a whole stream: weights, centroids.
    Model = 1,
    /// What is drawn once for a stretch of records.
    Stretch = 2,
    /// Which of two streams a record comes from.
    Switch = 3,
    /// What a drift script adds to a record: faults, the wanted class.
    Script = 4,
    /// Further candidates for a record of the wanted class.
    Candidate = 5,
}

/// One lane of a seed, at any place.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    rng: ChaCha8Rng,
    words: u64,
}

impl Draws {
    /// The lane of `seed`, of which `words` belong to each place. The key stream repeats after
    /// 2⁶⁸ words.
    pub(super) fn new(seed: u64, lane: Lane, words: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(lane as u64);
        Self { rng, words }
    }

    /// Goes to the words of a place.
    pub(super) fn at(&mut self, place: u64) -> &mut Self {
        let position = u128::from(place).wrapping_mul(u128::from(self.words));
        self.rng.set_word_pos(position);
        self
    }

    /// 128 random bits.
    pub(super) fn bits128(&mut self) -> u128 {
        self.rng.random()
    }

    /// 64 random bits.
    pub(super) fn bits64(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// Uniform over `0..count`; 0 when there is nothing to choose from.
    // A range of u32, for the width of usize differs on wasm32 and so would the draws.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        self.rng.random_range(0..count.max(1))
    }

    /// Uniform over `least..=most`.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        self.rng.random_range(least..=most.max(least))
    }

    /// Uniform over the multiples of 2⁻⁵³ in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        self.rng.random()
    }

    /// True with probability `p`, to within 2⁻⁶⁴. Two words, whatever `p` is.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        let bits = self.bits64();
        p >= 1.0 || bits < scaled(p)
    }

    /// A standard normal draw by the polar method (Marsaglia and Bray, 1964): a point uniform in
    /// the unit disc gives `x·sqrt(−2·ln s / s)` with `s = x² + y²`. `log` is libm's, the same on
    /// every platform.
    pub(super) fn gaussian(&mut self) -> f64 {
        for _ in 0..GAUSSIAN_CANDIDATES {
            let x = 2.0 * self.unit() - 1.0;
            let y = 2.0 * self.unit() - 1.0;
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                return x * (-2.0 * libm::log(s) / s).sqrt();
            }
        }
        0.0
    }
}

/// `p·2⁶⁴`, as `rand`'s Bernoulli distribution scales it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and p is below 1 where it counts"
)]
fn scaled(p: f64) -> u64 {
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    (p * TWO_TO_64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_own_words_and_a_lane_its_own_stream() {
        let mut draws = Draws::new(7, Lane::Record, LOAN_WORDS);
        let here = draws.at(3).bits64();
        assert_ne!(draws.at(4).bits64(), here);
        assert_eq!(draws.at(3).bits64(), here);
        let mut other = Draws::new(7, Lane::Script, LOAN_WORDS);
        assert_ne!(other.at(3).bits64(), here);
    }

    #[test]
    fn certain_and_impossible_chances_are_so() {
        let mut draws = Draws::new(1, Lane::Record, LOAN_WORDS);
        for place in 0..1000 {
            assert!(draws.at(place).chance(1.0));
            assert!(!draws.at(place).chance(0.0));
        }
    }

    #[test]
    fn a_gaussian_draw_has_mean_zero_and_variance_one() {
        let mut draws = Draws::new(1, Lane::Record, LOAN_WORDS);
        let values: Vec<f64> = (0..100_000).map(|i| draws.at(i).gaussian()).collect();
        let mean = values.iter().sum::<f64>() / 1e5;
        let variance = values.iter().map(|v| v * v).sum::<f64>() / 1e5;
        let outside = values.iter().filter(|v| v.abs() > 1.959_964).count();
        assert!(mean.abs() < 4.0 / 316.0, "{mean}");
        assert!(
            (variance - 1.0).abs() < 4.0 * (2.0f64 / 1e5).sqrt(),
            "{variance}"
        );
        assert!((4_725..=5_275).contains(&outside), "{outside}");
    }
}
