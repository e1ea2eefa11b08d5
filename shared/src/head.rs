//! How every file that is read back begins: with its format's name and version.

use serde::Deserialize;

/// Name and version in the first members of a JSON object, whatever else is in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Head {
    /// The format's name.
    pub(crate) format: String,
    /// Its version.
    pub(crate) version: u32,
}

impl Head {
    /// Reads it from JSON, which must be whole.
    pub(crate) fn read(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }

    /// Whether the file is of this format and version.
    pub(crate) fn is(&self, format: &str, version: u32) -> bool {
        self.format == format && self.version == version
    }
}
