//! Medians, their spread, and ratios of them.

use serde::Serialize;

/// The middle of some rounds, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(in crate::bench) struct Spread {
    /// Half of the rounds lie above, half below.
    pub(in crate::bench) median: f64,
    /// The smallest.
    pub(in crate::bench) least: f64,
    /// The largest.
    pub(in crate::bench) most: f64,
}

impl Spread {
    /// The spread of at least one value; of none it is not a number.
    pub(in crate::bench) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        Self {
            median: f64::midpoint(at(last / 2), at(last.div_ceil(2))),
            least: at(0),
            most: at(last),
        }
    }

    /// How many times the peer's time is ours: the ratio of the medians, and the least and the most
    /// ratio of two rounds that followed one another. Above 1 ours is the faster.
    pub(in crate::bench) fn of_ratio(ours: &[f64], peers: &[f64]) -> Self {
        let pairs = peers.iter().zip(ours).map(|(peer, ours)| peer / ours);
        let median = Self::of(peers).median / Self::of(ours).median;
        Self {
            median,
            ..Self::of(&pairs.collect::<Vec<f64>>())
        }
    }

    /// Times to rates, or the other way: what was least is then most.
    pub(in crate::bench) fn inverse(self) -> Self {
        Self {
            median: 1.0 / self.median,
            least: 1.0 / self.most,
            most: 1.0 / self.least,
        }
    }
}

/// The exponent `p` of `y ≈ c·xᵖ` by least squares over the logarithms: 1 is linear growth.
pub(super) fn exponent(points: &[(f64, f64)]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a plot has few points")]
    let count = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    covariance / variance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], median: f64, least: f64, most: f64) {
        let expected = Spread {
            median,
            least,
            most,
        };
        assert_eq!(Spread::of(values), expected, "{values:?}");
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        check(&[3.0], 3.0, 3.0, 3.0);
        check(&[9.0, 1.0, 2.0], 2.0, 1.0, 9.0);
        check(&[4.0, 1.0, 100.0, 2.0], 3.0, 1.0, 100.0);
        assert!(Spread::of(&[]).median.is_nan());
    }

    #[test]
    fn a_ratio_is_of_the_medians_and_its_spread_of_neighbouring_rounds() {
        let ratio = Spread::of_ratio(&[1.0, 2.0, 1.0], &[20.0, 20.0, 30.0]);
        let expected = Spread {
            median: 20.0,
            least: 10.0,
            most: 30.0,
        };
        assert_eq!(ratio, expected);
    }

    #[test]
    fn the_shortest_time_is_the_highest_rate() {
        let rate = Spread::of(&[0.5, 0.25, 1.0]).inverse();
        let expected = Spread {
            median: 2.0,
            least: 1.0,
            most: 4.0,
        };
        assert_eq!(rate, expected);
    }

    #[test]
    fn the_exponent_tells_linear_from_square_growth() {
        let of = |power: i32| {
            let points: Vec<(f64, f64)> = [4.0f64, 8.0, 64.0, 512.0]
                .iter()
                .map(|x| (*x, 3.0 * x.powi(power)))
                .collect();
            exponent(&points)
        };
        assert!((of(1) - 1.0).abs() < 1e-12);
        assert!((of(2) - 2.0).abs() < 1e-12);
        assert!(of(0).abs() < 1e-12);
    }
}
