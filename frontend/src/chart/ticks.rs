//! The batches that are named under the chart.

/// Pixels between two names at least.
const APART: f64 = 64.0;

/// Batches to name between `from` and `to` on an axis of so many pixels: the first one shown, then
/// round numbers, leaving so many pixels at the end free.
pub(crate) fn batch_ticks(from: f64, to: f64, width: f64, reserved: f64) -> Vec<f64> {
    let first = from.ceil().max(1.0);
    if to <= from || width < APART {
        return vec![first];
    }
    let step = step((to - from) * APART / width);
    let pixels = |batches: f64| batches * width / (to - from);
    let mut ticks = vec![first];
    let mut next = (first / step).floor() * step + step;
    while next <= to {
        if pixels(next - first) >= APART && pixels(to - next) >= reserved {
            ticks.push(next);
        }
        next += step;
    }
    ticks
}

/// The smallest of 1, 2, 5, 10, 20, 50, … that is at least `least`.
fn step(least: f64) -> f64 {
    let mut power = 1.0;
    loop {
        for digit in [1.0, 2.0, 5.0] {
            if digit * power >= least {
                return digit * power;
            }
        }
        power *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_batches_are_named_with_room_between() {
        assert_eq!(
            batch_ticks(0.0, 133.0, 590.0, 0.0),
            [1.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0]
        );
        assert_eq!(batch_ticks(0.0, 4.0, 590.0, 0.0), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            batch_ticks(41.0, 61.0, 320.0, 0.0),
            [41.0, 45.0, 50.0, 55.0, 60.0]
        );
        assert_eq!(
            batch_ticks(0.0, 100.0, 590.0, 130.0),
            [1.0, 20.0, 40.0, 60.0]
        );
    }

    #[test]
    fn an_empty_or_narrow_axis_names_its_first_batch() {
        assert_eq!(batch_ticks(0.0, 0.0, 590.0, 0.0), [1.0]);
        assert_eq!(batch_ticks(5.0, 9.0, 10.0, 0.0), [5.0]);
    }

    #[test]
    fn a_long_run_is_named_sparsely() {
        let ticks = batch_ticks(0.0, 1_000_000.0, 590.0, 0.0);
        assert!(ticks.len() < 11, "{ticks:?}");
    }
}
