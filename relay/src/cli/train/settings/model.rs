//! The model's settings as flags: scikit-learn's names in kebab-case, its values, its defaults; and
//! the online models beyond it.

use clap::ArgAction;
use shared::model::{Average, ClassWeight, Dtype, LearningRate, Loss, Penalty, SgdSettings};
use shared::optim::{OptimSettings, Optimizer};

use crate::cli::named::{checked, from_json, name_or_json};

/// The flags. [`ModelArgs::settings`] names every field of the settings, so a setting without a
/// flag does not compile.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Model (scikit-learn's SGDClassifier)")]
pub(super) struct ModelArgs {
    /// log_loss, hinge, perceptron, modified_huber, squared_hinge, squared_error, huber,
    /// epsilon_insensitive or squared_epsilon_insensitive
    #[arg(long, default_value_t = SgdSettings::default().loss)]
    loss: Loss,

    /// l2, l1, elasticnet or none
    #[arg(long, default_value_t = SgdSettings::default().penalty)]
    penalty: Penalty,

    /// Strength of the penalty, and part of the optimal rate
    #[arg(long, default_value_t = SgdSettings::default().alpha, allow_negative_numbers = true)]
    alpha: f64,

    /// Share of l1 in elasticnet
    #[arg(long, default_value_t = SgdSettings::default().l1_ratio, allow_negative_numbers = true)]
    l1_ratio: f64,

    /// Whether there is an intercept
    #[arg(long, default_value_t = SgdSettings::default().fit_intercept, action = ArgAction::Set, value_name = "true|false")]
    fit_intercept: bool,

    /// Width of the insensitive zone of huber and the epsilon losses
    #[arg(long, default_value_t = SgdSettings::default().epsilon, allow_negative_numbers = true)]
    epsilon: f64,

    /// Whether the samples of a batch are shuffled before they are learned from
    #[arg(long, default_value_t = SgdSettings::default().shuffle, action = ArgAction::Set, value_name = "true|false")]
    shuffle: bool,

    /// Seed of the shuffle
    #[arg(long, default_value_t = SgdSettings::default().random_state)]
    random_state: u32,

    /// optimal, constant, invscaling, adaptive, pa1 or pa2
    #[arg(long, default_value_t = SgdSettings::default().learning_rate)]
    learning_rate: LearningRate,

    /// First learning rate, or size of the steps of pa1 and pa2; all rates but optimal need it
    #[arg(long, allow_negative_numbers = true)]
    eta0: Option<f64>,

    /// Exponent of invscaling
    #[arg(long, default_value_t = SgdSettings::default().power_t, allow_negative_numbers = true)]
    power_t: f64,

    /// Whether the weights are averaged: true, false, or the update from which on
    #[arg(long, default_value_t = SgdSettings::default().average, value_name = "true|false|N")]
    average: Average,

    /// Weights of the classes: none, or such as {0: 1, 1: 5}
    #[arg(long, default_value_t = SgdSettings::default().class_weight, value_name = "none|WEIGHTS")]
    class_weight: ClassWeight,

    /// Width of the numbers that are learned with: float64 or float32
    #[arg(long, default_value_t = SgdSettings::default().dtype)]
    dtype: Dtype,

    /// Another model in its place: none, adagrad, adam or ftrl_proximal (River's logistic
    /// regression), or settings such as {"optimizer": {"adam": {"lr": 0.01}}, "l2": 0.001}
    #[arg(long, default_value = "none", value_name = "NAME|JSON", value_parser = online)]
    online: Online,
}

/// An online model, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Online(Option<OptimSettings>);

fn online(text: &str) -> Result<Online, String> {
    const NAMES: [&str; 4] = ["none", "adagrad", "adam", "ftrl_proximal"];
    let settings = match text.trim() {
        "none" => return Ok(Online(None)),
        json if json.starts_with('{') => from_json(json, &NAMES)?,
        name => OptimSettings {
            optimizer: name_or_json::<Optimizer>(name, &NAMES)?,
            ..OptimSettings::default()
        },
    };
    checked(settings, OptimSettings::validate).map(|settings| Online(Some(settings)))
}

impl ModelArgs {
    /// The classifier's settings.
    pub(super) fn settings(&self) -> SgdSettings {
        SgdSettings {
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
        }
    }

    /// The online model that learns in its place.
    pub(super) fn online(&self) -> Option<OptimSettings> {
        self.online.0
    }
}
