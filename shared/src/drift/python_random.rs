//! Python's `random.Random(seed)`, as far as `sample(range(n), k)` needs it.
//!
//! The generator is the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded by
//! `init_by_array` with the 32-bit words of the seed, lowest first. A number below n is drawn as the
//! top bits of one word, as many as n has, until it is below n. The same in `CPython` 3.2 to 3.14.

use std::collections::BTreeSet;

use rand_mt::Mt;
use serde::{Deserialize, Serialize};

/// Words that the twister makes at once; they determine all that follow.
const BLOCK: usize = 624;

/// The generator. Its state is the current block of words: the next one follows from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PythonRandom {
    block: Vec<u32>,
    /// Words of the block that were drawn.
    drawn: u32,
}

impl PythonRandom {
    /// `random.Random(seed)`.
    #[expect(clippy::cast_possible_truncation, reason = "the words of the seed")]
    pub(super) fn new(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let words = if high == 0 {
            vec![low]
        } else {
            vec![low, high]
        };
        Self {
            block: next_block(Mt::new_with_key(words)),
            drawn: 0,
        }
    }

    fn next_u32(&mut self) -> u32 {
        if self.drawn as usize >= self.block.len() {
            let twister = Mt::recover(self.block.iter().copied());
            self.block = next_block(twister.expect("a block has 624 words"));
            self.drawn = 0;
        }
        self.drawn += 1;
        self.block[self.drawn as usize - 1]
    }

    /// A number below `n`, which is not 0.
    fn below(&mut self, n: u32) -> u32 {
        loop {
            let value = self.next_u32() >> n.leading_zeros();
            if value < n {
                return value;
            }
        }
    }

    /// `sample(range(n), k)`: `k` different numbers below `n`, which must be that many at least.
    pub(super) fn sample(&mut self, n: u32, k: u32) -> Vec<u32> {
        if n <= pool_limit(k) {
            self.sample_from_pool(n, k)
        } else {
            self.sample_by_rejection(n, k)
        }
    }

    /// Draws from the numbers that are left; the last one takes the place of the one drawn.
    fn sample_from_pool(&mut self, n: u32, k: u32) -> Vec<u32> {
        let mut pool: Vec<u32> = (0..n).collect();
        let draw = |left| pool.swap_remove(self.below(left) as usize);
        (n - k + 1..=n).rev().map(draw).collect()
    }

    /// Draws again what was drawn before.
    fn sample_by_rejection(&mut self, n: u32, k: u32) -> Vec<u32> {
        let mut seen = BTreeSet::new();
        let draw = |_| {
            loop {
                let value = self.below(n);
                if seen.insert(value) {
                    return value;
                }
            }
        };
        (0..k).map(draw).collect()
    }

    /// Whether a state that was read is one.
    pub(super) fn fits(&self) -> bool {
        self.block.len() == BLOCK && self.drawn as usize <= BLOCK
    }
}

fn next_block(mut twister: Mt) -> Vec<u32> {
    (0..BLOCK).map(|_| twister.next_u32()).collect()
}

/// Up to which size Python copies the population: the size of a set of `k`, as it reckons,
/// `21 + 4^⌈log₄ 3k⌉` for k above 5.
fn pool_limit(k: u32) -> u32 {
    let mut set_size = 1;
    while k > 5 && set_size < 3 * k {
        set_size *= 4;
    }
    if k > 5 { 21 + set_size } else { 21 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seed: u64, n: u32, k: u32, wanted: &[u32]) {
        assert_eq!(PythonRandom::new(seed).sample(n, k), wanted);
    }

    #[test]
    fn a_sample_is_pythons() {
        check(
            42,
            70,
            30,
            &[
                14, 3, 35, 31, 28, 17, 13, 43, 47, 57, 34, 5, 37, 27, 2, 1, 58, 63, 69, 32, 38, 54,
                67, 12, 45, 41, 59, 26, 51, 65,
            ],
        );
        check(
            42,
            400,
            30,
            &[
                327, 57, 12, 379, 140, 125, 114, 71, 377, 52, 346, 279, 44, 302, 216, 16, 15, 47,
                111, 119, 258, 308, 13, 287, 101, 366, 332, 359, 214, 112,
            ],
        );
        check(0, 10, 5, &[6, 9, 0, 2, 4]);
        check(4_294_967_301, 30, 3, &[5, 15, 9]);
        check(
            18_446_744_073_709_551_615,
            1000,
            8,
            &[22, 254, 346, 633, 217, 467, 629, 97],
        );
        check(1, 1, 1, &[0]);
    }

    /// Samples of many sizes and seeds, twenty of each one after the other, written by Python.
    #[test]
    fn a_run_of_samples_is_pythons() {
        for line in include_str!("../../goldens/drift/samples.txt").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |i: usize| words[i].parse::<u32>().unwrap();
            let mut random = PythonRandom::new(words[0].parse().unwrap());
            let mut hash = 0xcbf2_9ce4_8422_2325;
            for value in (0..20).flat_map(|_| random.sample(number(1), number(2))) {
                hash = (hash ^ u64::from(value)).wrapping_mul(0x0100_0000_01b3);
            }
            assert_eq!(format!("{hash:016x}"), words[3], "{line}");
        }
    }
    #[test]
    fn a_generator_that_was_saved_goes_on_alike() {
        let mut random = PythonRandom::new(7);
        for _ in 0..50 {
            let json = serde_json::to_string(&random).unwrap();
            let mut restored: PythonRandom = serde_json::from_str(&json).unwrap();
            assert!(restored.fits());
            assert_eq!(random.sample(70, 30), restored.sample(70, 30));
            assert_eq!(random, restored);
        }
    }
}
