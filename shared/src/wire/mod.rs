//! The protocol between a relay and its clients, both ends of it: bytes in, values out.
//!
//! Records travel in binary [`frame`]s; everything else is a small JSON text message
//! ([`control`]). A frame holds nothing that depends on who reads it, so one encoded buffer serves
//! every client. [`client::Client`] is the client's side as a state machine that owns no socket
//! and no clock; the terminal's `tail` and the page's worker both drive it.
//!
//! The bytes are described in the relay's `PROTOCOL.md`; the committed vectors in
//! `tests/wire_vectors` are read by this module and by an independent reader in the tests.

pub mod client;
pub mod close;
pub mod control;
pub mod encode;
pub mod frame;
pub mod headers;
mod start;

pub use control::{Subscribe, ToClient, ToRelay};
pub use encode::{EncodeError, FrameWriter};
pub use frame::{BatchFrame, FrameError};
pub use headers::Headers;
pub use start::{Edge, Resume, START_FORMS, StartFrom, WhenUnavailable};

/// The version of the protocol that this build speaks.
pub const VERSION: u32 = 1;

/// The WebSocket subprotocol that a client offers and a relay selects.
pub const SUBPROTOCOL: &str = "gradually.v1";

/// What the subprotocols of every version begin with.
pub const SUBPROTOCOL_FAMILY: &str = "gradually.v";

/// The path at which a relay speaks the protocol.
pub const PATH: &str = "/ws";

/// A relay closes a frame before it grows beyond this; only a single larger record exceeds it.
pub const TARGET_FRAME_BYTES: usize = 256 * 1024;

/// No frame is larger than this, so neither is a record with its key and headers.
pub const MAX_FRAME_BYTES: usize = 64 * 1024 * 1024;

/// No message from a client is larger than this.
pub const MAX_CLIENT_MESSAGE_BYTES: usize = 64 * 1024;

/// No text message from a relay is larger than this.
pub const MAX_RELAY_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// The longest name Kafka gives a topic.
pub const MAX_TOPIC_BYTES: usize = 249;

/// The credit a relay takes account of at most.
pub const MAX_CREDIT_BYTES: u64 = 64 * 1024 * 1024;
