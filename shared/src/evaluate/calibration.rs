//! Whether a probability means what it says: of the examples given 70 %, do 70 % come true?

use serde::{Deserialize, Serialize};

use super::matrix::share;

/// One bin of the reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Examples whose probability fell into the bin; their weight under a fading factor.
    pub weight: f64,
    /// Mean of their probabilities; `None` for an empty bin.
    pub mean_probability: Option<f64>,
    /// Share of them that came true: with two classes those of class 1, with more those predicted
    /// rightly. `None` for an empty bin.
    pub came_true: Option<f64>,
}

/// Sums of bins of equal width, which a factor common to all can scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Bins(Vec<[f64; 3]>);

impl Bins {
    pub(super) fn new(bins: u16) -> Self {
        Self(vec![[0.0; 3]; usize::from(bins)])
    }

    /// Adds to a [bin](Edges::bin): weight, probability and whether it came true (1 or 0), the two
    /// times the weight.
    #[inline]
    pub(super) fn add(&mut self, bin: u16, added: [f64; 3]) {
        if let Some(sums) = self.0.get_mut(usize::from(bin)) {
            for (sum, added) in sums.iter_mut().zip(added) {
                *sum += added;
            }
        }
    }

    /// Multiplies all that was counted.
    pub(super) fn scale(&mut self, factor: f64) {
        self.0
            .as_flattened_mut()
            .iter_mut()
            .for_each(|x| *x *= factor);
    }

    /// The diagram, with weights times `scale`.
    pub(super) fn diagram(&self, scale: f64) -> Vec<CalibrationBin> {
        let bin = |&[weight, probability, came_true]: &[f64; 3]| CalibrationBin {
            weight: weight * scale,
            mean_probability: share(probability, weight),
            came_true: share(came_true, weight),
        };
        self.0.iter().map(bin).collect()
    }

    /// Whether these can be sums of so many bins, with this total weight after scaling.
    pub(super) fn is_consistent(&self, bins: u16, scale: f64, total: f64) -> bool {
        let sane = |&[weight, probability, came_true]: &[f64; 3]| {
            let up_to_weight = 0.0..=weight * (1.0 + 1e-9);
            weight.is_finite()
                && weight >= 0.0
                && up_to_weight.contains(&probability)
                && up_to_weight.contains(&came_true)
        };
        let weight: f64 = self.0.iter().map(|[weight, ..]| weight).sum();
        self.0.len() == usize::from(bins)
            && self.0.iter().all(sane)
            && nearly(weight * scale, total)
    }
}

/// Whether two sums of the same values in another order can be these.
pub(super) fn nearly(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs())
}

/// Where bins of equal width lie: bin `i` of `k` goes from `i/k`, exclusive, to `(i+1)/k`, inclusive,
/// and the first holds 0 too, as in scikit-learn's `calibration_curve`. Edges are `i·(1/k)` rounded,
/// as `numpy.linspace` gives them.
#[derive(Clone, Copy)]
pub(super) struct Edges {
    bins: f64,
    width: f64,
    last: u16,
}

impl Edges {
    pub(super) fn new(bins: u16) -> Self {
        let (last, bins) = (bins.saturating_sub(1), f64::from(bins));
        let width = 1.0 / bins;
        Self { bins, width, last }
    }

    /// The bin of a probability.
    #[inline]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 1000 bins"
    )]
    pub(super) fn bin(self, probability: f64) -> u16 {
        let edge = |i: u16| f64::from(i) * self.width;
        // One too high at an edge, and never too low: a test has looked at every edge that there is.
        let near = ((probability * self.bins) as u16).min(self.last);
        // Without a branch: into which bin a probability falls is what a processor cannot guess.
        near - u16::from((near > 0) & (probability <= edge(near)))
    }
}

