//! The engine's measured cases: written once, run natively by `engine-bench` and in WebAssembly by
//! `worker.cjs`.
//!
//! Whoever measures sends a [`Request`] (one round of one case) and gets an [`Answer`]. The time is
//! taken inside, around the work alone, so that neither the messages nor the preparation of a
//! case count. `./x bench engine` asks ours and the peers in turn.

mod cases;
mod clock;
mod engine;
mod records;
mod saved;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use cases::{Case, Measured};
pub use records::Records;
pub use saved::SavedFile;

use serde::{Deserialize, Serialize};

/// One round of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The case's name, such as `stream/1000`; [`Case`] lists them.
    pub case: String,
    /// Records that one pass takes.
    pub records: usize,
    /// Passes over them in the round.
    pub passes: u32,
}

/// What a round took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The case.
    pub case: String,
    /// Seconds of all passes.
    pub seconds: f64,
    /// Records of all passes.
    pub records: u64,
    /// Test-then-train accuracy of the last pass, where the case predicts.
    pub accuracy: Option<f64>,
    /// The most memory that the process has held so far, where the system tells.
    pub peak_memory_bytes: Option<u64>,
}

/// Runs one round.
///
/// # Errors
/// An unknown case, too few records, or whatever the engine refuses.
pub fn run(request: &Request, records: &Records) -> anyhow::Result<Answer> {
    let case: Case = request.case.parse()?;
    let measured = case.run(records, request.records, request.passes)?;
    Ok(Answer {
        case: request.case.clone(),
        seconds: measured.seconds,
        records: measured.records,
        accuracy: measured.accuracy,
        peak_memory_bytes: peak_memory_bytes(),
    })
}

/// `VmHWM` of this process: Linux says it in kB.
#[cfg(target_os = "linux")]
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(not(target_os = "linux"))]
fn peak_memory_bytes() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests;
