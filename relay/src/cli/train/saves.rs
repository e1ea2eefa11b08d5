//! What `gradually train` saves of each model.

use shared::learner::Learner;
use shared::save::{
    JoblibError, ModelFormat, SklearnVersion, check_encoder_joblib, check_joblib, check_scoring,
};
use shared::settings::Settings;

use crate::cli::Failure;

/// The flags.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SavesArgs {
    /// What each model is saved as, several with commas: json goes on from here, joblib opens in
    /// scikit-learn; onnx, sql and python predict from raw fields in other programs; none saves
    /// metrics only [default: json,joblib; json for an online model]
    #[arg(long, value_name = "FORMATS", value_enum, value_delimiter = ',')]
    save: Vec<Format>,

    /// The version of scikit-learn that joblib files say they are from; others open them with a
    /// warning [default: 1.7.2, or 1.8.0 for pa1 and pa2]
    #[arg(long, value_name = "VERSION")]
    sklearn_version: Option<SklearnVersion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    None,
    Json,
    Joblib,
    Onnx,
    Sql,
    Python,
}

/// What is saved.
#[derive(Clone, Debug)]
pub(super) struct Saves {
    pub(super) formats: Vec<ModelFormat>,
    pub(super) sklearn_version: SklearnVersion,
    /// The encoder too, beside models for scikit-learn.
    pub(super) encoders: bool,
}

impl Saves {
    /// Encoders are saved if scikit-learn has the like; if not that is told. A format that was
    /// asked for and cannot say the learner is bad usage.
    pub(super) fn for_learner(mut self, learner: &Learner) -> Result<Self, Failure> {
        for &format in &self.formats {
            check_scoring(learner, format)
                .map_err(|error| Failure::Usage(format!("--save: {error}")))?;
        }
        if self.formats.contains(&ModelFormat::Joblib) {
            match check_encoder_joblib(learner.encoder()) {
                Ok(()) => self.encoders = true,
                Err(error) => eprintln!("{error}"),
            }
        }
        Ok(self)
    }
}

impl SavesArgs {
    /// What is saved of models of these settings.
    pub(super) fn saves(&self, settings: &Settings) -> Result<Saves, Failure> {
        let version = self.sklearn_version;
        let sklearn_version = version.unwrap_or_else(|| SklearnVersion::of(&settings.model));
        let joblib = match settings.online {
            Some(_) => Err(JoblibError::Online),
            None => check_joblib(&settings.model, sklearn_version),
        };
        let usage = |message: String| Err(Failure::Usage(format!("--save: {message}")));
        let mut formats = Vec::new();
        for format in &self.save {
            match (format, &joblib) {
                (Format::None, _) if self.save.len() > 1 => {
                    return usage("none goes with no other format".to_owned());
                }
                (Format::None, _) => {}
                (Format::Json, _) => formats.push(ModelFormat::Json),
                (Format::Joblib, Ok(())) => formats.push(ModelFormat::Joblib),
                (Format::Joblib, Err(error)) => return usage(error.to_string()),
                (Format::Onnx, _) => formats.push(ModelFormat::Onnx),
                (Format::Sql, _) => formats.push(ModelFormat::Sql),
                (Format::Python, _) => formats.push(ModelFormat::Python),
            }
        }
        if self.save.is_empty() {
            formats.push(ModelFormat::Json);
            match joblib {
                Ok(()) => formats.push(ModelFormat::Joblib),
                Err(JoblibError::Online) => {}
                // Of a version that was asked for.
                Err(error) => return usage(error.to_string()),
            }
        }
        formats.sort_unstable();
        formats.dedup();
        Ok(Saves {
            formats,
            sklearn_version,
            encoders: false,
        })
    }
}
