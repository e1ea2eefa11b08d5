//! Exact numbers that the scripts of the goldens compute, too, and the hash that they write.

/// `SplitMix64` (G. Steele et al., 2014).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// `number mod end` as a float.
pub(crate) fn below(number: u64, end: u32) -> f64 {
    let rest = u32::try_from(number % u64::from(end)).expect("less than `end`");
    f64::from(rest)
}

/// FNV-1a (G. Fowler, L. Noll, K.-P. Vo) of the numbers' little-endian bytes.
pub(crate) fn hash(numbers: &[f64]) -> String {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
    let code = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |code, byte| {
        (code ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{code:016x}")
}
