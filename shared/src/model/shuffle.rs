//! The order in which the samples of a batch are learned from: scikit-learn's shuffle.
//!
//! `random_state` seeds a Mersenne Twister afresh in every partial fit. Two numbers are drawn from
//! it as `NumPy`'s `randint` draws them; the second seeds a 32-bit xorshift generator, and that one
//! deals the samples.

use rand_mt::Mt;

use super::settings::SgdSettings;

/// The largest value of a signed 32-bit integer, which bounds both draws.
const MAX: u32 = 0x7fff_ffff;

/// Most sample numbers that are kept between partial fits, over all rows of weights.
const MOST_KEPT: usize = 1 << 22;

/// The order of the samples for each row of weights, kept as long as batches have one size.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    /// Of each row; none without a shuffle.
    seeds: Vec<u32>,
    /// The orders that are kept, the first for all rows without a shuffle; possibly fewer than
    /// rows, the last of which is then dealt anew each time.
    kept: Vec<Vec<u32>>,
}

impl Orders {
    /// The orders of `rows` rows of weights.
    pub(super) fn new(settings: &SgdSettings, rows: usize) -> Self {
        let seeds = match (settings.shuffle, rows) {
            (false, _) => Vec::new(),
            (true, 0 | 1) => vec![shuffle_seed(settings.random_state)],
            (true, _) => shuffle_seeds(settings.random_state, rows),
        };
        Self {
            seeds,
            kept: Vec::new(),
        }
    }

    /// The order of `samples` samples for a row.
    pub(super) fn of(&mut self, row: usize, samples: usize) -> &[u32] {
        let n = u32::try_from(samples).unwrap_or(u32::MAX);
        let keep = (MOST_KEPT / samples.max(1)).clamp(1, self.seeds.len().max(1));
        self.kept.truncate(keep);
        let seed = self.seeds.get(row).copied();
        // Without a shuffle all rows share one order; rows that are not kept share the last.
        let place = if seed.is_some() { row.min(keep - 1) } else { 0 };
        let is_shared = keep < self.seeds.len() && place == keep - 1;
        while self.kept.len() <= place {
            self.kept.push(Vec::new());
        }
        let order = &mut self.kept[place];
        if is_shared || order.len() != samples {
            in_order(order, n);
            if let Some(seed) = seed {
                shuffle(order, seed);
            }
        }
        order
    }
}

/// Seeds of the shuffles of `rows` one-vs-rest problems: each has a random state of its own, drawn
/// from the settings' one.
fn shuffle_seeds(random_state: u32, rows: usize) -> Vec<u32> {
    let mut twister = Mt::new(random_state);
    let states = (0..rows).map(|_| randint(&mut twister, 0, MAX));
    states.map(shuffle_seed).collect()
}

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

/// Shuffles by R. A. Fisher and F. Yates (1938): each place takes a number from there on.
fn shuffle(order: &mut [u32], seed: u32) {
    let mut state = seed;
    let n = u32::try_from(order.len()).unwrap_or(u32::MAX);
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
        let mut orders = Orders::new(&SgdSettings::default(), 1);
        let first = orders.of(0, 1000).to_vec();
        assert_eq!(orders.of(0, 17).len(), 17);
        assert_eq!(orders.of(0, 1000), first);
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000) && first[..9] != [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn rows_have_orders_of_their_own_also_when_not_all_are_kept() {
        let mut few = Orders::new(&SgdSettings::default(), 3);
        let mut many = Orders::new(&SgdSettings::default(), 50_000);
        for samples in [100, 100, 200] {
            let orders: Vec<_> = (0..3).map(|row| few.of(row, samples).to_vec()).collect();
            assert!(orders[0] != orders[1] && orders[1] != orders[2]);
            for row in [2, 0, 1, 49_999, 41_943, 1] {
                let found = many.of(row, samples).to_vec();
                assert!(row > 2 || found == orders[row]);
                let mut alone = Vec::new();
                in_order(&mut alone, u32::try_from(samples).unwrap());
                shuffle(&mut alone, many.seeds[row]);
                assert_eq!(found, alone, "row {row}");
            }
            assert!(many.kept.iter().map(Vec::capacity).sum::<usize>() < 2 * MOST_KEPT);
        }
    }

    #[test]
    fn without_a_shuffle_all_rows_go_in_order() {
        let settings = SgdSettings {
            shuffle: false,
            ..SgdSettings::default()
        };
        let mut orders = Orders::new(&settings, 3);
        assert_eq!(orders.of(2, 4), [0, 1, 2, 3]);
        assert_eq!(orders.of(1, 2), [0, 1]);
    }
}
