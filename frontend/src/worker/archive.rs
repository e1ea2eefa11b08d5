//! Files in a zip archive: the same bytes for the same files, whenever and wherever it is written.
//!
//! A library for the whole format adds 30 KB (brotli) to what a first visit loads. What is needed of
//! it are three fixed headers, in the order of PKWARE's APPNOTE 6.3.10 (4.3.7, 4.3.12, 4.3.16): each
//! file behind its own, then the directory, then its end. Checksums and compression are
//! libraries'; the tests read archives by two other programs.

use crc::{CRC_32_ISO_HDLC, Crc};
use miniz_oxide::deflate::compress_to_vec;
use thiserror::Error;

/// A file within an archive, with its place in the folder.
pub(super) struct Entry<'a> {
    /// ASCII names with `/` between them.
    pub(super) path: &'a str,
    pub(super) bytes: &'a [u8],
}

/// The format without its extensions has no room for so much.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("there is more than 4 GB or 65 535 files to save; keep fewer raw records")]
pub(super) struct TooLarge;

/// Signatures of a file, of its entry in the directory, and of the directory's end.
const FILE: u32 = 0x0403_4b50;
const DIRECTORY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// Version 2.0 reads it. Permissions are meant as Unix has them.
const NEEDS: u16 = 20;
const MADE_BY: u16 = 3 << 8 | NEEDS;

/// A plain file that its owner writes and everybody reads.
const PERMISSIONS: u32 = 0o100_644 << 16;

/// No clock: the first day that the format has, 1 January 1980.
const DAY: u16 = 1 << 5 | 1;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// With one table of 1 KB: faster ones have 16.
static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// miniz's own usual level.
const LEVEL: u8 = 6;

/// The archive's bytes.
pub(super) fn archive<'a>(
    entries: impl IntoIterator<Item = Entry<'a>>,
) -> Result<Vec<u8>, TooLarge> {
    let (mut archive, mut directory, mut count) = (Vec::new(), Vec::new(), 0);
    for entry in entries {
        let start = u32::try_from(archive.len()).map_err(|_| TooLarge)?;
        let packed = compress_to_vec(entry.bytes, LEVEL);
        let (method, content) = if packed.len() < entry.bytes.len() {
            (DEFLATED, packed.as_slice())
        } else {
            (STORED, entry.bytes)
        };
        let about = about(&entry, method, content.len())?;
        put(&mut archive, &[&FILE.to_le_bytes(), &about]);
        put(&mut archive, &[entry.path.as_bytes(), content]);
        put(
            &mut directory,
            &[&DIRECTORY.to_le_bytes(), &MADE_BY.to_le_bytes(), &about],
        );
        // No comment, the first disk, no further attributes.
        put(
            &mut directory,
            &[&[0; 6], &PERMISSIONS.to_le_bytes(), &start.to_le_bytes()],
        );
        put(&mut directory, &[entry.path.as_bytes()]);
        count += 1;
    }
    finish(archive, &directory, count)
}

/// What the header of a file and its entry in the directory have in common.
fn about(entry: &Entry<'_>, method: u16, packed: usize) -> Result<Vec<u8>, TooLarge> {
    let size = |bytes: usize| u32::try_from(bytes).map_err(|_| TooLarge);
    let (packed, plain) = (size(packed)?, size(entry.bytes.len())?);
    let path = u16::try_from(entry.path.len()).map_err(|_| TooLarge)?;
    let mut about = Vec::new();
    for field in [NEEDS, 0, method, 0, DAY] {
        put(&mut about, &[&field.to_le_bytes()]);
    }
    for field in [CRC.checksum(entry.bytes), packed, plain] {
        put(&mut about, &[&field.to_le_bytes()]);
    }
    // The path's length, and no extra field.
    put(&mut about, &[&path.to_le_bytes(), &[0; 2]]);
    Ok(about)
}

/// The directory behind the files, and its end, which says where it begins.
fn finish(mut archive: Vec<u8>, directory: &[u8], count: usize) -> Result<Vec<u8>, TooLarge> {
    let start = u32::try_from(archive.len()).map_err(|_| TooLarge)?;
    let size = u32::try_from(directory.len()).map_err(|_| TooLarge)?;
    let count = u16::try_from(count).map_err(|_| TooLarge)?.to_le_bytes();
    put(&mut archive, &[directory, &END.to_le_bytes()]);
    // All of it is on the first disk; no comment.
    put(&mut archive, &[&[0; 4], &count, &count]);
    put(
        &mut archive,
        &[&size.to_le_bytes(), &start.to_le_bytes(), &[0; 2]],
    );
    Ok(archive)
}

fn put(bytes: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        bytes.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    fn written() -> Vec<u8> {
        let entries = [
            ("README.md", &b"# A run"[..]),
            ("raw/batch_0.ndjson", &[b'x'; 10_000]),
            ("empty", b""),
        ];
        archive(entries.map(|(path, bytes)| Entry { path, bytes })).unwrap()
    }

    #[test]
    fn another_reader_finds_what_was_put_in() {
        let bytes = written();
        assert!(bytes.len() < 1_000, "{} bytes", bytes.len());
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<_> = zip.file_names().map(Result::unwrap).collect();
        assert_eq!(names, ["README.md", "raw/batch_0.ndjson", "empty"]);
        let mut file = zip.by_name("raw/batch_0.ndjson").unwrap();
        assert_eq!(file.unix_mode(), Some(0o100_644));
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, [b'x'; 10_000]);
    }

    #[test]
    fn the_same_files_give_the_same_bytes_without_a_clock() {
        let bytes = written();
        assert_eq!(bytes, written());
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let time = zip.by_index(0).unwrap().last_modified().unwrap();
        assert_eq!((time.year(), time.month(), time.day()), (1980, 1, 1));
    }

    #[test]
    fn more_files_than_the_format_counts_are_refused() {
        let entry = |_| Entry {
            path: "x",
            bytes: b"",
        };
        assert!(archive((0..65_535).map(entry)).is_ok());
        assert_eq!(archive((0..65_536).map(entry)), Err(TooLarge));
    }
}
