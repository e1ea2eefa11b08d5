//! All files of a run at one moment, in the folders of a run, with a README that says what they are.

use serde::Serialize;
use shared::settings::Settings;

use super::Run;
use super::about::{PROGRAM, public_url};
use super::readme::Readme;
use crate::port::{Beginning, SaveKind, SavedFile, SourceConfig};
use crate::worker::archive::{Entry, archive};

/// All files of a run; its chart may still have to be drawn as PNG.
pub(crate) struct Everything {
    batch_id: u64,
    readme: Readme,
    files: Vec<Filed>,
    chart: SavedFile,
}

/// A file with its folder.
pub(super) struct Filed {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    /// What it is and how it is opened, for the README.
    pub(super) what: String,
}

/// What a run is made of.
#[derive(Serialize)]
struct SettingsFile<'a> {
    format: &'static str,
    version: u32,
    program: &'static str,
    source: SourceFile<'a>,
    batches: u64,
    records: u64,
    settings: &'a Settings,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SourceFile<'a> {
    Simulated {
        seed: u64,
    },
    Relay {
        url: &'a str,
        topic: Option<&'a str>,
        from: &'static str,
    },
}

impl Run {
    /// All files as they are now; an error says why there are none yet.
    pub(crate) fn everything(&mut self) -> Result<Everything, String> {
        // The first one tells when there is nothing yet.
        let chart = self.file(SaveKind::Chart)?;
        let mut files = Vec::new();
        let mut add = |folder: &str, file: SavedFile, what: &str| {
            files.push(Filed {
                path: format!("{folder}{}", file.name),
                bytes: file.bytes,
                what: what.to_owned(),
            });
        };
        for (kind, folder, what) in KINDS {
            // What the run does not have, such as a model, is left out.
            if let Ok(file) = self.file(kind) {
                add(folder, file, what);
            }
        }
        add("", self.settings_file(), "source and settings, JSON");
        add("", chart.clone(), "the chart, for print and slides");
        files.extend(self.raw.files().map(|(name, lines)| Filed {
            path: format!("raw/{name}"),
            bytes: lines.to_vec(),
            what: String::new(),
        }));
        let batch_id = self.counters().batches.saturating_sub(1);
        Ok(Everything {
            batch_id,
            readme: self.readme(),
            files,
            chart,
        })
    }

    /// The files of the last batch, each with its folder, as `gradually train` saves them by default.
    pub(in crate::worker) fn batch_files(&mut self) -> Vec<(&'static str, SavedFile)> {
        // What there is not, such as a model of a batch without a good record, is left out.
        let file = |(kind, folder)| Some((folder, self.file(kind).ok()?));
        OF_A_BATCH.into_iter().filter_map(file).collect()
    }

    fn settings_file(&self) -> SavedFile {
        let source = match &self.source {
            SourceConfig::Simulated { seed } => SourceFile::Simulated { seed: *seed },
            SourceConfig::Relay { url, topic, from } => SourceFile::Relay {
                url: public_url(url),
                topic: topic.as_deref(),
                from: match from {
                    Beginning::Earliest => "earliest",
                    Beginning::Latest => "latest",
                },
            },
        };
        let counters = self.counters();
        let mut bytes = serde_json::to_vec_pretty(&SettingsFile {
            format: "gradually-run-settings",
            version: 1,
            program: PROGRAM,
            source,
            batches: counters.batches,
            records: counters.records,
            settings: self.learner.settings(),
        })
        .expect("settings have string keys and finite numbers only");
        bytes.push(b'\n');
        SavedFile {
            name: "settings.json".to_owned(),
            mime: "application/json".to_owned(),
            bytes,
        }
    }
}

/// The files of a batch, with their folders.
const OF_A_BATCH: [(SaveKind, &str); 4] = [
    (SaveKind::Model, "models"),
    (SaveKind::Joblib, "models"),
    (SaveKind::EncoderJoblib, "encoders"),
    (SaveKind::Metrics, "metrics"),
];

/// The single files in the order of the README, with their folders.
const KINDS: [(SaveKind, &str, &str); 11] = [
    (
        SaveKind::Model,
        "models/",
        "the model: weights, encoder, settings, positions",
    ),
    (
        SaveKind::Joblib,
        "models/",
        "the model for scikit-learn, an `SGDClassifier`: `joblib.load`",
    ),
    (
        SaveKind::Onnx,
        "models/",
        "encoder and model as one ONNX graph, from raw fields to label and probability: `onnxruntime`",
    ),
    (
        SaveKind::Sql,
        "models/",
        "the same as a query over a table of applications: SQLite, PostgreSQL and others",
    ),
    (
        SaveKind::Python,
        "models/",
        "the same as a Python module that needs no other: `predict`, `predict_proba`",
    ),
    (
        SaveKind::EncoderJoblib,
        "encoders/",
        "its encoder for scikit-learn, a `ColumnTransformer`: `joblib.load`",
    ),
    (
        SaveKind::Metrics,
        "metrics/",
        "figures of the last batch, and every measure, JSON",
    ),
    (
        SaveKind::AllMetrics,
        "",
        "figures of all batches, a row each: any spreadsheet, `pandas.read_csv`",
    ),
    (
        SaveKind::BadRecords,
        "",
        "what could not be learned from, with the reason: one JSON object a line",
    ),
    (
        SaveKind::Log,
        "",
        "the run’s log: `gradually replay run.ndjson` does it again and compares every state",
    ),
    (
        SaveKind::StartModel,
        "",
        "the model that the run began with; a replay reads it beside the log",
    ),
];

impl Everything {
    /// The chart as it was at that moment.
    pub(in crate::worker) fn chart(&self) -> SavedFile {
        self.chart.clone()
    }

    /// The archive, with the chart as PNG where it could be drawn.
    pub(crate) fn archived(mut self, png: Option<Vec<u8>>) -> Result<SavedFile, String> {
        if let Some(bytes) = png {
            let svg = self
                .files
                .iter()
                .position(|file| file.path == self.chart.name);
            let png = Filed {
                path: "chart.png".to_owned(),
                bytes,
                what: "the same as pixels".to_owned(),
            };
            self.files.insert(svg.map_or(0, |svg| svg + 1), png);
        }
        let readme = self.readme.text(&self.files);
        let files = self.files.iter().map(|file| Entry {
            path: &file.path,
            bytes: &file.bytes,
        });
        let first = Entry {
            path: "README.md",
            bytes: readme.as_bytes(),
        };
        let bytes = archive(std::iter::once(first).chain(files))
            .map_err(|error| format!("The archive could not be written: {error}."))?;
        Ok(SavedFile {
            name: format!("run_batch_{}.zip", self.batch_id),
            mime: "application/zip".to_owned(),
            bytes,
        })
    }
}

#[cfg(test)]
mod tests;
