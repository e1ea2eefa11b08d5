//! What decisions cost, in money.
//!
//! A model that gives probabilities leaves open from which probability on to say class 1. The
//! answer follows from what the two kinds of mistakes cost (Elkan 2001).

use serde::{Deserialize, Serialize};

use super::judged::Judged;
use super::matrix::{Matrix, share};
use super::settings::check;
use crate::settings::SettingsError;

/// What each decision costs, and from which probability on it is taken.
///
/// ```
/// use shared::evaluate::CostSettings;
///
/// // A refused good applicant costs 100, an accepted bad one 500.
/// let costs = CostSettings { threshold: 0.5, matrix: vec![vec![0.0, 100.0], vec![500.0, 0.0]] };
/// assert_eq!(costs.best_threshold(), Some(100.0 / 600.0));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CostSettings {
    /// With two classes, class 1 is decided where its probability is greater than this, from 0 to
    /// 1; a tie is class 0, as everywhere in the engine (scikit-learn's `FixedThresholdClassifier`
    /// takes class 1). With more classes, or where there is no probability, the decision is what
    /// the model predicted.
    pub threshold: f64,
    /// K × K; `matrix[label][decided]` is what one example of class `label` costs for which
    /// `decided` was decided, in any currency, negative for a gain; within ±[`MAX_COST`].
    pub matrix: Vec<Vec<f64>>,
}

/// The greatest cost of one decision.
pub const MAX_COST: f64 = 1e12;

impl Default for CostSettings {
    /// Two classes, threshold 0.5, each mistake costs 1.
    fn default() -> Self {
        Self {
            threshold: 0.5,
            matrix: vec![vec![0.0, 1.0], vec![1.0, 0.0]],
        }
    }
}

impl CostSettings {
    /// Checks the ranges, for a stream of this many classes.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate(&self, classes: u16) -> Result<(), SettingsError> {
        check(
            (0.0..=1.0).contains(&self.threshold),
            "cost.threshold",
            || "from 0 to 1".into(),
            &self.threshold,
        )?;
        let rows = usize::from(classes);
        let ragged = self.matrix.iter().map(Vec::len).find(|&row| row != rows);
        check(
            self.matrix.len() == rows && ragged.is_none(),
            "cost.matrix",
            || format!("{rows} rows of {rows} costs"),
            &format_args!(
                "{} rows of {}",
                self.matrix.len(),
                ragged.unwrap_or_else(|| self.matrix.first().map_or(0, Vec::len))
            ),
        )?;
        let mut costs = self.matrix.iter().flatten();
        let beyond = costs.find(|cost| !(-MAX_COST..=MAX_COST).contains(*cost));
        check(
            beyond.is_none(),
            "cost.matrix",
            || format!("of costs from -{MAX_COST} to {MAX_COST}"),
            beyond.unwrap_or(&0.0),
        )
    }

    /// The threshold at which both decisions cost the same on the average, if probabilities are
    /// right: `(C₀₁ − C₀₀) / (C₀₁ − C₀₀ + C₁₀ − C₁₁)` with `C[label][decided]` (Elkan 2001, eq. 2).
    ///
    /// `None` for more than two classes, or when a mistake costs no more than the right decision.
    #[must_use]
    pub fn best_threshold(&self) -> Option<f64> {
        let [zero, one] = self.matrix.as_slice() else {
            return None;
        };
        let ([c00, c01], [c10, c11]) = (zero.as_slice(), one.as_slice()) else {
            return None;
        };
        let (false_alarm, miss) = (c01 - c00, c10 - c11);
        (false_alarm > 0.0 && miss > 0.0).then(|| false_alarm / (false_alarm + miss))
    }

    /// What is decided for an example of a stream of two classes.
    #[inline]
    pub(super) fn decide(&self, judged: &Judged) -> u16 {
        match judged.forecast {
            Some(forecast) => u16::from(forecast.confidence > self.threshold),
            None => judged.predicted,
        }
    }

    /// What the decisions of a matrix cost.
    pub(super) fn of(&self, decided: &Matrix) -> Option<Cost> {
        let costs = self.matrix.iter().flatten();
        let total = costs.zip(decided.cells()).map(|(cost, n)| cost * n).sum();
        share(total, decided.total()).map(|per_example| Cost { total, per_example })
    }
}

/// What the decisions cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Together: `Σᵢⱼ nᵢⱼ·C[i][j]` over the examples of class i for which j was decided; under a
    /// fading factor with their weights.
    pub total: f64,
    /// On the average of the examples.
    pub per_example: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(settings: &CostSettings, classes: u16, message: &str) {
        assert_eq!(settings.validate(classes).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_matrix_of_another_shape_or_without_bounds_is_refused() {
        let default = CostSettings::default();
        let of = |matrix| CostSettings {
            matrix,
            ..default.clone()
        };
        refused(
            &default,
            3,
            "cost.matrix must be 3 rows of 3 costs; it is 2 rows of 2",
        );
        refused(
            &of(vec![vec![0.0; 2], vec![0.0; 5]]),
            2,
            "cost.matrix must be 2 rows of 2 costs; it is 2 rows of 5",
        );
        refused(
            &of(vec![vec![0.0, f64::INFINITY], vec![0.0; 2]]),
            2,
            "cost.matrix must be of costs from -1000000000000 to 1000000000000; it is inf",
        );
        refused(
            &CostSettings {
                threshold: 1.5,
                ..default.clone()
            },
            2,
            "cost.threshold must be from 0 to 1; it is 1.5",
        );
    }

    #[test]
    fn the_threshold_decides_where_there_is_a_probability() {
        let costs = CostSettings {
            threshold: 0.25,
            ..CostSettings::default()
        };
        let decided = |score, p| costs.decide(&Judged::binary(0, score, p));
        assert_eq!(decided(-1.0, Some(0.26)), 1);
        assert_eq!(decided(-1.0, Some(0.25)), 0);
        assert_eq!(decided(-1.0, None), 0);
        assert_eq!(decided(1.0, None), 1);
    }

    #[test]
    fn the_best_threshold_counts_what_a_mistake_costs_more_than_the_right_decision() {
        let costs = CostSettings {
            matrix: vec![vec![1.0, 4.0], vec![7.0, 2.0]],
            ..CostSettings::default()
        };
        // A false alarm costs 3 more, a miss 5 more.
        assert_eq!(costs.best_threshold(), Some(0.375));
    }

    #[test]
    fn there_is_no_best_threshold_where_mistakes_are_free() {
        let free = CostSettings {
            matrix: vec![vec![0.0, 0.0], vec![1.0, 0.0]],
            ..CostSettings::default()
        };
        assert_eq!(free.best_threshold(), None);
        let free = CostSettings {
            matrix: vec![vec![0.0, 1.0], vec![2.0, 2.0]],
            ..CostSettings::default()
        };
        assert_eq!(free.best_threshold(), None);
        assert_eq!(CostSettings::default().best_threshold(), Some(0.5));
    }
}
