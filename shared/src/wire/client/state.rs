//! What a person is told about the connection.

use std::fmt;

/// The state of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing was begun yet.
    #[default]
    Idle,
    /// The connection is being made, or the relay is being asked.
    Connecting,
    /// Records come that were there before.
    CatchingUp,
    /// Records come as they are produced.
    Live,
    /// Connected, but the relay cannot get at the records at the moment.
    Waiting {
        /// What it waits for.
        reason: String,
    },
    /// The connection ended; another is tried after a while.
    Reconnecting {
        /// From the end of the connection to the next attempt.
        after_millis: u32,
        /// Why it ended.
        reason: String,
    },
    /// The end: trying again would not help.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle => f.write_str("not connected"),
            Self::Connecting => f.write_str("connecting"),
            Self::CatchingUp => f.write_str("catching up"),
            Self::Live => f.write_str("live"),
            Self::Waiting { reason } => write!(f, "waiting: {reason}"),
            Self::Reconnecting {
                after_millis,
                reason,
            } => {
                let seconds = f64::from(*after_millis) / 1000.0;
                write!(f, "reconnecting in {seconds:.1} s: {reason}")
            }
            Self::Refused { reason } => write!(f, "refused: {reason}"),
        }
    }
}
