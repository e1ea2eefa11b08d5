//! The engine's settings on their way to the worker.
//!
//! In files `average` is a switch or a number and `class_weight` a word or an object, which only a
//! self-describing format can read back. The port's codec is not one, so the same fields are written
//! here with `average` as its number and `class_weight` as its text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared::batch::Trigger;
use shared::encode::EncoderSettings;
use shared::model::{Average, ClassWeight, Dtype, LearningRate, Loss, Penalty, SgdSettings};
use shared::settings::{EvaluationSettings, Settings};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Settings")]
pub(super) struct SettingsDef {
    trigger: Trigger,
    encoder: EncoderSettings,
    #[serde(with = "SgdDef")]
    model: SgdSettings,
    evaluation: EvaluationSettings,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SgdSettings")]
struct SgdDef {
    loss: Loss,
    penalty: Penalty,
    alpha: f64,
    l1_ratio: f64,
    fit_intercept: bool,
    epsilon: f64,
    shuffle: bool,
    random_state: u32,
    learning_rate: LearningRate,
    eta0: Option<f64>,
    power_t: f64,
    #[serde(with = "average")]
    average: Average,
    #[serde(with = "class_weight")]
    class_weight: ClassWeight,
    dtype: Dtype,
}

mod average {
    use super::{Average, Deserialize, Deserializer, Serialize, Serializer};

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(value: &Average, to: S) -> Result<S::Ok, S::Error> {
        value.0.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Average, D::Error> {
        u64::deserialize(from).map(Average)
    }
}

mod class_weight {
    use serde::de::Error;

    use super::{ClassWeight, Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &ClassWeight, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ClassWeight, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
