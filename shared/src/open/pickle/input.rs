//! Bytes, read from the front.

use crate::open::OpenError;

/// Bytes, and how far they were read.
#[derive(Clone, Debug)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next bytes.
    pub(super) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], OpenError> {
        let left = self.left();
        if length > left {
            let problem =
                format!("the file ends early: {what} needs {length} bytes, {left} follow");
            return Err(OpenError::at(self.at, problem));
        }
        let start = self.at;
        self.at += length;
        Ok(&self.bytes[start..self.at])
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], OpenError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self, what: &str) -> Result<u8, OpenError> {
        self.array(what).map(|[byte]| byte)
    }

    /// A length of 1, 4 or 8 bytes, little-endian.
    pub(super) fn length<const N: usize>(&mut self, what: &str) -> Result<usize, OpenError> {
        let at = self.at;
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(self.take(N, what)?);
        let length = u64::from_le_bytes(wide);
        usize::try_from(length)
            .map_err(|_| OpenError::at(at, format!("{what} cannot have {length} bytes")))
    }

    /// Text of so many bytes.
    pub(super) fn text(&mut self, length: usize) -> Result<&'a str, OpenError> {
        let at = self.at;
        let bytes = self.take(length, "a text")?;
        str::from_utf8(bytes)
            .map_err(|error| OpenError::at(at + error.valid_up_to(), "a text that is not UTF-8"))
    }

    /// Text up to the end of the line.
    pub(super) fn line(&mut self) -> Result<&'a str, OpenError> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| byte == b'\n');
        let length = length.ok_or_else(|| {
            OpenError::at(self.at, "the file ends early: a name's line has no end")
        })?;
        let line = self.text(length)?;
        self.at += 1;
        Ok(line)
    }
}
