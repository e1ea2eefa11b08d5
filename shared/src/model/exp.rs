//! One exponential function for every platform: `eˣ` with the bits of glibc's `exp` on x86-64
//! with FMA, natively and in WebAssembly.
//!
//! Stochastic gradient descent amplifies a difference of one unit in the last place into visible
//! weights within a few thousand steps, so the platform's own `exp` cannot be used: it differs
//! between browsers and machines.
//!
//! Method (table-driven, N = 128): `x = k·ln2/N + r` with integer `k` and `|r| ≤ ln2/2N`, then
//! `eˣ = 2^(k/N)·eʳ`, where `2^(k/N)` comes from a table of 128 heads `H` and relative tails `T`
//! (`2^(j/N) = H·(1+T)`), and `eʳ−1` is a polynomial of degree 5. Constants and order of the
//! operations: ARM's optimized routines (S. Nagy, 2018), which glibc uses since 2.28.
//!
//! glibc's result there depends on fused multiply-adds, which WebAssembly lacks. A software FMA
//! for each step would be slow, so the steps are first done unfused; only where that result lies
//! so near to a rounding boundary that fusing could change it are they done again with
//! [`f64::mul_add`], which is exact on every platform.

use super::exp_table::{HEADS, TAILS};

const N: f64 = 128.0;
#[allow(clippy::approx_constant, reason = "log2(e) as the published constant")]
const INV_LN2_N: f64 = f64::from_bits(0x3ff7_1547_652b_82fe) * N;
const NEG_LN2_HI_N: f64 = f64::from_bits(0xbf76_2e42_fefa_0000);
const NEG_LN2_LO_N: f64 = f64::from_bits(0xbd0c_f79a_bc9e_3b3a);
/// Adding and subtracting it rounds to an integer, which then stands in the low bits.
const SHIFT: f64 = f64::from_bits(0x4338_0000_0000_0000);
const C2: f64 = f64::from_bits(0x3fdf_ffff_ffff_fdbd);
const C3: f64 = f64::from_bits(0x3fc5_5555_5555_543c);
const C4: f64 = f64::from_bits(0x3fa5_5555_cf17_2b91);
const C5: f64 = f64::from_bits(0x3f81_1111_67a4_d017);

/// Above this `eˣ` overflows, below its negative it underflows to zero, with some room.
const FAR: f64 = 1024.0;
/// Beyond this the scale may leave the range of normal numbers.
const NEAR: f64 = 512.0;
/// Below this `1 + x` is the nearest number.
const TINY: f64 = f64::from_bits(0x3c90_0000_0000_0000);

/// `eˣ`.
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude < TINY {
        return 1.0 + x;
    }
    if magnitude >= NEAR || x.is_nan() {
        return exp_far(x, 0.0);
    }
    let z = INV_LN2_N * x;
    let shifted = z + SHIFT;
    let k = shifted - SHIFT;
    let r = x + k * NEG_LN2_HI_N + k * NEG_LN2_LO_N;
    let (scale, tail) = scale_and_tail(shifted.to_bits());
    let r2 = r * r;
    let growth = tail + r + r2 * (C2 + r * C3) + r2 * r2 * (C4 + r * C5);
    let added = scale * growth;
    let result = scale + added;
    if rounding_is_settled(scale, added, result) && (z - k).abs() < NEARLY_HALF {
        result
    } else {
        exp_fused(x, 0.0)
    }
}

/// `z` so near to the middle between two integers may round to the other one when fused.
const NEARLY_HALF: f64 = 0.5 - 1.0 / (1 << 20) as f64;

/// Whether `scale + added`, which was rounded to `result`, rounds the same way when `added` moves
/// by what fusing can change.
///
/// `rest`, the part lost in rounding, lies within half an ulp of zero. Unfused and fused way round
/// three sums of about `|r| < 2⁻⁸` differently, by an ulp of 2⁻⁶¹ each at most, and the product by
/// half of one: together less than 2⁻⁵⁹ of `scale`, which is a thirty-second of half an ulp of
/// the result. The room kept is twice that.
fn rounding_is_settled(scale: f64, added: f64, result: f64) -> bool {
    let rest = (scale - result) + added;
    // At a power of two the ulp below is half of the ulp above: taken as not settled.
    let bits = result.to_bits();
    let half_ulp = f64::from_bits((bits & EXPONENT) - (53 << 52));
    rest.abs() < half_ulp * (15.0 / 16.0) && bits & MANTISSA != 0
}

pub(super) const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
pub(super) const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// `2^(k/N)` as head and relative tail; `k` stands in the low bits of `shifted`.
fn scale_and_tail(shifted: u64) -> (f64, f64) {
    let j = (shifted % 128) as usize;
    (
        f64::from_bits(scale_bits(shifted)),
        f64::from_bits(TAILS[j]),
    )
}

/// Bits of the head of `2^(k/N)`, also where the exponent runs over.
fn scale_bits(shifted: u64) -> u64 {
    HEADS[(shifted % 128) as usize].wrapping_add(shifted << (52 - 7))
}

