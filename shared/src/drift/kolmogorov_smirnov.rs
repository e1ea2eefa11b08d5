//! The two-sample test of Kolmogorov and Smirnov for two samples of one size.
//!
//! The statistic D is the greatest difference of the two samples' distribution functions; with n
//! values in each it is `h/n` for a whole h. Were both from one continuous distribution, every order
//! of the 2n values would be equally likely, so the probability of a D as great is a count of
//! paths in a grid (Gnedenko and Korolyuk 1951; Hodges 1958):
//!
//! ```text
//! P(D ≥ h/n) = 2·(C(2n, n−h) − C(2n, n−2h) + C(2n, n−3h) − …) / C(2n, n)
//! ```

/// What the test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Test {
    /// D.
    pub(super) statistic: f64,
    /// P, from 0 to 1.
    pub(super) p_value: f64,
}

/// Compares two samples of `n` finite values each.
pub(super) fn test(mut first: Vec<f64>, mut second: Vec<f64>, n: u32) -> Test {
    first.sort_unstable_by(f64::total_cmp);
    second.sort_unstable_by(f64::total_cmp);
    let h = greatest_difference(&first, &second);
    Test {
        statistic: f64::from(h) / f64::from(n),
        p_value: p_value(n, h),
    }
}

/// h: by how many values at most one sample leads when both are counted in order.
fn greatest_difference(first: &[f64], second: &[f64]) -> u32 {
    let (mut i, mut j, mut greatest) = (0, 0, 0);
    while let (Some(&x), Some(&y)) = (first.get(i), second.get(j)) {
        // Equal values count at once in both.
        let at = if x < y { x } else { y };
        i += first[i..].iter().take_while(|&&value| value <= at).count();
        j += second[j..].iter().take_while(|&&value| value <= at).count();
        greatest = greatest.max(i.abs_diff(j));
    }
    u32::try_from(greatest).unwrap_or(u32::MAX)
}

/// `P(D ≥ h/n)`, computed from the far terms inwards as `SciPy` does it:
/// `2·A₁·(1 − A₂·(1 − A₃·(1 − …)))`, where Aᵢ is the quotient of two binomials that follow each
/// other, taken factor by factor.
///
/// For a small `h` rounding can lift a probability of all but 1 above 1; then it is 1.
fn p_value(n: u32, h: u32) -> f64 {
    if h == 0 {
        return 1.0;
    }
    let (n, h) = (f64::from(n), f64::from(h));
    let mut p = 0.0;
    let mut passed = (n / h).floor() * h;
    while passed >= 0.0 {
        let mut quotient = 1.0;
        let mut j = 0.0;
        while j < h {
            quotient = (n - passed - j) * quotient / (n + passed + j + 1.0);
            j += 1.0;
        }
        p = quotient * (1.0 - p);
        passed -= h;
    }
    (2.0 * p).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_that_interleave_differ_little_and_separate_ones_wholly() {
        let (even, odd) = (vec![0.0, 2.0, 4.0, 6.0], vec![1.0, 3.0, 5.0, 7.0]);
        let interleaved = test(even.clone(), odd.clone(), 4);
        assert_eq!(interleaved.statistic, 0.25);
        assert_eq!(interleaved.p_value, 1.0);
        let high = odd.iter().map(|x| x + 10.0).collect();
        let separate = test(even, high, 4);
        assert_eq!(separate.statistic, 1.0);
        // Two of the 70 orders of four and four.
        assert!((separate.p_value - 2.0 / 70.0).abs() < 1e-16);
    }

    #[test]
    fn equal_values_are_no_difference() {
        let found = test(vec![1.0, 0.0, 0.0], vec![-0.0, 1.0, 0.0], 3);
        assert_eq!(found.statistic, 0.0);
        assert_eq!(found.p_value, 1.0);
    }

    /// Every p-value of the sizes up to 64 and some of larger ones, written by `SciPy`.
    #[test]
    fn equals_scipy_to_the_bit_below_one() {
        let mut count = 0;
        for line in include_str!("../../goldens/drift/p_values.txt").lines() {
            let (n, rest) = line.split_once(' ').unwrap();
            let n = n.parse().unwrap();
            for (h, bits) in (1..).zip(rest.split(' ')) {
                let wanted = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
                let found = p_value(n, h);
                let near_one = found == 1.0 && (1.0 - wanted) < 4e-5;
                assert!(found == wanted || near_one, "{n} {h}: {found}, {wanted}");
                count += 1;
            }
        }
        assert!(count > 3000, "{count}");
    }
}
