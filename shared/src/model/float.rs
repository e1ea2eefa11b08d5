//! The two widths of number that weights may have, and where each of them rounds.
//!
//! scikit-learn compiles its loop twice, for `double` and for `float`. In the second one weights,
//! features, labels and sample weights are `float`, while scores, slopes, rates, scales and
//! intercepts are `double`; [`Real`] names the operations whose width differs.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul};

/// `f64` or `f32`, as the weights of a pass are kept.
pub(super) trait Real:
    Copy + Debug + Default + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// Below this the scale is folded into the weights, before it loses digits.
    const SMALLEST_SCALE: f64;
    /// Whether a sum is rounded once more when it is stored, and may then become −0.0.
    const ROUNDS_ON_STORE: bool;
    /// Features and steps up to this size cannot make a weight overflow within one batch, when it
    /// begins no larger than [`Real::TAME_WEIGHT`]: a batch has at most 2³² samples.
    const TAME: f64;
    /// See [`Real::TAME`].
    const TAME_WEIGHT: f64;

    /// The nearest number of this width.
    fn near(value: f64) -> Self;
    /// The number as it is.
    fn wide(self) -> f64;
    /// `self·a + b`, rounded once.
    fn fused(self, a: Self, b: Self) -> Self;
}

impl Real for f64 {
    const SMALLEST_SCALE: f64 = 1e-9;
    const ROUNDS_ON_STORE: bool = false;
    const TAME: f64 = 1e100;
    const TAME_WEIGHT: f64 = 1e300;

    #[inline]
    fn near(value: f64) -> Self {
        value
    }

    #[inline]
    fn wide(self) -> f64 {
        self
    }

    #[inline]
    fn fused(self, a: Self, b: Self) -> Self {
        self.mul_add(a, b)
    }
}

impl Real for f32 {
    const SMALLEST_SCALE: f64 = 1e-6;
    const ROUNDS_ON_STORE: bool = true;
    const TAME: f64 = 1e12;
    const TAME_WEIGHT: f64 = 1e37;

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what it is for"
    )]
    fn near(value: f64) -> Self {
        value as f32
    }

    #[inline]
    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[inline]
    fn fused(self, a: Self, b: Self) -> Self {
        self.mul_add(a, b)
    }
}

/// Whether it is −0.0, which the addition of 0.0 would change.
#[inline]
pub(super) fn is_negative_zero<F: Real>(value: F) -> bool {
    value.wide().to_bits() == (-0.0f64).to_bits()
}
