//! One natural logarithm for every platform: `ln x` with the bits of glibc's `log` on x86-64 with
//! FMA, natively and in WebAssembly.
//!
//! Method (table-driven, N = 128): `x = 2ᵏ·z` with `z` in [0.6875, 1.375). The interval is cut into
//! N pieces; a table holds `1/c` and `ln c` of a point `c` near the middle of each. With
//! `r = z/c − 1`,
//!
//! ```text
//! ln x = k·ln 2 + ln c + ln(1 + r),    |r| < 1/256
//! ```
//!
//! and `ln(1 + r)` is a polynomial of degree 6. Near 1, where the sum would cancel, a polynomial of
//! degree 12 in `x − 1` stands alone. Tables, constants and order of the operations: ARM's
//! optimized routines (S. Nagy, 2018), which glibc uses since 2.28; which products are fused with
//! the sum that follows was read from glibc 2.36 as built for x86-64.
//!
//! Fused steps are [`f64::mul_add`], exact on every platform, and slow in WebAssembly, where it is
//! software.

use super::log_table::ROWS;

/// Head of ln 2, short enough that its products with any exponent are exact.
pub(super) const LN2_HI: f64 = f64::from_bits(0x3fe6_2e42_fefa_3800);
/// What the head lacks.
pub(super) const LN2_LO: f64 = f64::from_bits(0x3d2e_f357_93c7_6730);

/// Bits of the least `z`, 0.6875.
const START: u64 = 0x3fe6_0000_0000_0000;

/// `ln(1+r) ≈ r + A₀r² + A₁r³ + …` for |r| < 1/256.
const A: [f64; 5] = [
    f64::from_bits(0xbfe0_0000_0000_0001),
    f64::from_bits(0x3fd5_5555_5551_305b),
    f64::from_bits(0xbfcf_ffff_ffeb_4590),
    f64::from_bits(0x3fc9_99b3_24f1_0111),
    f64::from_bits(0xbfc5_5575_e506_c89f),
];

/// The same near 1, for −1/16 ≤ r < 0.0647.
const B: [f64; 11] = [
    -0.5,
    f64::from_bits(0x3fd5_5555_5555_5577),
    f64::from_bits(0xbfcf_ffff_ffff_fdcb),
    f64::from_bits(0x3fc9_9999_9995_dd0c),
    f64::from_bits(0xbfc5_5555_5567_45a7),
    f64::from_bits(0x3fc2_4924_a344_de30),
    f64::from_bits(0xbfbf_ffff_a442_3d65),
    f64::from_bits(0x3fbc_7184_282a_d6ca),
    f64::from_bits(0xbfb9_99eb_43b0_68ff),
    f64::from_bits(0x3fb7_8182_f7af_d085),
    f64::from_bits(0xbfb5_5213_75d1_45cd),
];

/// From here …
const NEAR_ONE_FROM: f64 = 1.0 - 1.0 / 16.0;
/// … to below here `x` is near 1: 1 + 0x1.09p-4.
const NEAR_ONE_TO: f64 = f64::from_bits(0x3ff1_0900_0000_0000);

/// `ln x`: −∞ at 0, NaN below.
///
/// # Examples
/// ```
/// use shared::model::log;
/// assert_eq!(log(1.0), 0.0);
/// assert_eq!(log(10.0), std::f64::consts::LN_10);
/// ```
#[must_use]
pub fn log(x: f64) -> f64 {
    if (NEAR_ONE_FROM..NEAR_ONE_TO).contains(&x) {
        return log_near_one(x - 1.0);
    }
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let (k, z, row) = split(normalized_bits(x), START);
    let [inverse, log_c] = ROWS[row].map(f64::from_bits);
    let r = z.mul_add(inverse, -1.0);
    let head = k.mul_add(LN2_HI, log_c);
    let high = head + r;
    let low = k.mul_add(LN2_LO, head - high + r);
    let r2 = r * r;
    let series = r.mul_add(A[4], A[3]).mul_add(r2, r.mul_add(A[2], A[1]));
    (r * r2).mul_add(series, r2.mul_add(A[0], low)) + high
}

