//! Two checkers that come from Python's package index, in a virtual environment in the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::{checksum, console, lock, paths, process};

const REQUIREMENTS: &str = include_str!("../checks/requirements.txt");

/// The folder of the checkers' programs, which are installed first where they are missing.
pub fn ensure() -> anyhow::Result<PathBuf> {
    let home = home()?;
    let _alone = lock::exclusive(
        &paths::cache()?.join("python.lock"),
        "installs the checkers",
    )?;
    let complete = home.join("complete");
    if !complete.is_file() {
        console::stage(
            "Installing the checkers of the container files",
            "5 to 60 seconds",
        );
        install(&home)?;
        fs::write(complete, "").context("cannot note that the checkers are installed")?;
    }
    Ok(home.join("bin"))
}

fn home() -> anyhow::Result<PathBuf> {
    let hash = checksum::sha256(REQUIREMENTS.as_bytes());
    Ok(paths::cache()?.join(format!("python-{}", &hash[..12])))
}

fn install(home: &Path) -> anyhow::Result<()> {
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(home),
    )?;
    let list = home.join("requirements.txt");
    fs::write(&list, REQUIREMENTS).with_context(|| format!("cannot write {}", list.display()))?;
    let mut pip = Command::new(home.join("bin/pip"));
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
        "--requirement",
    ]);
    process::run(pip.arg(&list))
}
