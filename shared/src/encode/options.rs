//! What a linear model cannot see by itself, and the encoder can show it: where a number passes a
//! value, and where two fields act together.
//!
//! A linear score is a sum of one term per field. A rule such as *income below 30 000 counts 20*
//! is a step, which no slope fits; its [`Threshold`] `income<30000` is a column that is 1 below the
//! step and 0 above, and the rule's 20 becomes that column's weight. A rule that takes two
//! fields together (*the rate matters for renters only*) is no sum at all; an [`Interaction`]
//! `rate*ownership` gives the products of the two fields' columns, each with a weight of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The side of a value that a threshold's column marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `<`: numbers below the value.
    Below,
    /// `>`: numbers above the value.
    Above,
}

/// A column that is 1 where a field's raw number is strictly on one side of a value, and 0
/// elsewhere; also 0 where the number is missing. In text `field<value` or `field>value`, which is
/// the column's name as well.
///
/// ```
/// let threshold: shared::encode::Threshold = "person_income<30000".parse()?;
/// assert_eq!((threshold.field(), threshold.value()), ("person_income", 30_000.0));
/// assert!(threshold.holds(29_999.0) && !threshold.holds(30_000.0));
/// # Ok::<(), shared::encode::OptionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Threshold {
    field: String,
    side: Side,
    value: f64,
}

/// The products of the columns of two fields, one column each. In text `first*second`.
///
/// The columns are those that scikit-learn's `PolynomialFeatures(interaction_only=True)` gives for
/// one column of either field, in its order and with its names (`a b`): for each column of the
/// field that comes first in the features, every column of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interaction {
    first: String,
    second: String,
}

/// Why a text is no threshold or no interaction.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OptionError {
    /// Not of the form `field<value` or `field>value`.
    #[error("\"{0}\" is no threshold: write field<value or field>value, as in person_income<30000")]
    Threshold(String),
    /// What follows the sign is not a finite number.
    #[error("\"{value}\" in \"{text}\" is not a finite number")]
    Value {
        /// The whole text.
        text: String,
        /// What stands for the value.
        value: String,
    },
    /// Not two fields.
    #[error("\"{0}\" is no interaction: write two different fields as first*second")]
    Interaction(String),
}

impl Threshold {
    /// The field whose number is compared.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The side that the column marks.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// The value that the number is compared with.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Whether `number` is on the marked side; `NaN` is not.
    #[must_use]
    #[inline]
    pub fn holds(&self, number: f64) -> bool {
        self.side.holds(number, self.value)
    }
}

impl Side {
    #[inline]
    pub(super) fn holds(self, number: f64, value: f64) -> bool {
        match self {
            Self::Below => number < value,
            Self::Above => number > value,
        }
    }
}

impl Interaction {
    /// The two fields, as they were named.
    #[must_use]
    pub fn fields(&self) -> [&str; 2] {
        [&self.first, &self.second]
    }

    /// A text that is the same for `a*b` and `b*a`.
    pub(super) fn unordered(&self) -> String {
        let (low, high) = (
            (&self.first).min(&self.second),
            (&self.first).max(&self.second),
        );
        format!("{low}*{high}")
    }
}

impl FromStr for Threshold {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let malformed = || OptionError::Threshold(text.to_owned());
        let at = text.rfind(['<', '>']).ok_or_else(malformed)?;
        let (field, value) = (text[..at].trim(), text[at + 1..].trim());
        if field.is_empty() || value.is_empty() {
            return Err(malformed());
        }
        let side = match &text[at..=at] {
            "<" => Side::Below,
            _ => Side::Above,
        };
        let number = value.parse().ok().filter(|number: &f64| number.is_finite());
        Ok(Self {
            field: field.to_owned(),
            side,
            value: number.ok_or_else(|| OptionError::Value {
                text: text.to_owned(),
                value: value.to_owned(),
            })?,
        })
    }
}

impl FromStr for Interaction {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        match text.split_once('*').map(|(a, b)| (a.trim(), b.trim())) {
            Some((first, second))
                if !first.is_empty()
                    && !second.is_empty()
                    && first != second
                    && !second.contains('*') =>
            {
                Ok(Self {
                    first: first.to_owned(),
                    second: second.to_owned(),
                })
            }
            _ => Err(OptionError::Interaction(text.to_owned())),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.side {
            Side::Below => '<',
            Side::Above => '>',
        };
        let magnitude = self.value.abs();
        write!(formatter, "{}{sign}", self.field)?;
        // Both spellings are exact; this one is the shorter where there would be many zeros.
        if magnitude != 0.0 && !(1e-5..1e16).contains(&magnitude) {
            write!(formatter, "{:e}", self.value)
        } else {
            write!(formatter, "{}", self.value)
        }
    }
}

impl fmt::Display for Interaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}*{}", self.first, self.second)
    }
}

/// Conversions by which settings hold the text form.
macro_rules! as_text {
    ($($name:ty),+) => {
        $(
            impl TryFrom<String> for $name {
                type Error = OptionError;

                fn try_from(text: String) -> Result<Self, OptionError> {
                    text.parse()
                }
            }

            impl From<$name> for String {
                fn from(option: $name) -> Self {
                    option.to_string()
                }
            }
        )+
    };
}

as_text!(Threshold, Interaction);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_read_and_written() {
        for text in [
            "income<30000",
            "rate>0.4",
            "a<b>-1",
            "x>1e300",
            "x<5e-324",
            "x>-0",
        ] {
            assert_eq!(text.parse::<Threshold>().unwrap().to_string(), text);
        }
        assert_eq!(
            " x > 1.50 ".parse::<Threshold>().unwrap().to_string(),
            "x>1.5"
        );
        assert_eq!(" a * b ".parse::<Interaction>().unwrap().to_string(), "a*b");
    }

    #[test]
    fn what_is_none_is_told_why() {
        for (text, wanted) in [
            (
                "income",
                "\"income\" is no threshold: write field<value or field>value",
            ),
            ("<3", "\"<3\" is no threshold"),
            ("x>", "\"x>\" is no threshold"),
            ("x>=3", "\"=3\" in \"x>=3\" is not a finite number"),
            ("x<inf", "\"inf\" in \"x<inf\" is not a finite number"),
            ("x<nan", "\"nan\" in"),
        ] {
            let error = text.parse::<Threshold>().unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{error}");
        }
        for text in ["a", "a*", "*b", "a*a", "a*b*c"] {
            let error = text.parse::<Interaction>().unwrap_err().to_string();
            let wanted = format!("\"{text}\" is no interaction: write two different fields");
            assert!(error.starts_with(&wanted), "{error}");
        }
    }

    #[test]
    fn a_threshold_is_strict_and_a_missing_number_is_on_no_side() {
        let above: Threshold = "x>2".parse().unwrap();
        assert_eq!(
            [1.0, 2.0, 3.0, f64::NAN].map(|x| above.holds(x)),
            [false, false, true, false]
        );
        let below: Threshold = "x<2".parse().unwrap();
        assert_eq!(
            [1.0, 2.0, 3.0, f64::NAN].map(|x| below.holds(x)),
            [true, false, false, false]
        );
    }
}
