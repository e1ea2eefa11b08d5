//! All files of a run at one moment, in the folders of a run, with a README that says what they are.

use serde::Serialize;
use shared::settings::Settings;

use super::Run;
use super::about::{PROGRAM, public_url};
use super::readme::Readme;
use crate::port::{Beginning, SaveKind, SavedFile, SourceConfig};
use crate::worker::archive::{Entry, archive};

/// All files of a run; its chart may still have to be drawn as PNG.
pub(in crate::worker) struct Everything {
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
    pub(in crate::worker) fn everything(&mut self) -> Result<Everything, String> {
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
    pub(in crate::worker) fn archived(mut self, png: Option<Vec<u8>>) -> Result<SavedFile, String> {
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
mod tests {
    use std::io::{Cursor, Read as _};

    use super::super::tests::{begun, fed, push};
    use super::*;

    /// Names and contents of an archive.
    fn opened(file: &SavedFile) -> Vec<(String, Vec<u8>)> {
        let mut zip = zip::ZipArchive::new(Cursor::new(&file.bytes)).unwrap();
        let mut files = Vec::new();
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((entry.name().unwrap().into_owned(), bytes));
        }
        files
    }

    #[test]
    fn it_holds_every_single_file_byte_by_byte() {
        let mut run = begun(100);
        run.keep_raw(true);
        push(&mut run, 0, b"not json");
        fed(&mut run, 200);
        let png = b"\x89PNG".to_vec();
        let file = run.everything().unwrap().archived(Some(png)).unwrap();
        assert_eq!(file.name, "run_batch_1.zip");
        let opened = opened(&file);
        let names: Vec<&str> = opened.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "README.md",
            "models/model_2_batch_1.json",
            "models/model_2_batch_1.joblib",
            "models/model_2_batch_1.onnx",
            "models/model_2_batch_1.sql",
            "models/model_2_batch_1.py",
            "encoders/encoder_2_batch_1.joblib",
            "metrics/batch_1_metrics.json",
            "metrics.csv",
            "bad_records.ndjson",
            "run.ndjson",
            "settings.json",
            "chart.svg",
            "chart.png",
            "raw/batch_0.ndjson",
            "raw/batch_1.ndjson",
        ];
        assert_eq!(names, expected);
        for (kind, folder, _) in KINDS.iter().filter(|kind| kind.0 != SaveKind::StartModel) {
            let single = run.file(*kind).unwrap();
            let path = format!("{folder}{}", single.name);
            assert!(opened.contains(&(path, single.bytes)), "{kind:?}");
        }
        let readme = String::from_utf8(opened[0].1.clone()).unwrap();
        for name in expected
            .iter()
            .filter(|name| !name.starts_with("raw/"))
            .skip(1)
        {
            assert!(readme.contains(name), "{name} in the README");
        }
    }

    #[test]
    fn names_are_safe_everywhere_and_the_bytes_are_the_same_again() {
        let archive = || {
            let mut run = begun(50);
            run.keep_raw(true);
            fed(&mut run, 200);
            run.everything().unwrap().archived(None).unwrap()
        };
        let file = archive();
        assert_eq!(file, archive());
        for (name, _) in opened(&file) {
            let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/');
            assert!(name.chars().all(is_safe) && !name.contains(".."), "{name}");
        }
    }

    #[test]
    fn a_run_without_a_model_has_the_rest_and_none_before_the_first_batch() {
        let mut run = begun(1);
        assert!(
            run.everything()
                .is_err_and(|why| why.contains("first batch"))
        );
        push(&mut run, 0, b"{}");
        let opened = opened(&run.everything().unwrap().archived(None).unwrap());
        assert!(opened.iter().all(|(name, _)| !name.starts_with("models/")));
        assert!(opened.iter().any(|(name, _)| name == "bad_records.ndjson"));
    }
}