/// `ln(1 + r)` for a small `r`, which is exact.
fn log_near_one(r: f64) -> f64 {
    if r == 0.0 {
        return 0.0;
    }
    let r2 = r * r;
    let r3 = r * r2;
    let highest = r3.mul_add(B[10], r2.mul_add(B[9], r.mul_add(B[8], B[7])));
    let middle = r2.mul_add(B[6], r.mul_add(B[5], B[4]));
    let lowest = r2.mul_add(B[3], r.mul_add(B[2], B[1]));
    let series = highest.mul_add(r3, middle).mul_add(r3, lowest);
    // r − r²/2 in two parts: the square of r's upper half is exact.
    let upper = (-SPLITTER).mul_add(r, r.mul_add(SPLITTER, r));
    let rest = r - upper;
    let square = upper * upper;
    let high = square.mul_add(B[0], r);
    let low = square.mul_add(B[0], r - high);
    let low = (B[0] * rest).mul_add(r + upper, low);
    series.mul_add(r3, low) + high
}

/// 2²⁷: adding and subtracting this many times a number leaves its upper half.
const SPLITTER: f64 = 134_217_728.0;

/// Bits of a positive `x` as if it were normal: a subnormal number gets an exponent below the
/// format's, which runs into the sign bit.
pub(super) fn normalized_bits(x: f64) -> u64 {
    if x >= f64::MIN_POSITIVE {
        x.to_bits()
    } else {
        // 2⁵².
        (x * 4_503_599_627_370_496.0)
            .to_bits()
            .wrapping_sub(52 << 52)
    }
}

/// `x = 2ᵏ·z` with `z` at least the number whose bits are `start` and less than twice it: `k`, `z`
/// and in which of the 128 intervals `z` lies.
pub(super) fn split(bits: u64, start: u64) -> (f64, f64, usize) {
    let above = bits.wrapping_sub(start);
    let row = (above >> (52 - 7)) % 128;
    let k = above.cast_signed() >> 52;
    let z = bits.wrapping_sub(above & (0xfff << 52));
    (f64::from(k as i32), f64::from_bits(z), row as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(log(1.0).to_bits(), 0);
        assert_eq!(log(0.0), f64::NEG_INFINITY);
        assert_eq!(log(-0.0), f64::NEG_INFINITY);
        assert_eq!(log(f64::INFINITY), f64::INFINITY);
        for x in [-1.0, f64::NEG_INFINITY, f64::NAN] {
            assert!(log(x).is_nan(), "log({x})");
        }
    }

    #[test]
    fn known_values() {
        use std::f64::consts::{E, LN_2, LN_10};
        assert_eq!(log(E).to_bits(), 1f64.to_bits());
        assert_eq!(log(2.0).to_bits(), LN_2.to_bits());
        assert_eq!(log(10.0).to_bits(), LN_10.to_bits());
        // 2⁻¹⁰⁷⁴, the least number: −1074·ln 2.
        assert_eq!(log(f64::from_bits(1)), -744.440_071_921_381_2);
    }

    /// The reference itself: x86-64 Linux with FMA runs glibc's fused `log`.
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's `log` is what is compared with"
    )]
    fn equals_glibc_with_fma() {
        use rand::{RngExt, SeedableRng};
        if !std::is_x86_feature_detected!("fma") {
            return;
        }
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(8);
        let ranges = [(0.0, 1.0), (0.9, 1.1), (0.0, 1e-310), (1.0, 1e6)];
        for (from, to) in ranges {
            for _ in 0..500_000 {
                let x: f64 = rng.random_range(from..to);
                assert_eq!(log(x).to_bits(), x.ln().to_bits(), "log({x:e})");
            }
        }
        for _ in 0..1_000_000 {
            let x = f64::from_bits(rng.random_range(1..f64::INFINITY.to_bits()));
            assert_eq!(log(x).to_bits(), x.ln().to_bits(), "log({x:e})");
        }
    }
}
