//! What the measures are computed with, as data.

use serde::{Deserialize, Serialize};

use super::cost::CostSettings;
use crate::settings::SettingsError;

/// The least number of classes.
pub const MIN_CLASSES: u16 = 2;
/// The greatest number of classes: a confusion matrix of 256 × 256 is half a megabyte.
pub const MAX_CLASSES: u16 = 256;
/// The greatest number of calibration bins.
pub const MAX_CALIBRATION_BINS: u16 = 1000;
/// The longest label delay in records: so many examples wait for their labels in memory.
pub const MAX_LABEL_DELAY_RECORDS: u32 = 100_000;

/// What the measures are computed with.
///
/// ```
/// use shared::evaluate::MeasureSettings;
///
/// let settings: MeasureSettings = serde_json::from_str(
///     r#"{"fading_factor": 0.99, "cost": {"threshold": 0.2, "matrix": [[0, 100], [500, 0]]}}"#,
/// )?;
/// assert!(settings.validate(2).is_ok());
/// let none = MeasureSettings { fading_factor: 0.0, ..settings };
/// assert_eq!(
///     none.validate(2).unwrap_err().to_string(),
///     "fading_factor must be greater than 0 and at most 1; it is 0",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MeasureSettings {
    /// Weight of an example relative to the next one, above 0 and at most 1: with α the last `n`
    /// examples hold `1 − αⁿ` of the weight, and all together weigh at most `1/(1−α)`. The default,
    /// 0.999, is MOA's.
    pub fading_factor: f64,
    /// Calibration bins of equal width, from 1 to [`MAX_CALIBRATION_BINS`].
    pub calibration_bins: u16,
    /// Records between an example and its known label, at most [`MAX_LABEL_DELAY_RECORDS`].
    pub label_delay_records: u32,
    /// What decisions cost; `None` when nobody said.
    pub cost: Option<CostSettings>,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        Self {
            fading_factor: 0.999,
            calibration_bins: 10,
            label_delay_records: 0,
            cost: None,
        }
    }
}

impl MeasureSettings {
    /// Checks every range, for a stream of this many classes.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate(&self, classes: u16) -> Result<(), SettingsError> {
        check(
            (MIN_CLASSES..=MAX_CLASSES).contains(&classes),
            "classes",
            || format!("from {MIN_CLASSES} to {MAX_CLASSES}"),
            &classes,
        )?;
        let factor = self.fading_factor;
        check(
            factor > 0.0 && factor <= 1.0,
            "fading_factor",
            || "greater than 0 and at most 1".into(),
            &factor,
        )?;
        check(
            (1..=MAX_CALIBRATION_BINS).contains(&self.calibration_bins),
            "calibration_bins",
            || format!("from 1 to {MAX_CALIBRATION_BINS}"),
            &self.calibration_bins,
        )?;
        check(
            self.label_delay_records <= MAX_LABEL_DELAY_RECORDS,
            "label_delay_records",
            || format!("from 0 to {MAX_LABEL_DELAY_RECORDS}"),
            &self.label_delay_records,
        )?;
        self.cost
            .as_ref()
            .map_or(Ok(()), |cost| cost.validate(classes))
    }
}

pub(super) fn check(
    holds: bool,
    field: &'static str,
    range: impl FnOnce() -> String,
    value: &dyn std::fmt::Display,
) -> Result<(), SettingsError> {
    if holds {
        return Ok(());
    }
    Err(SettingsError {
        field,
        range: range(),
        value: value.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(change: impl FnOnce(&mut MeasureSettings), classes: u16, message: &str) {
        let mut settings = MeasureSettings::default();
        change(&mut settings);
        let error = settings.validate(classes).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn the_defaults_hold_for_every_number_of_classes() {
        for classes in [MIN_CLASSES, 4, MAX_CLASSES] {
            assert_eq!(MeasureSettings::default().validate(classes), Ok(()));
        }
    }

    #[test]
    fn what_is_out_of_range_is_named_with_its_range() {
        refused(|_| (), 1, "classes must be from 2 to 256; it is 1");
        refused(
            |s| s.fading_factor = f64::NAN,
            2,
            "fading_factor must be greater than 0 and at most 1; it is NaN",
        );
        refused(
            |s| s.calibration_bins = 0,
            2,
            "calibration_bins must be from 1 to 1000; it is 0",
        );
        refused(
            |s| s.label_delay_records = 100_001,
            2,
            "label_delay_records must be from 0 to 100000; it is 100001",
        );
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let error = serde_json::from_str::<MeasureSettings>(r#"{"fading": 1}"#).unwrap_err();
        assert!(error.to_string().contains("fading"), "{error}");
    }
}
