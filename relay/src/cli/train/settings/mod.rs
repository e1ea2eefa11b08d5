//! The learner's settings as flags.

mod encoder;
mod evaluation;
mod model;

use std::fs;
use std::num::NonZeroU32;

use clap::{Args as _, Command};
use shared::batch::Trigger;
use shared::decode::FormatError;
use shared::learner::LearnerError;
use shared::schema::Schema;
use shared::settings::{Settings, SettingsError};

use self::encoder::EncoderArgs;
use self::evaluation::EvaluationArgs;
use self::model::ModelArgs;
use crate::cli::Failure;

/// The flags.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// Records of a batch
    #[arg(long, value_name = "RECORDS", conflicts_with = "batch_seconds")]
    batch_records: Option<NonZeroU32>,

    /// Cut a batch every so many seconds, whatever came in them; if nothing came there is none
    #[arg(long, value_name = "SECONDS")]
    batch_seconds: Option<NonZeroU32>,

    /// A schema's file, which says what the fields mean; `gradually schema` proposes one
    /// [default: the loan applications' schema, with --stream the stream's own]
    #[arg(long, value_name = "FILE", value_parser = schema)]
    schema: Option<Schema>,

    #[command(flatten)]
    encoder: EncoderArgs,

    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    evaluation: EvaluationArgs,
}

fn schema(path: &str) -> Result<Schema, String> {
    let json = fs::read(path).map_err(|error| format!("cannot read it: {error}"))?;
    Schema::from_json(&json).map_err(|error| error.to_string())
}

impl SettingsArgs {
    /// The settings that the flags say.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let trigger = self.trigger().ok_or_else(|| {
            let message = "what a batch is is not said: --batch-records N, or --batch-seconds T";
            Failure::Usage(message.to_owned())
        })?;
        Ok(Settings {
            trigger,
            encoder: self.encoder.settings()?,
            model: self.model.settings(),
            online: self.model.online(),
            evaluation: self.evaluation.settings(),
            drift: self.evaluation.drift(),
        })
    }

    fn trigger(&self) -> Option<Trigger> {
        let records = self.batch_records.map(Trigger::Records);
        records.or(self.batch_seconds.map(Trigger::Seconds))
    }

    /// Takes a trigger where the flags name none.
    pub(super) fn set_default_trigger(&mut self, trigger: Trigger) {
        match trigger {
            _ if self.trigger().is_some() => {}
            Trigger::Records(records) => self.batch_records = Some(records),
            Trigger::Seconds(seconds) => self.batch_seconds = Some(seconds),
        }
    }

    /// The schema's file, if one is named.
    pub(super) fn schema(&self) -> Option<Schema> {
        self.schema.clone()
    }
}

/// The flags of a model's settings.
pub(super) fn model_flags() -> Vec<String> {
    flags_of(&ModelArgs::augment_args(Command::new("model")))
}

/// The flags of all settings but the trigger.
pub(super) fn settings_flags() -> Vec<String> {
    let mut flags = flags_of(&SettingsArgs::augment_args(Command::new("settings")));
    flags.retain(|flag| flag != "batch-records" && flag != "batch-seconds");
    flags
}

fn flags_of(command: &Command) -> Vec<String> {
    let flags = command.get_arguments().filter_map(clap::Arg::get_long);
    flags.map(str::to_owned).collect()
}

/// What the flags said that no learner can have, by the name of the flag.
pub(super) fn as_flag(error: &LearnerError) -> String {
    match error {
        LearnerError::Settings(error) => setting_as_flag(error),
        LearnerError::Schema(error) => format!("--schema: {error}"),
        LearnerError::Format(error @ FormatError::Delimiter(_)) => {
            format!("--csv-delimiter: {error}")
        }
        LearnerError::Format(error) => format!("--csv-header: {error}"),
    }
}

fn setting_as_flag(error: &SettingsError) -> String {
    let flag = match error.field {
        "thresholds" => "threshold".into(),
        "interactions" => "interaction".into(),
        "features" => "encoder".into(),
        // Of a schema: its words, and what missing ones mean.
        "vocabulary" | "missing" | "classes" => "schema".into(),
        field => field.replace(['_', '.'], "-"),
    };
    format!("--{flag} must be {}; it is {}", error.range, error.value)
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};
    use serde_json::Value;
    use shared::settings::Settings;

    use super::SettingsArgs;

    /// The flag's default as text.
    fn default_of(command: &Command, flag: &str) -> Option<String> {
        let argument = command
            .get_arguments()
            .find(|argument| argument.get_long() == Some(flag))
            .unwrap_or_else(|| panic!("--{flag} is missing"));
        let default = argument.get_default_values().first();
        default.map(|text| text.to_str().unwrap().to_owned())
    }

    #[test]
    fn every_setting_has_a_flag_of_its_name_and_default() {
        let command = SettingsArgs::augment_args(Command::new("test"));
        let Settings {
            trigger: _,
            encoder,
            model,
            online,
            evaluation,
            drift,
        } = Settings::default();
        assert_eq!(online, None);
        let mut evaluation = serde_json::to_value(evaluation).unwrap();
        let mut measures = evaluation["measures"].take();
        // What decisions cost is two flags.
        assert_eq!(measures["cost"].take(), Value::Null);
        for flag in ["cost-threshold", "cost-matrix", "n-features", "threshold"] {
            assert_eq!(default_of(&command, flag), None, "--{flag}");
        }
        for (name, default) in [
            ("encoder", encoder.name()),
            ("drift", drift.name()),
            ("online", "none"),
        ] {
            assert_eq!(default_of(&command, name).as_deref(), Some(default));
        }
        for group in [serde_json::to_value(model).unwrap(), evaluation, measures] {
            for (name, value) in group.as_object().unwrap() {
                let expected = match value {
                    Value::Null if ["measures", "cost"].contains(&name.as_str()) => continue,
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                };
                let flag = name.replace('_', "-");
                assert_eq!(default_of(&command, &flag), expected, "--{flag}");
            }
        }
    }

    #[test]
    fn without_flags_the_settings_are_the_default_ones() {
        let command = SettingsArgs::augment_args(Command::new("test"));
        let matches = command.get_matches_from(["test", "--batch-records", "100"]);
        let settings = SettingsArgs::from_arg_matches(&matches).unwrap();
        let Ok(settings) = settings.settings() else {
            panic!("the defaults go together");
        };
        assert_eq!(settings, Settings::default());
    }
}
