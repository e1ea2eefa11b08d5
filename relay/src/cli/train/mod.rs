//! `gradually train`: the learner on this machine, with the same arithmetic as the page's.

mod ahead;
mod folder;
mod hold_out;
mod saves;
mod settings;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use shared::batch::Batcher;
use shared::evaluate::Tally;
use shared::learner::{DecodedBatch, Learner, Report};
use shared::schema::Schema;

use self::ahead::Reader;
use self::folder::Folder;
use self::hold_out::HoldOutArgs;
use self::saves::SavesArgs;
use self::settings::SettingsArgs;
use super::input::{self, Filled, InputArgs};
use super::signals::Stop;
use super::{Ending, Failure, Outcome};

/// Trains on a topic, a file or generated records, and writes a model and its metrics per batch
///
/// A batch is N consecutive records, bad ones included; the last may be shorter. Each is predicted
/// before it is learned from. A line per batch goes to stdout, with bad records by kind, what the
/// encoder refused, and drift; OUT/models, OUT/encoders, OUT/metrics and
/// OUT/bad_records.ndjson take the files. Bad records are counted and change no exit code.
///
/// SIGINT or SIGTERM: the batch under way is completed and written, records that wait for a whole
/// batch are not learned from; exit code 0 where it would go on for ever (--follow, or --simulate
/// without --max-batches), else 130.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// The folder for models and metrics
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    /// End after so many batches
    #[arg(long, value_name = "BATCHES")]
    max_batches: Option<u64>,

    /// Wait for more records at the end of the topic or file instead of ending
    #[arg(long, conflicts_with = "simulate")]
    follow: bool,

    #[command(flatten)]
    saves: SavesArgs,

    #[command(flatten)]
    settings: SettingsArgs,

    #[command(flatten)]
    hold_out: HoldOutArgs,
}

impl Args {
    fn goes_on_for_ever(&self) -> bool {
        self.max_batches.is_none() && (self.follow || self.input.is_generated())
    }
}

pub(super) fn run(args: &Args, stop: &Stop) -> Ending {
    let settings = args.settings.settings()?;
    let saves = args.saves.saves(&settings)?;
    let own = || Schema::of_stream(&args.input.stream());
    let schema = args.settings.schema().unwrap_or_else(own);
    // Bad usage is told before anything is opened.
    let learner = Learner::with_schema(schema.clone(), args.input.format()?, settings.clone())
        .map_err(|error| Failure::Usage(settings::as_flag(&error)))?;
    let Some(opened) = input::open(&args.input, args.follow, &|| stop.is_asked())? else {
        return Ok(Stop::outcome(args.goes_on_for_ever()));
    };
    let mut learner = if opened.format == *learner.format() {
        learner
    } else {
        let of_file = Learner::with_schema(schema, opened.format, settings);
        of_file
            .context("the file's first line, which names the columns unless --csv-header does")?
    };
    args.hold_out.give(&mut learner, args.input.stream())?;
    let mut input = opened.input;
    let saves = saves.for_learner(&learner)?;
    let folder = Folder::create(&args.out, saves)?;
    let reader = Reader {
        input: input.as_mut(),
        batcher: Batcher::new(learner.settings().trigger),
        decoder: learner.batch_decoder(),
        most_batches: args.max_batches.unwrap_or(u64::MAX),
    };
    let mut training = Training { learner, folder };
    let filled = reader.run(&|| stop.is_asked(), |batch| training.step(batch))?;
    training.summary(filled);
    let is_interrupted = matches!(filled, Filled::Stopped(_));
    Ok(if is_interrupted {
        Stop::outcome(args.goes_on_for_ever())
    } else {
        Outcome::Done
    })
}

/// A run.
struct Training {
    learner: Learner,
    folder: Folder,
}

impl Training {
    fn step(&mut self, batch: &mut DecodedBatch) -> Result<(), Failure> {
        let report = self.learner.step_decoded(batch, None)?;
        self.folder.write(&mut self.learner, &report)?;
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{}", line(&report)).context("cannot write to stdout")?;
        Ok(())
    }

    fn summary(&self, filled: Filled) {
        let counters = self.learner.counters();
        let (batches, records, bad) = (counters.batches, counters.records, counters.bad_records);
        let place = self.folder.path().display();
        let plural = if batches == 1 { "" } else { "es" };
        eprintln!(
            "{batches} batch{plural}, {records} records, {bad} of them bad; files in {place}"
        );
        if let Filled::Stopped(waiting @ 1..) = filled {
            eprintln!("{waiting} records were waiting for a whole batch and were not learned from");
        }
    }
}

/// One batch for people.
fn line(report: &Report) -> String {
    let model = if report.has_model() {
        format!("model {}", report.model_id)
    } else {
        "no model".to_owned()
    };
    let mut line = format!(
        "batch {}: {model}, {} records, {} bad, accuracy {} before learning, {} after, {} over the window",
        report.batch_id,
        report.records,
        report.bad_records,
        three_decimals(report.tested),
        three_decimals(report.same_batch),
        three_decimals(report.window),
    );
    // Writing to a string does not fail.
    for (reason, count) in &report.bad_reasons {
        let _ = write!(line, "; {reason}: {count}");
    }
    if report.dropped_examples > 0 {
        let _ = write!(
            line,
            "; dropped by the encoder: {}",
            report.dropped_examples
        );
    }
    if let Some(reason) = &report.refused {
        let _ = write!(line, "; refused by the encoder: {reason}");
    }
    for drift in report.alarms.iter().filter(|alarm| alarm.is_drift) {
        let _ = write!(line, "; drift at example {}", drift.example);
    }
    line
}

/// Accuracy with three decimals, or a dash.
fn three_decimals(tally: Tally) -> String {
    tally
        .accuracy()
        .map_or_else(|| "–".into(), |accuracy| format!("{accuracy:.3}"))
}
