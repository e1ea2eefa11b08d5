//! `gradually train`: the learner on this machine, with the same arithmetic as the page's.

mod ahead;
mod checkpoint_writer;
mod checkpoints;
mod environment;
mod files;
mod folder;
mod hold_out;
mod log;
mod model;
mod plan;
mod saves;
mod settings;
mod told;
mod view;

pub(super) use self::folder::{LOG, MODELS, raw_file};
pub(super) use self::log::WholeLines;
pub(super) use self::model::StartModel;

use std::mem;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use shared::batch::{Batcher, Trigger};
use shared::learner::{Counters, Learner};
use shared::run_log::BatchEntry;

use self::ahead::{ReadBatch, Reader};
use self::checkpoints::{Due, Every};
use self::environment::Environment;
use self::folder::Folder;
use self::hold_out::HoldOutArgs;
use self::model::ModelStartArgs;
use self::plan::{Begin, Plan};
use self::saves::SavesArgs;
use self::settings::SettingsArgs;
use self::view::View;
use super::input::{self, Filled, Input, InputArgs, Reading};
use super::signals::Stop;
use super::{Ending, Failure, Outcome};

/// Trains on a topic, a file or generated records, and writes a model and its metrics per batch
///
/// A batch is N consecutive records, bad ones included, or what came in T seconds; the last may be
/// shorter. Each is predicted before it is learned from. A line per batch goes to stdout, with bad
/// records by kind, what the encoder refused, and drift; a terminal shows rate, lag and accuracy in
/// their place. OUT/models, OUT/encoders, OUT/metrics and
/// OUT/bad_records.ndjson take the files, OUT/run.ndjson the run's log, with which `gradually replay`
/// does the run again. Bad records are counted and change no exit code.
///
/// OUT/checkpoint.ndjson has all that is needed to go on: after a crash or a signal the same run
/// goes on with `gradually train --resume OUT`, to the same bits as if it had never ended.
///
/// SIGINT or SIGTERM: the batch under way is completed and written, records that wait for a whole
/// batch are not learned from; exit code 0 where it would go on for ever (--follow, or --simulate
/// without --max-batches), else 130.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = environment::HELP)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// The folder for models and metrics
    #[arg(long, value_name = "FOLDER", conflicts_with = "resume")]
    out: Option<PathBuf>,

    /// Go on with the run in this folder, at the next record: with its input and its settings, which
    /// need not be given again. Without a whole checkpoint it begins afresh
    #[arg(long, value_name = "FOLDER")]
    resume: Option<PathBuf>,

    /// When to write a checkpoint: "batch" after each batch, or at most every so many seconds; and
    /// always at the end
    #[arg(long, value_name = "batch|SECONDS", default_value = "1s")]
    checkpoint_every: Every,

    /// End when the run has so many batches, those before --resume included
    #[arg(long, value_name = "BATCHES")]
    max_batches: Option<u64>,

    /// Wait for more records at the end of the topic or file instead of ending
    #[arg(long, conflicts_with = "simulate")]
    follow: bool,

    #[command(flatten)]
    model: ModelStartArgs,

    #[command(flatten)]
    saves: SavesArgs,

    #[command(flatten)]
    settings: SettingsArgs,

    #[command(flatten)]
    hold_out: HoldOutArgs,

    /// The flags that were given.
    #[arg(skip)]
    given: Vec<String>,
}

impl Args {
    /// Notes which flags were given and not taken from defaults.
    pub(super) fn note_given(&mut self, flags: Vec<String>) {
        self.given = flags;
    }

    fn with_environment(&self, environment: Environment) -> Result<Self, Failure> {
        let mut args = self.clone();
        if args.resume.is_none() {
            args.out = args.out.or(environment.output_dir.clone());
        }
        if let Some(seconds) = environment.batch_seconds()? {
            args.settings.set_default_trigger(Trigger::Seconds(seconds));
        }
        let Environment { brokers, topic, .. } = environment;
        args.input.place.set_default_topic(brokers, topic);
        Ok(args)
    }

    /// The folder of the run.
    fn folder(&self) -> Result<&Path, Failure> {
        let folder = self.resume.as_deref().or(self.out.as_deref());
        folder.ok_or_else(|| {
            let message = "where the files go is not said: --out FOLDER, or --resume FOLDER";
            Failure::Usage(message.to_owned())
        })
    }
}

