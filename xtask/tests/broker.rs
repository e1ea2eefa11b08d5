//! A real broker: it answers, its topics outlive a stop and a kill, and it leaves nothing behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use xtask::kafka::{Broker, is_ready};

/// Runs kcat, Kafka's independent client, and gives its output.
fn kcat(broker: &Broker, arguments: &[&str], input: &str) -> anyhow::Result<String> {
    let mut command = Command::new("kcat");
    command
        .args(["-b", &broker.address(), "-X", "log_level=0"])
        .args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("its stdin is piped")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "kcat {arguments:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}

fn read_all(broker: &Broker, topic: &str) -> String {
    kcat(
        broker,
        &["-C", "-t", topic, "-o", "beginning", "-e", "-q"],
        "",
    )
    .unwrap_or_else(|error| panic!("{error:#}"))
}

#[test]
fn records_outlive_a_stop_and_a_kill_on_the_same_port() {
    let mut broker = Broker::start().unwrap();
    let address = broker.address();
    broker.create_topic("kept", 1).unwrap();
    kcat(&broker, &["-P", "-t", "kept"], "one\n").unwrap();

    broker.stop().unwrap();
    assert!(!is_ready(&address) && !broker.is_running().unwrap());
    broker.restart().unwrap();
    kcat(&broker, &["-P", "-t", "kept"], "two\n").unwrap();

    broker.kill().unwrap();
    assert!(!is_ready(&address));
    broker.restart().unwrap();
    assert_eq!(broker.address(), address);
    assert_eq!(read_all(&broker, "kept"), "one\ntwo\n");
}

#[test]
fn two_brokers_run_side_by_side_and_know_nothing_of_each_other() {
    let first = Broker::start().unwrap();
    let second = Broker::start().unwrap();
    first.create_topic("apart", 3).unwrap();
    second.create_topic("apart", 1).unwrap();
    kcat(&first, &["-P", "-t", "apart", "-p", "2"], "here\n").unwrap();
    assert_eq!(read_all(&first, "apart"), "here\n");
    assert_eq!(read_all(&second, "apart"), "");
}

#[test]
fn a_topic_that_exists_or_has_a_bad_setting_is_an_error_with_kafkas_words() {
    let broker = Broker::start().unwrap();
    broker
        .create_topic_with("once", 1, &[("retention.ms", "60000")])
        .unwrap();
    let again = broker.create_topic("once", 1).unwrap_err().to_string();
    assert!(
        again.contains("once") && again.contains("already exists"),
        "{again}"
    );
    let bad = broker
        .create_topic_with("other", 1, &[("retention.ms", "soon")])
        .unwrap_err()
        .to_string();
    assert!(bad.contains("retention.ms"), "{bad}");
}

#[test]
fn a_broker_that_cannot_start_says_why_and_where_its_log_is() {
    let error = Broker::builder()
        .property("log.segment.bytes", "few")
        .start()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("log.segment.bytes") && error.contains(".log"),
        "{error}"
    );
}

#[test]
fn a_dropped_broker_is_gone_with_its_folder() {
    let broker = Broker::start().unwrap();
    let (address, log) = (broker.address(), broker.log());
    assert!(is_ready(&address) && log.exists());
    drop(broker);
    assert!(!is_ready(&address) && !log.exists());
}

#[test]
fn the_kafka_command_ends_with_its_broker_even_when_it_is_killed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["kafka", "--topic", "made:2"])
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .trim()
        .strip_prefix("READY ")
        .expect("the line that tests wait for")
        .to_owned();
    assert!(is_ready(&address));
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    while is_ready(&address) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the broker outlives what started it"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
