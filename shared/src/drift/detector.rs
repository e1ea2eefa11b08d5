//! One type for all detectors: what the learner holds, saves and draws.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::adwin::Adwin;
use super::ddm::Ddm;
use super::eddm::Eddm;
use super::hddm_a::HddmA;
use super::hddm_w::HddmW;
use super::kswin::Kswin;
use super::page_hinkley::PageHinkley;
use super::settings::DriftSettings;
use crate::settings::SettingsError;

/// The greatest magnitude of a value. Sums of squares of such numbers stay finite for any stream
/// that can be counted, so that no state ever holds an infinity.
pub const MAX_VALUE: f64 = 1e100;

/// What a detector says after a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftState {
    /// The stream has changed. The detector starts anew with the next value.
    pub drift: bool,
    /// The stream may be changing. ADWIN, Page–Hinkley and KSWIN never warn.
    pub warning: bool,
}

/// One number of a detector's state, to be drawn or compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Statistic {
    /// Its name; each detector's settings list its own.
    pub name: &'static str,
    /// Its value; `None` as long as it is not defined.
    pub value: Option<f64>,
}

impl Statistic {
    pub(super) fn new(name: &'static str, value: impl Into<Option<f64>>) -> Self {
        let value = value.into();
        Self { name, value }
    }
}

/// A value that a detector does not take. It leaves the detector as it was.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{detector} takes {range}; the value is {value}")]
pub struct RefusedValue {
    /// The detector's name.
    pub detector: &'static str,
    /// What it takes.
    pub range: &'static str,
    /// The value.
    pub value: f64,
}

/// Which values a detector takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values {
    Errors,
    Reals,
}

impl Values {
    fn contain(self, value: f64) -> bool {
        match self {
            Self::Errors => (0.0..=1.0).contains(&value),
            Self::Reals => (-MAX_VALUE..=MAX_VALUE).contains(&value),
        }
    }

    fn range(self) -> &'static str {
        match self {
            Self::Errors => "numbers from 0 (right) to 1 (wrong)",
            Self::Reals => "finite numbers from -1e100 to 1e100",
        }
    }
}

/// What every detector does behind [`DriftDetector`].
pub(super) trait Detect {
    /// Its settings.
    fn settings(&self) -> DriftSettings;
    /// Which values it takes.
    fn values(&self) -> Values;
    /// Takes in a value, which must be one of [`Detect::values`].
    fn step(&mut self, value: f64);
    /// The flags after the last step.
    fn state(&self) -> DriftState;
    /// The numbers of its state, always the same ones in the same order.
    fn statistics(&self) -> Vec<Statistic>;
    /// Whether a state that was read fits its settings, which are valid.
    fn fits(&self) -> bool {
        true
    }
    /// Computes what follows from the settings and is not saved.
    fn prepare(&mut self) {}
}

/// Nobody watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NoDrift;

impl Detect for NoDrift {
    fn settings(&self) -> DriftSettings {
        DriftSettings::None
    }

    fn values(&self) -> Values {
        Values::Reals
    }

    fn step(&mut self, _value: f64) {}

    fn state(&self) -> DriftState {
        DriftState::default()
    }

    fn statistics(&self) -> Vec<Statistic> {
        Vec::new()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    None(NoDrift),
    Adwin(Adwin),
    Ddm(Ddm),
    Eddm(Eddm),
    HddmA(HddmA),
    HddmW(HddmW),
    PageHinkley(PageHinkley),
    Kswin(Kswin),
}

/// A detector at work: its settings and everything it remembers.
///
/// As JSON it goes on from where it was, to the same bits. JSON whose settings are out of range or
/// whose parts do not fit together is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Kind")]
pub struct DriftDetector(Kind);

/// Why a detector that was read cannot go on.
#[derive(Debug, Error)]
enum RestoreError {
    #[error("the detector's settings: {0}")]
    Settings(#[from] SettingsError),
    #[error("the state of {0} does not fit its settings")]
    Inconsistent(&'static str),
}

impl TryFrom<Kind> for DriftDetector {
    type Error = RestoreError;

    fn try_from(kind: Kind) -> Result<Self, RestoreError> {
        let mut detector = Self(kind);
        let settings = detector.settings();
        settings.validate()?;
        if !detector.inner().fits() {
            return Err(RestoreError::Inconsistent(settings.name()));
        }
        detector.inner_mut().prepare();
        Ok(detector)
    }
}

impl DriftDetector {
    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn new(settings: &DriftSettings) -> Result<Self, SettingsError> {
        settings.validate()?;
        Ok(Self(match settings.clone() {
            DriftSettings::None => Kind::None(NoDrift),
            DriftSettings::Adwin(settings) => Kind::Adwin(Adwin::new(settings)),
            DriftSettings::Ddm(settings) => Kind::Ddm(Ddm::new(settings)),
            DriftSettings::Eddm(settings) => Kind::Eddm(Eddm::new(settings)),
            DriftSettings::HddmA(settings) => Kind::HddmA(HddmA::new(settings)),
            DriftSettings::HddmW(settings) => Kind::HddmW(HddmW::new(settings)),
            DriftSettings::PageHinkley(settings) => Kind::PageHinkley(PageHinkley::new(settings)),
            DriftSettings::Kswin(settings) => Kind::Kswin(Kswin::new(settings)),
        }))
    }

    /// Takes in the next value of the stream and says what it sees.
    ///
    /// # Errors
    /// A value that is not finite or out of the detector's range; nothing has changed then.
    pub fn update(&mut self, value: f64) -> Result<DriftState, RefusedValue> {
        let values = self.inner().values();
        if !values.contain(value) {
            return Err(RefusedValue {
                detector: self.name(),
                range: values.range(),
                value,
            });
        }
        self.inner_mut().step(value);
        Ok(self.state())
    }

    /// What it said after the last value.
    #[must_use]
    pub fn state(&self) -> DriftState {
        self.inner().state()
    }

    /// The detector's name as settings spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.settings().name()
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> DriftSettings {
        self.inner().settings()
    }

    /// The numbers it goes by, to be drawn: always the same ones in the same order.
    #[must_use]
    pub fn statistics(&self) -> Vec<Statistic> {
        self.inner().statistics()
    }

    /// One of [`statistics`](Self::statistics) by its name; `None` where it has none or the number
    /// is not defined yet.
    #[must_use]
    pub fn statistic(&self, name: &str) -> Option<f64> {
        let statistics = self.statistics();
        statistics.iter().find(|s| s.name == name)?.value
    }

    fn inner(&self) -> &dyn Detect {
        match &self.0 {
            Kind::None(detector) => detector,
            Kind::Adwin(detector) => detector,
            Kind::Ddm(detector) => detector,
            Kind::Eddm(detector) => detector,
            Kind::HddmA(detector) => detector,
            Kind::HddmW(detector) => detector,
            Kind::PageHinkley(detector) => detector,
            Kind::Kswin(detector) => detector,
        }
    }

    fn inner_mut(&mut self) -> &mut dyn Detect {
        match &mut self.0 {
            Kind::None(detector) => detector,
            Kind::Adwin(detector) => detector,
            Kind::Ddm(detector) => detector,
            Kind::Eddm(detector) => detector,
            Kind::HddmA(detector) => detector,
            Kind::HddmW(detector) => detector,
            Kind::PageHinkley(detector) => detector,
            Kind::Kswin(detector) => detector,
        }
    }
}