/// Expected calibration error, `Σᵇ (nᵇ/n)·|came trueᵇ − mean probabilityᵇ|`; `None` for no example.
pub(super) fn expected_error(diagram: &[CalibrationBin]) -> Option<f64> {
    let total: f64 = diagram.iter().map(|bin| bin.weight).sum();
    let gap = |bin: &CalibrationBin| {
        let (said, was) = bin.mean_probability.zip(bin.came_true)?;
        Some(bin.weight * (was - said).abs())
    };
    share(diagram.iter().filter_map(gap).sum(), total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probability_falls_between_its_edges() {
        for bins in [1_u16, 2, 3, 7, 10, 49, 1000] {
            let step = 1.0 / f64::from(bins);
            for i in 0..=bins {
                let edge = f64::from(i) * step;
                for p in [edge, edge.next_up(), edge.next_down()] {
                    let p = p.clamp(0.0, 1.0);
                    let inner_edges_below = (1..bins).filter(|&i| f64::from(i) * step < p).count();
                    assert_eq!(
                        usize::from(Edges::new(bins).bin(p)),
                        inner_edges_below,
                        "{p} of {bins}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_edge_of_any_number_of_bins_is_missed() {
        for bins in 1..=1000 {
            let edges = Edges::new(bins);
            for i in 1..bins {
                let edge = f64::from(i) * edges.width;
                assert_eq!(edges.bin(edge), i - 1, "edge {i} of {bins}");
                assert_eq!(edges.bin(edge.next_up()), i, "above edge {i} of {bins}");
            }
            assert_eq!((edges.bin(0.0), edges.bin(1.0)), (0, bins - 1));
        }
    }

    #[test]
    fn sums_that_no_examples_lead_to_are_told() {
        let of = |sums: [f64; 3], scale, total| {
            Bins(vec![[0.0; 3], sums]).is_consistent(2, scale, total)
        };
        assert!(of([4.0, 1.5, 3.0], 0.5, 2.0));
        assert!(of([4.0, 4.0, 4.0], 0.5, 2.0 + 1e-7), "but for rounding");
        for (sums, total) in [
            ([4.0, 4.1, 3.0], 2.0),
            ([4.0, 1.5, 4.1], 2.0),
            ([4.0, -0.1, 3.0], 2.0),
            ([4.0, 1.5, -0.1], 2.0),
            ([-4.0, -1.5, -3.0], -2.0),
            ([f64::INFINITY, 1.5, 3.0], f64::INFINITY),
            ([f64::NAN, 1.5, 3.0], 2.0),
            ([4.0, 1.5, 3.0], 2.1),
            ([4.0, 1.5, 3.0], 8.0),
        ] {
            assert!(!of(sums, 0.5, total), "{sums:?} of {total}");
        }
        assert!(!Bins::new(3).is_consistent(2, 1.0, 0.0), "of other bins");
    }

    #[test]
    fn what_is_nearly_the_same_is_so_relative_to_its_size() {
        assert!(nearly(0.0, 0.0) && nearly(1e9, 1e9 + 100.0) && nearly(-1e-9, -1e-9));
        assert!(!nearly(1e-9, 2e-9) && !nearly(1e9, 1e9 + 1e4) && !nearly(1.0, -1.0));
    }

    #[test]
    fn a_diagram_is_scaled_in_its_weights_only() {
        let mut bins = Bins::new(1);
        bins.add(0, [8.0, 2.0, 4.0]);
        let diagram = bins.diagram(0.25);
        assert_eq!(diagram[0].weight, 2.0);
        assert_eq!(diagram[0].mean_probability, Some(0.25));
        assert_eq!(diagram[0].came_true, Some(0.5));
    }

    #[test]
    fn the_error_weighs_each_bin() {
        let mut bins = Bins::new(2);
        for (p, came_true) in [(0.25, 0.0), (0.25, 1.0), (1.0, 1.0), (0.75, 1.0)] {
            bins.add(Edges::new(2).bin(p), [1.0, p, came_true]);
        }
        let diagram = bins.diagram(1.0);
        assert_eq!(diagram[0].mean_probability, Some(0.25));
        assert_eq!(diagram[0].came_true, Some(0.5));
        assert_eq!(expected_error(&diagram), Some(0.5 * 0.25 + 0.5 * 0.125));
        assert_eq!(expected_error(&Bins::new(3).diagram(1.0)), None);
    }
}
