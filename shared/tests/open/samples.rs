//! Samples as `goldens/open/generate.py` makes them.

use shared::encode::Features;

/// Samples of a batch.
const SIZE: u64 = 17;

/// The next word of `SplitMix64` (G. Steele, D. Lea and C. Flood, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The batch of this number: features and labels.
pub(crate) fn batch(width: usize, classes: u16, number: u64) -> (Features, Vec<u16>) {
    let mut state = number;
    let (mut x, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..SIZE {
        let feature = |word: u64| {
            let whole = u32::try_from(word % 1024).expect("below 1024");
            (f64::from(whole) - 512.0) / 256.0
        };
        let row: Vec<f64> = (0..width).map(|_| feature(next(&mut state))).collect();
        let noise = next(&mut state);
        let label = match noise % 8 {
            0 => noise >> 32,
            _ => u64::from(row.iter().sum::<f64>() > 0.0) + u64::from(row[0] > 0.5),
        };
        labels.push(u16::try_from(label % u64::from(classes)).expect("a class"));
        x.extend(row);
    }
    let x = Features::from_rows(width, x).expect("whole rows");
    (x, labels)
}

/// A stream of numbers from a seed (xorshift64, G. Marsaglia 2003).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
