//! `engine-bench RECORDS.ndjson`: a request a line on stdin, an answer a line on stdout, both JSON.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use benchmarks::{Records, run};

fn main() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let records = Records::of_file(path.context("usage: engine-bench RECORDS.ndjson")?);
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::json!({ "ready": {} }))?;
    out.flush()?;
    for line in io::stdin().lock().lines() {
        let answer = run(&serde_json::from_str(&line?)?, &records)?;
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}
