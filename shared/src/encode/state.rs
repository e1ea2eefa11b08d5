//! An encoder as a file: what it is, and what it has learned.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::per_batch::Fitted;
use super::{Encoder, EncoderSettings, Kind, Scaler};
use crate::schema::Schema;
use crate::settings::SettingsError;

/// The members of an encoder's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedEncoder {
    schema: Schema,
    settings: EncoderSettings,
    state: State,
}

/// What an encoder has learned.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum State {
    Stable {
        scaler: Scaler,
        /// The words that have a column since they were seen, of each categorical field.
        vocabularies: Vec<Vec<String>>,
    },
    /// What the last batch was encoded with.
    PerBatch(Fitted),
    Hashed {
        scaler: Scaler,
    },
}

/// Why a file is no encoder.
#[derive(Debug, Error)]
pub(super) enum StateError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("what the encoder learned does not fit its schema and settings")]
    Inconsistent,
}

impl Kind {
    pub(super) fn state(&self) -> State {
        match self {
            Self::Stable(stable) => State::Stable {
                scaler: stable.scaler().clone(),
                vocabularies: stable.vocabularies().map(<[String]>::to_vec).collect(),
            },
            Self::PerBatch(per_batch) => State::PerBatch(per_batch.fitted().clone()),
            Self::Hashed(hashed) => State::Hashed {
                scaler: hashed.state().clone(),
            },
        }
    }

    /// Takes a state; whether it can be one of this encoder.
    fn set_state(&mut self, state: State) -> bool {
        match (self, state) {
            (
                Self::Stable(stable),
                State::Stable {
                    scaler,
                    vocabularies,
                },
            ) => stable.set_state(scaler, &vocabularies),
            (Self::PerBatch(per_batch), State::PerBatch(fitted)) => per_batch.set_state(fitted),
            (Self::Hashed(hashed), State::Hashed { scaler }) => hashed.set_state(scaler),
            _ => false,
        }
    }
}

impl Encoder {
    /// An encoder with what it had learned; `None` where that does not fit, and for the lab's,
    /// which keeps nothing.
    pub(crate) fn with_learned(
        schema: Schema,
        settings: &EncoderSettings,
        scaler: Scaler,
        vocabularies: Vec<Vec<String>>,
    ) -> Option<Self> {
        let mut encoder = Self::new(schema, settings).ok()?;
        let state = match settings {
            EncoderSettings::Stable(_) => State::Stable {
                scaler,
                vocabularies,
            },
            EncoderSettings::Hashed(_) => State::Hashed { scaler },
            EncoderSettings::PerBatch => return None,
        };
        encoder.kind.set_state(state).then_some(encoder)
    }
}

impl From<Encoder> for SavedEncoder {
    fn from(encoder: Encoder) -> Self {
        Self {
            state: encoder.kind.state(),
            schema: encoder.schema,
            settings: encoder.settings,
        }
    }
}

impl TryFrom<SavedEncoder> for Encoder {
    type Error = StateError;

    fn try_from(saved: SavedEncoder) -> Result<Self, StateError> {
        let mut encoder = Self::new(saved.schema, &saved.settings)?;
        if encoder.kind.set_state(saved.state) {
            Ok(encoder)
        } else {
            Err(StateError::Inconsistent)
        }
    }
}
