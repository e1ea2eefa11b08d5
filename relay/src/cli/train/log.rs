//! Files that grow with a run, line by line: its log, and the bad records.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use shared::run_log::{Header, LogReader, MOST_LINE_BYTES};

/// A file that only grows, with its length. A clone is the same file as it was then.
#[derive(Clone, Debug)]
pub(super) struct Growing {
    path: Arc<Path>,
    file: Arc<File>,
    bytes: u64,
}

impl Growing {
    /// Goes on behind what there is; the file is made if it is not there.
    pub(super) fn open(path: PathBuf) -> anyhow::Result<Self> {
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        let length = opened.and_then(|file| Ok((file.metadata()?.len(), file)));
        let (bytes, file) = length.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            path: path.into(),
            file: Arc::new(file),
            bytes,
        })
    }

    /// No other program writes it until this one ends.
    pub(super) fn lock(&self) -> anyhow::Result<()> {
        // A file system may have no locks.
        if matches!(self.file.try_lock(), Err(TryLockError::WouldBlock)) {
            bail!(
                "another program writes {}: wait for its end, or choose another folder",
                self.path.display()
            );
        }
        Ok(())
    }

    /// Cuts off what stands behind the first `bytes`; nothing, if there are fewer.
    pub(super) fn cut(&mut self, bytes: u64) -> anyhow::Result<()> {
        let bytes = bytes.min(self.bytes);
        self.file
            .set_len(bytes)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        self.bytes = bytes;
        Ok(())
    }

    pub(super) fn append(&mut self, lines: &[u8]) -> anyhow::Result<()> {
        (&*self.file)
            .write_all(lines)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Its length.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits until the disk has it.
    pub(super) fn sync(&self) -> anyhow::Result<()> {
        self.file
            .sync_data()
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Lines of a file, without their ends; a last line without an end was cut off and is none.
pub(in crate::cli) struct WholeLines {
    reader: BufReader<File>,
    line: Vec<u8>,
}

impl WholeLines {
    pub(in crate::cli) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self {
            reader: BufReader::new(file),
            line: Vec::new(),
        })
    }

    pub(in crate::cli) fn next(&mut self) -> anyhow::Result<Option<&[u8]>> {
        self.line.clear();
        let limit = MOST_LINE_BYTES as u64;
        let mut limited = self.reader.by_ref().take(limit);
        limited
            .read_until(b'\n', &mut self.line)
            .context("cannot read the run's log")?;
        if self.line.len() as u64 == limit {
            bail!("a line of the run's log is longer than {limit} bytes: it is none");
        }
        Ok(self.line.strip_suffix(b"\n"))
    }
}

/// The header of a run.
pub(super) fn read_header(path: &Path) -> anyhow::Result<Header> {
    let mut lines = WholeLines::open(path)?;
    let header = lines.next()?;
    let header = header.with_context(|| format!("{} has no whole line", path.display()))?;
    Ok(LogReader::begin(header)?.0)
}
