//! What `gradually train` saves of each model.

use anyhow::anyhow;
use clap::ValueEnum;
use shared::learner::Learner;
use shared::run_log::Saved;
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

    /// Keep the records of each batch as they came, in OUT/raw/batch_N.ndjson (.csv of CSV)
    #[arg(long)]
    save_raw: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    None,
    Json,
    Joblib,
    Onnx,
    Sql,
    /// The log has it under the ending of its files.
    #[value(alias = "py")]
    Python,
}

/// What is saved.
#[derive(Clone, Debug)]
pub(super) struct Saves {
    pub(super) formats: Vec<ModelFormat>,
    pub(super) sklearn_version: SklearnVersion,
    /// The encoder too, beside models for scikit-learn.
    pub(super) encoders: bool,
    /// The records as they came, too.
    pub(super) raw: bool,
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

impl Saves {
    /// As the run's log has it.
    pub(super) fn logged(&self) -> Saved {
        let has_joblib = self.formats.contains(&ModelFormat::Joblib);
        Saved {
            models: self
                .formats
                .iter()
                .map(|format| format.extension().to_owned())
                .collect(),
            sklearn_version: has_joblib.then(|| self.sklearn_version.to_string()),
            raw: self.raw,
        }
    }
}

impl SavesArgs {
    /// What a run saved before, unless these flags say otherwise.
    pub(super) fn or_logged(&self, logged: &Saved) -> Result<Self, Failure> {
        let unknown = |name: &String| {
            anyhow!("the run's log saves models as {name}, which this program does not know")
        };
        let mut saves = self.clone();
        saves.save_raw |= logged.raw;
        if saves.save.is_empty() {
            for name in &logged.models {
                let format = Format::from_str(name, true).map_err(|_| unknown(name))?;
                saves.save.push(format);
            }
            if saves.save.is_empty() {
                saves.save.push(Format::None);
            }
        }
        if let (None, Some(version)) = (saves.sklearn_version, &logged.sklearn_version) {
            saves.sklearn_version = Some(version.parse()?);
        }
        Ok(saves)
    }
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
            raw: self.save_raw,
        })
    }
}
