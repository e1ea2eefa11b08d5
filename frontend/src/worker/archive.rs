//! Files in a zip archive: the same bytes for the same files, whenever and wherever it is written.

use std::io::{Cursor, Write as _};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A file within an archive, with its place in the folder.
pub(super) struct Entry<'a> {
    /// Names with `/` between them.
    pub(super) path: &'a str,
    pub(super) bytes: &'a [u8],
}

/// The archive's bytes.
pub(super) fn archive<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for Entry { path, bytes } in entries {
        zip.start_file(path, options(path))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// No clock: the first time that the format can hold. A PNG is small already.
fn options(path: &str) -> SimpleFileOptions {
    let method = if matches!(path.rsplit_once('.'), Some((_, "png"))) {
        CompressionMethod::Stored
    } else {
        CompressionMethod::Deflated
    };
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn written() -> Vec<u8> {
        let entries = [
            ("README.md", &b"# A run"[..]),
            ("raw/batch_0.ndjson", &[b'x'; 10_000]),
            ("chart.png", b"\x89PNG"),
        ];
        archive(entries.map(|(path, bytes)| Entry { path, bytes })).unwrap()
    }

    #[test]
    fn what_was_put_in_comes_out() {
        let bytes = written();
        assert!(bytes.len() < 1_000, "{} bytes", bytes.len());
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<_> = zip.file_names().map(Result::unwrap).collect();
        assert_eq!(names, ["README.md", "raw/batch_0.ndjson", "chart.png"]);
        let mut content = Vec::new();
        let mut file = zip.by_name("raw/batch_0.ndjson").unwrap();
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
}
