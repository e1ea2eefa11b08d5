//! What is wrong with a stream's settings or a drift script, with field, range and value.

use std::fmt::Display;

use thiserror::Error;

/// A setting of a stream out of its range.
///
/// ```
/// use shared::generate::{SeaSettings, StreamSettings};
///
/// let settings = StreamSettings::Sea(SeaSettings { noise: 2.0, ..SeaSettings::default() });
/// let error = settings.validate().unwrap_err();
/// assert_eq!(error.to_string(), "sea.noise must be from 0 to 1; it is 2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field} must be {range}; it is {value}")]
pub struct StreamError {
    /// The setting's name, with the path to it: `phases[2].noise`.
    pub field: String,
    /// What it may be.
    pub range: String,
    /// What it is.
    pub value: String,
}

impl StreamError {
    pub(super) fn new(field: &str, range: impl Into<String>, value: &impl Display) -> Self {
        Self {
            field: field.into(),
            range: range.into(),
            value: value.to_string(),
        }
    }

    /// The same of a setting that stands inside another.
    pub(super) fn inside(self, outer: &str) -> Self {
        Self {
            field: format!("{outer}.{}", self.field),
            ..self
        }
    }
}

/// Checks `least ≤ value ≤ most`, which NaN does not pass.
pub(super) fn within<T: PartialOrd + Display + Copy>(
    field: &str,
    value: T,
    least: T,
    most: T,
) -> Result<(), StreamError> {
    if value >= least && value <= most {
        return Ok(());
    }
    Err(StreamError::new(
        field,
        format!("from {least} to {most}"),
        &value,
    ))
}

/// Checks a probability.
pub(super) fn probability(field: &str, value: f64) -> Result<(), StreamError> {
    within(field, value, 0.0, 1.0)
}
