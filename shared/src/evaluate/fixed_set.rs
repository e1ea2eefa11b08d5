//! A set of examples measured at once: hold-out, and the batch just learned.

use std::num::NonZeroU32;

use super::judged::Judged;
use super::measures::Measures;
use super::prequential::{UnknownClass, bounded, known};
use super::settings::MeasureSettings;
use super::window::{BaselineRight, Window};
use crate::settings::SettingsError;

/// Measures a whole set of examples with the model as it is.
///
/// - *Hold-out*: a set that the model never learns from, the same one again and again as it learns.
///   Its curve has no noise from ever new examples, and it keeps to the rule it was drawn from: after
///   a drift it says how much of the old rule is left.
/// - *Same-batch*: the batch that the model has just learned. This is a training score, too good by
///   what the model remembers of these very examples.
///
/// A set has no order, so there is no no-change baseline and no kappa-temporal. Of more than
/// [`MAX_WINDOW_RECORDS`](crate::settings::MAX_WINDOW_RECORDS) examples the last so many count.
///
/// ```
/// use shared::evaluate::{FixedSet, Judged, MeasureSettings};
///
/// let hold_out = FixedSet::new(2, MeasureSettings::default())?;
/// // Labels and scores; class 0 was seen most often in the stream.
/// let scored = [(0, -1.0), (0, 2.0), (1, 1.0), (1, 3.0)];
/// let judged = scored.map(|(label, score)| Judged::binary(label, score, None));
/// let measures = hold_out.measures(0, judged).unwrap();
/// assert_eq!(measures.accuracy, Some(0.75));
/// assert_eq!(measures.kappa_m, Some(0.5));
/// assert_eq!(measures.roc_auc, Some(0.75));
/// # Ok::<(), shared::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FixedSet {
    classes: u16,
    settings: MeasureSettings,
}

impl FixedSet {
    /// For sets of this many classes.
    ///
    /// # Errors
    /// The first setting out of its range; `classes` may be from 2 to 256.
    pub fn new(classes: u16, settings: MeasureSettings) -> Result<Self, SettingsError> {
        settings.validate(classes)?;
        Ok(Self { classes, settings })
    }

    /// Measures a set. `majority` is what the majority class says, known from the examples that the
    /// model learned: [`Prequential::baseline`](super::Prequential::baseline).
    ///
    /// # Errors
    /// When a label or prediction is none of the classes.
    pub fn measures(
        &self,
        majority: u16,
        judged: impl IntoIterator<Item = Judged>,
    ) -> Result<Measures, UnknownClass> {
        let mut window = Window::new(self.classes, bounded(NonZeroU32::MAX));
        for judged in judged {
            known(&judged, self.classes)?;
            let right = BaselineRight {
                majority: majority == judged.label,
                no_change: false,
            };
            window.count([(judged, right)]);
        }
        Ok(Measures {
            no_change_accuracy: None,
            kappa_temporal: None,
            ..window.measures(&self.settings)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_set_has_no_measures() {
        let set = FixedSet::new(3, MeasureSettings::default()).unwrap();
        let measures = set.measures(0, []).unwrap();
        let nothing = Measures {
            confusion: vec![vec![0.0; 3]; 3],
            classes: measures.classes.clone(),
            ..Measures::default()
        };
        assert_eq!(measures, nothing);
        assert_eq!(measures.classes.len(), 3);
    }

    #[test]
    fn the_majority_class_is_the_one_that_was_learned_and_the_set_has_no_order() {
        let set = FixedSet::new(2, MeasureSettings::default()).unwrap();
        let judged = [1, 0, 1, 1].map(|label| Judged::binary(label, 1.0, None));
        for (majority, accuracy) in [(0, 0.25), (1, 0.75)] {
            let measures = set.measures(majority, judged).unwrap();
            assert_eq!(measures.majority_accuracy, Some(accuracy));
            assert_eq!(
                (measures.no_change_accuracy, measures.kappa_temporal),
                (None, None)
            );
        }
    }

    #[test]
    fn a_class_that_does_not_exist_is_named() {
        let set = FixedSet::new(2, MeasureSettings::default()).unwrap();
        let error = set.measures(0, [Judged::binary(2, 0.0, None)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "class 2 is none of the 2 classes, which are numbered from 0"
        );
    }
}
