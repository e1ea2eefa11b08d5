//! Everything needed to go on: a learner as bytes, model and positions together.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Counters, Learner, Workspace};
use crate::decode::{Decoder, Vocabularies};
use crate::encode::Encoder;
use crate::evaluate::Prequential;
use crate::model::{ModelState, SgdClassifier};
use crate::record::Position;
use crate::settings::{Settings, SettingsError};

const FORMAT: &str = "gradually-snapshot";
const VERSION: u32 = 1;

/// A learner between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    format: String,
    version: u32,
    settings: Settings,
    encoder: Encoder,
    model: ModelState,
    evaluation: Prequential,
    counters: Counters,
    positions: Vec<Position>,
}

/// Why bytes are no snapshot that can be gone on from.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// Not the JSON of a snapshot.
    #[error("not a snapshot: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format or a later version.
    #[error("a {format} of version {version}; this program reads {FORMAT} of version {VERSION}")]
    Version {
        /// The format's name.
        format: String,
        /// Its version.
        version: u32,
    },
    /// Settings out of their range.
    #[error("the snapshot's settings: {0}")]
    Settings(#[from] SettingsError),
    /// Parts that do not belong together.
    #[error("the snapshot does not fit together: {0}")]
    Inconsistent(&'static str),
}

impl Snapshot {
    /// The snapshot as JSON, every number as its shortest exact decimal.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a snapshot has string keys and finite numbers only")
    }

    /// Reads what [`Snapshot::to_json`] wrote.
    ///
    /// # Errors
    /// When the bytes are not JSON, or of another format or version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let Head { format, version } = serde_json::from_slice(bytes)?;
        if format != FORMAT || version != VERSION {
            return Err(SnapshotError::Version { format, version });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    fn check(&self) -> Result<(), SnapshotError> {
        self.settings.validate()?;
        let width = self.encoder.width();
        let average = self.model.average_coef.as_ref();
        let scaler = self.encoder.scaler();
        let numeric = self.encoder.schema().numeric().count();
        let parts = [
            (
                self.model.plain_coef.len() == width,
                "weights and schema differ in width",
            ),
            (
                average.is_none_or(|w| w.len() == width),
                "averaged weights and schema differ",
            ),
            (
                average.is_some() == (self.settings.model.average.0 > 0),
                "averaged weights and settings differ",
            ),
            (
                [scaler.mean(), scaler.var(), scaler.scale()]
                    .iter()
                    .all(|c| c.len() == numeric),
                "scaler and schema differ in width",
            ),
            (
                self.evaluation.is_consistent(),
                "the window and its counts differ",
            ),
        ];
        match parts.iter().find(|(holds, _)| !holds) {
            Some((_, message)) => Err(SnapshotError::Inconsistent(message)),
            None => Ok(()),
        }
    }
}

impl Learner {
    /// Everything needed to go on from here.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            format: FORMAT.into(),
            version: VERSION,
            settings: self.settings.clone(),
            encoder: self.encoder.clone(),
            model: self.model.state().clone(),
            evaluation: self.evaluation.clone(),
            counters: self.counters,
            positions: self.positions.clone(),
        }
    }

    /// A learner that goes on from a snapshot, to the same bits as the one it was taken of.
    ///
    /// # Errors
    /// When its settings are out of range or its parts do not fit together.
    pub fn restore(snapshot: Snapshot) -> Result<Self, SnapshotError> {
        snapshot.check()?;
        let Snapshot {
            settings,
            encoder,
            model,
            evaluation,
            counters,
            positions,
            ..
        } = snapshot;
        Ok(Self {
            decoder: Decoder::new(encoder.schema().clone(), Vocabularies::Declared),
            model: SgdClassifier::from_state(settings.model.clone(), model),
            settings,
            encoder,
            evaluation,
            counters,
            positions,
            workspace: Workspace::default(),
        })
    }
}
