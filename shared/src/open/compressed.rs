//! Unpacks what `joblib.dump(…, compress=3)` and `gzip` pack: zlib (RFC 1950) and gzip (RFC 1952)
//! around DEFLATE.
//!
//! A file of some bytes can unpack to a thousand times as many, so there is a limit. Checksums are
//! compared, and nothing may stand behind the end.

use crc::{CRC_32_ISO_HDLC, Crc};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::error::OpenError;

/// Most bytes that a compressed file may unpack to: 128 MiB.
pub const MAX_UNPACKED_BYTES: usize = 1 << 27;

/// The room that unpacking begins with, at most.
const FIRST_BYTES: usize = 64 * 1024;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Bits of gzip's flags for the parts of its head that may be there.
const HEAD_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// What a zlib stream holds.
pub(super) fn zlib(bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
    let (unpacked, rest) = inflate(bytes, TINFL_FLAG_PARSE_ZLIB_HEADER)?;
    if !rest.is_empty() {
        return Err(OpenError::at(bytes.len() - rest.len(), BEHIND));
    }
    Ok(unpacked)
}

/// What a gzip file of one member holds.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
    let cut = || OpenError::at(bytes.len(), "the file ends in the middle of gzip's head");
    let packed = gzip_body(bytes).ok_or_else(cut)?;
    let (unpacked, rest) = inflate(packed, 0)?;
    let end = bytes.len() - rest.len();
    let Some((sums, behind)) = rest.split_at_checked(8) else {
        return Err(OpenError::at(bytes.len(), CUT));
    };
    if !behind.is_empty() {
        return Err(OpenError::at(end + 8, BEHIND));
    }
    let size = u32::try_from(unpacked.len()).unwrap_or_default();
    let wanted = [CRC.checksum(&unpacked).to_le_bytes(), size.to_le_bytes()].concat();
    if sums != wanted {
        return Err(OpenError::at(end, DAMAGED));
    }
    Ok(unpacked)
}

const CUT: &str = "the file ends in the middle of what is compressed";
const DAMAGED: &str = "what is compressed is damaged";
const BEHIND: &str = "something stands behind the end of what is compressed";

/// What stands behind gzip's head; `None` if it is cut off.
fn gzip_body(bytes: &[u8]) -> Option<&[u8]> {
    let (head, mut rest) = bytes.split_at_checked(10)?;
    let flags = head[3];
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HEAD_CRC != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

/// What is unpacked, and the bytes behind it.
fn inflate(bytes: &[u8], flags: u32) -> Result<(Vec<u8>, &[u8]), OpenError> {
    let flags = flags | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = Box::<DecompressorOxide>::default();
    let mut unpacked = vec![0; bytes.len().saturating_mul(2).min(FIRST_BYTES)];
    let (mut rest, mut written) = (bytes, 0);
    loop {
        let (status, read, more) = decompress(&mut state, rest, &mut unpacked, written, flags);
        written += more;
        rest = rest.get(read..).unwrap_or_default();
        match status {
            TINFLStatus::Done => {
                unpacked.truncate(written);
                return Ok((unpacked, rest));
            }
            TINFLStatus::HasMoreOutput if unpacked.len() < MAX_UNPACKED_BYTES => {
                let longer = unpacked.len().saturating_mul(2).min(MAX_UNPACKED_BYTES);
                unpacked.resize(longer, 0);
            }
            TINFLStatus::HasMoreOutput => {
                let problem = format!(
                    "it unpacks to more than {MAX_UNPACKED_BYTES} bytes; save the classifier without compression"
                );
                return Err(OpenError::Format(problem));
            }
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
                return Err(OpenError::at(bytes.len(), CUT));
            }
            _ => return Err(OpenError::at(bytes.len() - rest.len(), DAMAGED)),
        }
    }
}
