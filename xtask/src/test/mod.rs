//! `./x test`: every check and every test, in stages that do not hide one another's failures.
//!
//! What a runner says of itself is read, added up and compared with the committed minimum: a test
//! that is ignored, skipped or gone fails the run as much as one that fails.

mod minimum;
mod stage;
mod stages;
mod summary;

use std::process::ExitCode;

use clap::ValueEnum;

use self::stage::Runner;

/// What can be tested by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The engine, natively and in WebAssembly
    Engine,
    /// The relay with a real Kafka
    Relay,
    /// The page in a real browser
    Page,
    /// This set-up, the container files, and licences
    SetUp,
}

/// Runs the stages of one part, or all; prints `N passed, N failed` as its last line.
pub fn run(part: Option<Part>) -> anyhow::Result<ExitCode> {
    let minimum = minimum::Minimum::load()?;
    let mut runner = Runner::start()?;
    for stage in stages::all() {
        if part.is_none_or(|part| stage.parts.contains(&part)) {
            runner.run(&stage)?;
        }
    }
    let total = runner.finish(&minimum);
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
