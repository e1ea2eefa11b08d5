//! One value that says how a learner learns. It is the command line's flags, the page's panel and
//! part of every saved model.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::batch::{MAX_BATCH_RECORDS, Trigger};
use crate::drift::DriftSettings;
use crate::encode::EncoderSettings;
use crate::evaluate::{MIN_CLASSES, MeasureSettings};
use crate::model::SgdSettings;
use crate::optim::OptimSettings;

/// A setting out of its range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field} must be {range}; it is {value}")]
pub struct SettingsError {
    /// The setting's name.
    pub field: &'static str,
    /// What it may be.
    pub range: String,
    /// What it is.
    pub value: String,
}

/// How the stream is cut, encoded, learned from and judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// When a batch is complete.
    pub trigger: Trigger,
    /// How examples become features.
    pub encoder: EncoderSettings,
    /// The classifier.
    pub model: SgdSettings,
    /// An online model beyond scikit-learn, which then learns in the classifier's place.
    pub online: Option<OptimSettings>,
    /// How it is judged.
    pub evaluation: EvaluationSettings,
    /// Which detector watches the errors for drift.
    pub drift: DriftSettings,
}

/// How the learner is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationSettings {
    /// Length of the sliding window in examples.
    pub window_records: NonZeroU32,
    /// What the measures are computed with, and when labels come.
    pub measures: MeasureSettings,
}

/// The longest sliding window.
pub const MAX_WINDOW_RECORDS: u32 = 1_000_000;

const fn non_zero(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).expect("the defaults below are not zero")
}

impl Default for EvaluationSettings {
    fn default() -> Self {
        Self {
            window_records: const { non_zero(500) },
            measures: MeasureSettings::default(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trigger: Trigger::Records(const { non_zero(100) }),
            encoder: EncoderSettings::default(),
            model: SgdSettings::default(),
            online: None,
            evaluation: EvaluationSettings::default(),
            drift: DriftSettings::None,
        }
    }
}

impl Settings {
    /// Checks every range, for a stream of two classes.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.validate_for(MIN_CLASSES)
    }

    /// Checks every range, for a stream of so many classes.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate_for(&self, classes: u16) -> Result<(), SettingsError> {
        let (field, value, most) = match self.trigger {
            Trigger::Records(records) => ("batch_records", records, MAX_BATCH_RECORDS),
            Trigger::Seconds(seconds) => ("batch_seconds", seconds, 86_400),
        };
        at_most(field, value, most)?;
        at_most(
            "window_records",
            self.evaluation.window_records,
            MAX_WINDOW_RECORDS,
        )?;
        self.encoder.validate()?;
        self.evaluation.measures.validate(classes)?;
        if let Some(online) = &self.online {
            if classes != MIN_CLASSES {
                return Err(SettingsError {
                    field: "online",
                    range: "none where there are more than two classes".into(),
                    value: format!("set, for {classes} classes"),
                });
            }
            online.validate()?;
        }
        self.drift.validate()?;
        self.model.validate()
    }
}

/// Refuses a number that is not finite or for which `holds` is false.
pub(crate) fn check_number(
    field: &'static str,
    value: f64,
    holds: impl Fn(f64) -> bool,
    range: &str,
) -> Result<(), SettingsError> {
    if value.is_finite() && holds(value) {
        return Ok(());
    }
    Err(SettingsError {
        field,
        range: range.to_owned(),
        value: value.to_string(),
    })
}

fn at_most(field: &'static str, value: NonZeroU32, most: u32) -> Result<(), SettingsError> {
    if value.get() <= most {
        return Ok(());
    }
    Err(SettingsError {
        field,
        range: format!("from 1 to {most}"),
        value: value.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_json() {
        let settings = Settings::default();
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
        assert!(json.contains(r#""trigger":{"records":100}"#), "{json}");
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let error = serde_json::from_str::<Settings>(r#"{"mdoel": {}}"#).unwrap_err();
        assert!(error.to_string().contains("mdoel"), "{error}");
    }

    #[test]
    fn a_batch_is_bounded() {
        let trigger = Trigger::Records(NonZeroU32::MAX);
        let error = Settings {
            trigger,
            ..Settings::default()
        }
        .validate()
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "batch_records must be from 1 to 1000000; it is 4294967295"
        );
    }
}
