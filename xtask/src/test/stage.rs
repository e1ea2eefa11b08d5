//! One stage: its commands, its log, its time, and what became of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::Part;
use super::minimum::Minimum;
use super::summary::{self, Counts, Dialect};
use crate::process::{self, Group};
use crate::{interrupt, paths};

/// No stage takes so long unless it hangs.
const LIMIT: Duration = Duration::from_mins(40);
/// How much of a failed stage's log is shown.
const SHOWN_LINES: usize = 60;

/// What a stage counts as.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It makes something for others; only its failure counts.
    SetUp,
    /// It counts as one test.
    Check,
    /// It counts as the tests that its runner reports, under this name in the list of minimums.
    Tests(&'static str, Dialect),
}

/// A stage as the list of stages has it.
#[derive(Debug)]
pub(super) struct Stage {
    /// Unique; others need it by this name.
    pub(super) name: &'static str,
    /// The parts it belongs to.
    pub(super) parts: &'static [Part],
    /// The stages without which it cannot run.
    pub(super) needs: &'static [&'static str],
    /// What it counts as.
    pub(super) kind: Kind,
    /// The commands, made when the stage runs: they depend on what earlier ones installed.
    pub(super) commands: fn() -> anyhow::Result<Vec<Command>>,
}

/// What became of a stage.
#[derive(Debug)]
pub(super) struct Outcome {
    counts: Counts,
    error: Option<String>,
}

/// Runs stages and remembers what became of them.
#[derive(Debug)]
pub(super) struct Runner {
    logs: PathBuf,
    start: Instant,
    outcomes: BTreeMap<&'static str, (Kind, Outcome)>,
}

impl Runner {
    /// Clears the logs of the last run.
    pub(super) fn start() -> anyhow::Result<Self> {
        let logs = paths::results().join("logs");
        if logs.exists() {
            fs::remove_dir_all(&logs)
                .with_context(|| format!("cannot clear {}", logs.display()))?;
        }
        fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
        Ok(Self {
            logs,
            start: Instant::now(),
            outcomes: BTreeMap::new(),
        })
    }

    /// Runs one stage; only a signal is an error here.
    pub(super) fn run(&mut self, stage: &Stage) -> anyhow::Result<()> {
        println!("--> {}", stage.name);
        let start = Instant::now();
        let outcome = match self.missing_need(stage) {
            Some(need) => Outcome::failed(format!("not run, because `{need}` failed")),
            None => self.perform(stage)?,
        };
        outcome.print(stage.kind, start.elapsed());
        self.outcomes.insert(stage.name, (stage.kind, outcome));
        Ok(())
    }

    fn missing_need(&self, stage: &Stage) -> Option<&'static str> {
        let failed = |need: &&&str| {
            self.outcomes
                .get(**need)
                .is_some_and(|(_, outcome)| outcome.error.is_some())
        };
        stage.needs.iter().find(failed).copied()
    }

    fn perform(&self, stage: &Stage) -> anyhow::Result<Outcome> {
        let log = self
            .logs
            .join(format!("{}.log", stage.name.replace([' ', ':', ','], "-")));
        let result = (stage.commands)().and_then(|commands| run_commands(commands, &log));
        interrupt::check()?;
        let said = fs::read_to_string(&log).unwrap_or_default();
        Ok(judge(stage.kind, result, &said, &log))
    }

    /// Compares with the minimum, prints a table, and adds everything up.
    pub(super) fn finish(&self, minimum: &Minimum) -> Counts {
        println!(
            "\nAll stages took {:.0} s.",
            self.start.elapsed().as_secs_f64()
        );
        let mut total = Counts::default();
        for (name, (kind, outcome)) in &self.outcomes {
            let objection = match kind {
                Kind::Tests(part, _) => minimum.objection(part, outcome.counts.passed),
                Kind::SetUp | Kind::Check => None,
            };
            if outcome.error.is_some() || objection.is_some() {
                println!(
                    "FAILED {name}: {}",
                    outcome
                        .error
                        .iter()
                        .chain(&objection)
                        .cloned()
                        .collect::<Vec<_>>()
                        .join("; ")
                );
            }
            total += outcome.counts;
            // A failure without a failed test is one too.
            total.failed += usize::from(
                outcome.counts.failed == 0 && (outcome.error.is_some() || objection.is_some()),
            );
        }
        total
    }
}

impl Outcome {
    fn failed(error: String) -> Self {
        Self {
            counts: Counts::default(),
            error: Some(error),
        }
    }

