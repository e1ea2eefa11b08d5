//! Every measure of a set of judged examples, with its formula, its source and where it is
//! undefined.

use serde::{Deserialize, Serialize};

use super::calibration::{CalibrationBin, expected_error};
use super::cost::{Cost, CostSettings};
use super::matrix::{Matrix, improvement, macro_average, share};

/// Every measure over one set of judged examples.
///
/// `n` examples, all of weight 1 (under a fading factor the newest has weight 1, the one before α,
/// then α², …, and every count and sum below is one of weights). `nᵢⱼ` of them have label `i` and
/// were predicted `j`; `nᵢ.` have label `i`, `n.ⱼ` were predicted `j`.
///
/// A measure is `None` where its formula divides by 0, where it needs probabilities and the model
/// gives none, or where the estimator does not keep what it needs. Where scikit-learn returns 0
/// and warns (`zero_division="warn"`), or NaN, this returns `None`; only an average over classes
/// takes 0 for a class whose precision or recall is undefined, as scikit-learn's default does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// `n`, or `Σ αⁱ` under a fading factor.
    pub weight: f64,
    /// `Σᵢ nᵢᵢ / n`. `None` for no example.
    pub accuracy: Option<f64>,
    /// What the majority class scores on the same examples, see
    /// [`Baseline::majority`](super::Baseline::majority).
    pub majority_accuracy: Option<f64>,
    /// What no change scores on the same examples, see
    /// [`Baseline::no_change`](super::Baseline::no_change). `None` on a fixed set, which has no
    /// order.
    pub no_change_accuracy: Option<f64>,
    /// Logarithmic loss in nats, the mean of `−ln P(label)` with P kept between ε = 2⁻⁵² and
    /// `1 − ε` (Good 1952; scikit-learn's `log_loss`). From 0, the best, to 36.04. Over the
    /// examples that have a probability; `None` for none.
    pub log_loss: Option<f64>,
    /// Brier score (Brier 1950; scikit-learn's `brier_score_loss`). Two classes: the mean of
    /// `(p − y)²`, from 0, the best, to 1. More: the mean of `Σₖ (pₖ − yₖ)²`, from 0 to 2. Over the
    /// examples that have a probability; `None` for none.
    pub brier: Option<f64>,
    /// Two classes: precision of class 1, `n₁₁ / n.₁`; `None` when class 1 was never predicted.
    /// More: the mean over the classes that occur as a label or a prediction, where one that was
    /// never predicted has 0 (`average="macro"`).
    pub precision: Option<f64>,
    /// Two classes: recall of class 1, `n₁₁ / n₁.`; `None` when class 1 did not occur. More: the
    /// mean over the classes that occur as a label or a prediction, where one that is no label has
    /// 0 (`average="macro"`).
    pub recall: Option<f64>,
    /// Two classes: F1 of class 1, the harmonic mean of precision and recall,
    /// `2·n₁₁ / (n₁. + n.₁)` (van Rijsbergen 1979); `None` when class 1 is neither label nor
    /// prediction. More: the mean over the classes that occur.
    pub f1: Option<f64>,
    /// Balanced accuracy, the mean over the classes that occur as a label of their recall (Brodersen
    /// et al. 2010; scikit-learn's `balanced_accuracy_score`). `None` for no example.
    pub balanced_accuracy: Option<f64>,
    /// Cohen's kappa, `(p₀ − pₑ) / (1 − pₑ)` with the accuracy `p₀` and `pₑ = Σᵢ nᵢ.·n.ᵢ / n²`, the
    /// accuracy of somebody who predicts as often each class, but by chance (Cohen 1960). `None`
    /// when all labels and all predictions are one and the same class.
    pub kappa: Option<f64>,
    /// Kappa-temporal, `(p₀ − pₙ) / (1 − pₙ)` with the accuracy `pₙ` of no change on the same
    /// examples (Žliobaitė et al. 2015). Below 0 the model is worse than repeating the last label.
    /// `None` where no change is always right, and on a fixed set.
    pub kappa_temporal: Option<f64>,
    /// Kappa-M, `(p₀ − pₘ) / (1 − pₘ)` with the accuracy `pₘ` of the majority class on the same
    /// examples (Bifet et al. 2015). `None` where the majority class is always right.
    ///
    /// The majority class is predicted test-then-train too: it is known from the labels before the
    /// example, over the whole stream, as MOA's `MajorityClass` learner does it. (MOA's evaluator
    /// computes its own `Kappa M` with the majority that already includes the label to be
    /// predicted, and under a window with that of the window.)
    pub kappa_m: Option<f64>,
    /// Area under the ROC curve: the share of pairs of a positive and a negative example whose scores
    /// stand in the right order, ties as half a pair (Hanley, `McNeil` 1982; scikit-learn's
    /// `roc_auc_score`). Two classes, over a window or a fixed set; `None` elsewhere and when
    /// one class is missing.
    pub roc_auc: Option<f64>,
    /// Area under the precision-recall curve as average precision, `Σₛ (Rₛ − Rₛ₋₁)·Pₛ` over the
    /// distinct scores `s`, greatest first (scikit-learn's `average_precision_score`: no
    /// interpolation, equal scores are one step). Two classes, over a window or a fixed set; `None`
    /// elsewhere and when class 1 did not occur (scikit-learn: 0).
    pub pr_auc: Option<f64>,
    /// Expected calibration error, `Σᵇ (nᵇ/n)·|came trueᵇ − mean probabilityᵇ|` over the bins (Naeini
    /// et al. 2015; for more than two classes the predicted class's, Guo et al. 2017). `None` when no
    /// example has a probability.
    pub expected_calibration_error: Option<f64>,
    /// The reliability diagram, bins of equal width from 0 to 1, each without its lower and with its
    /// upper edge (scikit-learn's `calibration_curve`, which leaves the empty ones out). No bins
    /// when no example has a probability.
    pub calibration: Vec<CalibrationBin>,
    /// `nᵢⱼ`, a row per label, a column per prediction (scikit-learn's `confusion_matrix`).
    pub confusion: Vec<Vec<f64>>,
    /// Precision, recall and F1 of each class.
    pub classes: Vec<ClassMeasures>,
    /// What the decisions cost; `None` when no cost is set or for no example.
    pub cost: Option<Cost>,
}

