//! `./x bench`: figures of the engine, the relay, what is saved, and the page. It prints them and asserts nothing.

mod engine;
mod page;
mod relay;
mod saves;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use crate::process::Group;
use crate::{cargo, console, process};

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The engine, natively and in WebAssembly, side by side with its peers
    Engine,
    /// Records a second of the program: `train --file`, and from a real topic to one client
    Relay,
    /// What saving costs: bytes of each file, and `train` with more and less of it
    Saves,
    /// The worker's rate, the size of the first visit, the time to the first point
    Page,
}

/// What to measure, and how thoroughly.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Options {
    /// The part [default: all]
    part: Option<Part>,
    /// The engine: fewer rounds over fewer records, to see that everything runs
    #[arg(long)]
    quick: bool,
    /// The engine: also against the lab's own Spark job, which needs Java and minutes
    #[arg(long)]
    spark: bool,
    /// The engine: without the programs that need Python
    #[arg(long, conflicts_with = "spark")]
    no_peers: bool,
}

/// Measures one part, or all.
pub fn run(options: Options) -> anyhow::Result<()> {
    let wanted = |this| options.part.is_none_or(|part| part == this);
    if wanted(Part::Engine) {
        engine::run(options)?;
    }
    if wanted(Part::Relay) {
        relay::run()?;
    }
    if wanted(Part::Saves) {
        saves::run()?;
    }
    if wanted(Part::Page) {
        page::run()?;
    }
    Ok(())
}

/// Where everything that is measured with or written down lies.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = cargo::target_folder()?.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// The same records every time, written once.
fn stream_file(records: usize) -> anyhow::Result<PathBuf> {
    let file = folder()?.join(format!("stream-{records}.ndjson"));
    if !file.is_file() {
        console::stage(
            "Writing the records to measure with",
            "a minute or two, once",
        );
        let aside = file.with_extension("part");
        let mut example = cargo::command(&[
            "run",
            "--release",
            "--quiet",
            "--package",
            "shared",
            "--example",
            "stream",
            "--",
        ]);
        example.args(["1", &records.to_string()]);
        process::run(example.stdout(Stdio::from(File::create(&aside)?)))?;
        fs::rename(&aside, &file)?;
    }
    Ok(file)
}

/// Seconds until the command has ended well; what it says goes nowhere.
fn time(command: &mut Command) -> anyhow::Result<f64> {
    let line = process::describe(command);
    let start = Instant::now();
    let status = Group::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))?.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(start.elapsed().as_secs_f64())
}
