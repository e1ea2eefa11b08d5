//! Files that a person opens, told apart by their content and read whole before anything is made of
//! them: a model to begin a run with, or a run's log to replay, with models beside it.

use shared::decode::Format;
use shared::learner::Learner;
use shared::open::{OpenedModel, open_model};
use shared::record::Position;
use shared::run_log::FORMAT as LOG_FORMAT;
use shared::schema::Schema;
use shared::settings::Settings;

use super::replay::FoundLog;
use super::unpack::{ZIP, unpacked};
use crate::port::{Found, OpenedFile, RunConfig, SourceConfig};
use crate::worker::run::{self, Run, StartModel};

/// What was opened.
pub(super) enum Opened {
    Model(Box<OpenModel>),
    Log(Box<FoundLog>),
}

/// A model that was read whole.
pub(super) struct OpenModel {
    name: String,
    bytes: Vec<u8>,
    opened: OpenedModel,
}

/// Opens files that were chosen together. An error says which one cannot be, and why.
pub(super) fn open(files: Vec<OpenedFile>, source: &SourceConfig) -> Result<Opened, String> {
    let is_archive = files.iter().any(|file| file.bytes.starts_with(ZIP));
    let files = unpacked(files)?;
    let (mut logs, mut others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| is_log(&file.bytes));
    if logs.len() > 1 {
        return Err("Two runs’ logs were chosen: open one at a time.".to_owned());
    }
    if let Some(log) = logs.pop() {
        return Ok(Opened::Log(Box::new(FoundLog::read(log, others, source)?)));
    }
    let Some(file) = others.pop() else {
        return Err("No file was chosen.".to_owned());
    };
    if is_archive && !others.is_empty() {
        return Err(
            "The archive has no run’s log (run.ndjson): take a model out of it and open that."
                .to_owned(),
        );
    }
    if !others.is_empty() {
        return Err(
            "Several models were chosen: open one at a time, or a run’s log with the models that belong to it.".to_owned(),
        );
    }
    Ok(Opened::Model(Box::new(OpenModel::read(file)?)))
}

/// Whether the first line says that it is a run's log, of whatever version.
fn is_log(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
    }
    let line = bytes.split(|byte| *byte == b'\n').next();
    line.and_then(|line| serde_json::from_slice::<Head>(line).ok())
        .is_some_and(|head| head.format == LOG_FORMAT)
}

impl OpenModel {
    fn read(OpenedFile { name, bytes }: OpenedFile) -> Result<Self, String> {
        match open_model(&bytes) {
            Ok(opened) => Ok(Self {
                name,
                bytes,
                opened,
            }),
            Err(error) => Err(format!(
                "{name} cannot be opened: {error}. A model opens here that was saved as JSON, or scikit-learn’s SGDClassifier as joblib or pickle, and a run’s log (run.ndjson)."
            )),
        }
    }

    /// What is asked about it; an error says why no run of this page can begin with it.
    pub(super) fn found(&self, config: &RunConfig) -> Result<Found, String> {
        let learner = self.learner(&config.settings)?;
        let next = self.next_places(&config.source);
        Ok(Found {
            name: self.name.clone(),
            words: self.words(&learner),
            notes: self
                .opened
                .notes()
                .iter()
                .map(ToString::to_string)
                .collect(),
            next: next.map(place_words),
            beginning: run::source_words(&config.source),
        })
    }

    /// A learner that goes on from it.
    fn learner(&self, settings: &Settings) -> Result<Learner, String> {
        let mut others = Settings {
            online: None,
            ..settings.clone()
        };
        if let OpenedModel::Own(file) = &self.opened {
            others.trigger = file.settings.trigger;
        }
        let settings = self.opened.settings(others);
        if settings.online.is_some() {
            return Err(self.refused(
                "it is an online model, and this page has scikit-learn’s classifier only",
            ));
        }
        let schema = Schema::loan();
        let learner = Learner::from_opened(self.opened.clone(), schema, Format::Json, settings)
            .map_err(|error| self.refused(&error.to_string()))?;
        self.check_features(&learner)?;
        Ok(learner)
    }

    /// The page draws the features of the loan applications, and has a place for no others.
    fn check_features(&self, learner: &Learner) -> Result<(), String> {
        let drawn = Learner::new(Settings::default()).map_err(|error| error.to_string())?;
        let (drawn, found) = (
            drawn.encoder().feature_names(),
            learner.encoder().feature_names(),
        );
        if drawn == found && learner.schema().classes() == 2 {
            return Ok(());
        }
        let other = found.iter().find(|name| !drawn.contains(name));
        let such = other.map_or(String::new(), |name| {
            let name: String = name.chars().take(60).collect();
            format!(", such as “{name}”")
        });
        let (found, drawn) = (found.len(), drawn.len());
        Err(self.refused(&format!(
            "it has {found} features{such}, and this page draws the {drawn} of loan applications only"
        )))
    }

    fn refused(&self, why: &str) -> String {
        let file = shell_word(&self.name);
        format!(
            "{} cannot be gone on with here: {why}. Without a browser, gradually train --model {file} may go on with it.",
            self.name
        )
    }

    /// What it is.
    fn words(&self, learner: &Learner) -> String {
        let settings = run::settings_words(learner);
        match &self.opened {
            OpenedModel::Own(file) => {
                let batches = match file.model_id {
                    1 => "1 batch".to_owned(),
                    models => format!("{models} batches"),
                };
                format!("A model that has learned from {batches}: {settings}.")
            }
            OpenedModel::Sgd(sgd) => {
                let version = sgd
                    .sklearn_version
                    .as_deref()
                    .unwrap_or("of a version it does not say");
                let learned = match &sgd.fitted {
                    Some(_) => format!("{} samples learned from", learner.t() - 1.0),
                    None => "nothing learned yet".to_owned(),
                };
                let version: String = version.chars().take(40).collect();
                format!(
                    "scikit-learn’s SGDClassifier (scikit-learn {version}), {learned}: {settings}."
                )
            }
        }
    }

    /// Behind what it has learned from, if it says so and the source can go there.
    fn next_places(&self, source: &SourceConfig) -> Option<&[Position]> {
        let positions = self.opened.positions();
        let is_there = !source.is_simulated() || positions.iter().all(|at| at.partition == 0);
        (is_there && !positions.is_empty()).then_some(positions)
    }

    /// The run that begins with it.
    pub(super) fn begin(self, config: &RunConfig, from_start: bool) -> Result<Run, String> {
        let learner = self.learner(&config.settings)?;
        let next = self.next_places(&config.source).filter(|_| !from_start);
        let start = next.map_or_else(Vec::new, <[Position]>::to_vec);
        let model = StartModel {
            file: self.opened.start_file().to_owned(),
            first_batch: self.opened.first_batch(),
            from_start: start.is_empty() && !self.opened.positions().is_empty(),
            bytes: self.bytes,
        };
        Ok(Run::of_model(learner, config.source.clone(), model, start))
    }
}

/// The next records in words.
fn place_words(positions: &[Position]) -> String {
    match positions {
        [only] => format!("record {}", only.offset),
        [first, ..] => format!(
            "record {} of partition {}, and so on in {} partitions",
            first.offset,
            first.partition,
            positions.len()
        ),
        [] => String::new(),
    }
}

/// A name as a word of a shell's command.
pub(super) fn shell_word(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:,".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
