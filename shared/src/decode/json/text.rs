//! A short text that is compared with what a record goes on with.

/// Longest text.
pub(super) const MAX_TEXT_BYTES: usize = 64;

/// Bytes that are compared at once.
const PART: usize = 16;

/// A text of 1 to [`MAX_TEXT_BYTES`] bytes, with parts of it ready to be compared.
#[derive(Clone, Debug)]
pub(in crate::decode) struct Text {
    length: usize,
    /// Its first bytes, zeros behind them where there are fewer.
    first: [u8; PART],
    /// The bytes behind the first.
    second: [u8; PART],
    /// Its last bytes, zeros before them where there are fewer.
    last: [u8; PART],
    bytes: [u8; MAX_TEXT_BYTES],
}

impl Text {
    /// `text`, if it has the length for it.
    pub(in crate::decode) fn new(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let mut bytes = [0; MAX_TEXT_BYTES];
        bytes.get_mut(..length)?.copy_from_slice(text);
        let kept = length.min(PART);
        let mut last = [0; PART];
        last[PART - kept..].copy_from_slice(&text[length - kept..]);
        (length > 0).then_some(Self {
            length,
            first: *bytes.first_chunk()?,
            second: *bytes[PART..].first_chunk()?,
            last,
            bytes,
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// What stands in `rest` behind the text, if `rest` begins with it. Parts may overlap: a text of
    /// 20 bytes is compared by its first 16 and its last 16.
    #[inline]
    pub(in crate::decode) fn strip<'a>(&self, rest: &'a [u8]) -> Option<&'a [u8]> {
        let (found, behind) = rest.split_at_checked(self.length)?;
        let is_equal = match self.length {
            16..=32 => has_ends(found, &self.first, &self.last),
            8..16 => has_ends::<8>(found, self.first.first_chunk()?, self.last.last_chunk()?),
            33..=48 => {
                has_ends(found, &self.first, &self.last)
                    && found[PART..].first_chunk() == Some(&self.second)
            }
            4..8 => has_ends::<4>(found, self.first.first_chunk()?, self.last.last_chunk()?),
            _ => found == self.as_bytes(),
        };
        is_equal.then_some(behind)
    }
}

/// Compares the first and the last `N` bytes: of texts of `N` to `2 N` bytes that is all.
#[inline]
fn has_ends<const N: usize>(found: &[u8], first: &[u8; N], last: &[u8; N]) -> bool {
    found.first_chunk() == Some(first) && found.last_chunk() == Some(last)
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
