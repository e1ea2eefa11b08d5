//! Prebuilt tools: downloaded by curl, checked against a pinned SHA-256, unpacked by tar.
//!
//! Nothing is unpacked before its sum is right, and nothing is visible in the cache before all of it
//! is there. A machine without the open internet finds out after seconds, not minutes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::{checksum, process};

/// An archive on a project's own release page.
#[derive(Debug, Clone, Copy)]
pub struct Archive {
    /// Where it is.
    pub url: &'static str,
    /// What it must be.
    pub sha256: &'static str,
}

/// Limits for a connection and for a whole download.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Seconds until a host that does not answer counts as unreachable.
    pub connect_seconds: u32,
    /// Seconds for all of it.
    pub total_seconds: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect_seconds: 8,
            total_seconds: 180,
        }
    }
}

/// Downloads the archive and puts the wanted programs, wherever in it they are, into `bin`.
pub fn install(
    archive: Archive,
    programs: &[&str],
    bin: &Path,
    patience: Patience,
) -> anyhow::Result<()> {
    let home = bin.parent().context("a folder for programs has a parent")?;
    let cache = home.parent().context("a tool's folder has a parent")?;
    fs::create_dir_all(cache).with_context(|| format!("cannot create {}", cache.display()))?;
    let aside = tempfile::Builder::new()
        .prefix("download-")
        .tempdir_in(cache)?;
    let file = aside.path().join("archive.tar.gz");
    fetch(archive.url, &file, patience)?;
    checksum::verify(&file, archive.sha256)
        .with_context(|| format!("{} is refused", archive.url))?;
    let unpacked = aside.path().join("unpacked");
    unpack(&file, &unpacked)?;
    let complete = aside.path().join("complete");
    collect(&unpacked, programs, &complete.join("bin"))?;
    publish(&complete, home)
}

fn fetch(url: &str, file: &Path, patience: Patience) -> anyhow::Result<()> {
    let mut curl = Command::new("curl");
    curl.args([
        "--fail",
        "--location",
        "--silent",
        "--show-error",
        "--proto-default",
        "https",
    ]);
    curl.args(["--connect-timeout", &patience.connect_seconds.to_string()]);
    curl.args(["--max-time", &patience.total_seconds.to_string()]);
    curl.arg("--output").arg(file).arg(url);
    process::run_quietly(&mut curl).with_context(|| format!("cannot download {url}"))
}

fn unpack(file: &Path, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf")
        .arg(file)
        .arg("-C")
        .arg(folder)
        .stdout(Stdio::null());
    process::run_quietly(&mut tar)
}

/// Moves the programs out of the archive's own folders, which differ from project to project.
fn collect(unpacked: &Path, programs: &[&str], bin: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(bin)?;
    for program in programs {
        let found = find(unpacked, program)?;
        let Some(found) = found else {
            bail!("the archive holds no `{program}`")
        };
        fs::rename(found, bin.join(program))?;
    }
    Ok(())
}

fn find(folder: &Path, name: &str) -> anyhow::Result<Option<std::path::PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name)? {
                return Ok(Some(found));
            }
        } else if path.file_name().is_some_and(|file| file == name) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// One rename makes the tool visible; what an interrupted run left there is replaced.
fn publish(complete: &Path, home: &Path) -> anyhow::Result<()> {
    if home.exists() {
        fs::remove_dir_all(home).with_context(|| format!("cannot replace {}", home.display()))?;
    }
    fs::rename(complete, home).with_context(|| format!("cannot write {}", home.display()))
}