/// `e^(x + rest)` for a `rest` below 2⁻¹⁵, in glibc's fused order: what its `pow` ends with.
pub(super) fn exp_of_sum(x: f64, rest: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude < TINY {
        1.0 + x
    } else if magnitude >= NEAR {
        exp_far(x, rest)
    } else {
        exp_fused(x, rest)
    }
}

/// The steps of [`exp`] in glibc's fused order, for every `x` whose result is a normal number.
#[cold]
fn exp_fused(x: f64, rest: f64) -> f64 {
    let (shifted, growth) = reduce_fused(x, rest);
    let (scale, _) = scale_and_tail(shifted);
    scale.mul_add(growth, scale)
}

fn reduce_fused(x: f64, rest: f64) -> (u64, f64) {
    let shifted = INV_LN2_N.mul_add(x, SHIFT);
    let k = shifted - SHIFT;
    let r = k.mul_add(NEG_LN2_LO_N, k.mul_add(NEG_LN2_HI_N, x)) + rest;
    let (_, tail) = scale_and_tail(shifted.to_bits());
    let r2 = r * r;
    let low = r2.mul_add(r.mul_add(C3, C2), tail + r);
    (shifted.to_bits(), (r2 * r2).mul_add(r.mul_add(C5, C4), low))
}

/// Results near or beyond the ends of the range.
#[cold]
fn exp_far(x: f64, rest: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x >= FAR {
        return f64::INFINITY;
    }
    if x <= -FAR {
        return 0.0;
    }
    let (shifted, growth) = reduce_fused(x, rest);
    if shifted & 0x8000_0000 == 0 {
        overflowing(scale_bits(shifted), growth)
    } else {
        underflowing(scale_bits(shifted), growth)
    }
}

/// `k > 0`: the exponent of the scale may be too large by up to 460.
fn overflowing(scale_bits: u64, growth: f64) -> f64 {
    let scale = f64::from_bits(scale_bits.wrapping_sub(1009 << 52));
    f64::from_bits((1023 + 1009) << 52) * scale.mul_add(growth, scale)
}

/// `k < 0`: rounds once, to the precision that a subnormal result has.
fn underflowing(scale_bits: u64, growth: f64) -> f64 {
    let scale = f64::from_bits(scale_bits.wrapping_add(1022 << 52));
    // glibc's compiler does not fuse here: the product is used in two places.
    let added = scale * growth;
    let mut y = scale + added;
    if y < 1.0 {
        let low = scale - y + added;
        let high = 1.0 + y;
        let low = 1.0 - high + y + low;
        y = high + low - 1.0;
        if y == 0.0 {
            y = 0.0;
        }
    }
    f64::MIN_POSITIVE * y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(exp(0.0).to_bits(), 1.0f64.to_bits());
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(f64::NEG_INFINITY).to_bits(), 0);
        assert!(exp(f64::NAN).is_nan());
        assert_eq!(exp(1e12), f64::INFINITY);
        assert_eq!(exp(-1e12).to_bits(), 0);
        assert_eq!(exp(710.0), f64::INFINITY);
        assert_eq!(exp(1.0).to_bits(), std::f64::consts::E.to_bits());
    }

    /// The reference itself: x86-64 Linux with FMA runs glibc's fused `exp`.
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's `exp` is what is compared with"
    )]
    fn equals_glibc_with_fma() {
        use rand::{RngExt, SeedableRng};
        if !std::is_x86_feature_detected!("fma") {
            return;
        }
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let ranges = [
            (1.0, 2_000_000),
            (40.0, 2_000_000),
            (760.0, 1_000_000),
            (1e-3, 500_000),
        ];
        for (range, count) in ranges {
            for _ in 0..count {
                let x: f64 = rng.random_range(-range..range);
                assert_eq!(exp(x).to_bits(), x.exp().to_bits(), "exp({x:e})");
            }
        }
    }

    /// The quick way must be taken nearly always, or the function is slow where a fused step is
    /// software.
    #[test]
    fn the_quick_way_is_left_near_a_tie_alone() {
        let (scale, half_ulp) = (1.5, f64::EPSILON / 2.0);
        let is_settled = |added: f64| rounding_is_settled(scale, added, scale + added);
        for share in [0.0, 0.25, 0.5, 0.93] {
            assert!(is_settled(share * half_ulp), "{share}");
            assert!(is_settled(-share * half_ulp), "{share}");
        }
        assert!(is_settled(0.25) && is_settled(0.25 + 0.5 * half_ulp));
        for share in [15.0 / 16.0, 0.99, 1.0] {
            assert!(!is_settled(share * half_ulp), "{share}");
            assert!(!is_settled(-share * half_ulp), "{share}");
        }
        assert!(!rounding_is_settled(1.0, 0.0, 1.0), "a power of two");
        assert!((0.499..0.5).contains(&NEARLY_HALF));
    }

    #[test]
    fn the_quick_way_and_the_fused_way_agree_where_both_apply() {
        let mut x = -300.0;
        while x < 300.0 {
            assert_eq!(exp(x).to_bits(), exp_fused(x, 0.0).to_bits(), "exp({x:e})");
            x += 0.000_731_7;
        }
    }
}
