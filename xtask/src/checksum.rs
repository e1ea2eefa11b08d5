//! SHA-256 in hexadecimal: the names of cache folders, and the proof that a download is the right one.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of these bytes, as 64 lower-case hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// An error unless the file has this SHA-256.
pub fn verify(file: &Path, wanted: &str) -> anyhow::Result<()> {
    let found = sha256(&fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
    if found != wanted {
        bail!("the download has the SHA-256 {found}, not the expected {wanted}");
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_abc_is_the_published_one() {
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), published);
    }

    #[test]
    fn a_changed_file_is_refused_with_both_sums() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        verify(file.path(), &sha256(b"abc")).unwrap();
        let error = verify(file.path(), &sha256(b"abd"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(&sha256(b"abc")) && error.contains(&sha256(b"abd")),
            "{error}"
        );
    }
}