    fn print(&self, kind: Kind, time: Duration) {
        let seconds = time.as_secs_f64();
        match (&self.error, kind) {
            (Some(error), _) => println!("    FAILED after {seconds:.1} s: {error}"),
            (None, Kind::Tests(..)) => {
                println!("    {seconds:.1} s, {} tests passed", self.counts.passed);
            }
            (None, _) => println!("    {seconds:.1} s"),
        }
    }
}

/// From the commands' success and the log's words to an outcome.
fn judge(kind: Kind, result: anyhow::Result<()>, said: &str, log: &Path) -> Outcome {
    let mut problems: Vec<String> = result
        .err()
        .map(|error| format!("{error:#}"))
        .into_iter()
        .collect();
    let mut counts = Counts::default();
    match kind {
        Kind::SetUp => {}
        Kind::Check => counts.passed = usize::from(problems.is_empty()),
        Kind::Tests(_, dialect) => match summary::read(dialect, said) {
            Some(read) => counts = read,
            None => problems.push("its runner reported no tests".to_owned()),
        },
    }
    if counts.skipped > 0 {
        problems.push(format!("{} tests were ignored or skipped", counts.skipped));
    }
    if counts.failed > 0 && problems.is_empty() {
        problems.push(format!("{} tests failed", counts.failed));
    }
    if problems.is_empty() {
        return Outcome {
            counts,
            error: None,
        };
    }
    let lines: Vec<&str> = said.lines().collect();
    for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
        println!("    | {line}");
    }
    Outcome {
        counts,
        error: Some(format!("{} (log: {})", problems.join("; "), log.display())),
    }
}

/// One after the other, all output into one log; the first failure ends them.
fn run_commands(commands: Vec<Command>, log: &Path) -> anyhow::Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    for mut command in commands {
        let line = process::describe(&command);
        command
            .stdout(Stdio::from(file.try_clone()?))
            .stderr(Stdio::from(file.try_clone()?));
        command
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never");
        run_within(&mut Group::spawn(&mut command)?, &line)?;
    }
    Ok(())
}

fn run_within(group: &mut Group, line: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        if let Some(status) = group.try_wait()? {
            if !status.success() {
                bail!("`{line}` failed ({status})");
            }
            return Ok(());
        }
        if start.elapsed() > LIMIT {
            group.stop(Duration::from_secs(5))?;
            bail!(
                "`{line}` did not end within {} minutes",
                LIMIT.as_secs() / 60
            );
        }
        if interrupt::requested() {
            group.stop(Duration::from_secs(5))?;
            bail!(interrupt::Interrupted);
        }
        sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: Kind = Kind::Tests("relay", Dialect::Cargo);

    fn judged(kind: Kind, ok: bool, said: &str) -> (Counts, Option<String>) {
        let result = if ok {
            Ok(())
        } else {
            Err(anyhow::anyhow!("`cargo test` failed"))
        };
        let outcome = judge(kind, result, said, Path::new("a.log"));
        (outcome.counts, outcome.error)
    }

    #[test]
    fn a_good_run_has_no_error() {
        let (counts, error) = judged(
            TESTS,
            true,
            "test result: ok. 2 passed; 0 failed; 0 ignored",
        );
        assert_eq!((counts.passed, error), (2, None));
    }

    #[test]
    fn ignored_tests_no_tests_and_a_failed_command_are_errors() {
        let ignored = judged(
            TESTS,
            true,
            "test result: ok. 2 passed; 0 failed; 1 ignored",
        )
        .1;
        assert!(ignored.unwrap().contains("1 tests were ignored"));
        assert!(judged(TESTS, true, "").1.unwrap().contains("no tests"));
        let crashed = judged(
            TESTS,
            false,
            "test result: ok. 2 passed; 0 failed; 0 ignored",
        )
        .1;
        assert!(crashed.unwrap().contains("`cargo test` failed"));
    }

    #[test]
    fn a_stage_whose_need_failed_is_a_failure_and_no_run() {
        let needed = Stage {
            name: "a",
            parts: &[],
            needs: &[],
            kind: Kind::SetUp,
            commands: || bail!("no network"),
        };
        let needing = Stage {
            name: "b",
            needs: &["a"],
            commands: || panic!("must not run"),
            ..stage_copy(&needed)
        };
        let dir = tempfile::tempdir().unwrap();
        let mut runner = Runner {
            logs: dir.path().to_path_buf(),
            start: Instant::now(),
            outcomes: BTreeMap::new(),
        };
        runner.run(&needed).unwrap();
        runner.run(&needing).unwrap();
        let total = runner.finish(&Minimum::load().unwrap());
        assert_eq!((total.passed, total.failed), (0, 2));
    }

    fn stage_copy(stage: &Stage) -> Stage {
        Stage {
            name: stage.name,
            parts: stage.parts,
            needs: stage.needs,
            kind: stage.kind,
            commands: stage.commands,
        }
    }
}
