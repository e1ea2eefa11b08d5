//! `gradually export`: the metrics of a run as a table that other programs read.

mod parquet;
mod table;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use self::parquet::ParquetTable;
use self::table::{Row, Table};
use super::{Ending, Failure, Outcome};

/// The file in a run's folder that has the metrics of all batches.
const METRICS: &str = "metrics.csv";

/// Writes the metrics of a run as one table: Parquet or CSV
///
/// RUN is the folder that train wrote, an unpacked archive of the page, or a metrics.csv. The table
/// has a row a batch and the columns of metrics.csv: counts as 64-bit integers, the rest as doubles,
/// null where there is none. A row that is not whole yet, as a run that goes on may have it, is left
/// out. A FILE that exists is replaced.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The run: its folder, or its metrics.csv
    run: PathBuf,

    /// The table; its ending says what it is: .parquet or .csv
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// What the table is written as.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Parquet,
    Csv,
}

pub(super) fn run(args: &Args) -> Ending {
    let kind = kind(&args.to)?;
    let source = if args.run.is_dir() {
        args.run.join(METRICS)
    } else {
        args.run.clone()
    };
    let mut table = Table::open(&source)?;
    if is_same_file(&source, &args.to) {
        let message = "--to is the file that is read: choose another";
        return Err(Failure::Usage(message.to_owned()));
    }
    let unfinished = unfinished(&args.to);
    let file = File::create(&unfinished)
        .with_context(|| format!("cannot create {}", unfinished.display()))?;
    let written = match kind {
        Kind::Parquet => write_parquet(&mut table, file),
        Kind::Csv => write_csv(&mut table, file),
    };
    let finished = written.and_then(|rows| {
        fs::rename(&unfinished, &args.to)
            .with_context(|| format!("cannot write {}", args.to.display()))?;
        Ok(rows)
    });
    match finished {
        Ok(rows) => {
            let plural = if rows == 1 { "" } else { "es" };
            eprintln!("{rows} batch{plural} in {}", args.to.display());
            Ok(Outcome::Done)
        }
        Err(error) => {
            // What is wrong is told; that the rest of a file stays is not worse.
            let _ = fs::remove_file(&unfinished);
            Err(error.into())
        }
    }
}

fn kind(to: &Path) -> Result<Kind, Failure> {
    let ending = to.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("parquet") => Ok(Kind::Parquet),
        Some("csv") => Ok(Kind::Csv),
        _ => {
            let file = to.display();
            let message = format!("--to {file}: a name that ends with .parquet or .csv is needed");
            Err(Failure::Usage(message))
        }
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| fs::canonicalize(path).ok();
    whole(one).is_some_and(|one| whole(other) == Some(one))
}

/// Where the table is written before it takes its place.
fn unfinished(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

fn write_parquet(table: &mut Table, file: File) -> anyhow::Result<u64> {
    let mut written = ParquetTable::begin(BufWriter::new(file), table.columns())?;
    let rows = each_row(table, |row| written.push(row))?;
    written.end()?;
    Ok(rows)
}

fn write_csv(table: &mut Table, file: File) -> anyhow::Result<u64> {
    let mut file = BufWriter::new(file);
    file.write_all(table.head().as_bytes())?;
    let rows = each_row(table, |row| Ok(file.write_all(row.text.as_bytes())?))?;
    file.flush()?;
    Ok(rows)
}

/// How many rows there are.
fn each_row(
    table: &mut Table,
    mut take: impl FnMut(&Row) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let mut rows = 0;
    while let Some(row) = table.next()? {
        take(row)?;
        rows += 1;
    }
    if rows == 0 {
        bail!("the run has no batch yet");
    }
    Ok(rows)
}
