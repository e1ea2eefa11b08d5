//! Which format bytes are of, by how they begin.

use super::error::OpenError;

/// Longest file that is opened: 1 GiB.
pub const MAX_FILE_BYTES: usize = 1 << 30;

/// A format that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Json,
    Pickle,
    Zlib,
    Gzip,
}

/// What files begin with that are known, but not opened: their name, and what to do.
const KNOWN: [(&[u8], &str, &str); 11] = [
    (b"BZh", "bzip2", COMPRESSED),
    (b"\xfd7zXZ\0", "xz", COMPRESSED),
    (b"]\0\0", "lzma", COMPRESSED),
    (b"\x04\x22\x4d\x18", "LZ4", COMPRESSED),
    (b"\x28\xb5\x2f\xfd", "zstd", COMPRESSED),
    (b"ZF", "joblib's oldest compression", COMPRESSED),
    (b"PK\x03\x04", "a zip archive", ARCHIVE),
    (
        b"\x93NUMPY",
        "a NumPy array",
        "an SGDClassifier is needed, not its weights alone",
    ),
    (b"ccopy", "a pickle of protocol 0 or 1", OLD),
    (b"(", "a pickle of protocol 0 or 1", OLD),
    (b"c", "a pickle of protocol 0 or 1", OLD),
];

const COMPRESSED: &str = "save the classifier with zlib or without compression: joblib.dump(classifier, \"model.joblib\")";
const ARCHIVE: &str = "take the model out of it first";
const OLD: &str = "save the classifier with joblib.dump or with pickle's default protocol";

/// The format of the bytes.
pub(super) fn of(bytes: &[u8]) -> Result<Found, OpenError> {
    if bytes.len() > MAX_FILE_BYTES {
        let problem = format!("{} bytes; {MAX_FILE_BYTES} are the most", bytes.len());
        return Err(OpenError::Format(problem));
    }
    match bytes {
        [] => return Err(OpenError::Format("it is empty".into())),
        [0x80, ..] => return Ok(Found::Pickle),
        // The only method that there is.
        [0x1f, 0x8b, 8, ..] => return Ok(Found::Gzip),
        _ => {}
    }
    let text = bytes.trim_ascii_start();
    if text.starts_with(b"{") {
        return Ok(Found::Json);
    }
    let known = KNOWN.iter().find(|(begin, ..)| bytes.starts_with(begin));
    if let Some((_, name, remedy)) = known {
        return Err(OpenError::Format(format!("it is {name}; {remedy}")));
    }
    if is_zlib(bytes) {
        return Ok(Found::Zlib);
    }
    let problem = "it is neither a model file in JSON nor a classifier saved by joblib or pickle";
    Err(OpenError::Format(problem.into()))
}

/// zlib's two bytes: the method and window 0x78, and a number that makes both a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, check, ..] if u16::from_be_bytes([0x78, *check]).is_multiple_of(31))
}
