//! The README of an archive: short, and filled in from the run.

use std::fmt::Write as _;

use super::Run;
use super::about::PROGRAM;
use super::everything::Filed;
use crate::port::Counters;

/// What is known of the run, before it is known which files there are.
pub(super) struct Readme {
    counters: Counters,
    phrases: Vec<String>,
    /// Accuracy before learning: judged right, of so many.
    window: Option<(u64, u64)>,
    /// What was done in the run, each a sentence.
    done: Vec<String>,
    /// The settings were changed so that batches differ.
    command: Option<String>,
    raw_let_go: u64,
    sklearn: String,
}

impl Run {
    pub(super) fn readme(&self) -> Readme {
        let newest = self.chart.items().last();
        let done = |mark: &crate::port::Mark| {
            format!("{} after batch {}", mark.event.words(), mark.after_batch)
        };
        Readme {
            counters: self.counters(),
            phrases: self.phrases(),
            window: newest.map(|point| (point.window.correct, point.window.total)),
            done: self.marks.iter().map(done).collect(),
            command: self.command(),
            raw_let_go: self.raw.summary().let_go,
            sklearn: self.sklearn_version().to_string(),
        }
    }
}

impl Readme {
    /// The text, about these files.
    pub(super) fn text(&self, files: &[Filed]) -> String {
        let mut text = self.head();
        text += "\n## Files\n\n| file | what it is |\n|---|---|\n";
        for file in files.iter().filter(|file| !file.what.is_empty()) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "| `{}` | {} |", file.path, file.what);
        }
        text += &self.raw(files);
        text += "\nBatches in file names count from 0, models from 1.\n";
        text += &scikit_learn(files);
        text += "\n## Settings\n\n";
        for phrase in self.phrases.iter().chain(&self.done) {
            let _ = writeln!(text, "- {}", plain(phrase));
        }
        if let Some(command) = &self.command {
            let _ = write!(
                text,
                "\nThe same models, bit for bit, without a browser:\n\n```sh\n{command}\n```\n"
            );
        }
        let _ = write!(
            text,
            "\n## Versions\n\nWritten by {PROGRAM}. The joblib files say that they are of scikit-learn {}. \
             The model's JSON file is `gradually-model`, version 1.\n",
            self.sklearn
        );
        text
    }

    fn head(&self) -> String {
        let Counters {
            batches,
            models,
            records,
            bad_records,
            ..
        } = self.counters;
        let mut text = format!(
            "# A run of Gradually\n\n{}. Batches: {batches}; records: {records}, {bad_records} of them bad; models: {models}.\n",
            plain(self.phrases.first().map_or("", String::as_str))
        );
        if let Some((correct, total)) = self.window.filter(|(_, total)| *total > 0) {
            let _ = writeln!(
                text,
                "Of the last {total} applications {correct} were judged right before they were learned from."
            );
        }
        text
    }

    /// The raw records are told of in one row.
    fn raw(&self, files: &[Filed]) -> String {
        let count = files
            .iter()
            .filter(|file| file.path.starts_with("raw/"))
            .count();
        if count == 0 {
            return String::new();
        }
        let mut row = format!(
            "| `raw/batch_{{id}}.ndjson` | the records of {count} of {} batches as they came, one a line",
            self.counters.batches
        );
        if self.raw_let_go > 0 {
            let _ = write!(
                row,
                "; there was no room for those of {} more",
                self.raw_let_go
            );
        }
        row + " |\n"
    }
}

/// How to go on in scikit-learn, if the files for it are there.
fn scikit_learn(files: &[Filed]) -> String {
    let find = |folder: &str| {
        let mut files = files.iter().map(|file| file.path.as_str());
        files.find(|path| path.starts_with(folder) && path.ends_with(".joblib"))
    };
    let (Some(encoder), Some(model)) = (find("encoders/"), find("models/")) else {
        return String::new();
    };
    format!(
        "\n## Going on in scikit-learn\n\n```python\nimport joblib, pandas\n\n\
         encoder = joblib.load(\"{encoder}\")\nmodel = joblib.load(\"{model}\")\n\
         X = encoder.transform(applications)  # a data frame of raw applications\n\
         model.predict(X), model.partial_fit(X, applications[\"label\"])\n```\n"
    )
}

/// Text from outside, without what Markdown would take for its own.
fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        '<' | '>' | '`' | '|' | '[' | ']' | '*' | '\\' => '\u{fffd}',
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{begun, fed};
    use super::*;

    #[test]
    fn it_says_what_the_run_is_and_how_to_repeat_it() {
        let mut run = begun(100);
        fed(&mut run, 300);
        let text = run.readme().text(&[]);
        for words in [
            "Simulated stream of loan applications, seed 7. Batches: 3; records: 300, 0 of them bad; models: 3.",
            "- learning_rate optimal\n",
            "gradually train --simulate 7 --batch-records 100 --max-batches 3 --loss log_loss",
            "scikit-learn 1.7.2",
        ] {
            assert!(text.contains(words), "{words:?} in\n{text}");
        }
        assert!(!text.contains("raw/") && !text.contains("joblib.load"));
    }

    #[test]
    fn what_was_done_by_hand_is_told_and_no_command_claims_to_repeat_it() {
        let mut run = begun(100);
        fed(&mut run, 300);
        run.reset_model();
        let text = run.readme().text(&[]);
        assert!(
            text.contains("- model reset after batch 3\n") && !text.contains("gradually train")
        );
    }

    #[test]
    fn a_hostile_topic_stays_text() {
        assert_eq!(
            plain("a|b`<i>\n"),
            "a\u{fffd}b\u{fffd}\u{fffd}i\u{fffd}\u{fffd}"
        );
    }
}
