//! Test-then-train: every example judged once, over a window, a fading factor and since the start.

use std::num::NonZeroU32;
use std::slice;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::baseline::{Baseline, Baselines};
use super::calibration::Edges;
use super::faded::{Example, Faded};
use super::judged::Judged;
use super::measures::Measures;
use super::settings::MeasureSettings;
use super::tally::Tally;
use super::window::{BaselineRight, Window};
use crate::settings::{MAX_WINDOW_RECORDS, SettingsError};

/// Which examples are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// The last n. Has all measures.
    Window,
    /// All, older ones with less weight.
    Fading,
    /// All alike.
    Everything,
}

/// So many examples go through one counter after the other, whose sums are in registers meanwhile.
const COUNTED_TOGETHER: usize = 64;

/// A label or a prediction that is none of the classes. The example was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("class {class} is none of the {classes} classes, which are numbered from 0")]
pub struct UnknownClass {
    /// The label or prediction.
    pub class: u16,
    /// How many classes there are.
    pub classes: u16,
}

/// Test-then-train measures over a sliding window, under a fading factor and since the start, beside
/// the baselines.
///
/// One example costs the same whatever the window's length and the number of classes, and once the
/// window is full nothing is allocated. [`Prequential::measures`] sums and sorts the window.
///
/// ```
/// use std::num::NonZeroU32;
/// use shared::evaluate::{Judged, MeasureSettings, Over, Prequential};
///
/// let window = NonZeroU32::new(2).unwrap();
/// let mut evaluation = Prequential::new(2, window, MeasureSettings::default())?;
/// for (label, score, probability) in [(1, -0.5, 0.375), (1, 1.5, 0.8125), (0, -2.0, 0.125)] {
///     evaluation.count(&Judged::binary(label, score, Some(probability))).unwrap();
/// }
/// assert_eq!(evaluation.measures(Over::Window).accuracy, Some(1.0));
/// assert_eq!(evaluation.measures(Over::Everything).accuracy, Some(2.0 / 3.0));
/// assert_eq!(evaluation.measures(Over::Window).roc_auc, Some(1.0));
/// # Ok::<(), shared::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prequential {
    classes: u16,
    settings: MeasureSettings,
    baselines: Baselines,
    window: Window,
    fading: Faded,
    everything: Faded,
}

impl Prequential {
    /// Nothing judged yet.
    ///
    /// # Errors
    /// The first setting out of its range; `classes` may be from 2 to 256.
    pub fn new(
        classes: u16,
        window_records: NonZeroU32,
        settings: MeasureSettings,
    ) -> Result<Self, SettingsError> {
        settings.validate(classes)?;
        let faded = |factor| Faded::new(classes, factor, settings.calibration_bins);
        Ok(Self {
            classes,
            baselines: Baselines::new(classes),
            window: Window::new(classes, bounded(window_records)),
            fading: faded(settings.fading_factor),
            everything: faded(1.0),
            settings,
        })
    }

    /// What the baselines say of the next example. Where labels come late, ask when the example is
    /// predicted, and count with [`Prequential::count_all`].
    #[must_use]
    #[inline]
    pub fn baseline(&self) -> Baseline {
        self.baselines.predict()
    }

    /// Counts one example: its label and what the model had said, before it learned from it.
    ///
    /// # Errors
    /// When label or prediction is none of the classes; nothing is counted then.
    pub fn count(&mut self, judged: &Judged) -> Result<(), UnknownClass> {
        self.count_all(slice::from_ref(judged), &[])
    }

    /// Counts examples in their order, each as [`Prequential::count`] does. `said` is what the
    /// baselines had said of them when the model predicted them; where it ends, they say it now.
    ///
    /// # Errors
    /// When a label or prediction is none of the classes; nothing is counted then.
    pub fn count_all(&mut self, judged: &[Judged], said: &[Baseline]) -> Result<(), UnknownClass> {
        judged
            .iter()
            .try_for_each(|judged| known(judged, self.classes))?;
        let edges = Edges::new(self.settings.calibration_bins);
        let mut said = said.iter().copied();
        for judged in judged.chunks(COUNTED_TOGETHER) {
            let mut examples = [Example::default(); COUNTED_TOGETHER];
            for (judged, example) in judged.iter().zip(&mut examples) {
                let said = said.next().unwrap_or_else(|| self.baselines.predict());
                let right = BaselineRight {
                    majority: said.majority == judged.label,
                    no_change: said.no_change == judged.label,
                };
                self.baselines.learn(judged.label);
                *example = Example::new(self.classes, edges, judged, right);
            }
            let beside = examples.iter().map(|example| example.baseline);
            self.window.count(judged.iter().copied().zip(beside));
            self.fading.count(&self.settings, judged, &examples);
            self.everything.count(&self.settings, judged, &examples);
        }
        Ok(())
    }

    /// Takes another length of the window; a shorter one forgets its oldest examples. Above
    /// [`MAX_WINDOW_RECORDS`] it is that.
    pub fn set_window(&mut self, window_records: NonZeroU32) {
        self.window.set_length(bounded(window_records));
    }

    /// Every measure.
    #[must_use]
    pub fn measures(&self, over: Over) -> Measures {
        match over {
            Over::Window => self.window.measures(&self.settings),
            Over::Fading => self.fading.measures(&self.settings),
            Over::Everything => self.everything.measures(&self.settings),
        }
    }

    /// How many classes there are.
    #[must_use]
    pub fn classes(&self) -> u16 {
        self.classes
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &MeasureSettings {
        &self.settings
    }

    /// The model over the window.
    #[must_use]
    pub fn window(&self) -> Tally {
        self.tally(self.window.right().model)
    }

    /// The majority class over the window.
    #[must_use]
    pub fn majority(&self) -> Tally {
        self.tally(self.window.right().majority)
    }

    /// No change over the window.
    #[must_use]
    pub fn no_change(&self) -> Tally {
        self.tally(self.window.right().no_change)
    }

    /// The model since the start.
    #[must_use]
    // Whole numbers, counted one by one from 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn cumulative(&self) -> Tally {
        let (total, correct) = self.everything.tally();
        Tally {
            correct: correct as u64,
            total: total as u64,
        }
    }

    fn tally(&self, correct: u32) -> Tally {
        Tally {
            correct: correct.into(),
            total: self.window.len() as u64,
        }
    }

    /// Whether the parts belong together and are such as examples lead to, as they always are unless
    /// read from a file. Only then may the other methods be used.
    #[must_use]
    // Counts stay below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    pub fn is_consistent(&self) -> bool {
        let Self {
            classes, settings, ..
        } = self;
        let (total, correct) = self.everything.tally();
        settings.validate(*classes).is_ok()
            && self.baselines.is_consistent(*classes)
            && self.window.is_consistent(*classes)
            && self
                .fading
                .is_consistent(*classes, settings.fading_factor, settings)
            && self.everything.is_consistent(*classes, 1.0, settings)
            && total.fract() == 0.0
            && correct.fract() == 0.0
            && total == self.baselines.total() as f64
            && self.window.len() as f64 <= total
    }
}

pub(super) fn known(judged: &Judged, classes: u16) -> Result<(), UnknownClass> {
    let class = judged.label.max(judged.predicted);
    if class < classes {
        return Ok(());
    }
    Err(UnknownClass { class, classes })
}

pub(super) fn bounded(window_records: NonZeroU32) -> NonZeroU32 {
    const MOST: NonZeroU32 = NonZeroU32::new(MAX_WINDOW_RECORDS).expect("it is not zero");
    window_records.min(MOST)
}
