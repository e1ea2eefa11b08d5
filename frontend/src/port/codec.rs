//! Messages as bytes: postcard, which is compact, keeps every bit of an f64 and needs no schema.

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// A message could not be written or read: page and worker are of different builds.
#[derive(Debug, Error)]
#[error("page and worker do not understand each other ({0}): load the page again")]
pub(crate) struct CodecError(#[from] postcard::Error);

/// The message as bytes.
pub(crate) fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, CodecError> {
    Ok(postcard::to_allocvec(message)?)
}

/// The message that `encode` wrote.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    Ok(postcard::from_bytes(bytes)?)
}

/// The message that `encode` wrote at the beginning of these bytes, and what follows it.
pub(crate) fn decode_first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), CodecError> {
    Ok(postcard::take_from_bytes(bytes)?)
}
