//! The folder of a run: `models/`, `encoders/`, `metrics/`, their table, what could not be learned
//! from, the run's log, and the checkpoint from which it can be gone on.
//!
//! Whatever a reader may find whole or not at all is written beside its place and renamed. What
//! grows is cut back to where the checkpoint saw it when the run goes on; what came after the
//! checkpoint is computed again, to the same bits.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use shared::batch::Batch;
use shared::decode::Format;
use shared::learner::{Learner, Report};
use shared::open::START_FILES;
use shared::run_log::{BatchEntry, CheckpointEntry, Header};
use shared::save::{self, Checkpoint, Lengths, ModelFormat};

use super::checkpoint_writer::{CHECKPOINT, CheckpointWriter, UNFINISHED_CHECKPOINT};
use super::files::{UNFINISHED, names, remove, write_whole};
use super::log::Growing;
use super::model::StartModel;
use super::saves::Saves;

/// The models.
pub(in crate::cli) const MODELS: &str = "models";
const ENCODERS: &str = "encoders";
const METRICS: &str = "metrics";
const RAW: &str = "raw";
const BAD_RECORDS: &str = "bad_records.ndjson";
/// The figures of all batches as a table.
const TABLE: &str = "metrics.csv";
/// The run's log.
pub(in crate::cli) const LOG: &str = "run.ndjson";

/// The folders of a run and how the names of their files begin.
const PARTS: [(&str, &str); 4] = [
    (MODELS, "model_"),
    (ENCODERS, "encoder_"),
    (METRICS, "batch_"),
    (RAW, "batch_"),
];

/// A run's folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    saves: Saves,
    log: Growing,
    table: Growing,
    /// None before the first.
    bad_records: Option<Growing>,
    checkpoints: CheckpointWriter,
}

impl Folder {
    /// Makes the folder ready for a new run. One that holds a run already is left alone.
    pub(super) fn create(
        path: &Path,
        saves: Saves,
        header: &Header,
        model: Option<&StartModel>,
    ) -> anyhow::Result<Self> {
        refuse_run(path)?;
        Self::begin(path, saves, header, model)
    }

    /// Makes the folder ready for a run from its beginning, over what one left that cannot be gone
    /// on with. Files that no run's log stands beside are not taken for such.
    pub(super) fn create_afresh(
        path: &Path,
        saves: Saves,
        header: &Header,
        model: Option<&StartModel>,
    ) -> anyhow::Result<Self> {
        if !path.join(LOG).exists() {
            return Self::create(path, saves, header, model);
        }
        let old = Growing::open(path.join(LOG))?;
        old.lock()?;
        remove_from(path, 0)?;
        for file in [CHECKPOINT, BAD_RECORDS, TABLE, LOG] {
            remove(&path.join(file))?;
        }
        for file in START_FILES {
            remove(&path.join(file))?;
        }
        Self::begin(path, saves, header, model)
    }

    fn begin(
        path: &Path,
        saves: Saves,
        header: &Header,
        model: Option<&StartModel>,
    ) -> anyhow::Result<Self> {
        create_parts(path, &saves)?;
        if let Some(model) = model {
            write_whole(path, Path::new(model.opened.start_file()), &model.bytes)?;
        }
        // A folder that cannot be written to is told now, not after the first batch.
        write_whole(path, Path::new(LOG), &header.to_line())?;
        let log = Growing::open(path.join(LOG))?;
        log.lock()?;
        let table = open_table(path, 0)?;
        Ok(Self {
            path: path.to_owned(),
            saves,
            log,
            table,
            bad_records: None,
            checkpoints: CheckpointWriter::new(path)?,
        })
    }

