//! What saving costs: bytes of each file, and how fast `train` is when it writes less or more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::engine::{Programs, Spread};
use super::time;
use crate::{cargo, console};

/// Records of a run, and of its batches.
const RECORDS: usize = 1_000_000;
const BATCH: &str = "300";
/// A file that the program in WebAssembly begins with.
const RECORDS_IN_WASM: usize = 30_000;
/// A file of this kind is made so often for one time.
const FILES_A_ROUND: usize = 300;
/// A run is timed so often; the variants take turns.
const ROUNDS: usize = 5;

/// Batches of a run.
const BATCHES: u32 = 3334;
/// The variant with a checkpoint for each of them.
const EACH_BATCH: usize = 2;

/// Ways of saving, each beside the one that it is compared with.
const VARIANTS: [(&str, &[&str], Option<usize>); 5] = [
    (
        "no models, checkpoints at both ends only",
        &["--save", "none", "--checkpoint-every", "3600s"],
        None,
    ),
    (
        "no models, a checkpoint a second",
        &["--save", "none"],
        Some(0),
    ),
    (
        "no models, a checkpoint a batch",
        &["--save", "none", "--checkpoint-every", "batch"],
        Some(0),
    ),
    ("a JSON model a batch", &["--save", "json"], Some(1)),
    (
        "the default: JSON and joblib, model and encoder, a batch",
        &[],
        Some(1),
    ),
];

pub(super) fn run() -> anyhow::Result<()> {
    let gradually = cargo::build_relay()?;
    let stream = super::stream_file(RECORDS)?;
    sizes(&gradually, &stream)?;
    in_wasm()?;
    console::stage("Training with more and less saving", "a minute or two");
    let mut seconds = vec![Vec::new(); VARIANTS.len()];
    for _ in 0..ROUNDS {
        for (variant, seconds) in VARIANTS.iter().zip(&mut seconds) {
            let out = tempfile::tempdir()?;
            let mut train = train(&gradually, &stream, out.path());
            seconds.push(time(train.args(variant.1))?);
        }
    }
    let medians: Vec<f64> = seconds
        .iter()
        .map(|seconds| Spread::of(seconds).median)
        .collect();
    for ((what, _, beside), median) in VARIANTS.iter().zip(&medians) {
        #[expect(clippy::cast_precision_loss, reason = "a million")]
        let rate = RECORDS as f64 / median;
        let ratio = beside.map_or_else(String::new, |beside| {
            let longer = (median / medians[beside] - 1.0) * 100.0;
            format!(", {longer:+.1} % beside \"{}\"", VARIANTS[beside].0)
        });
        println!("train --file, batches of {BATCH}, {what}: {rate:.0} records/s{ratio}");
    }
    let checkpoint = (medians[EACH_BATCH] - medians[0]) / f64::from(BATCHES);
    println!(
        "a checkpoint that the disk has: {:.2} ms, so one a second is {:.2} % of the time",
        checkpoint * 1e3,
        checkpoint * 1e2
    );
    Ok(())
}

/// The bytes of every file that a run leaves of its last batch.
fn sizes(gradually: &Path, stream: &Path) -> anyhow::Result<()> {
    let out = tempfile::tempdir()?;
    let mut train = train(gradually, stream, out.path());
    let all = ["--max-batches", "50", "--save", ALL_FORMATS];
    time(train.args(all))?;
    let mut found = BTreeMap::new();
    for folder in ["models", "encoders", "metrics"] {
        let folder = out.path().join(folder);
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.contains("batch_49") {
                found.insert(name, entry.metadata()?.len());
            }
        }
    }
    let checkpoint = fs::metadata(out.path().join("checkpoint.ndjson"))?.len();
    found.insert("checkpoint.ndjson".to_owned(), checkpoint);
    let log = fs::read_to_string(out.path().join("run.ndjson"))?;
    let line = log.lines().rfind(|line| line.starts_with("{\"batch\""));
    found.insert(
        "a batch in run.ndjson".to_owned(),
        line.map_or(0, str::len) as u64 + 1,
    );
    for (name, bytes) in found {
        println!("{name}: {bytes} bytes");
    }
    Ok(())
}

/// Every format that a model of the default settings can be saved as.
const ALL_FORMATS: &str = "json,joblib,onnx,sql,python";

/// What the page's worker takes to make each file.
fn in_wasm() -> anyhow::Result<()> {
    let mut programs = Programs::start_wasm(&super::stream_file(RECORDS_IN_WASM)?)?;
    for file in [
        "json",
        "joblib",
        "encoder",
        "onnx",
        "sql",
        "py",
        "checkpoint",
    ] {
        let mut seconds = Vec::new();
        for _ in 0..=ROUNDS {
            seconds.push(programs.seconds_in_wasm(&format!("save/{file}"), FILES_A_ROUND)?);
        }
        let median = Spread::of(&seconds[1..]).median;
        println!("{file}, made in WebAssembly: {:.3} ms", median * 1e3);
    }
    Ok(())
}

fn train(gradually: &Path, stream: &Path, out: &Path) -> Command {
    let mut train = Command::new(gradually);
    train
        .arg("train")
        .arg("--file")
        .arg(stream)
        .args(["--batch-records", BATCH, "--out"])
        .arg(out);
    train
}
