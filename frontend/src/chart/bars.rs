//! The bars under the chart: how many in a hundred were misjudged in each batch. Where there are
//! more batches than room, neighbours share a bar of their mean height.

/// Share of wrong predictions that a bar of full height stands for.
pub(super) const FULL: f64 = 0.45;

/// The least distance of two bars, in pixels.
const LEAST_STEP: f64 = 3.0;

/// A bar, in pixels from the left and of the full height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) right: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The bars of the batches between `from` and `to` on an axis of `width` by `height` pixels.
pub(crate) fn bars(
    batches: &[f64],
    wrong: &[f64],
    (from, to): (f64, f64),
    (width, height): (f64, f64),
) -> Vec<Bar> {
    let scale = width / (to - from).max(1.0);
    let step = scale.max(LEAST_STEP);
    let bar_width = (step - 1.4).clamp(1.6, 40.0);
    let mut all: Vec<(f64, f64, f64)> = Vec::new();
    for (batch, share) in batches.iter().zip(wrong) {
        if *batch < from || *batch > to {
            continue;
        }
        let place = ((batch - from) * scale / step).floor();
        match all.last_mut() {
            Some((last, sum, count)) if (*last - place).abs() < 0.5 && scale < LEAST_STEP => {
                *sum += share;
                *count += 1.0;
            }
            _ => all.push((
                if scale < LEAST_STEP {
                    place
                } else {
                    (batch - from) * scale / step
                },
                *share,
                1.0,
            )),
        }
    }
    let bar = |(place, sum, count): (f64, f64, f64)| Bar {
        right: (place * step).clamp(0.0, width),
        width: bar_width,
        height: (sum / count / FULL).min(1.0) * height,
    };
    all.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_batch_has_its_bar_while_there_is_room() {
        let bars = bars(
            &[1.0, 2.0, 3.0],
            &[0.45, 0.0, 0.9],
            (0.0, 3.0),
            (300.0, 34.0),
        );
        assert_eq!(
            bars.iter().map(|bar| bar.right).collect::<Vec<_>>(),
            [100.0, 200.0, 300.0]
        );
        assert_eq!(
            bars.iter().map(|bar| bar.height).collect::<Vec<_>>(),
            [34.0, 0.0, 34.0]
        );
    }

    #[test]
    fn many_batches_share_bars_of_their_mean_height() {
        let batches: Vec<f64> = (1..=3000).map(f64::from).collect();
        let wrong: Vec<f64> = (0..3000)
            .map(|i| if i % 2 == 0 { 0.0 } else { 0.45 })
            .collect();
        let bars = bars(&batches, &wrong, (0.0, 3000.0), (300.0, 34.0));
        assert!(bars.len() <= 102, "{}", bars.len());
        assert!(
            bars[1..100]
                .iter()
                .all(|bar| (bar.height - 17.0).abs() < 2.0)
        );
    }

    #[test]
    fn batches_out_of_view_have_no_bar() {
        assert_eq!(
            bars(&[1.0, 2.0, 3.0], &[0.1; 3], (2.0, 3.0), (100.0, 34.0)).len(),
            2
        );
    }
}
