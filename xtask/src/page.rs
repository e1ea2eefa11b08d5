//! The page: built by trunk into `dist/`, and only when something it is made of has changed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::tools::FOR_THE_PAGE;
use crate::{checksum, console, lock, npm, paths, process};

/// All that the built page depends on, from the top level.
const SOURCES: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "frontend",
    "index.html",
    "rust-toolchain.toml",
    "shared/Cargo.toml",
    "shared/src",
];
/// What lies among the sources without being part of the page.
const NO_SOURCES: &[&str] = &["node_modules", "tests"];

/// The folder of the built page.
#[must_use]
pub fn folder() -> PathBuf {
    paths::root().join("dist")
}

/// Installs what the build needs, and builds the page unless the one that is there is of these sources.
pub fn ensure() -> anyhow::Result<PathBuf> {
    let trunk = prepare()?;
    let _alone = lock::exclusive(&lock_file(), "builds the page")?;
    let sources = fingerprint(&paths::root(), SOURCES)?;
    if is_built_from(&sources) {
        console::remark("the page is built and nothing it is made of has changed");
        return Ok(folder());
    }
    console::stage(
        "Building the page, optimised",
        "2 to 5 minutes the first time, then less than one",
    );
    process::run(
        trunk
            .into_command(&["build", "--release"])
            .stdout(std::io::stderr()),
    )?;
    let built = fingerprint(&folder(), &["."])?;
    fs::write(stamp(), format!("{sources} {built}"))
        .context("cannot note what the page was built from")?;
    Ok(folder())
}

/// Runs trunk with these arguments, with all it needs at hand.
pub fn trunk(arguments: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    process::run(&mut prepare()?.into_command(&words))
}

/// Installs trunk, wasm-bindgen and the npm packages where they are missing.
pub fn prepare() -> anyhow::Result<Trunk> {
    let mut folders = vec![npm::programs()];
    for tool in FOR_THE_PAGE {
        folders.push(tool.ensure()?);
    }
    npm::ensure()?;
    Ok(Trunk {
        path: path_with(&folders)?,
    })
}

/// A PATH on which trunk and the programs it calls come first.
#[derive(Debug)]
pub struct Trunk {
    path: OsString,
}

impl Trunk {
    /// The command; its own downloads are off, as everything is there.
    #[must_use]
    pub fn into_command(self, arguments: &[&str]) -> Command {
        let mut trunk = Command::new("trunk");
        trunk
            .args(arguments)
            .current_dir(paths::root())
            .env("PATH", self.path)
            .env("TRUNK_OFFLINE", "true");
        // Everywhere else this variable means something when it is set to anything; trunk wants a boolean.
        trunk.env_remove("NO_COLOR");
        trunk
    }
}

/// This process's PATH with folders before it.
fn path_with(folders: &[PathBuf]) -> anyhow::Result<OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.iter().cloned().chain(env::split_paths(&old)))
        .context("a folder's name has a colon")
}

fn is_built_from(sources: &str) -> bool {
    let Ok(built) = fingerprint(&folder(), &["."]) else {
        return false;
    };
    fs::read_to_string(stamp()).is_ok_and(|noted| noted == format!("{sources} {built}"))
}

fn lock_file() -> PathBuf {
    paths::root().join("frontend/node_modules/.page-lock")
}

fn stamp() -> PathBuf {
    paths::root().join("frontend/node_modules/.built-page")
}

/// One checksum over the names and contents of all files below these places.
fn fingerprint(base: &Path, places: &[&str]) -> anyhow::Result<String> {
    let mut files = Vec::new();
    for place in places {
        list_files(&base.join(place), &mut files)?;
    }
    files.sort();
    let mut lines = String::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(base).unwrap_or(&file);
        lines.extend([
            &name.to_string_lossy(),
            " ",
            checksum::sha256(&bytes).as_str(),
            "\n",
        ]);
    }
    Ok(checksum::sha256(lines.as_bytes()))
}

fn list_files(place: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !place.is_dir() {
        files.push(place.to_path_buf());
        return Ok(());
    }
    let entries =
        fs::read_dir(place).with_context(|| format!("cannot read {}", place.display()))?;
    for entry in entries {
        let entry = entry?;
        if !NO_SOURCES.iter().any(|name| entry.file_name() == *name) {
            list_files(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_renamed_or_new_file_changes_the_fingerprint_and_node_modules_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let print = || fingerprint(dir.path(), &["."]).unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        let first = print();
        fs::create_dir(dir.path().join("node_modules")).unwrap();
        fs::write(dir.path().join("node_modules/b"), "2").unwrap();
        assert_eq!(print(), first);
        fs::rename(dir.path().join("a"), dir.path().join("c")).unwrap();
        let second = print();
        assert_ne!(second, first);
        fs::write(dir.path().join("c"), "3").unwrap();
        assert_ne!(print(), second);
    }

    #[test]
    fn a_missing_source_is_an_error_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let error = fingerprint(dir.path(), &["index.html"])
            .unwrap_err()
            .to_string();
        assert!(error.contains("index.html"), "{error}");
    }

    #[test]
    fn trunk_sees_no_variable_it_cannot_read() {
        let command = Trunk {
            path: OsString::new(),
        }
        .into_command(&["build"]);
        let removed = command
            .get_envs()
            .any(|(name, value)| name == "NO_COLOR" && value.is_none());
        assert!(removed);
    }
}
