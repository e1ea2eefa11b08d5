//! What a batch was read from: a hash of all of it, and a short one of each record, by which a replay
//! names the record that differs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Hash;
use crate::batch::Batch;

/// Stands for the value that Kafka's null is not.
const NULL: Hash = Hash(u64::MAX);

/// The hashes of what a batch was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputHash {
    /// Of all records: over the hashes of their values, each as 8 bytes (little endian), in the
    /// batch's order. A value's hash is that of its bytes; all ones for Kafka's null.
    pub batch: Hash,
    /// Of each record.
    pub records: RecordHashes,
}

/// The lower 16 bits of the hash of each value, in the batch's order. As text, two bytes for each
/// (little endian) in Base64 without padding.
///
/// 16 bits tell one record from another but for one time in 65 536, which is enough to find what
/// differs in a batch whose hash has told that something does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RecordHashes(Vec<[u8; 2]>);

/// The hashes of a batch's values.
#[must_use]
pub fn input_hash(batch: &Batch) -> InputHash {
    let hashes = value_hashes(batch.records().map(|record| record.value));
    InputHash {
        batch: batch_hash(&hashes),
        records: RecordHashes(hashes.iter().copied().map(short).collect()),
    }
}

/// The hash of each value, as bytes.
pub(super) fn value_hashes<'a>(values: impl Iterator<Item = Option<&'a [u8]>>) -> Vec<[u8; 8]> {
    values.map(value_hash).collect()
}

/// The hash of a value, as bytes.
pub(super) fn value_hash(value: Option<&[u8]>) -> [u8; 8] {
    value.map_or(NULL, Hash::of).0.to_le_bytes()
}

/// The hash over those of all values.
pub(super) fn batch_hash(hashes: &[[u8; 8]]) -> Hash {
    Hash::of(hashes.as_flattened())
}

fn short([first, second, ..]: [u8; 8]) -> [u8; 2] {
    [first, second]
}

impl RecordHashes {
    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the record at this place may have had this value.
    #[must_use]
    pub fn is_of(&self, place: usize, value: Option<&[u8]>) -> bool {
        self.0.get(place) == Some(&short(value_hash(value)))
    }

    /// The place of the first that differs.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<usize> {
        self.0
            .iter()
            .zip(&other.0)
            .position(|(one, other)| one != other)
    }
}

impl From<RecordHashes> for String {
    fn from(hashes: RecordHashes) -> Self {
        STANDARD_NO_PAD.encode(hashes.0.as_flattened())
    }
}

impl TryFrom<String> for RecordHashes {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = STANDARD_NO_PAD
            .decode(text)
            .map_err(|error| format!("the hashes of the records are no Base64: {error}"))?;
        match bytes.as_chunks() {
            (hashes, []) => Ok(Self(hashes.to_vec())),
            _ => Err("the hashes of the records are not two bytes each".to_owned()),
        }
    }
}
