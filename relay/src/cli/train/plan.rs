//! What is trained, and from where: a new run by its flags, or one that is gone on with.

use std::fs;
use std::path::Path;

use anyhow::{anyhow, bail};
use clap::{Args as _, Command};
use shared::decode::Format;
use shared::learner::{Learner, LearnerError};
use shared::run_log::{FORMAT, Header, HoldOutSource, VERSION};
use shared::save::{Checkpoint, open_checkpoint};
use shared::schema::Schema;
use shared::settings::Settings;

use super::folder::{CHECKPOINT, LOG};
use super::saves::Saves;
use super::settings::{SettingsArgs, as_flag};
use super::{Args, log};
use crate::cli::Failure;
use crate::cli::input::{self, Opened, Place, check_same, format_at, format_of_log};

/// A run before its input is opened.
pub(super) struct Plan {
    pub(super) place: Place,
    /// How records are written, as far as that is known.
    pub(super) format: Format,
    pub(super) schema: Schema,
    pub(super) settings: Settings,
    pub(super) hold_out: Option<HoldOutSource>,
    pub(super) saves: Saves,
    pub(super) begin: Begin,
}

/// How a run begins.
pub(super) enum Begin {
    /// With nothing, in a folder without a run.
    New,
    /// With nothing, over what a run left that cannot be gone on with.
    Afresh,
    /// Behind a checkpoint.
    GoOn(Box<GoOn>),
}

/// A run that is gone on with.
pub(super) struct GoOn {
    pub(super) header: Header,
    pub(super) checkpoint: Checkpoint,
}

impl Plan {
    /// The run that the flags name; in a folder that is to be gone on with, the one in it.
    pub(super) fn new(args: &Args) -> Result<Self, Failure> {
        let Some(folder) = &args.resume else {
            return Self::of_flags(args, Begin::New);
        };
        let header = log::read_header(&folder.join(LOG));
        match (header, read_checkpoint(folder)) {
            (Ok(header), Ok(checkpoint)) => Self::going_on(args, header, checkpoint),
            (Ok(header), Err(why)) => {
                eprintln!("{}: {why}; the run begins afresh", folder.display());
                if args.names_input()? {
                    Self::of_flags(args, Begin::Afresh)
                } else {
                    Self::of_header(args, &header, Begin::Afresh)
                }
            }
            (Err(why), _) => {
                eprintln!("{}: {why:#}; the run begins afresh", folder.display());
                Self::of_flags(args, Begin::Afresh)
            }
        }
    }

    fn of_flags(args: &Args, begin: Begin) -> Result<Self, Failure> {
        let settings = args.settings.settings()?;
        let saves = args.saves.saves(&settings)?;
        let place = args.input.place.place()?;
        let place = place.ok_or_else(|| Failure::Usage(input::NO_INPUT.to_owned()))?;
        let own = || Schema::of_stream(&place.stream());
        let plan = Self {
            format: format_at(&place, &args.input.format)?,
            schema: args.settings.schema().unwrap_or_else(own),
            hold_out: args.hold_out.source(&place.stream()),
            settings,
            saves,
            begin,
            place,
        };
        // Bad usage is told before anything is opened.
        plan.learner(plan.format.clone())
            .map_err(|error| Failure::Usage(as_flag(&error)))?;
        Ok(plan)
    }

    fn of_header(args: &Args, header: &Header, begin: Begin) -> Result<Self, Failure> {
        args.check_settings(header)?;
        let place = match args.input.place.place()? {
            Some(place) => place,
            None => args.input.place.of_log(&header.source)?,
        };
        let saves = args.saves.or_logged(&header.saves);
        Ok(Self {
            format: format_of_log(header),
            schema: header.schema.clone(),
            settings: header.settings.clone(),
            hold_out: header.hold_out.clone(),
            saves: saves?.saves(&header.settings)?,
            begin,
            place,
        })
    }

