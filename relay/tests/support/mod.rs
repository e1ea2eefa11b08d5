//! What the tests share: the real program as a process, a raw WebSocket client, and waiting for
//! conditions instead of for time.

// Each test file uses a part of it; helpers fail by panicking, as the tests do.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used
)]

pub mod client;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod relay;

use std::io::Read as _;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough for two busy cores; only a failing test waits so long.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The program.
pub fn gradually() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradually"));
    for name in [
        "GRADUALLY_KAFKA",
        "GRADUALLY_TOPIC",
        "OUTPUT_DIR",
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_TOPIC",
        "BATCH_INTERVAL",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(args: &[&str]) -> Output {
    gradually().args(args).output().unwrap()
}

/// Runs the program to its end, which has to be a good one, and returns its stdout.
pub fn succeed(args: &[&str]) -> Vec<u8> {
    let output = run(args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Runs the program, which has to fail with this code, and returns its stderr.
pub fn fail(code: i32, args: &[&str]) -> String {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    stderr
}

/// Waits until the condition gives a value.
pub fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        sleep(Duration::from_millis(20));
    }
}

/// GET of a path: the whole answer, head and body.
pub fn get(address: &str, path: &str, headers: &str) -> String {
    use std::io::Write as _;
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
