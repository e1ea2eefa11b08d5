//! One example that was predicted and whose label is known.

use super::loss::{binary_brier, binary_log_loss, clipped_log_loss};

/// One example that was predicted and whose label is known: all that any measure asks of it.
///
/// Classes are numbered `0 … K−1`. With two classes, class 1 is the *positive* one.
///
/// ```
/// use shared::evaluate::Judged;
///
/// // A model that gives probabilities said 0.75 for class 1, and class 1 it was.
/// let judged = Judged::binary(1, 1.0986, Some(0.75));
/// assert_eq!(judged.predicted, 1);
/// assert_eq!(judged.forecast.unwrap().brier(), 0.0625);
/// // A hinge loss gives a score and no probability.
/// assert_eq!(Judged::binary(1, -0.5, None).predicted, 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// What it was.
    pub label: u16,
    /// What the model said it was.
    pub predicted: u16,
    /// The decision value: with two classes that of class 1, by which ROC AUC and PR AUC rank; with
    /// more, that of the predicted class, which no measure uses. Where it is not finite, the
    /// evaluation takes the greatest or least number for an infinity, and 0 for NaN.
    pub score: f64,
    /// What the model's probabilities said; `None` when its loss gives none (all but log loss and
    /// modified Huber).
    pub forecast: Option<Forecast>,
}

impl Judged {
    /// An example of two classes: predicted is class 1 where the score is positive, and class 0
    /// otherwise. `probability` is that of class 1.
    #[must_use]
    #[inline]
    pub fn binary(label: u16, score: f64, probability: Option<f64>) -> Self {
        Self {
            label,
            predicted: u16::from(score > 0.0),
            score,
            forecast: probability.and_then(|p| Forecast::binary(label, p)),
        }
    }

    /// An example of more than two classes. `probabilities` holds one per class.
    #[must_use]
    pub fn multiclass(
        label: u16,
        predicted: u16,
        score: f64,
        probabilities: Option<&[f64]>,
    ) -> Self {
        Self {
            label,
            predicted,
            score,
            forecast: probabilities.and_then(|p| Forecast::multiclass(label, predicted, p)),
        }
    }

    /// Whether the prediction was right.
    #[must_use]
    #[inline]
    pub fn is_right(&self) -> bool {
        self.label == self.predicted
    }
}

/// What a model's probabilities said of one example, and how far from the truth that was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    pub(super) confidence: f64,
    pub(super) log_loss: f64,
    pub(super) brier: f64,
}

impl Forecast {
    /// Of two classes, from the probability of class 1; `None` when that is NaN. What lies outside
    /// of 0 … 1 is taken as the nearer end.
    #[must_use]
    #[inline]
    pub fn binary(label: u16, probability: f64) -> Option<Self> {
        let p = checked(probability)?;
        Some(Self {
            confidence: p,
            log_loss: binary_log_loss(label, p),
            brier: binary_brier(label, p),
        })
    }

    /// Of any number of classes, from the probability of each; `None` when one is NaN or the label
    /// or the predicted class has none.
    #[must_use]
    pub fn multiclass(label: u16, predicted: u16, probabilities: &[f64]) -> Option<Self> {
        if let [_, positive] = *probabilities {
            return Self::binary(label, positive);
        }
        let of = |class: u16| probabilities.get(usize::from(class)).copied();
        let (truth, confidence) = (checked(of(label)?)?, checked(of(predicted)?)?);
        let mut brier = 0.0;
        for (class, &probability) in probabilities.iter().enumerate() {
            let truth = f64::from(u8::from(class == usize::from(label)));
            let miss = truth - checked(probability)?;
            brier += miss * miss;
        }
        Some(Self {
            confidence,
            log_loss: clipped_log_loss(truth),
            brier: brier.min(MOST_BRIER),
        })
    }

    /// What calibration looks at: with two classes the probability of class 1, with more that of
    /// the predicted class.
    #[must_use]
    pub fn confidence(self) -> f64 {
        self.confidence
    }

    /// Logarithmic loss in nats; see [`Measures::log_loss`](super::Measures::log_loss).
    #[must_use]
    pub fn log_loss(self) -> f64 {
        self.log_loss
    }

    /// Brier score; see [`Measures::brier`](super::Measures::brier).
    #[must_use]
    pub fn brier(self) -> f64 {
        self.brier
    }
}

/// Whether what the confidence is the probability of came true: with two classes class 1, with more
/// the predicted class.
#[inline]
pub(super) fn came_true(classes: u16, label: u16, predicted: u16) -> bool {
    label == if classes == 2 { 1 } else { predicted }
}

/// The greatest Brier score that probabilities which sum to 1 can have.
pub(super) const MOST_BRIER: f64 = 2.0;

fn checked(probability: f64) -> Option<f64> {
    (!probability.is_nan()).then(|| probability.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_is_class_0() {
        assert_eq!(Judged::binary(1, 0.0, None).predicted, 0);
        assert_eq!(Judged::binary(1, -0.0, None).predicted, 0);
        assert_eq!(Judged::binary(1, f64::NAN, None).predicted, 0);
    }

    #[test]
    fn a_probability_that_is_none_or_beyond_its_range_is_harmless() {
        assert_eq!(Judged::binary(1, 1.0, Some(f64::NAN)).forecast, None);
        let sure = Forecast::binary(0, f64::INFINITY).unwrap();
        assert_eq!((sure.confidence(), sure.brier()), (1.0, 1.0));
        assert!((sure.log_loss() - 36.04).abs() < 0.01);
        assert_eq!(Forecast::multiclass(3, 0, &[0.5, 0.25, 0.25]), None);
        assert_eq!(Forecast::multiclass(0, 0, &[0.5, f64::NAN, 0.25]), None);
    }

    #[test]
    fn of_more_classes_every_one_counts() {
        let forecast = Forecast::multiclass(1, 0, &[0.5, 0.25, 0.25]).unwrap();
        assert_eq!(forecast.confidence(), 0.5);
        assert_eq!(forecast.brier(), 0.25 + 0.5625 + 0.0625);
        assert!((forecast.log_loss() - 2.0 * std::f64::consts::LN_2).abs() < 1e-15);
    }

    #[test]
    fn two_classes_are_the_same_either_way() {
        let two = Forecast::multiclass(1, 0, &[0.75, 0.25]);
        assert_eq!(two, Forecast::binary(1, 0.25));
    }
}
