//! The order in which the samples of a batch are learned from: scikit-learn's shuffle.
//!
//! `random_state` seeds a Mersenne Twister afresh in every partial fit. Two numbers are drawn from
//! it as `NumPy`'s `randint` draws them; the second seeds a 32-bit xorshift generator, and that one
//! deals the samples.

use rand_mt::Mt;

/// The largest value of a signed 32-bit integer, which bounds both draws.
const MAX: u32 = 0x7fff_ffff;

/// Seed of the shuffle that `random_state` gives.
pub(super) fn shuffle_seed(random_state: u32) -> u32 {
    let mut twister = Mt::new(random_state);
    // scikit-learn draws the seed of the data set first, and does not use it.
    let _unused = randint(&mut twister, 1, MAX);
    randint(&mut twister, 0, MAX)
}

/// An integer from `low` to `high − 1`: words above the range are drawn again.
fn randint(twister: &mut Mt, low: u32, high: u32) -> u32 {
    loop {
        let value = twister.next_u32() & MAX;
        if value <= high - 1 - low {
            return low + value;
        }
    }
}

/// Fills `order` with `0..n`, shuffled.
pub(super) fn shuffled(order: &mut Vec<u32>, n: u32, seed: u32) {
    in_order(order, n);
    let mut state = seed;
    for i in 0..n.saturating_sub(1) {
        let j = i + next(&mut state) % (n - i);
        order.swap(i as usize, j as usize);
    }
}

/// Fills `order` with `0..n`.
pub(super) fn in_order(order: &mut Vec<u32>, n: u32) {
    order.clear();
    order.extend(0..n);
}

fn next(state: &mut u32) -> u32 {
    if *state == 0 {
        *state = 1;
    }
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state & MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_is_numpys() {
        // np.random.RandomState(42): randint(1, 2**31 - 1), randint(2**31 - 1)
        assert_eq!(shuffle_seed(42), 1_273_642_419);
        assert_eq!(shuffle_seed(0), 398_764_591);
    }

    #[test]
    fn a_shuffle_is_a_permutation_and_repeats() {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        shuffled(&mut first, 1000, 7);
        shuffled(&mut second, 1000, 7);
        assert_eq!(first, second);
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000) && first[..9] != [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
