//! The hash of the log: XXH3 with 64 bits, which finds what differs and protects from no
//! forgery.
//!
//! Source: Y. Collet, "xxHash fast digest algorithm",
//! <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>.

use std::fmt;
use std::hash::Hasher as _;
use std::str::FromStr;

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

/// A hash of 64 bits, written as 16 hex digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hash(pub u64);

impl Hash {
    /// The hash of some bytes.
    ///
    /// ```
    /// # use shared::run_log::Hash;
    /// // XXH3_64bits("") with seed 0, as the specification has it.
    /// assert_eq!(Hash::of(b"").to_string(), "2d06800538d394c2");
    /// ```
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(XxHash3_64::oneshot(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hash = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_hash);
        number
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is no hash of 16 hex digits"))
    }
}

impl TryFrom<String> for Hash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The hash of the bytes that postcard makes of a value; `None` for what it cannot write.
pub(crate) fn hash_of(value: &impl Serialize) -> Option<Hash> {
    postcard::serialize_with_flavor(value, Hashing(XxHash3_64::new())).ok()
}

/// Where postcard's bytes go.
struct Hashing(XxHash3_64);

impl Flavor for Hashing {
    type Output = Hash;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.write(&[byte]);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.write(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Hash> {
        Ok(Hash(self.0.finish()))
    }
}
