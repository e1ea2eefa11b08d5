//! One power function for every platform: `xʸ` with the bits of glibc's `pow` on x86-64 with FMA,
//! natively and in WebAssembly.
//!
//! Learning rates that fall as `1/tᵖ` need it, and adaptive optimisers, which write squares and
//! roots as powers.
//!
//! Method: `xʸ = e^(y·ln x)`, where `ln x` and the product are kept as a sum of two numbers with
//! some 68 bits, because an error of the exponent becomes one of the result, magnified by up to
//! 1024·ln 2. `ln x` is table-driven as in [`log`](super::log()), with points `c` chosen so that
//! `r = z/c − 1` is exact, and the polynomial `r − r²/2 + …` of degree 8, its first two terms in two
//! parts; then follow the steps of [`exp`](super::exp()). Tables, constants and order of the
//! operations: ARM's optimized routines (S. Nagy, 2018), which glibc uses since 2.28; which
//! products are fused with the sum that follows was read from glibc 2.36 as built for x86-64.
//!
//! Fused steps are [`f64::mul_add`], exact on every platform, and slow in WebAssembly, where it is
//! software. For the exponents 2, ½ and −1 there is a quicker way to the same bits: see
//! [`quick`].

use super::exp::{EXPONENT, MANTISSA, exp_of_sum};
use super::log::{LN2_HI, LN2_LO, normalized_bits, split};
use super::pow_table::ROWS;

/// Bits of the least `z`: 1 lies well inside its interval.
const START: u64 = 0x3fe6_9555_0000_0000;

/// `ln(1+r) − r + r²/2 ≈ −½r³·(A₁ + A₂r − ½r²·(A₃ + A₄r − ½r²·(A₅ + A₆r)))`, A₀ = −½.
const A: [f64; 7] = [
    -0.5,
    f64::from_bits(0xbfe5_5555_5555_5560),
    f64::from_bits(0x3fe0_0000_0000_0006),
    f64::from_bits(0x3fe9_9999_9959_554e),
    f64::from_bits(0xbfe5_5555_5529_a47a),
    f64::from_bits(0xbff2_495b_9b48_45e9),
    f64::from_bits(0x3ff0_002b_8b26_3fc3),
];

/// `xʸ` as IEEE 754 and C define it: `x⁰` and `1ʸ` are 1 even for NaN; a negative `x` needs an
/// integer `y`, otherwise the result is NaN.
///
/// # Examples
/// ```
/// use shared::model::pow;
/// assert_eq!(pow(2.0, 10.0), 1024.0);
/// assert_eq!(pow(16.0, -0.25), 0.5);
/// assert_eq!(pow(-2.0, 3.0), -8.0);
/// assert!(pow(-2.0, 0.5).is_nan());
/// ```
#[must_use]
pub fn pow(x: f64, y: f64) -> f64 {
    if x == 1.0 || y == 0.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let magnitude = pow_of_magnitude(x.abs(), y);
    if x.is_sign_positive() {
        return magnitude;
    }
    match parity(y) {
        Parity::Odd => -magnitude,
        Parity::NoInteger if x.is_finite() && x != 0.0 => f64::NAN,
        Parity::Even | Parity::NoInteger => magnitude,
    }
}

enum Parity {
    Even,
    Odd,
    NoInteger,
}

/// Infinity counts as even, as every number from 2⁵³ on.
fn parity(y: f64) -> Parity {
    if y.is_finite() && y.trunc() != y {
        Parity::NoInteger
    } else if (y * 0.5).trunc() == y * 0.5 {
        Parity::Even
    } else {
        Parity::Odd
    }
}

/// `xʸ` for `x ≥ 0`, infinity included.
fn pow_of_magnitude(x: f64, y: f64) -> f64 {
    quick(x, y).unwrap_or_else(|| the_long_way(x, y))
}

fn the_long_way(x: f64, y: f64) -> f64 {
    if x == 1.0 {
        return 1.0;
    }
    if x == 0.0 || x == f64::INFINITY {
        return if (x > 0.0) == (y > 0.0) {
            f64::INFINITY
        } else {
            0.0
        };
    }
    // `|ln x|` is at least 2⁻⁵³, so that a huge or infinite `y` makes a product beyond ±1024, where
    // the exponential looks at nothing else.
    let (high, low) = log_in_two(x);
    let product = y * high;
    let rest = y.mul_add(low, y.mul_add(high, -product));
    exp_of_sum(product, rest)
}

/// `ln x` as a sum, for a finite `x > 0`.
fn log_in_two(x: f64) -> (f64, f64) {
    let (k, z, row) = split(normalized_bits(x), START);
    let [inverse, log_c, log_c_rest] = ROWS[row].map(f64::from_bits);
    let r = z.mul_add(inverse, -1.0);
    let head = k.mul_add(LN2_HI, log_c);
    let linear = head + r;
    let head_rest = k.mul_add(LN2_LO, log_c_rest);
    let linear_rest = head - linear + r;
    // −r²/2 and what its rounding lost.
    let half = A[0] * r;
    let square = r * half;
    let square_rest = half.mul_add(r, -square);
    let high = linear + square;
    let high_rest = linear - high + square;
    let series = r.mul_add(A[6], A[5]).mul_add(square, r.mul_add(A[4], A[3]));
    let series = square.mul_add(series, r.mul_add(A[2], A[1]));
    let low = head_rest + linear_rest + square_rest + high_rest;
    let low = (r * square).mul_add(series, low);
    let sum = high + low;
    (sum, high - sum + low)
}

