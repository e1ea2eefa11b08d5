//! A short text that is compared with what a record goes on with.

use wide::u8x16;

/// Longest text.
pub(super) const MAX_TEXT_BYTES: usize = 64;

/// Bytes that are compared at once.
const HEAD_BYTES: usize = 32;

/// A text of 1 to [`MAX_TEXT_BYTES`] bytes.
#[derive(Clone, Debug)]
pub(in crate::decode) struct Text {
    /// The first bytes, and a mask of those that are part of the text.
    head: [u8x16; 2],
    mask: [u8x16; 2],
    bytes: [u8; MAX_TEXT_BYTES],
    length: usize,
}

impl Text {
    /// `text`, if it has the length for it.
    pub(in crate::decode) fn new(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let mut bytes = [0; MAX_TEXT_BYTES];
        bytes.get_mut(..length)?.copy_from_slice(text);
        let mut mask = [0; HEAD_BYTES];
        mask[..length.min(HEAD_BYTES)].fill(u8::MAX);
        (length > 0).then_some(Self {
            head: vectors(bytes.first_chunk()?),
            mask: vectors(&mask),
            bytes,
            length,
        })
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// What stands in `rest` behind the text, if `rest` begins with it.
    #[inline]
    pub(in crate::decode) fn strip<'a>(&self, rest: &'a [u8]) -> Option<&'a [u8]> {
        let is_equal = match rest.first_chunk() {
            Some(window) => self.is_head(window) && self.is_tail(rest),
            None => self.is_begin(rest),
        };
        if is_equal {
            rest.get(self.length..)
        } else {
            None
        }
    }

    /// Compares 32 bytes at once, without those that are behind the text: without a branch that
    /// would have to be guessed where texts of many lengths take turns.
    #[inline]
    fn is_head(&self, window: &[u8; HEAD_BYTES]) -> bool {
        let [a, b] = vectors(window);
        let other = ((a ^ self.head[0]) & self.mask[0]) | ((b ^ self.head[1]) & self.mask[1]);
        other.simd_eq(u8x16::splat(0)).to_bitmask() == 0xFFFF
    }

    /// Compares the last 32 bytes of a longer text, which may overlap the first.
    #[inline]
    fn is_tail(&self, rest: &[u8]) -> bool {
        let found = || rest.get(..self.length)?.last_chunk::<HEAD_BYTES>();
        self.length <= HEAD_BYTES || found() == self.as_bytes().last_chunk()
    }

    /// Compares where fewer than 32 bytes are left.
    #[inline(never)]
    fn is_begin(&self, rest: &[u8]) -> bool {
        let (found, text) = (rest.get(..self.length), self.as_bytes());
        let found = found.unwrap_or_default();
        match (found.first_chunk::<8>(), text.first_chunk::<8>()) {
            (Some(a), Some(b)) if found.len() < 16 => {
                a == b && found.last_chunk::<8>() == text.last_chunk::<8>()
            }
            _ => found == text,
        }
    }
}

/// 32 bytes as two vectors.
#[inline]
fn vectors(bytes: &[u8; HEAD_BYTES]) -> [u8x16; 2] {
    let first = bytes.first_chunk().copied().unwrap_or_default();
    let last = bytes.last_chunk().copied().unwrap_or_default();
    [u8x16::new(first), u8x16::new(last)]
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
