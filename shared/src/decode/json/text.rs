//! A short text that is compared with what a record goes on with.

use wide::u8x16;

/// Longest text.
pub(super) const MAX_TEXT_BYTES: usize = 64;

/// Bytes that are compared at once.
const PART: usize = 16;

/// A text of 1 to [`MAX_TEXT_BYTES`] bytes, with parts of it ready to be compared.
#[derive(Clone, Debug)]
pub(in crate::decode) struct Text {
    /// Its first bytes, the bytes behind them, its last bytes; zeros where there are fewer.
    parts: [u8x16; 3],
    length: usize,
    bytes: [u8; MAX_TEXT_BYTES],
}

impl Text {
    /// `text`, if it has the length for it.
    pub(in crate::decode) fn new(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let mut bytes = [0; MAX_TEXT_BYTES];
        bytes.get_mut(..length)?.copy_from_slice(text);
        let part = |at: usize| part(&bytes[at..]);
        let parts = [part(0)?, part(PART)?, part(length.saturating_sub(PART))?];
        (length > 0).then_some(Self {
            parts,
            length,
            bytes,
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// What stands in `rest` behind the text, if `rest` begins with it.
    #[inline]
    pub(in crate::decode) fn strip<'a>(&self, rest: &'a [u8]) -> Option<&'a [u8]> {
        let (found, behind) = rest.split_at_checked(self.length)?;
        let is_equal = match self.length {
            16..=32 => self.has_ends(found)?,
            33..=48 => self.has_ends(found)? && is_zero(part(&found[PART..])? ^ self.parts[1]),
            8..16 => has_ends::<8>(found, self.as_bytes()),
            4..8 => has_ends::<4>(found, self.as_bytes()),
            _ => found == self.as_bytes(),
        };
        is_equal.then_some(behind)
    }

    /// Compares the first and the last 16 bytes, which may overlap.
    #[inline]
    fn has_ends(&self, found: &[u8]) -> Option<bool> {
        let [first, _, last] = self.parts;
        let found_last = u8x16::new(*found.last_chunk()?);
        Some(is_zero((part(found)? ^ first) | (found_last ^ last)))
    }
}

#[inline]
fn is_zero(bytes: u8x16) -> bool {
    bytes.simd_eq(u8x16::splat(0)).to_bitmask() == 0xFFFF
}

/// The first 16 bytes.
#[inline]
fn part(bytes: &[u8]) -> Option<u8x16> {
    bytes.first_chunk().copied().map(u8x16::new)
}

/// Compares the first and the last `N` bytes: of texts of `N` to `2 N` bytes that is all.
#[inline]
fn has_ends<const N: usize>(found: &[u8], text: &[u8]) -> bool {
    found.first_chunk::<N>() == text.first_chunk() && found.last_chunk::<N>() == text.last_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_text_counts() {
        assert!(Text::new(b"").is_none() && Text::new(&[b'x'; MAX_TEXT_BYTES + 1]).is_none());
        for length in 1..=MAX_TEXT_BYTES {
            let bytes: Vec<u8> = (b'0'..).take(length).collect();
            let text = Text::new(&bytes).unwrap();
            assert_eq!(text.as_bytes(), bytes);
            assert_eq!(text.strip(&bytes[..length - 1]), None);
            for behind in [vec![], vec![b'x'; 40]] {
                let mut found = [&bytes[..], &behind].concat();
                assert_eq!(text.strip(&found), Some(&behind[..]));
                for place in 0..length {
                    found[place] ^= 1;
                    assert_eq!(text.strip(&found), None, "{length}, {place}");
                    found[place] ^= 1;
                }
            }
        }
    }
}
