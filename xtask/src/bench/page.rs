//! Figures of the page, taken by a script in a real browser.

use anyhow::bail;

use crate::{browser, cargo, console, kafka, page, paths, process};

pub(super) fn run() -> anyhow::Result<()> {
    cargo::build_relay()?;
    kafka::fetch()?;
    page::ensure()?;
    let script = paths::root().join("frontend/tests/bench.mjs");
    if !script.is_file() {
        bail!("{} is missing: it measures the page", script.display());
    }
    console::stage("Measuring the page in a browser", "a minute or two");
    process::run(browser::node()?.arg(script))
}