/// `x²`, `√x` and `1/x` where the correctly rounded result is also `pow`'s.
///
/// `pow` errs by less than 0.54 units in the last place (the bound of its authors). So where the
/// exact value lies within 7/16 of a unit of the number nearest to it, every other number is at
/// least 9/16 away, and `pow` must give the nearest, too. What rounding lost follows exactly from
/// one fused step.
fn quick(x: f64, y: f64) -> Option<f64> {
    if !(QUICK_FROM..QUICK_TO).contains(&x) {
        return None;
    }
    let (nearest, lost) = if y == 2.0 {
        let square = x * x;
        (square, x.mul_add(x, -square))
    } else if y == 0.5 {
        let root = x.sqrt();
        (root, (-root).mul_add(root, x) / (2.0 * root))
    } else if y == -1.0 {
        let reciprocal = 1.0 / x;
        (reciprocal, (-reciprocal).mul_add(x, 1.0) / x)
    } else {
        return None;
    };
    let bits = nearest.to_bits();
    let half_unit = f64::from_bits((bits & EXPONENT) - (53 << 52));
    // At a power of two the unit below is half of the unit above: taken as not settled.
    (bits & MANTISSA != 0 && lost.abs() < half_unit * (7.0 / 8.0)).then_some(nearest)
}

/// 2⁻⁴⁰⁰ …
const QUICK_FROM: f64 = f64::from_bits((1023 - 400) << 52);
/// … to 2⁴⁰⁰: squares and what they lost stay normal numbers.
const QUICK_TO: f64 = f64::from_bits((1023 + 400) << 52);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_cases_as_in_c() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let cases = [
            (nan, 0.0, 1.0),
            (1.0, nan, 1.0),
            (-1.0, inf, 1.0),
            (0.5, inf, 0.0),
            (0.5, -inf, inf),
            (2.0, -inf, 0.0),
            (-2.0, inf, inf),
            (0.0, 0.5, 0.0),
            (0.0, -2.0, inf),
            (-0.0, -3.0, -inf),
            (-0.0, 3.0, -0.0),
            (-0.0, 0.5, 0.0),
            (-inf, 3.0, -inf),
            (-inf, -2.0, 0.0),
            (-inf, 0.5, inf),
            (-3.0, 3.0, -27.0),
            (-3.0, 2.0, 9.0),
            (1e300, 2.0, inf),
            (1e-300, 2.0, 0.0),
            (-1e300, 3.0, -inf),
            (2.0, -1074.0, f64::from_bits(1)),
            (2.0, 1e19, inf),
            (0.5, 1e19, 0.0),
            (3.0, 1e-20, 1.0),
        ];
        for (x, y, power) in cases {
            assert_eq!(pow(x, y).to_bits(), power.to_bits(), "pow({x}, {y})");
        }
        for (x, y) in [(nan, 1.0), (2.0, nan), (-2.0, 0.5), (-1.0, 1e-300)] {
            assert!(pow(x, y).is_nan(), "pow({x}, {y})");
        }
    }

    /// Roots that lie next to the middle of two numbers, where the last bit of ln 2 decides; the
    /// results are glibc's.
    #[test]
    fn roots_next_to_a_tie() {
        let next = |x: f64, steps: i64| f64::from_bits(x.to_bits().wrapping_add_signed(steps));
        for (x, root) in [(4.0, 2.0), (16.0, 4.0), (4096.0, 64.0)] {
            assert_eq!(pow(next(x, 1), 0.5), root);
            assert_eq!(pow(next(x, -1), 0.5), next(root, -1));
            assert_eq!(pow(next(x, 3), 0.5), next(root, 1));
        }
    }

    /// Seven of eight numbers are settled by the quick way; without it nothing but time would be lost.
    #[test]
    fn the_quick_way_and_the_long_way_agree() {
        for y in [2.0, 0.5, -1.0] {
            let (mut all, mut settled, mut x) = (0, 0, 1e-9);
            while x < 1e9 {
                let long = the_long_way(x, y).to_bits();
                if let Some(quick) = quick(x, y) {
                    assert_eq!(quick.to_bits(), long, "pow({x:e}, {y})");
                    settled += 1;
                }
                all += 1;
                x *= 1.000_371;
            }
            let share = f64::from(settled) / f64::from(all);
            assert!((0.86..0.89).contains(&share), "{share} of pow(x, {y})");
        }
    }

    /// The reference itself: x86-64 Linux with FMA runs glibc's fused `pow`.
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's `pow` is what is compared with"
    )]
    fn equals_glibc_with_fma() {
        use rand::{RngExt, SeedableRng};
        if !std::is_x86_feature_detected!("fma") {
            return;
        }
        let check = |x: f64, y: f64| {
            // Behind a black box, or the compiler writes x·x for x².
            let (ours, glibc) = (pow(x, y), x.powf(std::hint::black_box(y)));
            let same = ours.to_bits() == glibc.to_bits() || ours.is_nan() && glibc.is_nan();
            assert!(same, "pow({x:e}, {y:e}) is {glibc:e}, not {ours:e}");
        };
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(9);
        for _ in 0..1_000_000 {
            let t = f64::from(rng.random_range(1..1_000_000_000u32));
            check(t, rng.random_range(-2.0..2.0));
            let x = rng.random_range(0.0..10.0);
            for y in [2.0, 0.5, -1.0, 0.25, 3.0] {
                check(x, y);
            }
            check(rng.random_range(0.99..1.01), rng.random_range(-1e5..1e5));
            let any = f64::from_bits(rng.random_range(0..u64::MAX));
            check(any, rng.random_range(-4.0..4.0));
            check(any, f64::from_bits(rng.random_range(0..u64::MAX)));
        }
    }
}
