//! Node with all that a test of the page needs to find: browser, page, relay, Kafka.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::{cargo, page, paths};

/// A Node command whose scripts find everything by `GRADUALLY_...` variables.
pub fn node() -> anyhow::Result<Command> {
    let mut node = Command::new("node");
    node.current_dir(paths::root());
    node.env(
        "GRADUALLY_BIN",
        cargo::target_folder()?.join("release/gradually"),
    );
    node.env(
        "GRADUALLY_XTASK",
        env::current_exe().context("this program has no path")?,
    );
    node.env("GRADUALLY_PAGE", page::folder());
    node.env(
        "GRADUALLY_CHROMIUM",
        find().context("there is no Chromium")?,
    );
    Ok(node)
}

/// The browser of the page's tests: the one that is named, or the first that is usual.
#[must_use]
pub fn find() -> Option<PathBuf> {
    let named = ["GRADUALLY_CHROMIUM", "CHROME"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|path| !path.is_empty()));
    if let Some(named) = named {
        return if named.contains('/') {
            Some(PathBuf::from(named))
        } else {
            paths::on_path(&named)
        };
    }
    let usual = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let applications = [
        "Google Chrome.app/Contents/MacOS/Google Chrome",
        "Chromium.app/Contents/MacOS/Chromium",
    ];
    let on_macos = || {
        applications
            .iter()
            .map(|name| PathBuf::from("/Applications").join(name))
            .find(|path| path.is_file())
    };
    usual
        .iter()
        .find_map(|name| paths::on_path(name))
        .or_else(on_macos)
}
