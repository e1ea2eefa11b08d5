//! The hold-out set as flags: generated records that the model is measured on and never learns.

use shared::batch::Batch;
use shared::decode::Format;
use shared::generate::{KnownStream, StreamSettings};
use shared::learner::Learner;
use shared::run_log::HoldOutSource;
use shared::settings::MAX_WINDOW_RECORDS;

use crate::cli::Failure;
use crate::cli::input::plain;

/// The flags.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Evaluation")]
pub(super) struct HoldOutArgs {
    /// Measure every model on generated records of this seed too, which it never learns from
    #[arg(long = "hold-out", id = "hold_out", value_name = "SEED")]
    seed: Option<u64>,

    /// How many records that set has
    #[arg(long = "hold-out-records", id = "hold_out_records", value_name = "RECORDS", requires = "hold_out", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_WINDOW_RECORDS)))]
    records: u32,

    /// What they are, as --stream takes it [default: as --stream]
    #[arg(long = "hold-out-stream", id = "hold_out_stream", value_name = "NAME|JSON|@FILE", requires = "hold_out", value_parser = crate::cli::stream::stream)]
    stream: Option<StreamSettings>,
}

impl HoldOutArgs {
    /// The set that the flags ask for. `stream` is what --stream says.
    pub(super) fn source(&self, stream: &StreamSettings) -> Option<HoldOutSource> {
        Some(HoldOutSource {
            seed: self.seed?,
            records: self.records,
            stream: self.stream.clone().unwrap_or_else(|| stream.clone()),
        })
    }
}

/// Gives the learner the set.
pub(super) fn give(source: &HoldOutSource, learner: &mut Learner) -> Result<(), Failure> {
    let records = records(source)?;
    match learner.set_hold_out(&records, &Format::Json)? {
        0 => Err(Failure::Usage(format!(
            "--hold-out: none of its {} records is good under the schema: \
             --hold-out-stream must name a stream of such records, it is {}",
            source.records,
            source.stream.name()
        ))),
        _ => Ok(()),
    }
}

/// The first records of a stream.
fn records(source: &HoldOutSource) -> anyhow::Result<Batch> {
    let mut stream = KnownStream::new(&source.stream, source.seed)?;
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut records = Batch::new();
    for offset in 0..source.records {
        stream.next_into(&mut key, &mut value);
        records.push(&plain(i64::from(offset), &value));
    }
    Ok(records)
}
