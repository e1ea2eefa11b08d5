//! Record headers as they travel: name and value bytes one after another.
//!
//! A header is `name length u32, name, value length i32 (-1 = null), value`, numbers little-endian.

use super::frame::FrameError;

/// The headers of one record, checked when the frame was decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    bytes: &'a [u8],
}

/// One header: its name's bytes and its value's (`None` is Kafka's null).
pub type Header<'a> = (&'a [u8], Option<&'a [u8]>);

/// Adds a header to `bytes`. Names and values beyond 2 GiB do not exist in Kafka; the length is
/// cut there and [`super::FrameWriter::push`] refuses the record for its size.
pub fn append(bytes: &mut Vec<u8>, name: &[u8], value: Option<&[u8]>) {
    bytes.extend_from_slice(&u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(name);
    let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap_or(i32::MAX));
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(value.unwrap_or_default());
}

impl<'a> Headers<'a> {
    /// Takes bytes that must be whole headers. `at` is where they lie in the frame.
    pub(super) fn checked(bytes: &'a [u8], at: usize) -> Result<Self, FrameError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let fault = FrameError::Header {
                at: at + bytes.len() - rest.len(),
            };
            (_, rest) = split_header(rest).ok_or(fault)?;
        }
        Ok(Self { bytes })
    }

    /// Bytes that were checked before.
    pub(super) fn trusted(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The headers in the order in which they were produced.
    pub fn iter(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let mut rest = self.bytes;
        std::iter::from_fn(move || {
            let (header, after) = split_header(rest)?;
            rest = after;
            Some(header)
        })
    }

    /// Whether the record has no header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// The first header and what follows it; `None` when the bytes are not a whole header.
fn split_header(bytes: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let (length, bytes) = bytes.split_first_chunk::<4>()?;
    let (name, bytes) = bytes.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let (length, bytes) = bytes.split_first_chunk::<4>()?;
    match i32::from_le_bytes(*length) {
        -1 => Some(((name, None), bytes)),
        length => {
            let (value, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
            Some(((name, Some(value)), rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_in_order_with_null_and_empty_apart() {
        let mut bytes = Vec::new();
        append(&mut bytes, b"a", Some(b"1"));
        append(&mut bytes, b"", None);
        append(&mut bytes, b"a", Some(b""));
        let headers = Headers::checked(&bytes, 0).unwrap();
        let expected: [Header<'_>; 3] = [(b"a", Some(b"1")), (b"", None), (b"a", Some(b""))];
        assert_eq!(headers.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_cut_or_overlong_header_says_where() {
        let mut bytes = Vec::new();
        append(&mut bytes, b"a", None);
        let whole = bytes.len();
        append(&mut bytes, b"b", Some(b"22"));
        bytes.pop();
        assert_eq!(
            Headers::checked(&bytes, 100),
            Err(FrameError::Header { at: 100 + whole })
        );
        let below_null = [0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff];
        assert!(Headers::checked(&below_null, 0).is_err());
    }
}