    /// Goes on in the folder behind a checkpoint.
    pub(super) fn go_on(
        path: &Path,
        saves: Saves,
        checkpoint: &Checkpoint,
    ) -> anyhow::Result<Self> {
        let Checkpoint { learner, lengths } = checkpoint;
        let mut log = Growing::open(path.join(LOG))?;
        log.lock()?;
        log.cut(lengths.log)?;
        create_parts(path, &saves)?;
        remove_from(path, learner.counters().batches)?;
        let table = open_table(path, lengths.metrics)?;
        let bad_records = path.join(BAD_RECORDS);
        let bad_records = if lengths.bad_records > 0 {
            let mut file = Growing::open(bad_records)?;
            file.cut(lengths.bad_records)?;
            Some(file)
        } else {
            remove(&bad_records)?;
            None
        };
        Ok(Self {
            path: path.to_owned(),
            saves,
            log,
            table,
            bad_records,
            checkpoints: CheckpointWriter::new(path)?,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a batch's files: the model only if the batch gave one.
    pub(super) fn write(
        &mut self,
        learner: &mut Learner,
        report: &Report,
        batch: &Batch,
    ) -> anyhow::Result<()> {
        if report.has_model() {
            self.write_model(learner, report)?;
        }
        let name = save::metrics_file_name(report.batch_id);
        let metrics = report.metrics();
        let file = save::metrics_json(&metrics, learner);
        self.write_file(METRICS, &name, &file)?;
        let row = save::metrics_csv_row(&metrics);
        self.table.append(row.as_bytes())?;
        if self.saves.raw {
            let name = save::raw_file_name(report.batch_id, learner.format());
            self.write_file(RAW, &name, &save::raw_records(batch, learner.format()))?;
        }
        if !report.bad.is_empty() {
            self.append_bad_records(&save::bad_records_ndjson(&report.bad))?;
        }
        Ok(())
    }

    fn append_bad_records(&mut self, lines: &[u8]) -> anyhow::Result<()> {
        let file = match &mut self.bad_records {
            Some(file) => file,
            none => none.insert(Growing::open(self.path.join(BAD_RECORDS))?),
        };
        file.append(lines)
    }

    fn write_model(&self, learner: &Learner, report: &Report) -> anyhow::Result<()> {
        for &format in &self.saves.formats {
            let name = save::model_file_name(format, report.model_id, report.batch_id);
            let model = match format {
                ModelFormat::Json => save::model_json(learner),
                ModelFormat::Joblib => save::model_joblib(learner, self.saves.sklearn_version)?,
                ModelFormat::Onnx => save::model_onnx(learner)?,
                ModelFormat::Sql => save::model_sql(learner)?,
                ModelFormat::Python => save::model_python(learner)?,
            };
            self.write_file(MODELS, &name, &model)?;
        }
        if self.saves.encoders {
            let name = save::encoder_file_name(report.model_id, report.batch_id);
            let version = self.saves.sklearn_version;
            let encoder = save::encoder_joblib(learner.encoder(), version)?;
            self.write_file(ENCODERS, &name, &encoder)?;
        }
        Ok(())
    }

    /// Writes a batch's line of the log, behind its files.
    pub(super) fn log(&mut self, entry: &BatchEntry) -> anyhow::Result<()> {
        self.log.append(&entry.to_line())
    }

    /// Whether the last checkpoint is still being written.
    pub(super) fn is_writing_checkpoint(&mut self) -> anyhow::Result<bool> {
        self.checkpoints.is_busy()
    }

    /// Begins to write a checkpoint, once the one before it is written.
    pub(super) fn checkpoint(&mut self, learner: &Learner) -> anyhow::Result<()> {
        self.checkpoints.wait()?;
        self.log.append(&CheckpointEntry::of(learner).to_line())?;
        let bad_records = self.bad_records.as_ref();
        let lengths = Lengths {
            log: self.log.bytes(),
            metrics: self.table.bytes(),
            bad_records: bad_records.map_or(0, Growing::bytes),
        };
        let files = [Some(&self.log), Some(&self.table), bad_records];
        let files = files.into_iter().flatten().map(Growing::clone).collect();
        self.checkpoints
            .begin(files, save::checkpoint(learner, lengths))
    }

    /// Waits until the checkpoint that was begun is on the disk.
    pub(super) fn finish_checkpoint(&mut self) -> anyhow::Result<()> {
        self.checkpoints.wait()
    }

    fn write_file(&self, part: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        write_whole(&self.path, &Path::new(part).join(name), bytes)
    }
}

/// The table with its first `bytes`; its head stands in it in any case.
fn open_table(path: &Path, bytes: u64) -> anyhow::Result<Growing> {
    let mut table = Growing::open(path.join(TABLE))?;
    table.cut(bytes)?;
    if table.bytes() == 0 {
        table.append(save::CSV_HEAD.as_bytes())?;
    }
    Ok(table)
}

/// Where the records of a batch are kept.
pub(in crate::cli) fn raw_file(folder: &Path, batch_id: u64, format: &Format) -> PathBuf {
    folder.join(RAW).join(save::raw_file_name(batch_id, format))
}

/// A folder with a run is left alone.
fn refuse_run(path: &Path) -> anyhow::Result<()> {
    for (part, start) in PARTS {
        let part = path.join(part);
        if let Some(file) = names(&part)?
            .into_iter()
            .find(|name| name.starts_with(start))
        {
            let parts = PARTS.map(|(part, _)| path.join(part).display().to_string());
            bail!(
                "{} holds a run already ({file}): choose another --out, go on with it by --resume, or remove {}",
                path.display(),
                parts.join(", ")
            );
        }
    }
    for file in [LOG, BAD_RECORDS, TABLE, CHECKPOINT] {
        let file = path.join(file);
        if file.exists() {
            bail!(
                "{} is of an earlier run: choose another --out, go on with it by --resume, or remove it",
                file.display()
            );
        }
    }
    Ok(())
}

fn create_parts(path: &Path, saves: &Saves) -> anyhow::Result<()> {
    let encoders = saves.encoders.then_some(ENCODERS);
    let raw = saves.raw.then_some(RAW);
    for part in [MODELS, METRICS].into_iter().chain(encoders).chain(raw) {
        let part = path.join(part);
        fs::create_dir_all(&part)
            .with_context(|| format!("cannot create {}: choose another --out", part.display()))?;
    }
    Ok(())
}

/// Removes the files of the batches from this one on, which are made again.
fn remove_from(path: &Path, batch: u64) -> anyhow::Result<()> {
    for (part, start) in PARTS {
        let part = path.join(part);
        let is_later = |name: &String| name.starts_with(start) && batch_of(name) >= Some(batch);
        for name in names(&part)?.iter().filter(|name| is_later(name)) {
            remove(&part.join(name))?;
        }
    }
    remove(&path.join(UNFINISHED_CHECKPOINT))?;
    remove(&path.join(UNFINISHED))
}

/// The batch in the name of a run's file: the number behind `batch_`.
fn batch_of(name: &str) -> Option<u64> {
    let (_, rest) = name.split_once("batch_")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}
