//! What a batch must be before a model learns from it.

use super::error::FitError;
use super::float::Real;
use crate::encode::Features;

/// What the model expects of a batch.
#[derive(Clone, Copy)]
pub(super) struct Expected {
    pub(super) width: usize,
    pub(super) classes: u16,
}

/// Checks a batch; gives back whether its features are so small that a sparse row's zeros may be
/// skipped (see [`Real::TAME`]).
pub(super) fn check<F: Real>(
    expected: Expected,
    x: &Features,
    labels: &[u16],
    sample_weight: Option<&[f64]>,
) -> Result<bool, FitError> {
    let rows = x.rows();
    if rows == 0 {
        return Err(FitError::Empty);
    }
    if u32::try_from(rows).is_err() {
        return Err(FitError::TooMany { rows });
    }
    if x.width() != expected.width {
        return Err(FitError::Width {
            found: x.width(),
            wanted: expected.width,
        });
    }
    check_labels(expected.classes, rows, labels)?;
    if let Some(weights) = sample_weight {
        check_sample_weight::<F>(rows, weights)?;
    }
    let (values, columns) = x.cells();
    let last = columns.iter().fold(0, |last, &column| last.max(column)) as usize;
    if last >= expected.width && !columns.is_empty() {
        return Err(FitError::Width {
            found: last + 1,
            wanted: expected.width,
        });
    }
    let tame = values
        .iter()
        .fold(true, |tame, x| tame & (x.abs() <= F::TAME));
    if !tame {
        check_finite::<F>(x)?;
    }
    Ok(tame)
}

fn check_labels(classes: u16, rows: usize, labels: &[u16]) -> Result<(), FitError> {
    if labels.len() != rows {
        return Err(FitError::Labels {
            labels: labels.len(),
            rows,
        });
    }
    let largest = labels.iter().fold(0, |largest, &label| label.max(largest));
    if largest < classes {
        return Ok(());
    }
    let unknown = (0..).zip(labels).find(|(_, label)| **label >= classes);
    let (row, &label) = unknown.unwrap_or((0, &largest));
    Err(FitError::UnknownLabel {
        row,
        label,
        classes,
    })
}

fn check_sample_weight<F: Real>(rows: usize, weights: &[f64]) -> Result<(), FitError> {
    if weights.len() != rows {
        return Err(FitError::SampleWeights {
            weights: weights.len(),
            rows,
        });
    }
    let is_good = |&weight: &f64| weight >= 0.0 && F::near(weight).wide().is_finite();
    match weights.iter().position(|weight| !is_good(weight)) {
        None => Ok(()),
        Some(row) => Err(FitError::SampleWeight {
            row,
            weight: weights[row].to_string(),
        }),
    }
}

fn check_finite<F: Real>(x: &Features) -> Result<(), FitError> {
    for (row, values) in x.iter().enumerate() {
        let mut entries = values.entries();
        let found = entries.find(|(_, value)| !F::near(*value).wide().is_finite());
        if let Some((column, value)) = found {
            return Err(FitError::NotFinite {
                row,
                column,
                value: value.to_string(),
                narrow: value.is_finite(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No public way makes such features; weights are read by column, and so it is asked again.
    #[test]
    fn a_column_beyond_the_width_is_refused() {
        let mut x = Features::new(2);
        let mut writer = x.restart(2, 1, 1);
        writer.push(5, 1.0);
        writer.end_row();
        writer.finish();
        let expected = Expected {
            width: 2,
            classes: 2,
        };
        let error = FitError::Width {
            found: 6,
            wanted: 2,
        };
        assert_eq!(check::<f64>(expected, &x, &[1], None), Err(error));
    }
}
