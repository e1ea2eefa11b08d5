//! A model to begin from: one that was saved here, or scikit-learn's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use shared::open::{MAX_FILE_BYTES, OpenedModel, open_model};
use shared::record::Position;
use shared::run_log::{Hash, ModelSource};

use super::settings::{model_flags, settings_flags};
use crate::cli::Failure;

/// The flags.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ModelStartArgs {
    /// Begin from this model: a JSON file, with its settings, its encoder and at its next record, or
    /// a joblib or pickle file of scikit-learn's SGDClassifier, which brings the model and its
    /// settings only
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    model: Option<PathBuf>,

    /// With --model: train from the beginning of the input, not from where the model ended
    #[arg(long, requires = "model")]
    from_start: bool,
}

/// A model's file that was opened.
#[derive(Clone, Debug)]
pub(in crate::cli) struct StartModel {
    pub(in crate::cli) bytes: Vec<u8>,
    pub(in crate::cli) opened: OpenedModel,
    from_start: bool,
}

impl ModelStartArgs {
    /// The model that the flags name, if they name one.
    pub(super) fn read(&self) -> anyhow::Result<Option<StartModel>> {
        let Some(path) = &self.model else {
            return Ok(None);
        };
        let mut model = StartModel::read(path)?;
        for note in model.opened.notes() {
            eprintln!("{}: {note}", path.display());
        }
        model.from_start = self.from_start;
        Ok(Some(model))
    }
}

impl StartModel {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let name = || path.display().to_string();
        let bytes = fs::metadata(path).with_context(name)?.len();
        if bytes > MAX_FILE_BYTES as u64 {
            bail!("{} has {bytes} bytes: no model's file has", path.display());
        }
        let bytes = fs::read(path).with_context(name)?;
        Ok(Self {
            opened: open_model(&bytes).with_context(name)?,
            bytes,
            from_start: false,
        })
    }

    /// The model with which the run in this folder began.
    pub(in crate::cli) fn of_run(folder: &Path, source: &ModelSource) -> anyhow::Result<Self> {
        // Nothing but a name: a log cannot lead to files elsewhere.
        let file = Path::new(&source.file).file_name().unwrap_or_default();
        let path = folder.join(file);
        let model = Self::read(&path)?;
        if Hash::of(&model.bytes) != source.hash {
            bail!(
                "{} is not the model with which the run began",
                path.display()
            );
        }
        Ok(model)
    }

    /// How the log names it.
    pub(super) fn source(&self) -> ModelSource {
        ModelSource {
            file: self.opened.start_file().to_owned(),
            hash: Hash::of(&self.bytes),
        }
    }

    /// Where reading begins.
    pub(super) fn start(&self) -> Vec<Position> {
        if self.from_start {
            return Vec::new();
        }
        self.opened.positions().to_vec()
    }

    /// No flag may say what the file says.
    pub(super) fn check_flags(&self, given: &[String]) -> Result<(), Failure> {
        let said = match &self.opened {
            OpenedModel::Own(_) => settings_flags(),
            OpenedModel::Sgd(_) => model_flags(),
        };
        let mut given = given.iter().filter(|flag| said.contains(flag));
        match given.next() {
            Some(flag) => Err(Failure::Usage(format!(
                "--{flag} does not go with --model, whose file has this setting: leave it out"
            ))),
            None => Ok(()),
        }
    }
}
