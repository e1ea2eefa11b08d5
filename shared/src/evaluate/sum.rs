//! A sum of many floats whose error does not grow with their number.

use serde::{Deserialize, Serialize};

/// Compensated sums of log losses and Brier scores: what rounding cuts off each addition is summed
/// beside it and added at the end (Kahan 1965; the branch-free error term is Knuth's 2Sum, 1969).
///
/// A plain running sum of 10⁹ losses is off by about 10⁻¹², one of an unlucky order by 10⁻⁷; this
/// one is off by little more than one rounding. Two are summed side by side, as a processor does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LossSum {
    sum: [f64; 2],
    rest: [f64; 2],
}

impl LossSum {
    pub(super) const ZERO: Self = Self {
        sum: [0.0; 2],
        rest: [0.0; 2],
    };

    /// Multiplies what was summed so far by a factor, then adds one pair.
    #[inline]
    pub(super) fn fade_and_add(&mut self, factor: f64, losses: [f64; 2]) {
        let before = self.sum.map(|sum| sum * factor);
        for i in 0..2 {
            let sum = before[i] + losses[i];
            let added = sum - before[i];
            let rest = (before[i] - (sum - added)) + (losses[i] - added);
            self.sum[i] = sum;
            self.rest[i] = self.rest[i] * factor + rest;
        }
    }

    /// The sums.
    #[inline]
    pub(super) fn values(self) -> [f64; 2] {
        [self.sum[0] + self.rest[0], self.sum[1] + self.rest[1]]
    }

    /// Whether they can be sums of losses from 0 to `most`, as many as `weight`.
    pub(super) fn are_within(self, most: [f64; 2], weight: f64) -> bool {
        let sane = |i: usize| {
            let room = (1.0 + 1e-9) * most[i] * weight;
            self.sum[i].abs() <= room
                && self.rest[i].abs() <= room
                && self.values()[i] >= -1e-9 * room
        };
        sane(0) && sane(1)
    }
}

impl FromIterator<[f64; 2]> for LossSum {
    fn from_iter<I: IntoIterator<Item = [f64; 2]>>(losses: I) -> Self {
        let mut sum = Self::ZERO;
        losses
            .into_iter()
            .for_each(|losses| sum.fade_and_add(1.0, losses));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_cuts_off_is_not_lost() {
        let ones = std::iter::repeat_n([1.0, 0.5], 1000);
        let all = std::iter::once([1e16, 0.0]).chain(ones);
        let sum: LossSum = all.chain([[-1e16, 0.0]]).collect();
        assert_eq!(sum.values(), [1000.0, 500.0]);
    }

    #[test]
    fn ten_million_tenths_are_a_million() {
        let sum: LossSum = std::iter::repeat_n([0.1; 2], 10_000_000).collect();
        // The plain sum is 999999.9998389754.
        assert_eq!(sum.values(), [1_000_000.0; 2]);
    }

    #[test]
    fn what_was_summed_fades() {
        let mut sum = LossSum::ZERO;
        sum.fade_and_add(0.5, [4.0, 1.0]);
        sum.fade_and_add(0.5, [1.0, 0.0]);
        assert_eq!(sum.values(), [3.0, 0.5]);
        assert!(sum.are_within([4.0, 1.0], 1.5));
        assert!(!sum.are_within([1.0, 1.0], 1.5));
    }

    #[test]
    fn sums_that_no_losses_lead_to_are_told() {
        let of = |sum: [f64; 2], rest: [f64; 2]| LossSum { sum, rest }.are_within([4.0, 2.0], 3.0);
        assert!(of([12.0, 6.0], [0.0; 2]) && of([0.0; 2], [0.0; 2]));
        assert!(of([12.0 + 1e-9, 0.0], [-1e-12, 0.0]), "but for rounding");
        for wrong in [12.1, -0.1, f64::NAN, f64::INFINITY, -12.1] {
            assert!(!of([wrong, 1.0], [0.0; 2]), "log loss {wrong}");
            assert!(!of([1.0, wrong], [0.0; 2]), "Brier score {wrong}");
        }
        for wrong in [12.1, -12.1, f64::NAN] {
            assert!(!of([12.0, 1.0], [wrong, 0.0]), "rest {wrong}");
            assert!(!of([1.0, 6.0], [0.0, wrong]), "rest {wrong}");
        }
        assert!(!of([12.0, 1.0], [-12.0 - 1e-6, 0.0]), "less than nothing");
    }
}
