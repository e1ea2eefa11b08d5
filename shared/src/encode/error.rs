//! Why a batch could not be encoded.

use thiserror::Error;

/// Why a batch could not be encoded. The encoder is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// Per batch: Spark's `OneHotEncoder` wants two categories.
    #[error(
        "{field}: {found} in this batch, and one-hot columns that are fitted on a batch need at \
         least two categories; take larger batches or the stable encoder"
    )]
    TooFewCategories {
        /// The field.
        field: String,
        /// What there is, as `only "RENT"`.
        found: String,
    },
    /// Per batch: Spark has no column name for an empty word.
    #[error("{field}: an empty word; fitted on a batch it would be a column without a name")]
    EmptyWord {
        /// The field.
        field: String,
    },
    /// Per batch: Spark's `VectorAssembler` refuses a missing number.
    #[error("{field}: a number is missing, and this encoder has no rule for that")]
    MissingNumber {
        /// The field.
        field: String,
    },
    /// Mean, variance or a sum is beyond the range of a number.
    #[error("{field}: its numbers are too large: their mean and variance are not finite")]
    NotFinite {
        /// The field.
        field: String,
    },
}
