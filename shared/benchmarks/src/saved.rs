//! The files that a learner is saved as.

use shared::learner::Learner;
use shared::save::{self, Lengths, ModelFormat, SklearnVersion};

/// A file of a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedFile {
    /// Its model.
    Model(ModelFormat),
    /// Its encoder, for scikit-learn.
    Encoder,
    /// Everything to go on from.
    Checkpoint,
}

impl SavedFile {
    const ALL: [Self; 7] = [
        Self::Model(ModelFormat::Json),
        Self::Model(ModelFormat::Joblib),
        Self::Encoder,
        Self::Model(ModelFormat::Onnx),
        Self::Model(ModelFormat::Sql),
        Self::Model(ModelFormat::Python),
        Self::Checkpoint,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Model(format) => format.extension(),
            Self::Encoder => "encoder",
            Self::Checkpoint => "checkpoint",
        }
    }

    pub(crate) fn bytes(self, learner: &Learner) -> anyhow::Result<Vec<u8>> {
        let version = SklearnVersion::of(&learner.settings().model);
        Ok(match self {
            Self::Model(ModelFormat::Json) => save::model_json(learner),
            Self::Model(ModelFormat::Joblib) => save::model_joblib(learner, version)?,
            Self::Model(ModelFormat::Onnx) => save::model_onnx(learner)?,
            Self::Model(ModelFormat::Sql) => save::model_sql(learner)?,
            Self::Model(ModelFormat::Python) => save::model_python(learner)?,
            Self::Encoder => save::encoder_joblib(learner.encoder(), version)?,
            Self::Checkpoint => save::checkpoint(learner, Lengths::default()),
        })
    }
}
