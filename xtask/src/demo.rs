//! `./x demo`: builds the page and the relay, starts all that belongs together, and ends it together.
//!
//! Without `--kafka` the relay makes the stream itself. With it a real broker is started, a topic is
//! created and a producer runs, as in a plant with one machine.

use std::env;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::bail;

use crate::kafka::{self, Broker};
use crate::service::Service;
use crate::{cargo, console, interrupt, page, paths};

const TOPIC: &str = "loan-applications";
/// Records a second: fast enough to see the model learn, slow enough to read along.
const RATE: &str = "100";

/// What to show.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Options {
    /// Feed the relay from a real Kafka instead of its own generator
    #[arg(long)]
    pub kafka: bool,
    /// Port of the page and the relay; 0 lets the system choose
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Do not open a browser
    #[arg(long)]
    pub no_open: bool,
}

/// Shows Gradually until Ctrl-C.
pub fn run(options: Options) -> anyhow::Result<()> {
    check_port(options.port)?;
    let page = page::ensure()?;
    let gradually = cargo::build_relay()?;
    let mut demo = Demo::start(&gradually, &page, options)?;
    eprintln!(
        "\n    Gradually is at  http://{}\n    Ctrl-C ends it and all it started.\n",
        demo.address
    );
    if !options.no_open {
        open_browser(&demo.address);
    }
    demo.watch()
}

/// A busy port is found before the builds, not after.
fn check_port(port: u16) -> anyhow::Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "port {port} cannot be used ({error}): choose another one, e.g. `./x demo --port 8090`"
        ),
    }
}

/// Everything that runs; its services end in the order in which they stand here.
struct Demo {
    producer: Option<Service>,
    relay: Service,
    broker: Option<Broker>,
    address: String,
}

impl Demo {
    fn start(gradually: &Path, page: &Path, options: Options) -> anyhow::Result<Self> {
        let broker = if options.kafka {
            Some(start_kafka()?)
        } else {
            None
        };
        let mut serve = Command::new(gradually);
        serve
            .arg("serve")
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", options.port))
            .arg("--page")
            .arg(page);
        if let Some(broker) = &broker {
            serve.args(["--kafka", &broker.address(), "--topic", TOPIC]);
        }
        console::stage("Starting the relay", "a second");
        let mut relay = Service::start("relay", &mut serve)?;
        let address = relay.wait_until_ready()?;
        let producer = broker
            .as_ref()
            .map(|broker| start_producer(gradually, &broker.address()))
            .transpose()?;
        Ok(Self {
            producer,
            relay,
            broker,
            address,
        })
    }

    /// Until a signal comes, or a service ends that should not.
    fn watch(&mut self) -> anyhow::Result<()> {
        while !interrupt::requested() {
            self.relay.check()?;
            if let Some(producer) = &mut self.producer {
                producer.check()?;
            }
            if let Some(broker) = &mut self.broker
                && !broker.is_running()?
            {
                bail!(
                    "Kafka ended by itself; its log is {}",
                    broker.log().display()
                );
            }
            sleep(Duration::from_millis(100));
        }
        self.stop()
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        console::stage("Ending", "a few seconds at most");
        if let Some(producer) = &mut self.producer {
            producer.stop()?;
        }
        self.relay.stop()?;
        self.broker.as_mut().map_or(Ok(()), Broker::stop)
    }
}

fn start_kafka() -> anyhow::Result<Broker> {
    kafka::fetch()?;
    console::stage("Starting Kafka", "5 to 20 seconds");
    let broker = Broker::start()?;
    broker.create_topic(TOPIC, 1)?;
    console::remark(&format!(
        "Kafka is at {}, its topic is {TOPIC}",
        broker.address()
    ));
    Ok(broker)
}

fn start_producer(gradually: &Path, kafka: &str) -> anyhow::Result<Service> {
    console::stage(
        &format!("Starting a producer of {RATE} records a second"),
        "a second",
    );
    let mut produce = Command::new(gradually);
    produce.args([
        "produce", "--kafka", kafka, "--topic", TOPIC, "--rate", RATE,
    ]);
    Service::start("producer", &mut produce)
}

fn open_browser(address: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let desktop = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some());
    if !desktop || env::var_os("CI").is_some() || paths::on_path(opener).is_none() {
        return;
    }
    let mut command = Command::new(opener);
    command
        .arg(format!("http://{address}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        console::remark(&format!(
            "no browser opened ({error}): open the address yourself"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_named_with_the_flag() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = check_port(port).unwrap_err().to_string();
        assert!(
            error.contains(&format!("port {port}")) && error.contains("--port"),
            "{error}"
        );
    }
}
