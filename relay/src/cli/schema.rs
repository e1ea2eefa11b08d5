//! `gradually schema`: proposes a schema for an unknown stream.

use std::io::{self, Write as _};
use std::num::NonZeroU32;

use anyhow::{Context as _, anyhow};
use shared::batch::{Batcher, Trigger};
use shared::decode::{Csv, Format};
use shared::schema::{MAX_INFERRED_RECORDS, infer};

use super::input::{self, Filled, InputArgs, Place, Reading};
use super::signals::Stop;
use super::{Ending, Failure, Outcome};

/// Proposes a schema from the first 10000 records of a topic, a file or a generated stream
///
/// The schema goes to stdout, so that "> schema.json" makes a file for train's --schema; what
/// speaks for it, and what is doubtful, goes to stderr. It is a proposal: read it and correct it.
/// Exit code 1 where none can be proposed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
}

pub(super) fn run(args: &Args, stop: &Stop) -> Ending {
    let place = args.input.place.place()?;
    let place = place.ok_or_else(|| Failure::Usage(input::NO_INPUT.to_owned()))?;
    let format = input::format_at(&place, &args.input.format)?;
    check_header(&place, &format)?;
    let is_stopped = || stop.is_asked();
    let Some(mut opened) = input::open(&place, &format, Reading::default(), &is_stopped)? else {
        return Ok(Outcome::CutShort);
    };
    let most = u32::try_from(MAX_INFERRED_RECORDS)?;
    let most = NonZeroU32::new(most).context("at least one record is looked at")?;
    let mut batcher = Batcher::new(Trigger::Records(most));
    if let Filled::Stopped(_) = opened.input.fill(&mut batcher, &is_stopped)? {
        return Ok(Outcome::CutShort);
    }
    let no_records = || anyhow!("there is no record to propose a schema from");
    let batch = batcher.cut().ok_or_else(no_records)?;
    let values = batch
        .records()
        .map(|record| record.value.unwrap_or_default());
    let inference = infer(values, &opened.format);
    eprint!("{inference}");
    let schema = inference.schema.ok_or_else(|| {
        anyhow!("no schema can be proposed: a label of 2 to 20 different values and a field to learn from are needed")
    })?;
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(schema.to_json().as_bytes())
        .context("cannot write to stdout")?;
    Ok(Outcome::Done)
}

/// Nothing but the flag can name the columns of a topic.
fn check_header(place: &Place, format: &Format) -> Result<(), Failure> {
    match (place, format) {
        (Place::Kafka { .. }, Format::Csv(Csv { header: None, .. })) => {
            let message = "--format csv with --kafka needs --csv-header, which names the columns";
            Err(Failure::Usage(message.into()))
        }
        _ => Ok(()),
    }
}
