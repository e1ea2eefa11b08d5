//! One request to a server on this machine, for its status only.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context as _;

const TIMEOUT: Duration = Duration::from_secs(2);

/// The status code of `GET path`.
pub fn get(address: &str, path: &str) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address.parse()?, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    // `HTTP/1.1 200`: the version never varies in length.
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let code = std::str::from_utf8(&start[9..])?;
    code.parse()
        .with_context(|| format!("{address} does not speak HTTP"))
}
