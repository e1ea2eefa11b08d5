//! A program of this project that runs beside others: its log, its readiness, its end.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::process::Group;
use crate::{http, interrupt, paths};

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(5);
const LISTENING: &str = "listening on http://";

/// A running process, and the file that holds what it says.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    process: Group,
    log: PathBuf,
}

impl Service {
    /// Starts it; what it says goes to a file in `test-results/services/`.
    pub fn start(name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let folder = paths::results().join("services");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let log = folder.join(format!("{name}-{}.log", std::process::id()));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let process = Group::spawn(
            command
                .stdout(Stdio::from(file.try_clone()?))
                .stderr(Stdio::from(file)),
        )?;
        Ok(Self { name, process, log })
    }

    /// An error once the process has ended.
    pub fn check(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.process.try_wait()? {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            bail!(
                "the {} ended by itself ({status}): {}",
                self.name,
                said.trim()
            );
        }
        Ok(())
    }

    /// Ends it in good order.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.process.stop(STOP_LIMIT)
    }

    /// The address it says it listens on, once it says there that it is ready.
    pub fn wait_until_ready(&mut self) -> anyhow::Result<String> {
        let start = Instant::now();
        loop {
            interrupt::check()?;
            self.check()?;
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            if let Some(address) = address_in(&said)
                && http::get(&address, "/readyz").is_ok_and(|status| status == 200)
            {
                return Ok(address);
            }
            if start.elapsed() > START_LIMIT {
                bail!(
                    "the {} is not ready after {START_LIMIT:?}: {}",
                    self.name,
                    said.trim()
                );
            }
            sleep(Duration::from_millis(50));
        }
    }
}

/// `... listening on http://127.0.0.1:8080 ...` -> `127.0.0.1:8080`
fn address_in(said: &str) -> Option<String> {
    let (_, rest) = said.split_once(LISTENING)?;
    let (line, _) = rest.split_once('\n')?;
    line.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_a_whole_line_only() {
        assert_eq!(address_in("x\nlistening on http://127.0.0.1:80"), None);
        let said = "INFO listening on http://127.0.0.1:8080\nmore\n";
        assert_eq!(address_in(said).as_deref(), Some("127.0.0.1:8080"));
    }

    #[test]
    fn one_that_ends_at_once_is_an_error_with_its_words() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo no such topic >&2; exit 1"]);
        let mut service = Service::start("relay", &mut command).unwrap();
        let error = service.wait_until_ready().unwrap_err().to_string();
        assert!(
            error.contains("relay") && error.contains("no such topic"),
            "{error}"
        );
    }
}
