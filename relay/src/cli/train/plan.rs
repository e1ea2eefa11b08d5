//! What is trained, and from where: a new run by its flags, or one that is gone on with.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use clap::{Args as _, Command};
use shared::decode::Format;
use shared::generate::StreamSettings;
use shared::learner::{Learner, SnapshotError};
use shared::open::{GoOnError, OpenedModel};
use shared::record::Position;
use shared::run_log::{FORMAT, Header, HoldOutSource, LogError, RunSource, VERSION};
use shared::save::{Checkpoint, CheckpointError, open_checkpoint};
use shared::schema::Schema;
use shared::settings::Settings;

use super::checkpoint_writer::CHECKPOINT;
use super::folder::LOG;
use super::model::StartModel;
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
    /// The model with which it begins.
    pub(super) model: Option<StartModel>,
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
        let checkpoint = read_checkpoint(folder);
        let is_other = header.as_ref().is_err_and(is_of_other_version)
            || checkpoint.as_ref().is_err_and(is_of_other_version);
        match (header, checkpoint) {
            (Err(why), _) | (_, Err(why)) if is_other => {
                // Not whole for this program, and all of it for another one.
                let advice = "go on with it by that version, or begin anew with another --out";
                Err(why
                    .context(format!("{}: {advice}", folder.display()))
                    .into())
            }
            (Ok(header), Ok(checkpoint)) => Self::going_on(args, header, checkpoint),
            (Ok(header), Err(why)) => {
                eprintln!("{}: {why:#}; the run begins afresh", folder.display());
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
        let model = args.model.read()?;
        let mut flags = args.settings.clone();
        if let Some(model) = &model {
            model.check_flags(&args.given)?;
            if let OpenedModel::Own(file) = &model.opened {
                flags.set_default_trigger(file.settings.trigger);
            }
        }
        let settings = flags.settings()?;
        let settings = match &model {
            Some(model) => model.opened.settings(settings),
            None => settings,
        };
        let saves = args.saves.saves(&settings)?;
        let place = args.input.place.place()?;
        let place = place.ok_or_else(|| Failure::Usage(input::NO_INPUT.to_owned()))?;
        let own = || Schema::of_stream(&place.stream());
        let of_file = match model.as_ref().map(|model| &model.opened) {
            Some(OpenedModel::Own(file)) => Some(file.encoder.schema.clone()),
            Some(OpenedModel::Sgd(_)) | None => None,
        };
        let plan = Self {
            format: format_at(&place, &args.input.format)?,
            schema: of_file.or(flags.schema()).unwrap_or_else(own),
            hold_out: args.hold_out.source(&place.stream()),
            settings,
            saves,
            model,
            begin,
            place,
        };
        // Bad usage is told before anything is opened.
        match plan.learner(plan.format.clone()) {
            Err(GoOnError::Learner(error)) => Err(Failure::Usage(as_flag(&error))),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(plan),
        }
    }

    fn of_header(args: &Args, header: &Header, begin: Begin) -> Result<Self, Failure> {
        args.check_settings(header)?;
        let place = args.input.place.of_run(&header.source)?;
        let saves = args.saves.or_logged(&header.saves);
        let folder = args.resume.as_deref().unwrap_or(Path::new("."));
        let model = header
            .model
            .as_ref()
            .map(|model| StartModel::of_run(folder, model));
        Ok(Self {
            model: model.transpose()?,
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
            model: self.model.as_ref().map(StartModel::source),
            first_batch: (self.model.as_ref()).map_or(0, |model| model.opened.first_batch()),
            hold_out: self.hold_out.clone(),
            saves: saves.logged(),
        }
    }

    /// The learner as it is before the first batch.
    pub(super) fn learner(&self, format: Format) -> Result<Learner, GoOnError> {
        let (schema, settings) = (self.schema.clone(), self.settings.clone());
        match &self.model {
            Some(model) => Learner::from_opened(model.opened.clone(), schema, format, settings),
            None => Ok(Learner::with_schema(schema, format, settings)?),
        }
    }

    /// Where reading begins; where that is not said, at the beginning.
    pub(super) fn start(&self) -> Vec<Position> {
        match (&self.begin, &self.model) {
            (Begin::GoOn(go_on), _) => go_on.checkpoint.learner.positions().to_vec(),
            (Begin::New | Begin::Afresh, Some(model)) => model.start(),
            (Begin::New | Begin::Afresh, None) => Vec::new(),
        }
    }

    /// How many batches of the run were learned from before.
    pub(super) fn batches_before(&self) -> u64 {
        match &self.begin {
            Begin::GoOn(go_on) => {
                let batches = go_on.checkpoint.learner.counters().batches;
                batches.saturating_sub(go_on.header.first_batch)
            }
            Begin::New | Begin::Afresh => 0,
        }
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
        let stream = match &header.source {
            RunSource::Simulated { stream, .. } => stream.clone(),
            _ => StreamSettings::default(),
        };
        let hold_out = self.hold_out.source(&stream);
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

fn read_checkpoint(folder: &Path) -> anyhow::Result<Checkpoint> {
    let path = folder.join(CHECKPOINT);
    let file = fs::read(&path).with_context(|| format!("there is no {CHECKPOINT}"))?;
    let checkpoint = open_checkpoint(&file).context(CHECKPOINT)?;
    let log = fs::metadata(folder.join(LOG)).map_or(0, |log| log.len());
    if log < checkpoint.lengths.log {
        let wanted = checkpoint.lengths.log;
        bail!("{LOG} has {log} bytes, and {CHECKPOINT} was written when it had {wanted}");
    }
    Ok(checkpoint)
}

/// Whether this is no damage but the work of another version of the program.
fn is_of_other_version(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(LogError::Version { .. }))
            || matches!(
                cause.downcast_ref(),
                Some(
                    CheckpointError::Version { .. }
                        | CheckpointError::Snapshot(SnapshotError::Version { .. })
                )
            )
    })
}
