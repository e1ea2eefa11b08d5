//! What was measured on: figures mean nothing without it.

use std::process::{Command, Stdio};
use std::thread::available_parallelism;

use serde::Serialize;

use crate::paths;

/// The machine and the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Machine {
    system: String,
    processor: String,
    cores: usize,
    rustc: String,
    commit: String,
}

impl Machine {
    pub(super) fn this() -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            system: ask("uname", &["-srm"]).unwrap_or_else(unknown),
            processor: processor().unwrap_or_else(unknown),
            cores: available_parallelism().map_or(1, usize::from),
            rustc: ask("rustc", &["--version"]).unwrap_or_else(unknown),
            commit: ask("git", &["describe", "--always", "--dirty"]).unwrap_or_else(unknown),
        }
    }

    pub(super) fn describe(&self) -> String {
        let Self {
            system,
            processor,
            cores,
            rustc,
            commit,
        } = self;
        format!("{processor}, {cores} cores, {system}; {rustc}; commit {commit}")
    }
}

fn processor() -> Option<String> {
    if cfg!(target_os = "macos") {
        return ask("sysctl", &["-n", "machdep.cpu.brand_string"]);
    }
    model_name(&std::fs::read_to_string("/proc/cpuinfo").ok()?)
}

/// `model name : AMD EPYC 7B13`
fn model_name(info: &str) -> Option<String> {
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn ask(program: &str, question: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(question).current_dir(paths::root());
    let output = command.stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processors_name_is_found() {
        let info = "processor\t: 0\nmodel name\t: AMD EPYC 7B13\nmodel name\t: other\n";
        assert_eq!(model_name(info).as_deref(), Some("AMD EPYC 7B13"));
        assert_eq!(model_name("BogoMIPS : 2.0"), None);
    }
}
