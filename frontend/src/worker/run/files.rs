//! The files of a run as it stands.

use std::fmt::Display;

use shared::generate::BEST_POSSIBLE_ACCURACY;
use shared::save::{self, ModelFormat, SklearnVersion};

use super::Run;
use crate::chart::{Picture, svg};
use crate::port::{SaveKind, SavedFile};

impl Run {
    pub(super) fn sklearn_version(&self) -> SklearnVersion {
        SklearnVersion::of(&self.learner.settings().model)
    }

    /// The files that cannot hold the learner's model, each with the reason.
    pub(super) fn refused_files(&self) -> Vec<(SaveKind, String)> {
        let version = self.sklearn_version();
        let joblib = save::check_joblib(&self.learner.settings().model, version);
        let encoder = save::check_encoder_joblib(self.learner.encoder());
        let scoring = SCORING.map(|(kind, format)| {
            let checked = save::check_scoring(&self.learner, format);
            (kind, checked.err().map(|error| error.to_string()))
        });
        let kinds = [
            (
                SaveKind::Joblib,
                joblib.err().map(|error| error.to_string()),
            ),
            (
                SaveKind::EncoderJoblib,
                encoder.err().map(|error| error.to_string()),
            ),
        ];
        let all = kinds.into_iter().chain(scoring);
        all.filter_map(|(kind, reason)| Some((kind, reason?)))
            .collect()
    }

    /// A file of the run as it stands; an error says why there is none yet.
    pub(crate) fn file(&mut self, kind: SaveKind) -> Result<SavedFile, String> {
        const NONE_YET: &str =
            "Nothing was learned yet: there is no file to save before the first batch.";
        let last = self.metrics.items().last().ok_or(NONE_YET)?;
        let file = |name: String, mime: &str, bytes| SavedFile {
            name,
            mime: mime.to_owned(),
            bytes,
        };
        Ok(match kind {
            SaveKind::Model
            | SaveKind::Joblib
            | SaveKind::EncoderJoblib
            | SaveKind::Onnx
            | SaveKind::Sql
            | SaveKind::Python
                if last.model_id == 0 =>
            {
                let message = "No batch held a good record yet, so there is no model to save.";
                return Err(message.to_owned());
            }
            SaveKind::Model => {
                let name = save::model_file_name(ModelFormat::Json, last.model_id, last.batch_id);
                file(name, "application/json", save::model_json(&self.learner))
            }
            SaveKind::Joblib => {
                let name = save::model_file_name(ModelFormat::Joblib, last.model_id, last.batch_id);
                let bytes = save::model_joblib(&self.learner, self.sklearn_version());
                file(name, OCTETS, bytes.map_err(no_such_file)?)
            }
            SaveKind::EncoderJoblib => {
                let name = save::encoder_file_name(last.model_id, last.batch_id);
                let bytes = save::encoder_joblib(self.learner.encoder(), self.sklearn_version());
                file(name, OCTETS, bytes.map_err(no_such_file)?)
            }
            SaveKind::Onnx => {
                let name = save::model_file_name(ModelFormat::Onnx, last.model_id, last.batch_id);
                let bytes = save::model_onnx(&self.learner);
                file(name, OCTETS, bytes.map_err(no_such_file)?)
            }
            SaveKind::Sql => {
                let name = save::model_file_name(ModelFormat::Sql, last.model_id, last.batch_id);
                let bytes = save::model_sql(&self.learner);
                file(name, "application/sql", bytes.map_err(no_such_file)?)
            }
            SaveKind::Python => {
                let name = save::model_file_name(ModelFormat::Python, last.model_id, last.batch_id);
                let bytes = save::model_python(&self.learner);
                file(name, "text/x-python", bytes.map_err(no_such_file)?)
            }
            SaveKind::Metrics => {
                let name = save::metrics_file_name(last.batch_id);
                file(
                    name,
                    "application/json",
                    save::metrics_json(last, &mut self.learner),
                )
            }
            SaveKind::AllMetrics => file(
                "metrics.csv".to_owned(),
                "text/csv",
                save::metrics_csv(self.metrics.items()),
            ),
            SaveKind::Chart => {
                let svg = self.picture().ok_or(NONE_YET)?;
                file("chart.svg".to_owned(), "image/svg+xml", svg.into_bytes())
            }
            SaveKind::RawRecords => {
                let (name, bytes) = self.raw.file().ok_or(NO_RAW)?;
                file(name, "application/x-ndjson", bytes)
            }
            SaveKind::Log => file(
                "run.ndjson".to_owned(),
                "application/x-ndjson",
                self.log_file()?,
            ),
            SaveKind::StartModel => {
                let start = self.log.model().ok_or(NO_START)?;
                file(start.file.clone(), OCTETS, start.bytes.clone())
            }
            SaveKind::BadRecords if self.bad.is_empty() => {
                return Err("No record was bad so far.".to_owned());
            }
            SaveKind::BadRecords => {
                let bytes = save::bad_records_ndjson(&self.bad);
                file(
                    "bad_records.ndjson".to_owned(),
                    "application/x-ndjson",
                    bytes,
                )
            }
        })
    }

