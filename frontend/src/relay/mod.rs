//! The relay as a source of records, for the worker's run and for a replay.
//!
//! A [`Reader`] is the protocol's client with what has arrived for it, a plain value. A
//! [`Connection`] is one with the socket that it is read through.

mod connection;
mod reader;

pub(crate) use self::connection::{Connection, Heard, Wake};
pub(crate) use self::reader::Reader;
