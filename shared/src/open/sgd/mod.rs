//! scikit-learn's `SGDClassifier` out of a pickle's values: its parameters as settings, and what it
//! has learned as the state of a [model](crate::model).
//!
//! Every attribute is looked at. What a partial fit goes on from is taken over to the bit; what it
//! makes anew or does not use is passed over by name; what it cannot go on from, and every name that
//! is not known, is refused. Source: scikit-learn's `_stochastic_gradient.py`, versions 1.5 to 1.9.

mod members;
mod numbers;
mod settings;
mod state;
mod words;

use std::fmt;

use super::array::Plain;
use super::check;
use super::error::OpenError;
use super::pickle::{self, Tree};
use crate::model::{ModelState, SgdSettings};
use crate::schema::Class;
use members::Members;

/// A classifier of scikit-learn's.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedSgd {
    /// Its parameters, and the width of its weights.
    pub settings: SgdSettings,
    /// What it has learned; none if that is nothing.
    pub fitted: Option<Fitted>,
    /// The version of scikit-learn that the file says it is from.
    pub sklearn_version: Option<String>,
    /// What goes on otherwise than one may think.
    pub notes: Vec<Note>,
}

/// What a classifier has learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// scikit-learn's `classes_`.
    pub classes: Vec<Class>,
    /// scikit-learn's `feature_names_in_`, which a classifier that learned from a data frame has.
    pub feature_names: Option<Vec<String>>,
    /// What a partial fit continues from.
    pub state: ModelState,
}

impl Fitted {
    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        let first = self.state.rows.first();
        first.map_or(0, |row| row.plain_coef.len())
    }
}

/// What a model that is opened does otherwise than one may think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// `random_state` is None, for which scikit-learn draws another seed every time; this one is
    /// taken.
    RandomState(u32),
    /// Averages of more than two classes, from a file in which `intercept_` is an array by itself.
    /// In the classifier that was saved it was one with the intercepts that are learned, and so
    /// it goes on here; `joblib.load` makes two of it, and the next batch there is another.
    OneArray,
    /// Labels come late, and the examples that waited for theirs are not in the file.
    Waiting(u32),
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RandomState(seed) => write!(
                formatter,
                "random_state is None, so scikit-learn would shuffle otherwise every time; it is \
                 {seed} from here on"
            ),
            Self::OneArray => formatter.write_str(
                "goes on as the classifier that was saved would have gone on in memory; joblib.load \
                 makes two arrays of its one of intercepts, and learns from the next batch otherwise",
            ),
            Self::Waiting(delay) => write!(
                formatter,
                "label_delay_records is {delay}: the examples that waited for their labels are not \
                 in the file and are not learned from"
            ),
        }
    }
}

/// The classifier of a file.
pub(super) fn open(bytes: &[u8]) -> Result<OpenedSgd, OpenError> {
    let (tree, root) = pickle::read(bytes)?;
    of_tree(&tree, root)
}

fn of_tree(tree: &Tree<'_>, root: pickle::Id) -> Result<OpenedSgd, OpenError> {
    let mut members = Members::of(tree, root)?;
    let mut notes = Vec::new();
    let sklearn_version = version(&mut members)?;
    let mut settings = settings::settings(&mut members, &mut notes)?;
    let classes = words::classes(&mut members)?;
    settings.class_weight =
        settings::class_weight(&mut members, classes.as_deref().unwrap_or_default())?;
    settings
        .validate()
        .map_err(|error| OpenError::member(error.field, error.to_string()))?;
    let fitted = classes
        .map(|classes| state::fitted(&mut members, &mut settings, classes, &mut notes))
        .transpose()?;
    members.end()?;
    if let Some(fitted) = &fitted {
        check::classes(&settings, &fitted.classes)?;
        check::width_of_number(&settings, &fitted.state)?;
    }
    Ok(OpenedSgd {
        settings,
        fitted,
        sklearn_version,
        notes,
    })
}

fn version(members: &mut Members<'_>) -> Result<Option<String>, OpenError> {
    let name = "_sklearn_version";
    if !members.has(name) {
        return Ok(None);
    }
    match members.plain(name)? {
        (Plain::Text(version), _) => Ok(Some(version.into_owned())),
        (other, id) => {
            let problem = format!("a text is needed, not {}", other.kind());
            Err(members.fault(name, id, problem))
        }
    }
}