    /// The chart as SVG.
    fn picture(&self) -> Option<String> {
        svg(Picture {
            points: self.chart.items(),
            marks: &self.marks,
            window_records: self.learner.settings().evaluation.window_records.get(),
            best: (BEST_POSSIBLE_ACCURACY, self.source.best_name()),
            settings: &self.phrases(),
        })
    }
}

const NO_RAW: &str = "No raw records are kept: choose “Keep raw records” before the batches come.";

const NO_START: &str = "The run did not begin with a model that was opened.";

/// The files that predict elsewhere.
const SCORING: [(SaveKind, ModelFormat); 3] = [
    (SaveKind::Onnx, ModelFormat::Onnx),
    (SaveKind::Sql, ModelFormat::Sql),
    (SaveKind::Python, ModelFormat::Python),
];

/// These files have no type of their own.
const OCTETS: &str = "application/octet-stream";

fn no_such_file(error: impl Display) -> String {
    format!("There is no such file: {error}.")
}

#[cfg(test)]
mod tests {
    use shared::encode::EncoderSettings;
    use shared::settings::Settings;

    use super::super::tests::{begun, fed, push, settings};
    use super::*;
    use crate::port::SourceConfig;

    #[test]
    fn files_have_the_labs_names() {
        let mut run = begun(100);
        assert!(
            run.file(SaveKind::Metrics)
                .unwrap_err()
                .contains("first batch")
        );
        fed(&mut run, 200);
        let mut name = |kind| run.file(kind).unwrap().name;
        assert_eq!(name(SaveKind::Model), "model_2_batch_1.json");
        assert_eq!(name(SaveKind::Joblib), "model_2_batch_1.joblib");
        assert_eq!(name(SaveKind::EncoderJoblib), "encoder_2_batch_1.joblib");
        assert_eq!(name(SaveKind::Onnx), "model_2_batch_1.onnx");
        assert_eq!(name(SaveKind::Sql), "model_2_batch_1.sql");
        assert_eq!(name(SaveKind::Python), "model_2_batch_1.py");
        assert_eq!(name(SaveKind::Metrics), "batch_1_metrics.json");
        assert_eq!(name(SaveKind::Chart), "chart.svg");
        assert_eq!(
            run.file(SaveKind::Model).unwrap().bytes,
            save::model_json(&run.learner)
        );
    }

    #[test]
    fn what_a_format_cannot_say_is_told_before_it_is_asked_for() {
        assert!(begun(100).refused_files().is_empty());
        let per_batch = Settings {
            encoder: EncoderSettings::PerBatch,
            ..settings(100)
        };
        let mut run = Run::new(&per_batch, SourceConfig::Simulated { seed: 7 }).unwrap();
        fed(&mut run, 200);
        let refused = run.refused_files();
        assert_eq!(refused.len(), 4);
        for (kind, reason) in refused {
            let told = run.file(kind).unwrap_err();
            assert!(told.contains(&reason), "{told:?} says {reason:?}");
        }
    }

    #[test]
    fn the_table_has_numbers_only_so_that_no_spreadsheet_runs_or_misreads_a_cell() {
        let mut run = begun(1);
        push(&mut run, 0, b"=cmd|' /C calc'!A0");
        fed(&mut run, 200);
        let csv = String::from_utf8(run.file(SaveKind::AllMetrics).unwrap().bytes).unwrap();
        let (head, rows) = csv.split_once('\n').unwrap();
        let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(head.split(',').all(is_name), "{head}");
        for row in rows.lines() {
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!(cells.len(), head.split(',').count());
            let is_number = |cell: &str| cell.is_empty() || cell.parse().is_ok_and(f64::is_finite);
            assert!(cells.into_iter().all(is_number), "{row}");
        }
    }

    #[test]
    fn kept_raw_records_are_a_file_of_their_own() {
        let mut run = begun(100);
        fed(&mut run, 100);
        assert!(
            run.file(SaveKind::RawRecords)
                .unwrap_err()
                .contains("Keep raw records")
        );
        run.keep_raw(true);
        fed(&mut run, 200);
        let file = run.file(SaveKind::RawRecords).unwrap();
        assert_eq!(file.name, "batches_1_to_2.ndjson");
        assert_eq!(String::from_utf8(file.bytes).unwrap().lines().count(), 200);
    }
}
