//! How a conversation ends: error codes, and the WebSocket close code that goes with each.
//!
//! From 4000 to 4499 a client reconnects, from 4500 to 4999 it does not. 1001 (going away) and
//! 1012 (service restart) mean reconnect; so does a connection that just breaks.

use serde::{Deserialize, Serialize};

/// Why a relay ends a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The relay cannot reach its source at the moment.
    SourceUnavailable,
    /// The topic is one of the relay's, but does not exist (yet).
    TopicMissing,
    /// The place that was being read has vanished: subscribe again from the positions.
    PositionLost,
    /// No hello or subscribe came within the time allowed.
    HandshakeTimeout,
    /// The client did not take what was sent, or did not answer, for too long.
    Stalled,
    /// Too many messages in a short time.
    TooManyMessages,
    /// The relay has no room for another client.
    Full,
    /// A message that is not one of the protocol, or comes at the wrong time.
    BadMessage,
    /// A version of the protocol that the relay does not speak.
    UnsupportedVersion,
    /// A topic that the relay does not hand out.
    UnknownTopic,
    /// A partition that the topic does not have.
    UnknownPartition,
    /// The place asked for is not there, and the client wanted to be told.
    PositionUnavailable,
    /// A record that is larger than the protocol carries.
    RecordTooLarge,
    /// A code of a later relay: the close code tells what to do.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// The WebSocket close code that follows the error.
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::SourceUnavailable => 4000,
            Self::TopicMissing => 4001,
            Self::PositionLost => 4002,
            Self::HandshakeTimeout => 4003,
            Self::Stalled => 4004,
            Self::TooManyMessages => 4005,
            Self::Full => 4006,
            Self::Unknown => 4499,
            Self::BadMessage => 4500,
            Self::UnsupportedVersion => 4501,
            Self::UnknownTopic => 4502,
            Self::UnknownPartition => 4503,
            Self::PositionUnavailable => 4504,
            Self::RecordTooLarge => 4505,
        }
    }
}

/// The relay is going away and another may be there soon.
pub const GOING_AWAY: u16 = 1001;
/// The relay is being restarted.
pub const SERVICE_RESTART: u16 = 1012;
/// A client closes with it when what it got is not the protocol.
pub const PROTOCOL_ERROR: u16 = 1002;
/// A client closes with it when it has all it wanted.
pub const NORMAL: u16 = 1000;

/// Whether a client is to try again after this close code; `None` is a connection that broke.
#[must_use]
pub fn is_retryable(code: Option<u16>) -> bool {
    match code {
        None | Some(GOING_AWAY | SERVICE_RESTART | 1005 | 1006 | 1011 | 1013 | 1014) => true,
        Some(code) => (4000..4500).contains(&code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_ranges_decide_whether_to_try_again() {
        for code in [4000, 4499, 1001, 1012, 1006] {
            assert!(is_retryable(Some(code)), "{code}");
        }
        for code in [4500, 4999, 1000, 1002, 1008] {
            assert!(!is_retryable(Some(code)), "{code}");
        }
        assert!(is_retryable(None));
        assert!(is_retryable(Some(ErrorCode::TopicMissing.close_code())));
        assert!(!is_retryable(Some(ErrorCode::UnknownTopic.close_code())));
    }

    #[test]
    fn a_code_of_a_later_relay_is_read() {
        let code: ErrorCode = serde_json::from_str("\"out_of_ink\"").unwrap();
        assert_eq!(code, ErrorCode::Unknown);
    }
}
