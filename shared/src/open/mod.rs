//! From the bytes of a saved model to a learner that goes on from it: what [`save`](crate::save)
//! writes, and what scikit-learn's users save with joblib or pickle.
//!
//! [`open_model`] tells the format by the content, never by a file's name. Nothing of a file is
//! executed, and nothing is half loaded: a model is opened whole, or refused with the place and the
//! reason. Memory is bounded by the file's own length, [`MAX_FILE_BYTES`] at most; of a file that zlib
//! or gzip packed by what it unpacks to, [`MAX_UNPACKED_BYTES`] at most.
//!
//! | opened | goes on |
//! |---|---|
//! | the project's JSON | [with everything](Learner::from_model_file) but what was judged so far |
//! | a pickled `SGDClassifier` | as [the model](Learner::from_sgd) of another learner's schema and encoder |
//!
//! ```
//! use shared::decode::Format;
//! use shared::learner::Learner;
//! use shared::open::{OpenedModel, open_model};
//! use shared::save::model_json;
//! use shared::settings::Settings;
//!
//! let bytes = model_json(&Learner::new(Settings::default())?);
//! let OpenedModel::Own(file) = open_model(&bytes)? else {
//!     panic!("it is the project's own");
//! };
//! let learner = Learner::from_model_file(*file, Format::Json)?;
//! assert_eq!(model_json(&learner), bytes);
//!
//! let error = open_model(b"\x80\x04\x8c\x02os\x8c\x06system\x93.").unwrap_err();
//! assert!(error.to_string().starts_with("byte 14: os.system may not stand in a model's file"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array;
mod begin;
mod check;
mod compressed;
mod error;
mod format;
mod go_on;
mod model_file;
mod pickle;
mod sgd;

pub use begin::START_FILES;
pub use compressed::MAX_UNPACKED_BYTES;
pub use error::OpenError;
pub use format::MAX_FILE_BYTES;
pub use go_on::GoOnError;
pub use pickle::{MAX_STEPS, STEP_BYTES};
pub use sgd::{Fitted, Note, OpenedSgd};

use crate::save::ModelFile;
use format::Found;

#[cfg(doc)]
use crate::learner::Learner;

/// A model that was opened.
#[derive(Clone, Debug, PartialEq)]
pub enum OpenedModel {
    /// The project's own file: everything to go on with.
    Own(Box<ModelFile>),
    /// scikit-learn's classifier.
    Sgd(Box<OpenedSgd>),
}

impl OpenedModel {
    /// What goes on otherwise than one may think.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        match self {
            Self::Own(file) => model_file::notes(file),
            Self::Sgd(sgd) => sgd.notes.clone(),
        }
    }
}

/// Opens a saved model, whichever it is.
///
/// # Errors
/// When it is of no format that is known here, or is broken, or holds what cannot be gone on from.
pub fn open_model(bytes: &[u8]) -> Result<OpenedModel, OpenError> {
    match format::of(bytes)? {
        Found::Json => Ok(OpenedModel::Own(Box::new(model_file::open(bytes)?))),
        Found::Pickle => Ok(OpenedModel::Sgd(Box::new(sgd::open(bytes)?))),
        Found::Zlib => open_unpacked(&compressed::zlib(bytes)?),
        Found::Gzip => open_unpacked(&compressed::gzip(bytes)?),
    }
}

/// Opens what was compressed, once and no more.
fn open_unpacked(bytes: &[u8]) -> Result<OpenedModel, OpenError> {
    if matches!(format::of(bytes)?, Found::Zlib | Found::Gzip) {
        let problem = "it is compressed twice; unpack it once";
        return Err(OpenError::Format(problem.into()));
    }
    open_model(bytes).map_err(OpenError::of_unpacked)
}

#[cfg(test)]
mod tests;
