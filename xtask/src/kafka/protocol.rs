//! The two Kafka requests that a set-up needs, spoken directly: is the broker there, and make a topic.
//!
//! Kafka's own tools can do both, but each call starts a JVM. Requests are `i32` length, header (API
//! key, version, correlation id, client id), body; all integers are big-endian. The versions are the
//! last ones before Kafka's compact encoding. <https://kafka.apache.org/protocol>

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

const METADATA: (i16, i16) = (3, 4);
const CREATE_TOPICS: (i16, i16) = (19, 4);
const TIMEOUT: Duration = Duration::from_secs(10);
/// A broker's answer to these requests is small; anything larger is not Kafka.
const LARGEST_ANSWER: usize = 1 << 20;

/// Whether the broker at this address takes part in its cluster and can be asked.
#[must_use]
pub fn is_ready(address: &str) -> bool {
    Metadata::ask(address, &[]).is_ok_and(|metadata| metadata.brokers > 0)
}

/// Creates a topic with these settings and waits until each of its partitions has a leader.
pub fn create_topic(
    address: &str,
    name: &str,
    partitions: i32,
    settings: &[(&str, &str)],
) -> anyhow::Result<()> {
    let mut body = Body::default();
    body.i32(1).string(name).i32(partitions).i16(1).i32(0);
    body.i32(i32::try_from(settings.len())?);
    for (key, value) in settings {
        body.string(key).string(value);
    }
    body.i32(i32::try_from(TIMEOUT.as_millis())?).bool(false);
    let mut answer = ask(address, CREATE_TOPICS, &body)?;
    answer.i32()?;
    for _ in 0..answer.i32()? {
        answer.string()?;
        let code = answer.i16()?;
        if code != 0 {
            bail!(
                "Kafka did not create topic {name}: error {code}, {}",
                answer.string()?.unwrap_or_default()
            );
        }
        answer.string()?;
    }
    wait_for_leaders(address, name, partitions)
}

fn wait_for_leaders(address: &str, name: &str, partitions: i32) -> anyhow::Result<()> {
    let start = Instant::now();
    while Metadata::ask(address, &[name])?.led_partitions < partitions {
        if start.elapsed() > TIMEOUT {
            bail!("topic {name} was created, but its partitions have no leader after {TIMEOUT:?}");
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// The parts of a metadata answer that count here.
struct Metadata {
    brokers: i32,
    led_partitions: i32,
}

impl Metadata {
    fn ask(address: &str, topics: &[&str]) -> anyhow::Result<Self> {
        let mut body = Body::default();
        body.i32(i32::try_from(topics.len())?);
        for topic in topics {
            body.string(topic);
        }
        body.bool(false);
        Self::read(&mut ask(address, METADATA, &body)?)
    }

    fn read(answer: &mut Answer) -> anyhow::Result<Self> {
        answer.i32()?;
        let brokers = answer.i32()?;
        for _ in 0..brokers {
            answer.i32()?;
            answer.string()?;
            answer.i32()?;
            answer.string()?;
        }
        answer.string()?;
        answer.i32()?;
        let mut led_partitions = 0;
        for _ in 0..answer.i32()? {
            answer.i16()?;
            answer.string()?;
            answer.take(1)?;
            led_partitions += read_partitions(answer)?;
        }
        Ok(Self {
            brokers,
            led_partitions,
        })
    }
}

/// Counts the partitions that have a leader and no error.
fn read_partitions(answer: &mut Answer) -> anyhow::Result<i32> {
    let mut led = 0;
    for _ in 0..answer.i32()? {
        let code = answer.i16()?;
        answer.i32()?;
        let leader = answer.i32()?;
        for _ in 0..2 {
            for _ in 0..answer.i32()? {
                answer.i32()?;
            }
        }
        led += i32::from(code == 0 && leader >= 0);
    }
    Ok(led)
}

fn ask(address: &str, (key, version): (i16, i16), body: &Body) -> anyhow::Result<Answer> {
    let target = address
        .to_socket_addrs()?
        .next()
        .with_context(|| format!("{address} is no address"))?;
    let mut stream = TcpStream::connect_timeout(&target, TIMEOUT)
        .with_context(|| format!("no broker at {address}"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut request = Body::default();
    request.i16(key).i16(version).i32(1).string("gradually");
    request.0.extend_from_slice(&body.0);
    stream.write_all(&i32::try_from(request.0.len())?.to_be_bytes())?;
    stream.write_all(&request.0)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(i32::from_be_bytes(length))?;
    if length > LARGEST_ANSWER {
        bail!("{address} does not speak Kafka's protocol");
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    let mut answer = Answer { bytes, read: 0 };
    answer.i32()?;
    Ok(answer)
}

#[derive(Default)]
struct Body(Vec<u8>);

impl Body {
    fn i16(&mut self, value: i16) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    fn i32(&mut self, value: i32) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    fn bool(&mut self, value: bool) -> &mut Self {
        self.0.push(u8::from(value));
        self
    }

    /// Names and settings are far shorter than the protocol's 32 KiB; a longer one is cut.
    fn string(&mut self, value: &str) -> &mut Self {
        let length = i16::try_from(value.len()).unwrap_or(i16::MAX);
        self.i16(length);
        self.0
            .extend(value.bytes().take(usize::from(length.unsigned_abs())));
        self
    }
}

struct Answer {
    bytes: Vec<u8>,
    read: usize,
}

impl Answer {
    fn take(&mut self, count: usize) -> anyhow::Result<&[u8]> {
        let from = self.read;
        self.read += count;
        self.bytes
            .get(from..self.read)
            .context("Kafka's answer is shorter than it says")
    }

    fn i16(&mut self) -> anyhow::Result<i16> {
        let bytes = self.take(2)?;
        Ok(i16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn i32(&mut self) -> anyhow::Result<i32> {
        let bytes = self.take(4)?;
        Ok(i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A string, or null, which Kafka writes as the length -1.
    fn string(&mut self) -> anyhow::Result<Option<String>> {
        match usize::try_from(self.i16()?) {
            Ok(length) => Ok(Some(
                String::from_utf8_lossy(self.take(length)?).into_owned(),
            )),
            Err(_) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_answer_is_an_error_and_null_is_none() {
        let mut answer = Answer {
            bytes: vec![0xff, 0xff, 0, 9, b'x'],
            read: 0,
        };
        assert_eq!(answer.string().unwrap(), None);
        assert!(answer.string().unwrap_err().to_string().contains("shorter"));
    }

    #[test]
    fn partitions_without_a_leader_do_not_count() {
        let mut body = Body::default();
        body.i32(2);
        body.i16(0).i32(0).i32(1).i32(1).i32(1).i32(0);
        body.i16(5).i32(1).i32(-1).i32(0).i32(0);
        let mut answer = Answer {
            bytes: body.0,
            read: 0,
        };
        assert_eq!(read_partitions(&mut answer).unwrap(), 1);
    }

    #[test]
    fn nothing_that_listens_is_not_ready() {
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(!is_ready(&free.to_string()));
    }
}
