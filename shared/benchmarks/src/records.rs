//! The records that are measured with: the lines of one file, the same for ours and the peers.

use std::cell::OnceCell;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};

/// The records of an NDJSON file, or of its bytes.
///
/// A file is read when its records are first asked for: a case that streams the file itself must
/// not hold it in memory too.
#[derive(Debug)]
pub struct Records {
    path: Option<PathBuf>,
    lines: OnceCell<Lines>,
}

#[derive(Debug)]
struct Lines {
    bytes: Vec<u8>,
    /// Where each line ends, its line feed not included.
    ends: Vec<usize>,
}

impl Records {
    /// The records of a file.
    #[must_use]
    pub fn of_file(path: PathBuf) -> Self {
        Self {
            path: Some(path),
            lines: OnceCell::new(),
        }
    }

    /// The records of a file's bytes.
    #[must_use]
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        Self {
            path: None,
            lines: OnceCell::from(Lines::new(bytes)),
        }
    }

    /// The file they come from.
    pub(crate) fn path(&self) -> anyhow::Result<&PathBuf> {
        self.path.as_ref().context("there is no file here")
    }

    /// The first `count` records.
    pub(crate) fn first(&self, count: usize) -> anyhow::Result<Vec<&[u8]>> {
        let lines = self.lines()?;
        let there = lines.ends.len();
        ensure!(
            count <= there,
            "{count} records are wanted, and {there} are there"
        );
        let starts = std::iter::once(0).chain(lines.ends.iter().map(|end| end + 1));
        let ranges = starts.zip(&lines.ends).take(count);
        Ok(ranges
            .map(|(start, &end)| &lines.bytes[start..end])
            .collect())
    }

    fn lines(&self) -> anyhow::Result<&Lines> {
        if let Some(lines) = self.lines.get() {
            return Ok(lines);
        }
        let path = self.path()?;
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(self.lines.get_or_init(|| Lines::new(bytes)))
    }
}

impl Lines {
    fn new(bytes: Vec<u8>) -> Self {
        let feeds = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let ends = feeds.map(|(place, _)| place).collect();
        Self { bytes, ends }
    }
}
