//! How well the score puts the positive examples before the negative ones, whatever the threshold.

/// Walks down the scores, greatest first, and shows after each group of equal scores how many
/// negatives and positives stand at or above it.
fn walk(scored: &mut [(f64, bool)], mut step: impl FnMut(Step)) {
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut now = Step::default();
    for group in scored.chunk_by(|a, b| a.0 == b.0) {
        let positives = group.iter().filter(|(_, positive)| *positive).count() as u64;
        now.new_positives = positives;
        now.new_negatives = group.len() as u64 - positives;
        now.positives += now.new_positives;
        now.negatives += now.new_negatives;
        step(now);
    }
}

#[derive(Clone, Copy, Default)]
struct Step {
    new_positives: u64,
    new_negatives: u64,
    positives: u64,
    negatives: u64,
}

/// Area under the ROC curve and under the precision-recall curve (average precision), each `None`
/// where it is undefined. Sorts the scores.
// A window's counts stay below 2²⁰ and their products below 2⁵³.
#[allow(clippy::cast_precision_loss)]
pub(super) fn areas(scored: &mut [(f64, bool)]) -> (Option<f64>, Option<f64>) {
    // Twice the number of pairs that are ordered rightly, ties as half a pair.
    let mut twice_right = 0;
    let mut precisions = 0.0;
    let mut last = Step::default();
    walk(scored, |step| {
        twice_right += step.new_negatives * (2 * step.positives - step.new_positives);
        let shown = (step.positives + step.negatives) as f64;
        precisions += step.new_positives as f64 * (step.positives as f64 / shown);
        last = step;
    });
    let pairs = last.positives * last.negatives;
    let roc = (pairs > 0).then(|| twice_right as f64 / (2 * pairs) as f64);
    let average = (last.positives > 0).then(|| precisions / last.positives as f64);
    (roc, average)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ordered pairs, one by one.
    fn by_pairs(scored: &[(f64, bool)]) -> f64 {
        let of = |wanted| {
            scored
                .iter()
                .filter(move |(_, positive)| *positive == wanted)
        };
        let pair = |p: f64, n: f64| {
            if p > n {
                1.0
            } else if p == n {
                0.5
            } else {
                0.0
            }
        };
        let right: f64 = of(true)
            .flat_map(|(p, _)| of(false).map(move |(n, _)| pair(*p, *n)))
            .sum();
        let count = |wanted| of(wanted).map(|_| 1.0).sum::<f64>();
        right / (count(true) * count(false))
    }

    #[test]
    fn a_tie_is_half_a_pair() {
        let scored = [
            (0.5, true),
            (0.5, false),
            (-0.0, true),
            (0.0, false),
            (2.0, true),
            (0.5, false),
            (-3.0, true),
        ];
        assert_eq!(areas(&mut scored.clone()).0, Some(by_pairs(&scored)));
    }

    #[test]
    fn one_class_alone_has_no_order() {
        assert_eq!(areas(&mut []), (None, None));
        assert_eq!(areas(&mut [(1.0, false)]), (None, None));
        assert_eq!(areas(&mut [(1.0, true), (0.0, true)]), (None, Some(1.0)));
    }

    #[test]
    fn average_precision_by_hand() {
        // Precision 1 at the first positive, 2/3 at the second.
        let mut scored = [(3.0, true), (2.0, false), (1.0, true), (0.0, false)];
        assert_eq!(areas(&mut scored).1, Some(f64::midpoint(1.0, 2.0 / 3.0)));
    }
}
