//! How far a change has gone, and what lies between its two ends: `from + (to − from)·e/w`, by
//! exact arithmetic, so that every record of the way is the same on every platform.

/// `elapsed` of `width` records of a change, with `elapsed ≤ width`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ramp {
    pub(super) elapsed: u32,
    pub(super) width: u32,
}

/// Steps in which the shares of categories move.
const SHARE_STEPS: u32 = 1000;

impl Ramp {
    /// Whole numbers, rounded down.
    pub(super) fn integer(self, from: i32, to: i32) -> i32 {
        let (from, to) = (i64::from(from), i64::from(to));
        let moved = (to - from) * i64::from(self.elapsed);
        let value = from + moved.div_euclid(i64::from(self.width.max(1)));
        i32::try_from(value).expect("a value between two of its type")
    }

    /// The same without a sign.
    pub(super) fn natural(self, from: u32, to: u32) -> u32 {
        let (from, to) = (i64::from(from), i64::from(to));
        let moved = (to - from) * i64::from(self.elapsed);
        let value = from + moved.div_euclid(i64::from(self.width.max(1)));
        u32::try_from(value).expect("a value between two of its type")
    }

    /// Probabilities.
    pub(super) fn real(self, from: f64, to: f64) -> f64 {
        let share = f64::from(self.elapsed) / f64::from(self.width.max(1));
        from + (to - from) * share
    }

    pub(super) fn integers<const N: usize>(self, from: [i32; N], to: [i32; N]) -> [i32; N] {
        std::array::from_fn(|i| self.integer(from[i], to[i]))
    }

    pub(super) fn naturals<const N: usize>(self, from: [u32; N], to: [u32; N]) -> [u32; N] {
        std::array::from_fn(|i| self.natural(from[i], to[i]))
    }

    pub(super) fn reals<const N: usize>(self, from: [f64; N], to: [f64; N]) -> [f64; N] {
        std::array::from_fn(|i| self.real(from[i], to[i]))
    }

    /// Weights of categories whose shares move in thousandths of the way. Equal ends stay as they
    /// are.
    pub(super) fn weights<const N: usize>(self, from: [u32; N], to: [u32; N]) -> [u32; N] {
        if from == to || self.elapsed >= self.width {
            return to;
        }
        let gone = u64::from(self.elapsed) * u64::from(SHARE_STEPS) / u64::from(self.width);
        let gone = u32::try_from(gone).expect("at most all steps");
        let (all_from, all_to): (u32, u32) = (from.iter().sum(), to.iter().sum());
        std::array::from_fn(|i| from[i] * all_to * (SHARE_STEPS - gone) + to[i] * all_from * gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_goes_from_end_to_end() {
        let at = |elapsed| Ramp { elapsed, width: 10 };
        assert_eq!(at(0).integer(-50, 50), -50);
        assert_eq!(at(5).integer(-50, 50), 0);
        assert_eq!(at(9).integer(3, -3), -3);
        assert_eq!(at(10).natural(40, 60), 60);
        assert_eq!(at(1).natural(u32::MAX, 0), 3_865_470_565);
        assert_eq!(at(5).real(0.0, 0.5), 0.25);
    }

    #[test]
    fn shares_of_categories_are_mixed_whatever_their_weights_sum_to() {
        let half = Ramp {
            elapsed: 1,
            width: 2,
        };
        let [a, b] = half.weights([1, 0], [0, 4]);
        assert_eq!(a, b);
        assert_eq!(half.weights([1, 1], [1, 1]), [1, 1]);
        assert_eq!(
            Ramp {
                elapsed: 2,
                width: 2
            }
            .weights([1, 0], [0, 4]),
            [0, 4]
        );
    }
}
