//! The folder of a run: `models/`, `encoders/`, `metrics/`, and what could not be learned from.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use shared::learner::{Learner, Report};
use shared::save::{self, ModelFormat};

use super::saves::Saves;

const MODELS: &str = "models";
const ENCODERS: &str = "encoders";
const METRICS: &str = "metrics";
const BAD_RECORDS: &str = "bad_records.ndjson";
/// A file is written here first and then renamed, so that no reader sees half of one.
const UNFINISHED: &str = ".unfinished";

/// A run's folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    saves: Saves,
}

impl Folder {
    /// Makes the folder ready. One that holds a run already is left alone.
    pub(super) fn create(path: &Path, saves: Saves) -> anyhow::Result<Self> {
        for part in [MODELS, ENCODERS, METRICS] {
            let part = path.join(part);
            if let Some(file) = any_run_file(&part) {
                bail!(
                    "{} holds a run already ({file}): choose another --out, or remove {}, {} and {}",
                    path.display(),
                    path.join(MODELS).display(),
                    path.join(ENCODERS).display(),
                    path.join(METRICS).display(),
                );
            }
        }
        if path.join(BAD_RECORDS).exists() {
            let file = path.join(BAD_RECORDS);
            bail!(
                "{} is of an earlier run: choose another --out, or remove it",
                file.display()
            );
        }
        let encoders = saves.encoders.then_some(ENCODERS);
        for part in [MODELS, METRICS].into_iter().chain(encoders) {
            let part = path.join(part);
            fs::create_dir_all(&part).with_context(|| {
                format!("cannot create {}: choose another --out", part.display())
            })?;
        }
        let folder = Self {
            path: path.to_owned(),
            saves,
        };
        // A folder that cannot be written to is told now, not after the first batch.
        folder.write_file(Path::new(UNFINISHED), b"")?;
        let _ = fs::remove_file(path.join(UNFINISHED));
        Ok(folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a batch's files: the model only if the batch gave one.
    pub(super) fn write(&self, learner: &mut Learner, report: &Report) -> anyhow::Result<()> {
        if report.has_model() {
            for &format in &self.saves.formats {
                let name = save::model_file_name(format, report.model_id, report.batch_id);
                let model = match format {
                    ModelFormat::Json => save::model_json(learner),
                    ModelFormat::Joblib => save::model_joblib(learner, self.saves.sklearn_version)?,
                    ModelFormat::Onnx => save::model_onnx(learner)?,
                    ModelFormat::Sql => save::model_sql(learner)?,
                    ModelFormat::Python => save::model_python(learner)?,
                };
                self.write_file(&Path::new(MODELS).join(name), &model)?;
            }
            if self.saves.encoders {
                let name = save::encoder_file_name(report.model_id, report.batch_id);
                let version = self.saves.sklearn_version;
                let encoder = save::encoder_joblib(learner.encoder(), version)?;
                self.write_file(&Path::new(ENCODERS).join(name), &encoder)?;
            }
        }
        let name = save::metrics_file_name(report.batch_id);
        let metrics = save::metrics_json(&report.metrics(), learner);
        self.write_file(&Path::new(METRICS).join(name), &metrics)?;
        self.append_bad_records(report)
    }

    fn write_file(&self, name: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let (unfinished, path) = (self.path.join(UNFINISHED), self.path.join(name));
        fs::write(&unfinished, bytes)
            .and_then(|()| fs::rename(&unfinished, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    fn append_bad_records(&self, report: &Report) -> anyhow::Result<()> {
        if report.bad.is_empty() {
            return Ok(());
        }
        let path = self.path.join(BAD_RECORDS);
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(&save::bad_records_ndjson(&report.bad)))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The name of a file of an earlier run, if there is one.
fn any_run_file(folder: &Path) -> Option<String> {
    let names = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.find(|name| {
        let of_run = ["model_", "encoder_", "batch_"];
        of_run.iter().any(|start| name.starts_with(start))
    })
}
