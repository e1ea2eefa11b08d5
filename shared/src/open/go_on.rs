//! From an opened model to a learner.

use thiserror::Error;

use super::error::OpenError;
use super::sgd::{Fitted, OpenedSgd};
use super::{OpenedModel, model_file};
use crate::decode::Format;
use crate::encode::EncoderSettings;
use crate::learner::{Counters, EstimatorState, Learner, LearnerError};
use crate::save::ModelFile;
use crate::schema::{Class, Schema};
use crate::settings::Settings;

/// Why no learner goes on from a model.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum GoOnError {
    /// The file's own parts do not belong together.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no learner of this schema, format and these settings.
    #[error(transparent)]
    Learner(#[from] LearnerError),
    /// The settings have an online model, which is not scikit-learn's.
    #[error("the model is scikit-learn's SGDClassifier: no online model goes on from it")]
    Online,
    /// The model was made for other features.
    #[error(
        "the model has {model} features, the encoder of schema \"{schema}\" makes {encoder}: \
         give the schema and the encoder that the model was trained with"
    )]
    Features {
        /// The model's number.
        model: usize,
        /// The encoder's.
        encoder: usize,
        /// The schema's name.
        schema: String,
    },
    /// The features have other names, so their columns mean something else.
    #[error(
        "feature {place} is \"{model}\" in the model and \"{encoder}\" in the encoder: give the \
         schema and the encoder that the model was trained with, or delete feature_names_in_ from \
         the classifier if the columns mean the same"
    )]
    Names {
        /// The feature, from 0.
        place: usize,
        /// Its name in the model.
        model: String,
        /// Its name in the encoder.
        encoder: String,
    },
    /// The model was made for other classes.
    #[error(
        "the model has {} classes ({}), the label of schema \"{schema}\" has {} ({})",
        model.len(), listed(model), label.len(), listed(label)
    )]
    Classes {
        /// The model's.
        model: Vec<Class>,
        /// The label's.
        label: Vec<Class>,
        /// The schema's name.
        schema: String,
    },
    /// A state that no such model can have.
    #[error("the model's state does not fit schema and settings")]
    State,
}

/// A few of the classes.
fn listed(classes: &[Class]) -> String {
    let mut names: Vec<String> = classes.iter().take(10).map(Class::to_string).collect();
    if classes.len() > names.len() {
        names.push("…".into());
    }
    names.join(", ")
}

impl Learner {
    /// A learner that goes on from a model file: settings, schema, encoder, model, the numbers of
    /// batches and models, and positions are the file's. What was judged begins anew, as do the
    /// counts of records and drifts: they are not in the file. Records are read in `format`.
    ///
    /// # Errors
    /// When the file's parts do not belong together, or its schema not to the format.
    pub fn from_model_file(file: ModelFile, format: Format) -> Result<Self, GoOnError> {
        let encoder = model_file::encoder(&file)?;
        let learner = Self::with_schema(file.encoder.schema, format, file.settings)?;
        let counters = Counters {
            batches: file.batch_id.map_or(0, |id| id.saturating_add(1)),
            models: file.model_id,
            ..Counters::default()
        };
        learner
            .with_model(file.state)
            .map(|learner| learner.with_place(encoder, counters, file.positions))
            .ok_or(GoOnError::State)
    }

    /// A learner that goes on from an opened model, whichever it is: of the project's own file
    /// with `settings.trigger`, all else being the file's; of scikit-learn's with all of them but
    /// those of the model.
    ///
    /// # Errors
    /// As [`Learner::from_model_file`] and [`Learner::from_sgd`].
    pub fn from_opened(
        opened: OpenedModel,
        schema: Schema,
        format: Format,
        settings: Settings,
    ) -> Result<Self, GoOnError> {
        match opened {
            OpenedModel::Own(mut file) => {
                file.settings.trigger = settings.trigger;
                Self::from_model_file(*file, format)
            }
            OpenedModel::Sgd(sgd) => Self::from_sgd(*sgd, schema, format, settings),
        }
    }

    /// A learner of records of `schema` whose model is scikit-learn's classifier: its parameters
    /// take the place of `settings.model`, and what it has learned that of an empty model. All else
    /// is a new learner's.
    ///
    /// # Errors
    /// When there is no such learner, or when the classifier was made for other features or classes.
    pub fn from_sgd(
        sgd: OpenedSgd,
        schema: Schema,
        format: Format,
        settings: Settings,
    ) -> Result<Self, GoOnError> {
        if settings.online.is_some() {
            return Err(GoOnError::Online);
        }
        let mut model = sgd.settings;
        if sgd.fitted.is_none() {
            // One that has learned nothing has no width of number yet.
            model.dtype = settings.model.dtype;
        }
        let settings = Settings { model, ..settings };
        let learner = Self::with_schema(schema, format, settings)?;
        let Some(fitted) = sgd.fitted else {
            return Ok(learner);
        };
        fits(&learner, &fitted)?;
        learner
            .with_model(EstimatorState::Sgd(fitted.state))
            .ok_or(GoOnError::State)
    }
}

fn fits(learner: &Learner, fitted: &Fitted) -> Result<(), GoOnError> {
    let schema = learner.schema();
    if fitted.classes != schema.label.classes {
        return Err(GoOnError::Classes {
            model: fitted.classes.clone(),
            label: schema.label.classes.clone(),
            schema: schema.name.clone(),
        });
    }
    // Whatever the first batch has is compared when it comes.
    if learner.settings().encoder == EncoderSettings::PerBatch {
        return Ok(());
    }
    let (model, encoder) = (fitted.width(), learner.encoder().width());
    if model != encoder {
        return Err(GoOnError::Features {
            model,
            encoder,
            schema: schema.name.clone(),
        });
    }
    let names = fitted.feature_names.iter().flatten();
    let mut pairs = names.zip(learner.encoder().feature_names()).enumerate();
    let other = pairs.find(|(_, (model, encoder))| *model != encoder);
    other.map_or(Ok(()), |(place, (model, encoder))| {
        Err(GoOnError::Names {
            place,
            model: model.clone(),
            encoder,
        })
    })
}
