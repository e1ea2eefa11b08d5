//! A Kafka broker as a value: started, stopped, killed and restarted by the test that holds it.
//!
//! One process is broker and controller (KRaft). Its port, data and settings stay the same over a
//! restart. Dropping the value kills the process; a temporary folder goes with it, unless a test is
//! failing: then the log is kept in `test-results/`.

use std::fs::{self, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{panicking, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use super::jars::Jars;
use super::protocol;
use crate::process::Group;
use crate::{checksum, interrupt, paths};

/// Three seconds on an idle machine; a minute and a half when two cores compile beside it.
const START_LIMIT: Duration = Duration::from_secs(90);
/// A clean stop moves leadership away and closes the logs.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// How often a start is tried when another process has taken a port meanwhile.
const ATTEMPTS: u32 = 4;
const PORT_TAKEN: &str = "Address already in use";

/// How a broker is to be started.
#[derive(Debug, Default, Clone)]
pub struct Builder {
    port: Option<u16>,
    dir: Option<PathBuf>,
    properties: Vec<(String, String)>,
}

impl Builder {
    /// A fixed port for clients; without it the operating system chooses.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// A folder that keeps the data; without it a temporary one is used.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// One more line for Kafka's `server.properties`; it wins over the built-in one.
    #[must_use]
    pub fn property(mut self, key: &str, value: &str) -> Self {
        self.properties.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Starts the broker and waits until it answers.
    pub fn start(self) -> anyhow::Result<Broker> {
        let jars = Jars::find()?;
        let home = Home::open(self.dir.as_deref())?;
        let ports = Ports::choose(self.port)?;
        let mut broker = Broker {
            jars,
            home,
            ports,
            settings: self,
            process: None,
        };
        broker.launch()?;
        Ok(broker)
    }
}

/// A running (or stopped) Kafka with its data.
#[derive(Debug)]
pub struct Broker {
    jars: Jars,
    home: Home,
    ports: Ports,
    settings: Builder,
    process: Option<Group>,
}

impl Broker {
    /// Starts one on ports of the system's choice, with temporary data.
    pub fn start() -> anyhow::Result<Self> {
        Self::builder().start()
    }

    /// To choose the port, the folder or settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What clients connect to: `127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.client)
    }

    /// The broker's own log; restarts append to it.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.home.log()
    }

    /// Creates a topic and waits until it can be used.
    pub fn create_topic(&self, name: &str, partitions: i32) -> anyhow::Result<()> {
        self.create_topic_with(name, partitions, &[])
    }

    /// Creates a topic with settings such as `max.message.bytes`.
    pub fn create_topic_with(
        &self,
        name: &str,
        partitions: i32,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<()> {
        protocol::create_topic(&self.address(), name, partitions, settings)
    }

    /// Stops the broker in good order (SIGTERM).
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.process
            .take()
            .map_or(Ok(()), |mut process| process.stop(STOP_LIMIT))
    }

    /// Kills the broker without a chance to tidy up (SIGKILL).
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process
            .take()
            .map_or(Ok(()), |mut process| process.kill())
    }

    /// Starts the broker again on the same port and data; one that still runs is stopped first.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        self.launch()
    }

    /// Whether the process is there.
    pub fn is_running(&mut self) -> anyhow::Result<bool> {
        match &mut self.process {
            Some(process) => Ok(process.try_wait()?.is_none()),
            None => Ok(false),
        }
    }

    fn launch(&mut self) -> anyhow::Result<()> {
        for attempt in 1..=ATTEMPTS {
            let start_of_log = self.home.log().metadata().map_or(0, |meta| meta.len());
            let error = match self.launch_once() {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            self.kill()?;
            let taken = self.home.log_from(start_of_log).contains(PORT_TAKEN);
            if !taken || attempt == ATTEMPTS || self.settings.port.is_some() {
                return Err(error);
            }
            self.yield_port()?;
        }
        Ok(())
    }

    /// A first start moves to other ports; a restart has to wait for its own.
    fn yield_port(&mut self) -> anyhow::Result<()> {
        if self.home.has_run {
            sleep(Duration::from_secs(1));
        } else {
            self.ports = Ports::choose(None)?;
        }
        Ok(())
    }

    fn launch_once(&mut self) -> anyhow::Result<()> {
        self.home
            .write_properties(self.ports, &self.settings.properties)?;
        if !self.home.data().join("meta.properties").exists() {
            self.format()?;
        }
        let mut command = self.java(&["-Xms64m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError"])?;
        self.process = Some(Group::spawn(
            command.arg("kafka.Kafka").arg(self.home.properties()),
        )?);
        self.wait_until_ready()?;
        self.home.has_run = true;
        Ok(())
    }

    /// Gives the data folder its identity; Kafka refuses one without.
    fn format(&self) -> anyhow::Result<()> {
        let mut command = self.java(&["-XX:TieredStopAtLevel=1"])?;
        command.args([
            "kafka.tools.StorageTool",
            "format",
            "-t",
            &cluster_id(self.home.path()),
            "-c",
        ]);
        let status = Group::spawn(command.arg(self.home.properties()))?.wait()?;
        if !status.success() {
            bail!(
                "Kafka could not format its data folder: {}",
                self.home.end_of_log()
            );
        }
        Ok(())
    }

    fn java(&self, options: &[&str]) -> anyhow::Result<Command> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.home.log())?;
        let mut command = Command::new("java");
        command
            .args([
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
            ])
            .args(options);
        command.arg("-cp").arg(self.jars.class_path());
        command
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log));
        Ok(command)
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        while !protocol::is_ready(&self.address()) {
            interrupt::check()?;
            if !self.is_running()? {
                bail!(
                    "Kafka ended while it started on {}: {}",
                    self.address(),
                    self.home.end_of_log()
                );
            }
            if start.elapsed() > START_LIMIT {
                bail!(
                    "Kafka does not answer on {} after {START_LIMIT:?}: {}",
                    self.address(),
                    self.home.end_of_log()
                );
            }
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // A failing test already says what is wrong; the guard of the group ends what this cannot.
        let _ = self.kill();
        if panicking() {
            self.home.keep_log();
        }
    }
}