pub(super) fn run(args: &Args, stop: &Stop) -> Ending {
    let args = &args.with_environment(Environment::read())?;
    let path = args.folder()?;
    let plan = Plan::new(args)?;
    let goes_on_for_ever = args.max_batches.is_none() && (args.follow || plan.place.is_generated());
    let Some((mut training, mut input)) = begin(args, &plan, path, &|| stop.is_asked())? else {
        return Ok(Stop::outcome(goes_on_for_ever));
    };
    let learner = &training.learner;
    let most_batches = args.max_batches.unwrap_or(u64::MAX);
    let reader = Reader {
        input: input.as_mut(),
        batcher: Batcher::new(learner.settings().trigger),
        decoder: learner.batch_decoder(),
        most_batches: most_batches.saturating_sub(plan.batches_before()),
    };
    let ran = reader.run(&|| stop.is_asked(), |batch| training.step(batch));
    let filled = ran.inspect_err(|_| {
        // What was learned is kept as far as that goes; the error is what is told.
        let _ = training.finish();
    })?;
    training.end(filled)?;
    let is_interrupted = matches!(filled, Filled::Stopped(_));
    Ok(if is_interrupted {
        Stop::outcome(goes_on_for_ever)
    } else {
        Outcome::Done
    })
}

type Begun = (Training, Box<dyn Input + Send>);

/// Opens the input and the folder; `None` when a signal came before.
fn begin(
    args: &Args,
    plan: &Plan,
    path: &Path,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<Begun>, Failure> {
    let start = plan.start();
    let reading = Reading {
        follows: args.follow,
        start: &start,
        only: None,
    };
    let Some(opened) = input::open(&plan.place, &plan.format, reading, is_stopped)? else {
        return Ok(None);
    };
    let mut learner = match &plan.begin {
        Begin::New | Begin::Afresh => plan
            .learner(opened.format.clone())
            .context("the file's first line, which names the columns unless --csv-header does")?,
        Begin::GoOn(go_on) => go_on.learner_for(&opened)?,
    };
    if let Some(hold_out) = &plan.hold_out {
        hold_out::give(hold_out, &mut learner)?;
    }
    let saves = plan.saves.clone().for_learner(&learner)?;
    let header = plan.header(&opened, &saves);
    let folder = match &plan.begin {
        Begin::New => Folder::create(path, saves, &header, plan.model.as_ref())?,
        Begin::Afresh => Folder::create_afresh(path, saves, &header, plan.model.as_ref())?,
        Begin::GoOn(go_on) => Folder::go_on(path, saves, &go_on.checkpoint)?,
    };
    let is_saved = matches!(plan.begin, Begin::GoOn(_));
    if is_saved {
        tell_where_it_goes_on(&folder, &learner);
    }
    let mut training = Training {
        view: View::new(&learner, opened.ends_now),
        learner,
        folder,
        due: Due::new(args.checkpoint_every),
        is_saved,
    };
    // From here on there is a checkpoint at any moment.
    training.finish()?;
    Ok(Some((training, opened.input)))
}

/// A run.
struct Training {
    learner: Learner,
    folder: Folder,
    due: Due,
    /// The newest checkpoint has all that was learned.
    is_saved: bool,
    view: View,
}

impl Training {
    fn step(&mut self, batch: &mut ReadBatch) -> Result<(), Failure> {
        let report = self.learner.step_decoded(&mut batch.decoded, None)?;
        let batch_read = batch.decoded.batch();
        self.folder.write(&mut self.learner, &report, batch_read)?;
        let entry = BatchEntry::new(
            mem::take(&mut batch.hash),
            batch_read,
            &report,
            &self.learner,
        );
        self.folder.log(&entry)?;
        self.is_saved = false;
        self.view.batch(&report, &self.learner)?;
        self.checkpoint_if_due()
    }

    /// One that is still being written puts off the next: learning waits for the disk only if every
    /// batch is to have one.
    fn checkpoint_if_due(&mut self) -> Result<(), Failure> {
        if self.due.is_now()
            && (self.due.is_each_batch() || !self.folder.is_writing_checkpoint()?)
        {
            self.folder.checkpoint(&self.learner)?;
            self.is_saved = true;
            self.due.begun();
        }
        Ok(())
    }

    /// Everything that was learned is in a checkpoint, and the disk has it.
    fn finish(&mut self) -> anyhow::Result<()> {
        if !self.is_saved {
            self.folder.checkpoint(&self.learner)?;
            self.is_saved = true;
        }
        self.folder.finish_checkpoint()
    }

    fn end(&mut self, filled: Filled) -> Result<(), Failure> {
        self.finish()?;
        // A view makes room for what is told at the end.
        self.view = View::Lines;
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
        Ok(())
    }
}

fn tell_where_it_goes_on(folder: &Folder, learner: &Learner) {
    let Counters {
        batches, records, ..
    } = learner.counters();
    let place = folder.path().display();
    eprintln!("{place}: the run goes on behind {batches} batches, {records} records");
}
