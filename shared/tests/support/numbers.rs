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

/// FNV-1a of the numbers' little-endian bytes, as digits.
pub(crate) fn hash(numbers: &[f64]) -> String {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
    format!("{:016x}", super::fnv1a(bytes))
}
