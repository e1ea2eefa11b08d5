//! What a run takes over from the model that it begins with, and what its log calls that model's
//! file. The command line and the page do the same.

use super::OpenedModel;
use crate::record::Position;
use crate::settings::Settings;

/// What a run calls the file of the model that it began with, beside its log: of the project's own
/// model, and of scikit-learn's.
pub const START_FILES: [&str; 2] = ["start.json", "start.joblib"];

impl OpenedModel {
    /// Its file's name beside the run's log: one of [`START_FILES`].
    #[must_use]
    pub fn start_file(&self) -> &'static str {
        match self {
            Self::Own(_) => START_FILES[0],
            Self::Sgd(_) => START_FILES[1],
        }
    }

    /// The number of the first batch that is learned from.
    #[must_use]
    pub fn first_batch(&self) -> u64 {
        match self {
            Self::Own(file) => file.batch_id.map_or(0, |id| id.saturating_add(1)),
            Self::Sgd(_) => 0,
        }
    }

    /// The next record of each partition that it has learned from; scikit-learn's file has none.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        match self {
            Self::Own(file) => &file.positions,
            Self::Sgd(_) => &[],
        }
    }

    /// The settings of a run that begins with it. The project's own file has all but the trigger,
    /// scikit-learn's has those of the model; the others are `others`.
    #[must_use]
    pub fn settings(&self, others: Settings) -> Settings {
        match self {
            Self::Own(file) => Settings {
                trigger: others.trigger,
                ..file.settings.clone()
            },
            Self::Sgd(sgd) => Settings {
                model: sgd.settings.clone(),
                ..others
            },
        }
    }
}
