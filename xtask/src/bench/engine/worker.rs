//! A measured program: it is asked for a round on its stdin and answers on its stdout.
//!
//! Between its rounds it waits for the next question, so that programs which take turns do not
//! disturb one another, and none pays for its start.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use crate::interrupt;
use crate::process::Group;

/// How often a wait for an answer looks whether it is to end.
const POLL: Duration = Duration::from_millis(25);

/// What a program says first: the versions of what it is made of.
pub(super) type Versions = BTreeMap<String, String>;

/// One round of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Request {
    pub(super) case: String,
    /// Records of a pass.
    pub(super) records: usize,
    pub(super) passes: u32,
}

/// What a round took.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Answer {
    pub(super) case: String,
    /// Of all passes.
    pub(super) seconds: f64,
    /// Of all passes.
    pub(super) records: u64,
    pub(super) accuracy: Option<f64>,
    pub(super) peak_memory_bytes: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Ready {
    ready: Versions,
}

/// A running program.
#[derive(Debug)]
pub(super) struct Worker {
    name: &'static str,
    versions: Versions,
    process: Group,
    questions: ChildStdin,
    answers: Receiver<String>,
}

impl Worker {
    /// Starts the program and waits until it is ready.
    pub(super) fn start(name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let (process, questions, stdout) = Group::spawn_asked(command)?;
        let mut worker = Self {
            name,
            versions: Versions::new(),
            process,
            questions,
            answers: lines_of(stdout),
        };
        let line = worker.line()?;
        let ready: Ready = serde_json::from_str(&line)
            .with_context(|| format!("{name} said `{line}` instead of being ready"))?;
        worker.versions = ready.ready;
        Ok(worker)
    }

    /// The versions of what the program is made of.
    pub(super) fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Runs one round.
    pub(super) fn ask(&mut self, request: &Request) -> anyhow::Result<Answer> {
        let question = serde_json::to_string(request)?;
        // A program that has gone says so in what it answers.
        let _ = writeln!(self.questions, "{question}");
        let line = self.line()?;
        read(&line, request).with_context(|| format!("{} answered `{line}`", self.name))
    }

    fn line(&mut self) -> anyhow::Result<String> {
        loop {
            interrupt::check()?;
            match self.answers.recv_timeout(POLL) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.process.wait()?;
                    bail!("{} ended instead of answering ({status})", self.name);
                }
            }
        }
    }
}

/// An answer that belongs to the question and can be reckoned with.
fn read(line: &str, request: &Request) -> anyhow::Result<Answer> {
    let answer: Answer = serde_json::from_str(line).context("that is no answer")?;
    let records = request.records as u64 * u64::from(request.passes);
    anyhow::ensure!(
        answer.case == request.case && answer.records == records,
        "{records} records of {} were asked for",
        request.case
    );
    anyhow::ensure!(
        answer.seconds.is_finite() && answer.seconds > 0.0,
        "that is no time"
    );
    Ok(answer)
}

/// Lines as they come; the end of the program is the end of the channel.
fn lines_of(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            case: "stream/1000".to_owned(),
            records: 50,
            passes: 2,
        }
    }

    fn shell(script: &str) -> anyhow::Result<Worker> {
        Worker::start("a peer", Command::new("/bin/sh").args(["-c", script]))
    }

    #[test]
    fn a_peers_line_is_read() {
        let line = r#"{"case": "stream/1000", "records": 100, "seconds": 0.25, "accuracy": null, "peak_memory_bytes": 1024, "more": 1}"#;
        let answer = read(line, &request()).unwrap();
        assert_eq!((answer.seconds, answer.records), (0.25, 100));
        assert_eq!(
            (answer.accuracy, answer.peak_memory_bytes),
            (None, Some(1024))
        );
    }

    #[test]
    fn an_answer_to_something_else_is_refused() {
        for (line, message) in [
            (
                r#"{"case": "decode", "records": 100, "seconds": 1.0}"#,
                "asked for",
            ),
            (
                r#"{"case": "stream/1000", "records": 99, "seconds": 1.0}"#,
                "asked for",
            ),
            (
                r#"{"case": "stream/1000", "records": 100, "seconds": 0.0}"#,
                "no time",
            ),
            ("Traceback (most recent call last):", "no answer"),
        ] {
            let error = read(line, &request()).unwrap_err().to_string();
            assert!(error.contains(message), "{line}: {error}");
        }
    }

    #[test]
    fn a_program_is_asked_round_by_round() {
        let script = r#"echo '{"ready": {"sh": "1"}}'
            while read -r question; do
                echo '{"case": "stream/1000", "records": 100, "seconds": 0.5}'
            done"#;
        let mut worker = shell(script).unwrap();
        assert_eq!(worker.versions()["sh"], "1");
        for _ in 0..2 {
            assert_eq!(worker.ask(&request()).unwrap().seconds, 0.5);
        }
    }

    #[test]
    fn a_program_that_ends_is_an_error_with_its_name() {
        let error = shell("exit 3").unwrap_err().to_string();
        assert!(
            error.contains("a peer ended") && error.contains('3'),
            "{error}"
        );
        let mut worker = shell("echo '{\"ready\": {}}'; exit 4").unwrap();
        let error = worker.ask(&request()).unwrap_err().to_string();
        assert!(error.contains("status: 4"), "{error}");
    }
}
