//! The classifier's settings under scikit-learn's names, with its values and defaults, except
//! `loss` (`log_loss`) and `random_state` (42).

mod class_weight;
mod names;

pub use class_weight::{ClassWeight, ClassWeightError};
pub use names::{Average, Dtype, LearningRate, Loss, Penalty, UnknownName};

use serde::{Deserialize, Serialize};

use crate::settings::{SettingsError, check_number as check};

/// The last update from which averaging may begin: the largest that scikit-learn takes.
pub const MAX_AVERAGE: u64 = 0x7fff_ffff;

/// Settings of the stochastic gradient descent classifier (scikit-learn's `SGDClassifier`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SgdSettings {
    /// What a prediction's error costs.
    pub loss: Loss,
    /// What large weights cost.
    pub penalty: Penalty,
    /// Strength of the penalty; also enters the `optimal` rate. Greater than 0 with it.
    pub alpha: f64,
    /// Share of L1 in `elasticnet`, 0 to 1.
    pub l1_ratio: f64,
    /// Whether there is an intercept.
    pub fit_intercept: bool,
    /// Width of the insensitive zone of `huber` and the epsilon losses.
    pub epsilon: f64,
    /// Whether the samples of a batch are shuffled before they are learned from.
    pub shuffle: bool,
    /// Seed of that shuffle: the same in every partial fit, as scikit-learn does it.
    pub random_state: u32,
    /// How the learning rate moves.
    pub learning_rate: LearningRate,
    /// First learning rate of `constant`, `invscaling` and `adaptive`, largest step of `pa1`,
    /// softness of `pa2`. It has no default: those five need it.
    pub eta0: Option<f64>,
    /// Exponent of `invscaling`.
    pub power_t: f64,
    /// From which update on the weights are averaged.
    pub average: Average,
    /// How much more the samples of one class count than those of another.
    pub class_weight: ClassWeight,
    /// The width of number in which features and weights are kept.
    pub dtype: Dtype,
}

impl Default for SgdSettings {
    fn default() -> Self {
        Self {
            loss: Loss::LogLoss,
            penalty: Penalty::L2,
            alpha: 1e-4,
            l1_ratio: 0.15,
            fit_intercept: true,
            epsilon: 0.1,
            shuffle: true,
            random_state: 42,
            learning_rate: LearningRate::Optimal,
            eta0: None,
            power_t: 0.5,
            average: Average(0),
            class_weight: ClassWeight::default(),
            dtype: Dtype::Float64,
        }
    }
}

impl SgdSettings {
    /// Checks every range.
    ///
    /// # Errors
    /// The first setting out of its range, with the range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        check("alpha", self.alpha, |v| v >= 0.0, "a number of at least 0")?;
        check(
            "l1_ratio",
            self.l1_ratio,
            |v| (0.0..=1.0).contains(&v),
            "from 0 to 1",
        )?;
        check(
            "epsilon",
            self.epsilon,
            |v| v >= 0.0,
            "a number of at least 0",
        )?;
        check("power_t", self.power_t, |_| true, "a finite number")?;
        match self.eta0 {
            Some(eta0) => check("eta0", eta0, |v| v > 0.0, "a number greater than 0")?,
            None if self.learning_rate.uses_eta0() => return Err(self.missing_eta0()),
            None => {}
        }
        if self.learning_rate == LearningRate::Optimal {
            let range = "greater than 0 with learning_rate optimal";
            check("alpha", self.alpha, |v| v > 0.0, range)?;
        }
        self.check_passive_aggressive()?;
        self.check_average()?;
        self.class_weight.validate()
    }

    fn check_passive_aggressive(&self) -> Result<(), SettingsError> {
        if !self.learning_rate.is_passive_aggressive() || self.loss == Loss::Hinge {
            return Ok(());
        }
        Err(SettingsError {
            field: "loss",
            range: format!("hinge with learning_rate {}", self.learning_rate),
            value: self.loss.to_string(),
        })
    }

    fn check_average(&self) -> Result<(), SettingsError> {
        if self.average.0 <= MAX_AVERAGE {
            return Ok(());
        }
        Err(SettingsError {
            field: "average",
            range: format!("true, false or a number of updates up to {MAX_AVERAGE}"),
            value: self.average.to_string(),
        })
    }

    fn missing_eta0(&self) -> SettingsError {
        SettingsError {
            field: "eta0",
            range: format!(
                "a number greater than 0: learning_rate {} needs it",
                self.learning_rate
            ),
            value: "not given".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(change: impl Fn(&mut SgdSettings), message: &str) {
        let mut settings = SgdSettings::default();
        change(&mut settings);
        assert_eq!(settings.validate().unwrap_err().to_string(), message);
    }

    #[test]
    fn the_defaults_are_valid() {
        SgdSettings::default().validate().unwrap();
    }

    #[test]
    fn a_refusal_names_field_range_and_value() {
        check_refused(
            |s| s.l1_ratio = 1.5,
            "l1_ratio must be from 0 to 1; it is 1.5",
        );
        check_refused(
            |s| s.alpha = f64::NAN,
            "alpha must be a number of at least 0; it is NaN",
        );
        let message = "alpha must be greater than 0 with learning_rate optimal; it is 0";
        check_refused(|s| s.alpha = 0.0, message);
        let message = "eta0 must be a number greater than 0: learning_rate constant needs it; it is not given";
        check_refused(|s| s.learning_rate = LearningRate::Constant, message);
        let message =
            "eta0 must be a number greater than 0: learning_rate pa1 needs it; it is not given";
        check_refused(|s| s.learning_rate = LearningRate::Pa1, message);
        check_refused(
            |s| (s.learning_rate, s.eta0) = (LearningRate::Pa2, Some(1.0)),
            "loss must be hinge with learning_rate pa2; it is log_loss",
        );
        check_refused(
            |s| s.average = Average(1 << 31),
            "average must be true, false or a number of updates up to 2147483647; it is 2147483648",
        );
        check_refused(
            |s| s.class_weight = ClassWeight::from_pairs([("1", -1.0)]).unwrap(),
            "class_weight must be a finite number of at least 0 for class 1; it is -1",
        );
    }

    #[test]
    fn names_are_scikit_learns() {
        assert_eq!("squared_hinge".parse(), Ok(Loss::SquaredHinge));
        assert_eq!(Penalty::None.to_string(), "none");
        let error = "l3".parse::<Penalty>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"l3\" is not one of l2, l1, elasticnet, none"
        );
    }

    #[test]
    fn average_is_a_switch_or_a_number() {
        for (text, value) in [("true", 1), ("false", 0), ("300", 300)] {
            let average: Average = text.parse().unwrap();
            assert_eq!(
                (average, average.to_string().as_str()),
                (Average(value), text)
            );
            let json = serde_json::to_string(&average).unwrap();
            assert_eq!(json, text);
            assert_eq!(serde_json::from_str::<Average>(&json).unwrap(), average);
        }
    }
}
