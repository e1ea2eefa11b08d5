//! Programs that come from Python's package index, each list of them in a virtual environment in the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::{checksum, console, lock, paths, process};

const CHECKERS: &str = include_str!("../checks/requirements.txt");

/// The folder of the programs that check the container files.
pub fn checkers() -> anyhow::Result<PathBuf> {
    ensure("checkers", CHECKERS)
}

/// The versions of scikit-learn that open what the engine saves.
const SCIKIT_LEARN: [(&str, &str); 3] = [
    (
        "1.5",
        include_str!("../../shared/saves/requirements-sklearn-1.5.txt"),
    ),
    (
        "1.7",
        include_str!("../../shared/saves/requirements-sklearn-1.7.txt"),
    ),
    (
        "1.9",
        include_str!("../../shared/saves/requirements-sklearn-1.9.txt"),
    ),
];

/// Python with scikit-learn, in each version that opens what the engine saves.
pub fn scikit_learn() -> anyhow::Result<Vec<PathBuf>> {
    let python = |(version, requirements): (&str, &str)| {
        let name = format!("sklearn-{version}");
        Ok(ensure(&name, requirements)?.join("python"))
    };
    SCIKIT_LEARN.into_iter().map(python).collect()
}

/// The versions of ONNX Runtime and databases that predict with what the engine saves.
const PREDICT: [(&str, &str); 2] = [
    (
        "predict",
        include_str!("../../shared/saves/requirements-predict.txt"),
    ),
    (
        "predict-older",
        include_str!("../../shared/saves/requirements-predict-older.txt"),
    ),
];

/// Python with the programs that predict with what the engine saves, the newest and older ones.
pub fn predict() -> anyhow::Result<Vec<PathBuf>> {
    let python = |(name, requirements)| Ok(ensure(name, requirements)?.join("python"));
    PREDICT.into_iter().map(python).collect()
}

/// The folder of the programs of the environment `name`, which holds what `requirements` pins; it
/// is made first where it is missing.
pub fn ensure(name: &str, requirements: &str) -> anyhow::Result<PathBuf> {
    let home = home(name, requirements)?;
    let _alone = lock::exclusive(
        &paths::cache()?.join("python.lock"),
        "installs Python packages",
    )?;
    let complete = home.join("complete");
    if !complete.is_file() {
        console::stage(
            &format!("Installing the Python packages of {name}"),
            "5 seconds to some minutes",
        );
        install(&home, requirements)?;
        fs::write(complete, "").context("cannot note that the packages are installed")?;
    }
    Ok(home.join("bin"))
}

/// Other pins are another folder.
fn home(name: &str, requirements: &str) -> anyhow::Result<PathBuf> {
    let hash = checksum::sha256(requirements.as_bytes());
    Ok(paths::cache()?.join(format!("python-{name}-{}", &hash[..12])))
}

fn install(home: &Path, requirements: &str) -> anyhow::Result<()> {
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(home),
    )?;
    let list = home.join("requirements.txt");
    fs::write(&list, requirements).with_context(|| format!("cannot write {}", list.display()))?;
    let mut pip = Command::new(home.join("bin/pip"));
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--prefer-binary",
        "--requirement",
    ]);
    process::run(pip.arg(&list).stdout(std::io::stderr()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_and_other_pins_are_other_environments() {
        let folder = |name, pins| home(name, pins).unwrap();
        assert_eq!(folder("peers", "a==1"), folder("peers", "a==1"));
        assert_ne!(folder("peers", "a==1"), folder("peers", "a==2"));
        assert_ne!(folder("peers", "a==1"), folder("spark", "a==1"));
    }
}
