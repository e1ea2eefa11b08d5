//! The page's npm packages: wasm-opt, the chart library, and the driver of the browser tests.
//!
//! `npm ci` runs when the lock file differs from the one that was installed last.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::{checksum, console, lock, paths, process};

/// Where npm puts programs such as wasm-opt.
#[must_use]
pub fn programs() -> PathBuf {
    folder().join("node_modules/.bin")
}

/// Installs the packages unless exactly these are installed.
pub fn ensure() -> anyhow::Result<()> {
    let wanted = checksum_of_lock()?;
    let _alone = lock::exclusive(&paths::cache()?.join("npm.lock"), "installs npm packages")?;
    if is_installed(&wanted) {
        return Ok(());
    }
    console::stage(
        "Installing npm packages: wasm-opt, the chart library, the browser tests' driver",
        "10 seconds to 2 minutes",
    );
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder());
    process::run(npm.stdout(std::io::stderr()))?;
    fs::write(stamp(), wanted).context("cannot note which packages are installed")
}

/// Whether the installed packages are those of the lock file.
#[must_use]
pub fn is_current() -> bool {
    checksum_of_lock().is_ok_and(|wanted| is_installed(&wanted))
}

fn checksum_of_lock() -> anyhow::Result<String> {
    let lock = folder().join("package-lock.json");
    let bytes = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    Ok(checksum::sha256(&bytes))
}

fn is_installed(wanted: &str) -> bool {
    fs::read_to_string(stamp()).is_ok_and(|found| found == wanted)
}

fn folder() -> PathBuf {
    paths::root().join("frontend")
}

/// It lies in the folder that `npm ci` deletes first, so that half an installation has none.
fn stamp() -> PathBuf {
    folder().join("node_modules/.installed-lock")
}
