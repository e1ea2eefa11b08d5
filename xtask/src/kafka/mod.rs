//! One real Kafka without containers: its jars, a JDK, and a process.
//!
//! The demo, the relay's tests and the browser tests all get their broker here, so that what they
//! show holds for Kafka and not for a stand-in.

mod broker;
mod jars;
mod protocol;

pub use broker::{Broker, Builder};
pub use jars::{Jars, fetch};
pub use protocol::{create_topic, is_ready};
