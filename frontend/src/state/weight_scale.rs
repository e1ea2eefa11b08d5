//! The scale of the weights' bars: round, and kept as long as the weights use a fair part of it, so
//! that the bars do not jump from batch to batch.

/// The largest weight that a bar of full length stands for. `kept` is the scale used so far.
pub(crate) fn weight_scale(largest: f64, kept: Option<f64>) -> f64 {
    if let Some(kept) = kept.filter(|kept| largest <= *kept && largest > kept / 2.6) {
        return kept;
    }
    let largest = if largest.is_finite() {
        largest.clamp(0.01, 1e12)
    } else {
        1e12
    };
    let power = 10f64.powf(largest.log10().floor());
    let digit = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|digit| digit * power >= largest);
    digit.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_large_enough() {
        for (largest, scale) in [
            (0.0, 0.01),
            (0.9, 1.0),
            (1.1, 2.0),
            (4.4, 5.0),
            (5.1, 10.0),
            (37.0, 50.0),
        ] {
            assert!(
                (weight_scale(largest, None) - scale).abs() < scale * 1e-9,
                "{largest}"
            );
        }
    }

    #[test]
    fn a_scale_is_kept_while_it_fits() {
        assert_eq!(weight_scale(2.1, Some(5.0)), 5.0);
        assert_eq!(weight_scale(0.9, Some(5.0)), 1.0);
        assert_eq!(weight_scale(5.5, Some(5.0)), 10.0);
    }

    #[test]
    fn weights_beyond_all_measure_still_have_a_scale() {
        assert!(weight_scale(f64::INFINITY, None).is_finite());
        assert!(weight_scale(f64::NAN, None).is_finite());
    }
}
