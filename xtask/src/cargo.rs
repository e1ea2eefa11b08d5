//! Calls of cargo, and where it puts what it builds.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::{console, paths, process};

/// A cargo command that works at the top level.
#[must_use]
pub fn command(arguments: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(paths::root());
    cargo
}

/// The folder of all builds, as the environment and cargo's settings have it.
pub fn target_folder() -> anyhow::Result<PathBuf> {
    #[derive(Deserialize)]
    struct Answer {
        target_directory: PathBuf,
    }
    let mut cargo = command(&["metadata", "--no-deps", "--format-version", "1"]);
    let output = cargo
        .stdin(Stdio::null())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!(
            "cargo cannot read the workspace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let answer: Answer =
        serde_json::from_slice(&output.stdout).context("cargo metadata is not what it was")?;
    Ok(answer.target_directory)
}

/// Builds the program `gradually` for use and gives its path.
pub fn build_relay() -> anyhow::Result<PathBuf> {
    console::stage(
        "Building the relay, optimised",
        "3 to 6 minutes the first time, then seconds",
    );
    process::run(&mut command(RELAY))?;
    Ok(target_folder()?.join("release/gradually"))
}

/// The arguments that build the program `gradually` for use.
pub const RELAY: &[&str] = &[
    "build",
    "--release",
    "--package",
    "relay",
    "--bin",
    "gradually",
];
