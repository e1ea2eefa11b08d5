//! The values of the settings that are words, as scikit-learn spells them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        /// Passive-aggressive I (Crammer et al., 2006): a step of `min(eta0, loss/‖x‖²)`. With the
        /// loss `hinge` only.
        Pa1 = "pa1",
        /// Passive-aggressive II: a step of `loss/(‖x‖² + 1/(2·eta0))`. With `hinge` only.
        Pa2 = "pa2",
    }
}

named! {
    /// The width of number in which features and weights are kept.
    Dtype {
        /// 64 bits.
        Float64 = "float64",
        /// 32 bits: features are rounded to it first, as scikit-learn works on a `float32` matrix.
        Float32 = "float32",
    }
}

impl LearningRate {
    /// Whether the rate is a passive-aggressive one, which scikit-learn has since 1.8.
    #[must_use]
    pub fn is_passive_aggressive(self) -> bool {
        matches!(self, Self::Pa1 | Self::Pa2)
    }

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
