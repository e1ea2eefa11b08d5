//! `gradually compare`: the metrics of several runs side by side, the lab's own among them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::{Ending, Failure, Outcome};

/// Puts the accuracies of several runs side by side, batch by batch
///
/// A run is a folder with metrics/batch_N_metrics.json: one that train wrote, or the output folder of
/// the lab's consumer, whose files have batch_id, model_id and accuracy only. Of each run two columns
/// are shown: the accuracy on the batch after learning from it, which is the lab's, and the one before
/// learning, which is honest. Below stand the means, and whether the lab's accuracies are equal.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folders of the runs
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<PathBuf>,

    /// As comma-separated values, for a spreadsheet
    #[arg(long)]
    csv: bool,

    /// Exit code 1 if the accuracies after learning are not equal in every batch
    #[arg(long)]
    same_accuracy: bool,
}

/// What a metrics file has of interest here; the lab's has no more than the first two.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Metrics {
    batch_id: u64,
    accuracy: Option<f64>,
    #[serde(default)]
    test_then_train_accuracy: Option<f64>,
}

/// A run by its batches.
struct Run {
    name: String,
    batches: BTreeMap<u64, Metrics>,
}

pub(super) fn run(args: &Args) -> Ending {
    let runs = args.runs.iter().map(|path| Run::read(path));
    let runs = runs.collect::<anyhow::Result<Vec<_>>>()?;
    let (comparison, is_same) = told_comparison(&runs);
    let text = if args.csv {
        csv(&runs)
    } else {
        table(&runs) + &comparison
    };
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("cannot write to stdout")?;
    if args.same_accuracy && !is_same {
        return Err(Failure::Other(anyhow::anyhow!(
            "the accuracies after learning are not equal"
        )));
    }
    Ok(Outcome::Done)
}

impl Run {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let folder = path.join("metrics");
        let cannot = || {
            let place = folder.display();
            format!("cannot read {place}: a run's folder has its metrics there")
        };
        let mut batches = BTreeMap::new();
        for entry in fs::read_dir(&folder).with_context(cannot)? {
            let file = entry.with_context(cannot)?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if !name.starts_with("batch_") || !name.ends_with("_metrics.json") {
                continue;
            }
            let metrics = read_metrics(&file)?;
            if batches.insert(metrics.batch_id, metrics).is_some() {
                let (place, id) = (folder.display(), metrics.batch_id);
                bail!("{place} has two files of batch {id}");
            }
        }
        if batches.is_empty() {
            bail!("{} has no batch_N_metrics.json", folder.display());
        }
        Ok(Self {
            name: path.display().to_string(),
            batches,
        })
    }

    fn mean(&self, of: impl Fn(&Metrics) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = self.batches.values().filter_map(of).collect();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run has fewer than 2⁵³ batches"
        )]
        let count = values.len() as f64;
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / count)
    }
}

fn read_metrics(file: &Path) -> anyhow::Result<Metrics> {
    let name = || file.display().to_string();
    let metrics: Metrics = serde_json::from_slice(&fs::read(file).with_context(name)?)
        .with_context(|| format!("{} is not a batch's metrics", file.display()))?;
    let accuracies = [metrics.accuracy, metrics.test_then_train_accuracy];
    if let Some(wrong) = accuracies
        .into_iter()
        .flatten()
        .find(|accuracy| !(0.0..=1.0).contains(accuracy))
    {
        bail!(
            "{}: {wrong} is no accuracy, which is from 0 to 1",
            file.display()
        );
    }
    Ok(metrics)
}

/// Every batch that a run has.
fn batches(runs: &[Run]) -> Vec<u64> {
    let mut all: Vec<u64> = runs
        .iter()
        .flat_map(|run| run.batches.keys().copied())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn table(runs: &[Run]) -> String {
    let mut text = String::new();
    for (number, run) in runs.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "run {}: {}", number + 1, run.name);
    }
    text.push_str("\n          ");
    for number in 1..=runs.len() {
        let _ = write!(text, "  {:^16}", format!("run {number}"));
    }
    text.push_str("\n   batch  ");
    text.push_str(&"     after  before".repeat(runs.len()));
    text.push('\n');
    for batch in batches(runs) {
        let _ = write!(text, "{batch:>8}  ");
        for run in runs {
            let metrics = run.batches.get(&batch);
            text += &cells(
                metrics.and_then(|metrics| metrics.accuracy),
                metrics.and_then(|metrics| metrics.test_then_train_accuracy),
            );
        }
        text.push('\n');
    }
    text.push_str("    mean  ");
    for run in runs {
        text += &cells(
            run.mean(|metrics| metrics.accuracy),
            run.mean(|metrics| metrics.test_then_train_accuracy),
        );
    }
    text.push('\n');
    text
}

fn cells(after: Option<f64>, before: Option<f64>) -> String {
    let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.4}"));
    format!("  {:>8}{:>8}", cell(after), cell(before))
}

fn csv(runs: &[Run]) -> String {
    let mut text = String::from("batch_id");
    for number in 1..=runs.len() {
        let _ = write!(
            text,
            ",run_{number}_accuracy,run_{number}_test_then_train_accuracy"
        );
    }
    text.push('\n');
    let cell = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for batch in batches(runs) {
        text += &batch.to_string();
        for run in runs {
            let metrics = run.batches.get(&batch);
            let after = cell(metrics.and_then(|metrics| metrics.accuracy));
            let before = cell(metrics.and_then(|metrics| metrics.test_then_train_accuracy));
            let _ = write!(text, ",{after},{before}");
        }
        text.push('\n');
    }
    text
}

/// How the accuracies after learning of the others stand to those of the first run, and whether all
/// are equal.
fn told_comparison(runs: &[Run]) -> (String, bool) {
    let (mut text, mut is_same) = ("\n".to_owned(), true);
    let Some((first, others)) = runs.split_first() else {
        return (text, true);
    };
    for (number, run) in (2..).zip(others) {
        let difference = first_difference(first, run);
        is_same &= difference.is_none();
        let told = match difference {
            None => "the same accuracies after learning, in all batches".to_owned(),
            Some(batch) => format!("other accuracies after learning, from batch {batch} on"),
        };
        let _ = writeln!(text, "runs 1 and {number}: {told}");
    }
    (text, is_same)
}

/// The first batch with other accuracies, or that only one of the runs has.
fn first_difference(one: &Run, other: &Run) -> Option<u64> {
    let accuracy = |run: &Run, batch| run.batches.get(&batch).map(|metrics| metrics.accuracy);
    let is_other = |one: Option<f64>, other: Option<f64>| match (one, other) {
        // As far apart as two ways of dividing two whole numbers can be.
        (Some(one), Some(other)) => (one - other).abs() > 1e-12,
        (one, other) => one.is_some() != other.is_some(),
    };
    let all = one.batches.keys().chain(other.batches.keys());
    all.copied()
        .filter(
            |&batch| match (accuracy(one, batch), accuracy(other, batch)) {
                (Some(one), Some(other)) => is_other(one, other),
                // A batch without an example may have no file at the lab's.
                (Some(alone), None) | (None, Some(alone)) => alone.is_some(),
                (None, None) => false,
            },
        )
        .min()
}
