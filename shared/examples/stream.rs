//! Prints a stream as NDJSON: `stream SEED COUNT [SETTINGS [--weights]]`. Settings are the JSON of
//! a `StreamSettings`, such as `{"agrawal": {"function": 3}}`; without them it is the lab's loan
//! applications. With `--weights` it prints a hyperplane's weights instead of its records.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use shared::generate::{KnownStream, StreamSettings};

const USAGE: &str = "usage: stream SEED COUNT [SETTINGS [--weights]]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stream: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [seed, count, rest @ ..] = arguments else {
        return Err(USAGE.into());
    };
    let (seed, count) = (seed.parse()?, count.parse()?);
    let settings = match rest.first() {
        Some(json) => serde_json::from_str(json)?,
        None => StreamSettings::Loan,
    };
    let stream = KnownStream::new(&settings, seed)?;
    match rest.get(1).map(String::as_str) {
        None => Ok(records(stream, count)?),
        Some("--weights") => Ok(weights(stream, count)?),
        Some(_) => Err(USAGE.into()),
    }
}

fn records(mut stream: KnownStream, count: u64) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for _ in 0..count {
        stream.next_into(&mut key, &mut value);
        out.write_all(&value)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn weights(mut stream: KnownStream, count: u64) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for index in 0..count {
        let weights = stream.weights_at(index).unwrap_or_default();
        writeln!(out, "{}", serde_json::json!(weights))?;
    }
    out.flush()
}
