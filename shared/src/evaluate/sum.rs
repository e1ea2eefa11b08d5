//! A sum of many floats whose error does not grow with their number.

use serde::{Deserialize, Serialize};

/// A compensated sum: what rounding cuts off each addition is summed beside it and added at the
/// end (Kahan 1965; the branch-free error term is Knuth's 2Sum, 1969).
///
/// A plain running sum of 10⁹ losses is off by about 10⁻¹², one of an unlucky order by 10⁻⁷; this
/// one is off by little more than one rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub(super) struct Sum {
    sum: f64,
    rest: f64,
}

impl Sum {
    /// Adds one value.
    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        self.fade_and_add(1.0, value);
    }

    /// Multiplies what was summed so far by a factor, then adds one value.
    #[inline]
    pub(super) fn fade_and_add(&mut self, factor: f64, value: f64) {
        let before = self.sum * factor;
        let sum = before + value;
        let added = sum - before;
        let rest = (before - (sum - added)) + (value - added);
        *self = Self {
            sum,
            rest: self.rest * factor + rest,
        };
    }

    /// The sum.
    #[inline]
    pub(super) fn value(self) -> f64 {
        self.sum + self.rest
    }

    /// Whether it can be a sum of values from 0 to `most`, as many as `weight`.
    pub(super) fn is_within(self, most: f64, weight: f64) -> bool {
        let room = (1.0 + 1e-9) * most * weight;
        let sane = |x: f64| x.is_finite() && x.abs() <= room;
        sane(self.sum) && sane(self.rest) && self.value() >= -1e-9 * room
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Self::default();
        values.into_iter().for_each(|value| sum.add(value));
        sum
    }
}

impl From<(f64, f64)> for Sum {
    fn from((sum, rest): (f64, f64)) -> Self {
        Self { sum, rest }
    }
}

impl From<Sum> for (f64, f64) {
    fn from(sum: Sum) -> Self {
        (sum.sum, sum.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_cuts_off_is_not_lost() {
        let mut sum = Sum::default();
        sum.add(1e16);
        for _ in 0..1000 {
            sum.add(1.0);
        }
        sum.add(-1e16);
        assert_eq!(sum.value(), 1000.0);
    }

    #[test]
    fn ten_million_tenths_are_a_million() {
        let sum: Sum = std::iter::repeat_n(0.1, 10_000_000).collect();
        // The plain sum is 999999.9998389754.
        assert_eq!(sum.value(), 1_000_000.0);
    }
}
