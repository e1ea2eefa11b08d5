//! Which detector watches, and the checks that all settings share.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    AdwinSettings, DdmSettings, EddmSettings, HddmASettings, HddmWSettings, KswinSettings,
    PageHinkleySettings,
};
use crate::settings::{SettingsError, check_number};

/// A drift detector with its settings, which have River's names and defaults.
///
/// In JSON `"none"`, or the detector's name with what differs from the defaults:
///
/// ```
/// use shared::drift::DriftSettings;
/// let settings: DriftSettings = serde_json::from_str(r#"{"ddm": {"warm_start": 100}}"#)?;
/// assert_eq!(settings.name(), "ddm");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftSettings {
    /// Nobody watches: no value is ever drift.
    #[default]
    None,
    /// Adaptive windowing.
    Adwin(AdwinSettings),
    /// Drift detection method.
    Ddm(DdmSettings),
    /// Early drift detection method.
    Eddm(EddmSettings),
    /// Hoeffding's bound on averages.
    HddmA(HddmASettings),
    /// `McDiarmid`'s bound on weighted averages.
    HddmW(HddmWSettings),
    /// Cumulated deviations from the mean.
    PageHinkley(PageHinkleySettings),
    /// Kolmogorov–Smirnov test on a window.
    Kswin(KswinSettings),
}

impl DriftSettings {
    /// Every detector at its defaults, in the order of a menu.
    #[must_use]
    pub fn all() -> [Self; 8] {
        [
            Self::None,
            Self::Adwin(AdwinSettings::default()),
            Self::Ddm(DdmSettings::default()),
            Self::Eddm(EddmSettings::default()),
            Self::HddmA(HddmASettings::default()),
            Self::HddmW(HddmWSettings::default()),
            Self::PageHinkley(PageHinkleySettings::default()),
            Self::Kswin(KswinSettings::default()),
        ]
    }

    /// The detector's name as settings spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Adwin(_) => "adwin",
            Self::Ddm(_) => "ddm",
            Self::Eddm(_) => "eddm",
            Self::HddmA(_) => "hddm_a",
            Self::HddmW(_) => "hddm_w",
            Self::PageHinkley(_) => "page_hinkley",
            Self::Kswin(_) => "kswin",
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        match self {
            Self::None => Ok(()),
            Self::Adwin(settings) => settings.validate(),
            Self::Ddm(settings) => settings.validate(),
            Self::Eddm(settings) => settings.validate(),
            Self::HddmA(settings) => settings.validate(),
            Self::HddmW(settings) => settings.validate(),
            Self::PageHinkley(settings) => settings.validate(),
            Self::Kswin(settings) => settings.validate(),
        }
    }
}

/// Refuses a number of things that is not in `range`.
pub(super) fn check_count(
    field: &'static str,
    value: u32,
    range: RangeInclusive<u32>,
) -> Result<(), SettingsError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(SettingsError {
        field,
        range: if most == u32::MAX {
            format!("at least {least}")
        } else {
            format!("from {least} to {most}")
        },
        value: value.to_string(),
    })
}

/// The least confidence: its reciprocal, doubled, is finite.
const LEAST_CONFIDENCE: f64 = 1e-300;

/// Refuses what is no probability that a bound can be computed for.
pub(super) fn check_confidence(field: &'static str, value: f64) -> Result<(), SettingsError> {
    let holds = |confidence| (LEAST_CONFIDENCE..=1.0).contains(&confidence);
    check_number(field, value, holds, "from 1e-300 to 1")
}

/// Refuses what is not from 0 to 1.
pub(super) fn check_share(field: &'static str, value: f64) -> Result<(), SettingsError> {
    check_number(field, value, |v| (0.0..=1.0).contains(&v), "from 0 to 1")
}