/// The two ports of a broker that is its own controller.
#[derive(Debug, Clone, Copy)]
struct Ports {
    client: u16,
    controller: u16,
}

impl Ports {
    fn choose(client: Option<u16>) -> anyhow::Result<Self> {
        // Both are held at once, so that they differ.
        let client = TcpListener::bind(("127.0.0.1", client.unwrap_or(0))).with_context(|| {
            format!(
                "port {} is in use: choose another one with --port",
                client.unwrap_or(0)
            )
        })?;
        let controller =
            TcpListener::bind(("127.0.0.1", 0)).context("the system has no free port")?;
        Ok(Self {
            client: client.local_addr()?.port(),
            controller: controller.local_addr()?.port(),
        })
    }
}

/// The folder of a broker: data, settings, log.
#[derive(Debug)]
struct Home {
    path: PathBuf,
    /// Removes the folder when the broker is dropped.
    temporary: Option<TempDir>,
    has_run: bool,
}

impl Home {
    fn open(dir: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(dir) = dir {
            fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
            return Ok(Self {
                path: dir.canonicalize()?,
                temporary: None,
                has_run: false,
            });
        }
        let temporary = tempfile::Builder::new()
            .prefix("gradually-kafka-")
            .tempdir()?;
        Ok(Self {
            path: temporary.path().to_path_buf(),
            temporary: Some(temporary),
            has_run: false,
        })
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    fn log(&self) -> PathBuf {
        self.path.join("broker.log")
    }

    fn properties(&self) -> PathBuf {
        self.path.join("server.properties")
    }

    fn write_properties(&self, ports: Ports, extra: &[(String, String)]) -> anyhow::Result<()> {
        let mut text = properties(ports, &self.data());
        for (key, value) in extra {
            text.extend([key, "=", value, "\n"]);
        }
        let file = self.properties();
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    fn log_from(&self, start: u64) -> String {
        let bytes = fs::read(self.log()).unwrap_or_default();
        let start = usize::try_from(start)
            .unwrap_or(bytes.len())
            .min(bytes.len());
        String::from_utf8_lossy(&bytes[start..]).into_owned()
    }

    /// The last lines without stack traces for an error message, and where all of them are.
    fn end_of_log(&self) -> String {
        let kept = self.keep_log().unwrap_or_else(|| self.log());
        let log = self.log_from(0);
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| !line.starts_with("\tat "))
            .collect();
        let last = lines[lines.len().saturating_sub(8)..].join("\n");
        format!("its log is {}, and ends with\n{last}", kept.display())
    }

    /// Copies the log of a temporary folder to a place that stays.
    fn keep_log(&self) -> Option<PathBuf> {
        let name = self.temporary.as_ref()?.path().file_name()?;
        let kept = paths::results().join(name).with_extension("log");
        fs::create_dir_all(paths::results()).ok()?;
        fs::copy(self.log(), &kept).ok()?;
        Some(kept)
    }
}

/// Kafka's settings for one node that trusts this machine; what is not here has Kafka's default.
fn properties(ports: Ports, data: &Path) -> String {
    let Ports { client, controller } = ports;
    let data = data.display();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"
    )
}

/// An id of its own for every new data folder, in the 22 characters that Kafka reads as 128 bits.
fn cluster_id(home: &Path) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let seed = format!(
        "{} {} {}",
        home.display(),
        std::process::id(),
        now.as_nanos()
    );
    // The last of 22 base64 characters holds only two bits: `A` is zero.
    format!("{}A", &checksum::sha256(seed.as_bytes())[..21])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_the_flag() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = Ports::choose(Some(port)).unwrap_err().to_string();
        assert!(
            error.contains(&port.to_string()) && error.contains("--port"),
            "{error}"
        );
    }

    #[test]
    fn every_data_folder_has_an_id_of_its_own() {
        let (first, second) = (cluster_id(Path::new("a")), cluster_id(Path::new("b")));
        assert_ne!(first, second);
        assert!(first.len() == 22 && first.ends_with('A'), "{first}");
    }

    #[test]
    fn an_own_setting_comes_after_the_built_in_one() {
        let home = Home::open(None).unwrap();
        let extra = [("auto.create.topics.enable".to_owned(), "true".to_owned())];
        home.write_properties(
            Ports {
                client: 1,
                controller: 2,
            },
            &extra,
        )
        .unwrap();
        let text = fs::read_to_string(home.properties()).unwrap();
        assert!(text.ends_with("auto.create.topics.enable=true\n"), "{text}");
    }
}
