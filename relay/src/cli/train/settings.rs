//! The learner's settings as flags: scikit-learn's names in kebab-case, its values, its defaults.

use std::num::NonZeroU32;

use clap::ArgAction;
use shared::batch::Trigger;
use shared::encode::EncoderSettings;
use shared::evaluate::MeasureSettings;
use shared::model::{Average, ClassWeight, Dtype, LearningRate, Loss, Penalty, SgdSettings};
use shared::settings::{EvaluationSettings, Settings, SettingsError};

/// The flags. [`SettingsArgs::settings`] names every field of the settings, so a setting without
/// a flag does not compile.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// Records of a batch
    #[arg(long, value_name = "RECORDS")]
    batch_records: NonZeroU32,

    /// Examples of the sliding window over which accuracy is told
    #[arg(long, value_name = "EXAMPLES", default_value_t = EvaluationSettings::default().window_records)]
    window_records: NonZeroU32,

    /// Records that come between an example and its label: it is predicted when it comes, judged and
    /// learned from so many records later
    #[arg(long, value_name = "RECORDS", default_value_t = MeasureSettings::default().label_delay_records)]
    label_delay_records: u32,

    /// log_loss, hinge, perceptron, modified_huber, squared_hinge, squared_error, huber,
    /// epsilon_insensitive or squared_epsilon_insensitive
    #[arg(long, default_value_t = SgdSettings::default().loss, help_heading = MODEL)]
    loss: Loss,

    /// l2, l1, elasticnet or none
    #[arg(long, default_value_t = SgdSettings::default().penalty, help_heading = MODEL)]
    penalty: Penalty,

    /// Strength of the penalty, and part of the optimal rate
    #[arg(long, default_value_t = SgdSettings::default().alpha, allow_negative_numbers = true, help_heading = MODEL)]
    alpha: f64,

    /// Share of l1 in elasticnet
    #[arg(long, default_value_t = SgdSettings::default().l1_ratio, allow_negative_numbers = true, help_heading = MODEL)]
    l1_ratio: f64,

    /// Whether there is an intercept
    #[arg(long, default_value_t = SgdSettings::default().fit_intercept, action = ArgAction::Set, value_name = "true|false", help_heading = MODEL)]
    fit_intercept: bool,

    /// Width of the insensitive zone of huber and the epsilon losses
    #[arg(long, default_value_t = SgdSettings::default().epsilon, allow_negative_numbers = true, help_heading = MODEL)]
    epsilon: f64,

    /// Whether the samples of a batch are shuffled before they are learned from
    #[arg(long, default_value_t = SgdSettings::default().shuffle, action = ArgAction::Set, value_name = "true|false", help_heading = MODEL)]
    shuffle: bool,

    /// Seed of the shuffle
    #[arg(long, default_value_t = SgdSettings::default().random_state, help_heading = MODEL)]
    random_state: u32,

    /// optimal, constant, invscaling, adaptive, pa1 or pa2
    #[arg(long, default_value_t = SgdSettings::default().learning_rate, help_heading = MODEL)]
    learning_rate: LearningRate,

    /// First learning rate, or size of the steps of pa1 and pa2; all rates but optimal need it
    #[arg(long, allow_negative_numbers = true, help_heading = MODEL)]
    eta0: Option<f64>,

    /// Exponent of invscaling
    #[arg(long, default_value_t = SgdSettings::default().power_t, allow_negative_numbers = true, help_heading = MODEL)]
    power_t: f64,

    /// Whether the weights are averaged: true, false, or the update from which on
    #[arg(long, default_value_t = SgdSettings::default().average, value_name = "true|false|N", help_heading = MODEL)]
    average: Average,

    /// Weights of the classes: none, or such as {0: 1, 1: 5}
    #[arg(long, default_value_t = SgdSettings::default().class_weight, value_name = "none|WEIGHTS", help_heading = MODEL)]
    class_weight: ClassWeight,

    /// Width of the numbers that are learned with: float64 or float32
    #[arg(long, default_value_t = SgdSettings::default().dtype, help_heading = MODEL)]
    dtype: Dtype,
}

const MODEL: &str = "Model (scikit-learn's SGDClassifier)";

impl SettingsArgs {
    /// The settings that the flags say.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            trigger: Trigger::Records(self.batch_records),
            encoder: EncoderSettings::default(),
            model: SgdSettings {
                loss: self.loss,
                penalty: self.penalty,
                alpha: self.alpha,
                l1_ratio: self.l1_ratio,
                fit_intercept: self.fit_intercept,
                epsilon: self.epsilon,
                shuffle: self.shuffle,
                random_state: self.random_state,
                learning_rate: self.learning_rate,
                eta0: self.eta0,
                power_t: self.power_t,
                average: self.average,
                class_weight: self.class_weight.clone(),
                dtype: self.dtype,
            },
            evaluation: EvaluationSettings {
                window_records: self.window_records,
                measures: MeasureSettings {
                    label_delay_records: self.label_delay_records,
                    ..MeasureSettings::default()
                },
            },
        }
    }
}

/// A setting out of its range, by the name of its flag.
pub(super) fn as_flag(error: &SettingsError) -> String {
    let flag = error.field.replace('_', "-");
    format!("--{flag} must be {}; it is {}", error.range, error.value)
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};
    use shared::settings::Settings;

    use super::SettingsArgs;

    #[test]
    fn every_setting_has_a_flag_of_its_name_and_default() {
        let command = SettingsArgs::augment_args(Command::new("test"));
        let defaults = serde_json::to_value(Settings::default().model).unwrap();
        for (name, value) in defaults.as_object().unwrap() {
            let flag = name.replace('_', "-");
            let argument = command
                .get_arguments()
                .find(|argument| argument.get_long() == Some(flag.as_str()))
                .unwrap_or_else(|| panic!("--{flag} is missing"));
            let default = argument
                .get_default_values()
                .first()
                .map(|text| text.to_str().unwrap());
            let expected = match value {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            assert_eq!(default.map(str::to_owned), expected, "--{flag}");
        }
    }

    #[test]
    fn without_flags_the_model_is_the_default_one() {
        let command = SettingsArgs::augment_args(Command::new("test"));
        let matches = command.get_matches_from(["test", "--batch-records", "100"]);
        let settings = SettingsArgs::from_arg_matches(&matches).unwrap().settings();
        assert_eq!(settings, Settings::default());
    }
}
