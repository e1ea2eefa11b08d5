//! A snapshot as bytes, by postcard: smaller than JSON, and read by far less code.
//!
//! A name and a version come first, then the members of the JSON in their order. Bytes do not say
//! which member they are, so every change of a type within is another version.

use postcard::de_flavors::{Flavor, Slice};
use postcard::{Deserializer, Error};
use serde::Deserialize;

use super::{Snapshot, SnapshotError};

const FORMAT: &str = "gradually-snapshot-bytes";
const VERSION: u32 = 1;

impl Snapshot {
    /// The snapshot as bytes.
    // Both ways are generated where they are called, `inline` says: the page builds what is not
    // done for every record for size, and this crate for speed.
    #[must_use]
    #[inline]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(&(FORMAT, VERSION, self))
            .expect("postcard writes plain numbers, words and lists of known length")
    }

    /// Reads what [`Snapshot::to_bytes`] wrote. How much memory is taken follows from the number of
    /// bytes and the limits of the settings, not from a length that the bytes claim.
    ///
    /// # Errors
    /// When the bytes are no snapshot, of another version, too few or too many, or have a number
    /// that is not finite.
    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let refused = |error: Error| SnapshotError::Bytes(error.to_string());
        let mut bytes = Deserializer::from_flavor(Finite(Slice::new(bytes)));
        let (format, version) = <(&str, u32)>::deserialize(&mut bytes).map_err(refused)?;
        if (format, version) != (FORMAT, VERSION) {
            return Err(SnapshotError::Version {
                format: format.to_owned(),
                version,
                read: (FORMAT, VERSION),
            });
        }
        let snapshot = Self::deserialize(&mut bytes).map_err(refused)?;
        let behind = bytes.finalize().map_err(refused)?;
        if !behind.is_empty() {
            let more = format!("{} bytes follow its end", behind.len());
            return Err(SnapshotError::Bytes(more));
        }
        snapshot.of_this_version()
    }
}

/// Bytes that hold no infinity and no NaN, as JSON cannot either.
struct Finite<'de>(Slice<'de>);

impl<'de> Flavor<'de> for Finite<'de> {
    type Remainder = &'de [u8];
    type Source = &'de [u8];

    fn pop(&mut self) -> Result<u8, Error> {
        self.0.pop()
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }

    fn try_take_n(&mut self, count: usize) -> Result<&'de [u8], Error> {
        self.0.try_take_n(count)
    }

    /// Of all that postcard takes in this way, only an f64 has eight bytes: text is borrowed, and a
    /// character or an f32 has four at most.
    fn try_take_n_temp<'a>(&'a mut self, count: usize) -> Result<&'a [u8], Error>
    where
        'de: 'a,
    {
        let taken = self.0.try_take_n(count)?;
        match taken.try_into().map(f64::from_le_bytes) {
            Ok(number) if !number.is_finite() => Err(Error::DeserializeBadEncoding),
            _ => Ok(taken),
        }
    }

    fn finalize(self) -> Result<&'de [u8], Error> {
        self.0.finalize()
    }
}
