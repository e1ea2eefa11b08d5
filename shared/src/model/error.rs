//! Why a partial fit is refused.

use thiserror::Error;

/// Why a partial fit was refused. The model is then as it was.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FitError {
    /// No sample.
    #[error("the batch has no sample: at least 1 is needed")]
    Empty,
    /// More samples than a shuffle can number.
    #[error("the batch has {rows} samples: at most 4294967295 can be learned from at once")]
    TooMany {
        /// Number of samples.
        rows: usize,
    },
    /// Another number of features than the model has.
    #[error("a sample has {found} features, the model {wanted}")]
    Width {
        /// The samples'.
        found: usize,
        /// The model's.
        wanted: usize,
    },
    /// As many labels as samples are needed.
    #[error("{labels} labels for {rows} samples")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of samples.
        rows: usize,
    },
    /// A label that is no class.
    #[error("sample {row} has label {label}: the classes are {}", classes_text(*classes))]
    UnknownLabel {
        /// The sample.
        row: usize,
        /// Its label.
        label: u16,
        /// Number of classes.
        classes: u16,
    },
    /// As many sample weights as samples are needed.
    #[error("{weights} sample weights for {rows} samples")]
    SampleWeights {
        /// Number of weights.
        weights: usize,
        /// Number of samples.
        rows: usize,
    },
    /// A sample weight that is negative or not finite.
    #[error("sample {row} has weight {weight}: a weight must be a finite number of at least 0")]
    SampleWeight {
        /// The sample.
        row: usize,
        /// Its weight.
        weight: String,
    },
    /// A feature is infinite or not a number, in the model's width of number.
    #[error("sample {row}, feature {column} is {value}: features must be finite{}", if *narrow { " as float32" } else { "" })]
    NotFinite {
        /// The sample.
        row: usize,
        /// The feature.
        column: usize,
        /// Its value.
        value: String,
        /// Whether the model works in `float32`.
        narrow: bool,
    },
    /// `class_weight` names a class that there is not, and leaves one out that there is.
    #[error("{0}")]
    ClassWeight(String),
    /// The weights left the range of numbers.
    #[error(
        "the weights overflowed; scale the features, or choose a smaller eta0 or a larger alpha"
    )]
    Overflow,
}

fn classes_text(classes: u16) -> String {
    match classes {
        0..=2 => "0 and 1".to_owned(),
        many => format!("0 to {}", many - 1),
    }
}
