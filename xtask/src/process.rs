//! Child processes that cannot outlive this one.
//!
//! Each child leads a process group of its own, so that ending it ends what it started as well. A
//! guard beside it (a shell that waits for the other end of a pipe to close) kills the group even
//! when this process is killed without a chance to clean up.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::interrupt;

/// How often a wait looks again.
const POLL: Duration = Duration::from_millis(25);

/// Waits for its stdin to close, which this process's end does, then kills the group.
const GUARD: &str = r#"read -r _; kill -s KILL -- "-$1""#;

/// A child process with all its descendants.
#[derive(Debug)]
pub struct Group {
    name: String,
    child: Child,
    guard: Child,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts the command as the leader of a new group. It never reads this terminal.
    pub fn spawn(command: &mut Command) -> anyhow::Result<Self> {
        Self::lead(command.stdin(Stdio::null()))
    }

    /// The same for a program that is asked on its stdin and answers on its stdout.
    pub fn spawn_asked(command: &mut Command) -> anyhow::Result<(Self, ChildStdin, ChildStdout)> {
        let mut group = Self::lead(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let pipes = group.child.stdin.take().zip(group.child.stdout.take());
        let (stdin, stdout) = pipes.with_context(|| format!("{} has no pipes", group.name))?;
        Ok((group, stdin, stdout))
    }

    fn lead(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard"])
            .arg(child.id().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        match guard {
            Ok(guard) => Ok(Self {
                name,
                child,
                guard,
                ended: None,
            }),
            Err(error) => {
                signal(child.id(), Signal::SIGKILL);
                Err(error).context("cannot start /bin/sh")
            }
        }
    }

    /// The process id of the leader, which is the group's id too.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the leader ended, if it has. What it left running is killed then.
    pub fn try_wait(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self
                .child
                .try_wait()
                .with_context(|| format!("cannot wait for {}", self.name))?;
            if self.ended.is_some() {
                signal(self.child.id(), Signal::SIGKILL);
                self.dismiss_guard();
            }
        }
        Ok(self.ended)
    }

    /// Waits for the leader's end; a signal to this process ends the group instead.
    pub fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            if interrupt::requested() {
                self.stop(Duration::from_secs(5))?;
                bail!(interrupt::Interrupted);
            }
            sleep(POLL);
        }
    }

    /// SIGTERM, and SIGKILL for what is still there after the grace period.
    pub fn stop(&mut self, grace: Duration) -> anyhow::Result<()> {
        if self.try_wait()?.is_some() {
            return Ok(());
        }
        signal(self.child.id(), Signal::SIGTERM);
        let start = Instant::now();
        while start.elapsed() < grace {
            if self.try_wait()?.is_some() {
                return Ok(());
            }
            sleep(POLL);
        }
        self.kill()
    }

    /// SIGKILL to the whole group, at once.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if self.ended.is_none() {
            signal(self.child.id(), Signal::SIGKILL);
            let status = self
                .child
                .wait()
                .with_context(|| format!("cannot wait for {}", self.name))?;
            self.ended = Some(status);
            self.dismiss_guard();
        }
        Ok(())
    }

    fn dismiss_guard(&mut self) {
        // A guard that has gone already is as good as one that is told to go.
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Nobody is left to tell, and the guard kills what this could not.
        let _ = self.kill();
    }
}

/// Sends a signal to a group; a group that has gone needs none.
fn signal(group: u32, signal: Signal) {
    if let Ok(id) = i32::try_from(group) {
        let _ = killpg(Pid::from_raw(id), signal);
    }
}

/// Runs a command to its end with its output on this terminal.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = describe(command);
    let status = Group::spawn(command)?.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command to its end; its output is part of the error, if there is one, and of nothing else.
pub fn run_quietly(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {}", output.status, said.trim());
    }
    Ok(())
}

/// The command as a person would type it, for messages.
#[must_use]
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    #[test]
    fn a_group_that_ignores_sigterm_is_killed() {
        let mut group =
            Group::spawn(&mut shell("trap '' TERM; while :; do sleep 1; done")).unwrap();
        sleep(Duration::from_millis(200));
        let start = Instant::now();
        group.stop(Duration::from_millis(300)).unwrap();
        assert!(start.elapsed() >= Duration::from_millis(300));
        assert!(!group.ended.unwrap().success());
    }

    #[test]
    fn what_a_leader_leaves_running_ends_with_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let script = format!("sleep 600 & echo $! > '{}'", file.path().display());
        assert!(
            Group::spawn(&mut shell(&script))
                .unwrap()
                .wait()
                .unwrap()
                .success()
        );
        let id: i32 = std::fs::read_to_string(file.path())
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let gone = (0..200).any(|_| {
            sleep(POLL);
            is_gone(id)
        });
        assert!(gone, "the child's child {id} is still there");
    }

    /// Gone, or a zombie that only waits for its new parent to notice.
    fn is_gone(id: i32) -> bool {
        let state = Command::new("ps")
            .args(["-o", "stat=", "-p", &id.to_string()])
            .output()
            .unwrap();
        let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
        state.is_empty() || state.starts_with('Z')
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(&mut shell("exit 3")).unwrap_err().to_string();
        assert!(
            error.contains("exit 3") && error.contains("status: 3"),
            "{error}"
        );
    }
}
