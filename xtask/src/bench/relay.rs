//! Figures of the program `gradually`: training on a file, and records from a real topic.

use std::path::Path;
use std::process::Command;

use super::time;
use crate::kafka::{self, Broker};
use crate::service::Service;
use crate::{cargo, console};

const RECORDS: u32 = 1_000_000;
const BATCH: &str = "300";
const TOPIC: &str = "bench";

pub(super) fn run() -> anyhow::Result<()> {
    let gradually = cargo::build_relay()?;
    train(&gradually)?;
    serve(&gradually)
}

fn train(gradually: &Path) -> anyhow::Result<()> {
    let stream = super::stream_file(RECORDS as usize)?;
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
        &format!("train --file, {RECORDS} records in batches of {BATCH}, every model written"),
        seconds,
    );
    Ok(())
}

fn serve(gradually: &Path) -> anyhow::Result<()> {
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

fn figure(what: &str, seconds: f64) {
    println!(
        "{what}: {:.0} records/s ({seconds:.2} s)",
        f64::from(RECORDS) / seconds
    );
}
