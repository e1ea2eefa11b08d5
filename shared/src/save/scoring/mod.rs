//! Scoring code: a saved model as a program in a language that is already where the data is.

mod python;
mod sql;

pub use python::model_python;
pub use sql::model_sql;

use super::formula::{Formula, ScoringError};
use super::{ModelFormat, onnx};
use crate::learner::Learner;

/// Whether models of this learner can be saved in a format that predicts elsewhere. Words that are
/// yet to be seen may still be refused when they come.
///
/// # Errors
/// As the format's own function.
pub fn check_scoring(learner: &Learner, format: ModelFormat) -> Result<(), ScoringError> {
    match format {
        ModelFormat::Json | ModelFormat::Joblib => Ok(()),
        ModelFormat::Onnx => onnx::check(&Formula::new(learner, onnx::FORMAT)?),
        ModelFormat::Sql => sql::check(&Formula::new(learner, sql::FORMAT)?),
        ModelFormat::Python => Formula::new(learner, python::FORMAT).map(|_| ()),
    }
}
