//! `./x bench`: figures of the engine, the relay and the page. It prints them and asserts nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use crate::kafka::{self, Broker};
use crate::process::{self, Group};
use crate::service::Service;
use crate::{browser, cargo, console, page, paths};

const RECORDS: u32 = 1_000_000;
const BATCH: &str = "300";
const TOPIC: &str = "bench";

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Records a second of `train --file`
    Engine,
    /// Records a second from a real topic to one client
    Relay,
    /// The worker's rate, the size of the first visit, the time to the first point
    Page,
}

/// Measures one part, or all.
pub fn run(part: Option<Part>) -> anyhow::Result<()> {
    let wanted = |this| part.is_none_or(|part| part == this);
    let gradually = cargo::build_relay()?;
    if wanted(Part::Engine) {
        engine(&gradually)?;
    }
    if wanted(Part::Relay) {
        relay(&gradually)?;
    }
    if wanted(Part::Page) {
        page()?;
    }
    Ok(())
}

fn engine(gradually: &Path) -> anyhow::Result<()> {
    let stream = stream_file()?;
    let out = tempfile::tempdir()?;
    let mut train = Command::new(gradually);
    train
        .arg("train")
        .arg("--file")
        .arg(&stream)
        .args(["--batch-records", BATCH, "--out"])
        .arg(out.path().join("run"));
    console::stage("Training on a file", "seconds to a minute");
    let seconds = time(&mut train)?;
    figure(
        &format!(
            "engine: train --file, {RECORDS} records in batches of {BATCH}, every model written"
        ),
        seconds,
    );
    Ok(())
}

/// The same records every time, written once.
fn stream_file() -> anyhow::Result<PathBuf> {
    let folder = cargo::target_folder()?.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let file = folder.join(format!("stream-{RECORDS}.ndjson"));
    if !file.is_file() {
        console::stage("Writing the stream to train on", "a minute or two, once");
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
        example.args(["--seed", "1", "--count", &RECORDS.to_string()]);
        process::run(example.stdout(Stdio::from(File::create(&aside)?)))?;
        fs::rename(&aside, &file)?;
    }
    Ok(file)
}

fn relay(gradually: &Path) -> anyhow::Result<()> {
    kafka::fetch()?;
    console::stage("Starting Kafka and filling a topic", "a minute");
    let broker = Broker::start()?;
    broker.create_topic(TOPIC, 1)?;
    let count = RECORDS.to_string();
    let mut produce = Command::new(gradually);
    produce.args([
        "produce",
        "--kafka",
        &broker.address(),
        "--topic",
        TOPIC,
        "--count",
        &count,
        "--rate",
        "0",
        "--seed",
        "1",
    ]);
    figure(
        &format!("relay: produce, {RECORDS} records, all acknowledged"),
        time(&mut produce)?,
    );

    let mut serve = Command::new(gradually);
    serve.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--kafka",
        &broker.address(),
        "--topic",
        TOPIC,
    ]);
    let mut relay = Service::start("relay", &mut serve)?;
    let url = format!("ws://{}", relay.wait_until_ready()?);
    for pass in ["cold", "again"] {
        let mut tail = Command::new(gradually);
        tail.args([
            "tail", &url, "--topic", TOPIC, "--from", "earliest", "--count", &count,
        ]);
        figure(
            &format!("relay: {RECORDS} records from a real topic to one client, {pass}"),
            time(&mut tail)?,
        );
    }
    relay.stop()
}

fn page() -> anyhow::Result<()> {
    kafka::fetch()?;
    page::ensure()?;
    let script = paths::root().join("frontend/tests/bench.mjs");
    if !script.is_file() {
        bail!("{} is missing: it measures the page", script.display());
    }
    console::stage("Measuring the page in a browser", "a minute or two");
    process::run(browser::node()?.arg(script))
}

/// Seconds until the command has ended well; what it writes to stdout goes nowhere.
fn time(command: &mut Command) -> anyhow::Result<f64> {
    let line = process::describe(command);
    let start = Instant::now();
    let status = Group::spawn(command.stdout(Stdio::null()))?.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(start.elapsed().as_secs_f64())
}

fn figure(what: &str, seconds: f64) {
    println!(
        "{what}: {:.0} records/s ({seconds:.2} s)",
        f64::from(RECORDS) / seconds
    );
}