    fn going_on(args: &Args, header: Header, checkpoint: Checkpoint) -> Result<Self, Failure> {
        let learner = &checkpoint.learner;
        let mut settings = header.settings.clone();
        settings.trigger = learner.settings().trigger;
        if *learner.settings() != settings || *learner.schema() != header.schema {
            let message =
                format!("{CHECKPOINT} and {LOG} are of two runs: restore the one that is missing");
            return Err(anyhow!(message).into());
        }
        let mut plan = Self::of_header(args, &header, Begin::New)?;
        plan.begin = Begin::GoOn(Box::new(GoOn { header, checkpoint }));
        Ok(plan)
    }

    /// The first line of its log.
    pub(super) fn header(&self, opened: &Opened, saves: &Saves) -> Header {
        Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            source: opened.source.clone(),
            start: opened.start.clone(),
            records: opened.format.clone(),
            schema: self.schema.clone(),
            settings: self.settings.clone(),
            hold_out: self.hold_out.clone(),
            saves: saves.logged(),
        }
    }

    /// A learner of this run that has seen nothing.
    pub(super) fn learner(&self, format: Format) -> Result<Learner, LearnerError> {
        Learner::with_schema(self.schema.clone(), format, self.settings.clone())
    }
}

impl GoOn {
    /// The learner, if what was opened is what it learned from.
    pub(super) fn learner_for(&self, opened: &Opened) -> anyhow::Result<Learner> {
        check_same(&self.header.source, &opened.source)?;
        if opened.format != self.header.records {
            bail!("the names of the columns are not those of the run any more");
        }
        Ok(self.checkpoint.learner.clone())
    }
}

impl Args {
    /// Whether flags or the environment name an input.
    fn names_input(&self) -> Result<bool, Failure> {
        Ok(self.input.place.place()?.is_some())
    }

    /// A run goes on with its own settings: flags may say them again, and nothing else.
    fn check_settings(&self, header: &Header) -> Result<(), Failure> {
        let known = SettingsArgs::augment_args(Command::new("settings"));
        let known = super::HoldOutArgs::augment_args(known);
        let is_setting = |flag: &&String| {
            let mut flags = known.get_arguments();
            flags.any(|known| known.get_long() == Some(flag.as_str()))
        };
        let given: Vec<_> = self.given.iter().filter(is_setting).collect();
        if given.is_empty() {
            return Ok(());
        }
        let mut settings = self.settings.clone();
        settings.set_default_trigger(header.settings.trigger);
        let schema = settings.schema();
        let stream = self
            .input
            .place
            .of_log(&header.source)
            .map(|place| place.stream());
        let hold_out = self.hold_out.source(&stream.unwrap_or_default());
        let is_same = settings.settings()? == header.settings
            && schema.is_none_or(|schema| schema == header.schema)
            && hold_out.is_none_or(|hold_out| Some(hold_out) == header.hold_out);
        if is_same {
            return Ok(());
        }
        let flags: Vec<_> = given.iter().map(|flag| format!("--{flag}")).collect();
        Err(Failure::Usage(format!(
            "a run goes on with its own settings, and {} (with the defaults of the others) say something else: leave them out",
            flags.join(", ")
        )))
    }
}

fn read_checkpoint(folder: &Path) -> Result<Checkpoint, String> {
    let path = folder.join(CHECKPOINT);
    let file = fs::read(&path).map_err(|error| format!("there is no {CHECKPOINT} ({error})"))?;
    let checkpoint = open_checkpoint(&file).map_err(|error| format!("{CHECKPOINT}: {error}"))?;
    let log = fs::metadata(folder.join(LOG)).map_or(0, |log| log.len());
    if log < checkpoint.lengths.log {
        let wanted = checkpoint.lengths.log;
        return Err(format!(
            "{LOG} has {log} bytes, and {CHECKPOINT} was written when it had {wanted}"
        ));
    }
    Ok(checkpoint)
}
