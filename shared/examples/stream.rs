//! Prints the lab's loan applications as NDJSON: `stream SEED COUNT`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use shared::generate::LoanStream;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = arguments
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let [seed, count] = numbers[..] else {
        eprintln!("usage: stream SEED COUNT");
        return ExitCode::from(2);
    };
    match print(seed, count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stream: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(seed: u64, count: u64) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut stream = LoanStream::new(seed);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for _ in 0..count {
        stream.next_into(&mut key, &mut value);
        out.write_all(&value)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
