//! Streams from a seed whose truth is known: the lab's loan applications, a script of drift over
//! them, and the field's standard streams.
//!
//! Record `i` is a function of the seed, the settings and `i` alone: each record has its own words
//! of a `ChaCha8` key stream. So every stream can be entered at any index at once, and it is the
//! same natively and in WebAssembly. What decides a byte is exact: integers, `+ − × ÷ √`, and for
//! Gaussian draws and sigmoids libm's `log` and the engine's own `exp`.

mod agrawal;
mod application;
mod count;
mod draws;
mod error;
mod faults;
mod fields;
mod hyperplane;
mod known;
mod led;
mod loan;
mod moment;
mod place;
mod population;
mod ramp;
mod rbf;
mod rule;
mod script;
mod scripted;
mod sea;
mod stagger;
mod switch;
mod truth;
mod write;

pub use agrawal::AgrawalSettings;
pub use error::StreamError;
pub use faults::{BadShares, MissingShares};
pub use fields::{StreamField, StreamFieldKind, StreamFields};
pub use hyperplane::{HyperplaneSettings, MAX_PLANE_FEATURES, WALK_RECORDS};
pub use known::{KnownStream, StreamSettings};
pub use led::LedSettings;
pub use loan::{BEST_POSSIBLE_ACCURACY, LoanStream, MAJORITY_SHARE};
pub use place::{MILLIS_PER_RECORD, Place};
pub use population::{MAX_MONEY, MAX_WEIGHT, Population};
pub use rbf::{MAX_CENTROIDS, MAX_RBF_CLASSES, MAX_RBF_FEATURES, RbfSettings};
pub use rule::{LoanRule, MAX_POINTS};
pub use script::{
    Balance, Change, DriftScript, MAX_CHANGE_RECORDS, MAX_PHASES, MAX_SCRIPT_BYTES, Phase,
    SCRIPT_FORMAT, SCRIPT_VERSION, ScriptError,
};
pub use scripted::ScriptedLoans;
pub use sea::SeaSettings;
pub use stagger::StaggerSettings;
pub use switch::{MAX_SWITCH_DEPTH, SwitchSettings};
pub use truth::Truth;
