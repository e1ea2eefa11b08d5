//! `gradually replay`: does a run again and tells whether it comes out the same, to the bit.

mod records;
mod told;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use shared::batch::Batch;
use shared::learner::Learner;
use shared::run_log::{BatchEntry, Difference, Header, Line, LogReader, Replay};

use self::records::Records;
use super::input::PlaceArgs;
use super::signals::Stop;
use super::train::{self, StartModel, WholeLines};
use super::{Ending, Outcome};

/// Does a run again from its log, and compares the learner after each batch
///
/// RUN is the folder that train wrote, or its run.ndjson. The records come from where the log says,
/// or from another place that holds the same: a file that has moved, another address of the cluster,
/// the folder of the run's raw records (--file RUN/raw), which has them of any run that kept them.
/// Batches are cut at the logged offsets. Exit code 0 if every batch led to the logged state; 1 at
/// the first that did not, which is told with its records and weights.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The run: its folder, or its log
    run: PathBuf,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) fn run(args: &Args, stop: &Stop) -> Ending {
    let log = if args.run.is_dir() {
        args.run.join(train::LOG)
    } else {
        args.run.clone()
    };
    let mut lines = WholeLines::open(&log)?;
    let first = lines.next()?;
    let first = first.with_context(|| format!("{} has no whole line", log.display()))?;
    let (header, mut reader) =
        LogReader::begin(first).with_context(|| log.display().to_string())?;
    let place = args.place.of_run(&header.source)?;
    let mut replay = Replay::new(learner(&header, &log)?);
    let mut records = Records::new(&header, place)?;
    let mut batch = Batch::new();
    while let Some(line) = lines.next()? {
        let line = reader
            .line(line)
            .with_context(|| log.display().to_string())?;
        let Line::Batch(entry) = line else {
            continue;
        };
        if !records.read(&entry, &mut batch, &|| stop.is_asked())? {
            return Ok(Outcome::CutShort);
        }
        if let Some(difference) = replay.step(&entry, &batch)? {
            return tell_difference(&log, &header, &entry, &batch, &difference);
        }
    }
    tell(&told::same(&reader, replay.learner()))?;
    Ok(Outcome::Done)
}

/// The learner as it was before the first batch.
fn learner(header: &Header, log: &Path) -> anyhow::Result<Learner> {
    let Some(model) = &header.model else {
        return Ok(header.learner()?);
    };
    let folder = log.parent().unwrap_or(Path::new("."));
    let opened = StartModel::of_run(folder, model)?.opened;
    let (schema, settings) = (header.schema.clone(), header.settings.clone());
    Ok(Learner::from_opened(
        opened,
        schema,
        header.records.clone(),
        settings,
    )?)
}

fn tell_difference(
    log: &Path,
    header: &Header,
    entry: &BatchEntry,
    batch: &Batch,
    difference: &Difference,
) -> Ending {
    let folder = log.parent().unwrap_or(Path::new("."));
    tell(&told::difference(folder, header, entry, batch, difference))?;
    Err(anyhow::anyhow!(
        "the replay differs from the run in batch {}",
        entry.batch_id
    )
    .into())
}

fn tell(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .context("cannot write to stdout")
}
