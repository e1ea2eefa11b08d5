//! The classifier's settings under scikit-learn's names, with its values and defaults, except
//! `loss` (`log_loss`) and `random_state` (42).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::settings::SettingsError;

/// A value that a setting does not have, with those that it has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not one of {}", known.join(", "))]
pub struct UnknownName {
    found: String,
    known: Vec<&'static str>,
}

/// An enum whose values are written as scikit-learn spells them.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All values, in the order of a menu.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value in scikit-learn's spelling.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let mut all = Self::ALL.iter().copied();
                all.find(|value| value.name() == text).ok_or_else(|| UnknownName {
                    found: text.to_owned(),
                    known: Self::ALL.iter().map(|value| value.name()).collect(),
                })
            }
        }
    };
}

named! {
    /// What a prediction's error costs.
    Loss {
        /// Logistic regression.
        LogLoss = "log_loss",
        /// Linear support vector machine.
        Hinge = "hinge",
        /// Hinge with threshold 0.
        Perceptron = "perceptron",
        /// Smooth hinge that tolerates outliers.
        ModifiedHuber = "modified_huber",
        /// Quadratic hinge.
        SquaredHinge = "squared_hinge",
        /// Least squares.
        SquaredError = "squared_error",
        /// Least squares near zero, linear beyond `epsilon`.
        Huber = "huber",
        /// Linear beyond `epsilon`.
        EpsilonInsensitive = "epsilon_insensitive",
        /// Quadratic beyond `epsilon`.
        SquaredEpsilonInsensitive = "squared_epsilon_insensitive",
    }
}

named! {
    /// What large weights cost.
    Penalty {
        /// Sum of squares.
        L2 = "l2",
        /// Sum of magnitudes: makes weights zero.
        L1 = "l1",
        /// A mixture of both, by `l1_ratio`.
        ElasticNet = "elasticnet",
        /// Nothing.
        None = "none",
    }
}

named! {
    /// How the learning rate η moves with the number of updates t.
    LearningRate {
        /// `η = 1/(α·(t₀ + t))`, t₀ after Léon Bottou.
        Optimal = "optimal",
        /// `η = eta0`.
        Constant = "constant",
        /// `η = eta0 / t^power_t`.
        InvScaling = "invscaling",
        /// `η = eta0`; scikit-learn lowers it between epochs only, of which a partial fit has one.
        Adaptive = "adaptive",
    }
}

impl LearningRate {
    /// Whether the rate needs `eta0`.
    #[must_use]
    pub fn uses_eta0(self) -> bool {
        !matches!(self, Self::Optimal)
    }
}

/// From which update on the weights are averaged; 0 is never. Written `false`, `true` or a
/// number, `true` being 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Average(pub u64);

/// In a text format it is a switch or a number; in a binary one, which does not say what comes,
/// always the number.
impl Serialize for Average {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            switch @ (0 | 1) if to.is_human_readable() => to.serialize_bool(switch == 1),
            update => to.serialize_u64(update),
        }
    }
}

impl<'de> Deserialize<'de> for Average {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Switch(bool),
            From(u64),
        }
        if !from.is_human_readable() {
            return u64::deserialize(from).map(Self);
        }
        Ok(match Written::deserialize(from)? {
            Written::Switch(on) => Self(u64::from(on)),
            Written::From(update) => Self(update),
        })
    }
}

impl fmt::Display for Average {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => formatter.write_str("false"),
            1 => formatter.write_str("true"),
            update => write!(formatter, "{update}"),
        }
    }
}

impl FromStr for Average {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "false" => Ok(Self(0)),
            "true" => Ok(Self(1)),
            number => number.parse().map(Self).map_err(|_| UnknownName {
                found: text.to_owned(),
                known: vec!["true", "false", "a number of updates"],
            }),
        }
    }
}

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
    /// First learning rate of `constant`, `invscaling` and `adaptive`, which need it.
    pub eta0: Option<f64>,
    /// Exponent of `invscaling`.
    pub power_t: f64,
    /// From which update on the weights are averaged.
    pub average: Average,
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
        Ok(())
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

fn check(
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
