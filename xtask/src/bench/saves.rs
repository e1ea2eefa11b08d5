//! What saving costs: bytes of each file, and how fast `train` is when it writes less or more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::engine::{Programs, Spread};
use super::time;
use crate::{cargo, console};

/// Records of a batch.
const BATCH: &str = "300";
/// A file that the program in WebAssembly begins with, and that the sizes are of.
const RECORDS_IN_WASM: usize = 30_000;
/// A file of this kind is made so often for one time.
const FILES_A_ROUND: usize = 300;
/// A run is timed so often; the variants take turns.
const ROUNDS: usize = 9;

/// A way of saving, how many batches are run with it, and the one before that it is compared with.
struct Variant {
    what: &'static str,
    flags: &'static [&'static str],
    batches: u32,
    beside: Option<usize>,
}

/// The first two learn for seconds, so that there are several checkpoints.
const VARIANTS: [Variant; 5] = [
    Variant {
        what: "--save none, checkpoints at both ends only",
        flags: &["--save", "none", "--checkpoint-every", "3600s"],
        batches: 20_000,
        beside: None,
    },
    Variant {
        what: "--save none, a checkpoint a second",
        flags: &["--save", "none"],
        batches: 20_000,
        beside: Some(0),
    },
    Variant {
        what: "--save none, a checkpoint a batch",
        flags: &["--save", "none", "--checkpoint-every", "batch"],
        batches: 2000,
        beside: Some(0),
    },
    Variant {
        what: "a JSON model a batch",
        flags: &["--save", "json"],
        batches: 5000,
        beside: Some(1),
    },
    Variant {
        what: "the default: JSON and joblib, model and encoder, a batch",
        flags: &[],
        batches: 5000,
        beside: Some(1),
    },
];

pub(super) fn run() -> anyhow::Result<()> {
    let gradually = cargo::build_relay()?;
    sizes(&gradually)?;
    in_wasm()?;
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        throughput(
            &gradually,
            "in memory",
            tempfile::tempdir_in(memory)?.path(),
        )?;
    }
    throughput(&gradually, "on the disk", &super::folder()?)
}

/// `train` with more and less saving, its files below a folder.
fn throughput(gradually: &Path, place: &str, folder: &Path) -> anyhow::Result<()> {
    console::stage(
        &format!("Training with more and less saving, files {place}"),
        "some minutes",
    );
    // A file system may be slow to make files after many were removed, so that all runs stay until
    // the end.
    let runs = tempfile::tempdir_in(folder)?;
    let mut seconds = vec![Vec::new(); VARIANTS.len()];
    for round in 0..ROUNDS {
        for (number, (variant, seconds)) in VARIANTS.iter().zip(&mut seconds).enumerate() {
            let out = runs.path().join(format!("{round}-{number}"));
            let mut train = train(gradually, variant.batches, &out);
            let time = time(train.args(variant.flags))?;
            seconds.push(time / f64::from(variant.batches));
        }
    }
    for (variant, times) in VARIANTS.iter().zip(&seconds) {
        let rate = BATCH.parse::<f64>()? / Spread::of(times).median;
        let ratio = variant.beside.map_or_else(String::new, |beside| {
            let ratio = Spread::of_ratio(&seconds[beside], times);
            format!(
                ", {:.3} of the time ({:.3} to {:.3}) of \"{}\"",
                ratio.median, ratio.least, ratio.most, VARIANTS[beside].what
            )
        });
        println!(
            "files {place}, {}: {rate:.0} records/s{ratio}",
            variant.what
        );
    }
    Ok(())
}

/// The bytes of every file that a run leaves of its last batch.
fn sizes(gradually: &Path) -> anyhow::Result<()> {
    let out = tempfile::tempdir()?;
    let mut train = train(gradually, 50, out.path());
    time(train.args(["--save", ALL_FORMATS]))?;
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

/// A run over so many batches of generated records.
fn train(gradually: &Path, batches: u32, out: &Path) -> Command {
    let mut train = Command::new(gradually);
    train
        .args(["train", "--simulate", "7", "--batch-records", BATCH])
        .args(["--max-batches", &batches.to_string(), "--out"])
        .arg(out);
    train
}