/// One class against all others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassMeasures {
    /// Examples of the class, `nᵢ.`.
    pub support: f64,
    /// Right among the predicted, `nᵢᵢ / n.ᵢ`; `None` when the class was never predicted.
    pub precision: Option<f64>,
    /// Predicted among the real, `nᵢᵢ / nᵢ.`; `None` when the class did not occur.
    pub recall: Option<f64>,
    /// `2·nᵢᵢ / (nᵢ. + n.ᵢ)`; `None` when the class is neither label nor prediction.
    pub f1: Option<f64>,
}

/// What the measures are computed from.
pub(super) struct Sums {
    pub(super) weight: f64,
    pub(super) right: f64,
    pub(super) majority_right: f64,
    pub(super) no_change_right: Option<f64>,
    /// Weight of the examples with a probability, and the sums of their log losses and Brier scores.
    pub(super) forecasts: f64,
    pub(super) losses: [f64; 2],
    pub(super) calibration: Vec<CalibrationBin>,
    pub(super) matrix: Matrix,
    /// Where decisions are not the predictions.
    pub(super) decided: Option<Matrix>,
    /// Under the ROC and the precision-recall curve.
    pub(super) areas: (Option<f64>, Option<f64>),
}

impl Sums {
    pub(super) fn measures(self, cost: Option<&CostSettings>) -> Measures {
        let of = |sum| share(sum, self.weight);
        let (accuracy, majority_accuracy) = (of(self.right), of(self.majority_right));
        let no_change_accuracy = self.no_change_right.and_then(of);
        let kappa = |reference: Option<f64>| {
            let (accuracy, reference) = accuracy.zip(reference)?;
            improvement(accuracy, reference)
        };
        let classes = self.matrix.per_class();
        let [precision, recall, f1] = match classes[..] {
            [_, positive] => [positive.precision, positive.recall, positive.f1],
            _ => macro_average(&classes),
        };
        let (roc_auc, pr_auc) = self.areas;
        let [log_loss, brier] = self.losses.map(|sum| share(sum, self.forecasts));
        let decided = self.decided.as_ref().unwrap_or(&self.matrix);
        Measures {
            weight: self.weight,
            accuracy,
            majority_accuracy,
            no_change_accuracy,
            log_loss,
            brier,
            precision,
            recall,
            f1,
            balanced_accuracy: self.matrix.balanced_accuracy(),
            kappa: self.matrix.kappa(),
            kappa_temporal: kappa(no_change_accuracy),
            kappa_m: kappa(majority_accuracy),
            roc_auc,
            pr_auc,
            expected_calibration_error: expected_error(&self.calibration),
            cost: cost.and_then(|cost| cost.of(decided)),
            calibration: if self.forecasts > 0.0 {
                self.calibration
            } else {
                Vec::new()
            },
            confusion: self.matrix.rows(),
            classes,
        }
    }
}
