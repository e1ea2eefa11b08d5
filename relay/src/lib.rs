//! The relay: hands the records of a Kafka topic to many clients over WebSocket, losing nothing,
//! in bounded memory, and never looks inside a record.
//!
//! Records come from a [`source`], are packed into frames that every client could be given
//! ([`window`]), and are sent to one client by its [`session`]; [`http`] is the door. The command
//! line ([`cli`]) runs the relay and the native tools around it: `produce`, `train`, `tail`.

pub mod cli;
pub mod http;
pub mod session;
pub mod source;
pub mod window;
