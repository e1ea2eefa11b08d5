//! The README's first command: it builds, serves the page, and ends with all it started.
//!
//! The first run of these tests builds the page and the relay in release, which takes minutes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use xtask::{cargo, http};

const BUILD_LIMIT: Duration = Duration::from_mins(30);
const END_LIMIT: Duration = Duration::from_secs(40);

/// A running demo; a test that fails does not leave it behind.
struct Demo {
    child: Child,
    address: String,
}

impl Demo {
    fn start(flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["demo", "--no-open", "--port", "0"])
            .args(flags)
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start the demo: {error}"));
        let lines = BufReader::new(
            child
                .stderr
                .take()
                .into_iter()
                .next()
                .unwrap_or_else(|| unreachable!("it is piped")),
        );
        let (found, address) = sync_channel(1);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                println!("{line}");
                if let Some((_, address)) = line.split_once("Gradually is at  http://") {
                    let _ = found.try_send(address.trim().to_owned());
                }
            }
        });
        let address = address.recv_timeout(BUILD_LIMIT);
        let mut demo = Self {
            child,
            address: String::new(),
        };
        match address {
            Ok(address) => demo.address = address,
            Err(error) => {
                demo.signal(Signal::SIGTERM);
                panic!("the demo did not say where it is: {error}");
            }
        }
        demo
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id())
            .unwrap_or_else(|_| unreachable!("process ids are small"));
        // One that has ended needs no signal.
        let _ = kill(Pid::from_raw(id), signal);
    }

    /// The ids of all processes that descend from the demo now.
    fn descendants(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::from([self.child.id()]);
        let parents = parents();
        loop {
            let next: BTreeSet<u32> = parents
                .iter()
                .filter(|(_, parent)| found.contains(parent))
                .map(|(child, _)| *child)
                .collect();
            if next.is_subset(&found) {
                found.remove(&self.child.id());
                return found;
            }
            found.extend(next);
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

/// (process, parent) of everything that runs and is not a zombie.
fn parents() -> Vec<(u32, u32)> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,stat="])
        .output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let (id, parent, state) = (words.next()?, words.next()?, words.next()?);
        (!state.starts_with('Z')).then(|| Some((id.parse().ok()?, parent.parse().ok()?)))?
    };
    text.lines().filter_map(row).collect()
}

fn are_gone(ids: &BTreeSet<u32>) -> bool {
    !parents().iter().any(|(id, _)| ids.contains(id))
}

fn wait_until(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_serves_the_page_and_a_signal_ends_all_of_it_with_success() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut demo = Demo::start(&[]);
        assert_eq!(http::get(&demo.address, "/").unwrap(), 200);
        assert_eq!(http::get(&demo.address, "/healthz").unwrap(), 200);
        let started = demo.descendants();
        assert!(!started.is_empty());
        demo.signal(signal);
        wait_until("the demo ends", END_LIMIT, || {
            demo.child.try_wait().unwrap().is_some()
        });
        assert!(demo.child.wait().unwrap().success());
        assert!(are_gone(&started), "something outlives the demo");
    }
}

#[test]
fn with_kafka_records_flow_and_even_a_killed_demo_leaves_nothing_behind() {
    let mut demo = Demo::start(&["--kafka"]);
    assert_eq!(http::get(&demo.address, "/readyz").unwrap(), 200);
    let gradually = cargo::target_folder().unwrap().join("release/gradually");
    let mut tail = Command::new(gradually);
    tail.args([
        "tail",
        &format!("ws://{}", demo.address),
        "--topic",
        "loan-applications",
    ]);
    let output = tail
        .args(["--from", "earliest", "--count", "20"])
        .output()
        .unwrap();
    let records = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        records
            .lines()
            .filter(|line| line.contains("loan_intent"))
            .count(),
        20,
        "{records}"
    );
    let started = demo.descendants();
    assert!(
        started.len() >= 3,
        "broker, relay and producer: {started:?}"
    );
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();
    wait_until("all it started ends", END_LIMIT, || are_gone(&started));
}

#[test]
fn a_busy_port_is_an_error_before_anything_is_built() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["demo", "--port", &port])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(&port) && said.contains("--port"), "{said}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_readme_names_this_command() {
    let readme = fs::read_to_string(xtask::paths::root().join("README.md")).unwrap();
    assert!(readme.contains("./x demo") && readme.contains("./x test"));
}
