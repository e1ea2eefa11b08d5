//! Checkpoints are written on a thread of their own: waiting for the disk, which writes a run's many
//! small files before it answers, would hold up learning.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, anyhow};

use super::files::write_durably;
use super::log::Growing;

/// The newest checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint.ndjson";
/// Its name while it is written; other files are written at the same time.
pub(super) const UNFINISHED_CHECKPOINT: &str = ".checkpoint.unfinished";

/// Writes one checkpoint after the other, at most one at a time.
#[derive(Debug)]
pub(super) struct CheckpointWriter {
    /// None only while it is dropped.
    begun: Option<SyncSender<Begun>>,
    written: Receiver<anyhow::Result<()>>,
    is_busy: bool,
    thread: Option<JoinHandle<()>>,
}

/// A checkpoint that is to be written.
struct Begun {
    /// The files that it speaks of.
    files: Vec<Growing>,
    checkpoint: Vec<u8>,
}

impl CheckpointWriter {
    /// Of the run in this folder.
    pub(super) fn new(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.to_owned();
        let (begun, to_write) = mpsc::sync_channel(1);
        let (done, written) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(move || write_all(&folder, &to_write, &done))
            .context("cannot start a thread that writes checkpoints")?;
        Ok(Self {
            begun: Some(begun),
            written,
            is_busy: false,
            thread: Some(thread),
        })
    }

    /// Whether one is being written; an error if that has failed.
    pub(super) fn is_busy(&mut self) -> anyhow::Result<bool> {
        if self.is_busy {
            match self.written.try_recv() {
                Err(TryRecvError::Empty) => return Ok(true),
                Err(TryRecvError::Disconnected) => return Err(ended()),
                Ok(written) => {
                    self.is_busy = false;
                    written?;
                }
            }
        }
        Ok(false)
    }

    /// Waits for the one that is being written.
    pub(super) fn wait(&mut self) -> anyhow::Result<()> {
        if self.is_busy {
            self.is_busy = false;
            self.written.recv().map_err(|_| ended())??;
        }
        Ok(())
    }

    /// Begins to write one, once the one before is written: in one step, and only when the disk has
    /// all that it speaks of.
    pub(super) fn begin(&mut self, files: Vec<Growing>, checkpoint: Vec<u8>) -> anyhow::Result<()> {
        self.wait()?;
        let begun = self.begun.as_ref().ok_or_else(ended)?;
        begun
            .send(Begun { files, checkpoint })
            .map_err(|_| ended())?;
        self.is_busy = true;
        Ok(())
    }
}

impl Drop for CheckpointWriter {
    /// What was begun is written.
    fn drop(&mut self) {
        self.begun = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told by it.
            let _ = thread.join();
        }
    }
}

fn ended() -> anyhow::Error {
    anyhow!("the thread that writes checkpoints has ended")
}

fn write_all(folder: &Path, begun: &Receiver<Begun>, written: &SyncSender<anyhow::Result<()>>) {
    for Begun { files, checkpoint } in begun {
        let result = files
            .iter()
            .try_for_each(Growing::sync)
            .and_then(|()| write_durably(folder, UNFINISHED_CHECKPOINT, CHECKPOINT, &checkpoint));
        if written.send(result).is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::tempdir;

    use super::*;

    #[test]
    fn what_was_begun_is_written_whoever_waits() {
        let folder = tempdir().unwrap();
        let path = folder.path().join(CHECKPOINT);
        let mut writer = CheckpointWriter::new(folder.path()).unwrap();
        assert!(!writer.is_busy().unwrap());
        let log = Growing::open(folder.path().join("log")).unwrap();
        writer.begin(vec![log.clone()], b"one".to_vec()).unwrap();
        writer.wait().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert!(!writer.is_busy().unwrap());
        writer.begin(vec![log], b"two".to_vec()).unwrap();
        drop(writer);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(!folder.path().join(UNFINISHED_CHECKPOINT).exists());
    }

    #[test]
    fn one_that_cannot_be_written_is_told_and_leaves_the_one_before() {
        let folder = tempdir().unwrap();
        let mut writer = CheckpointWriter::new(folder.path()).unwrap();
        writer.begin(Vec::new(), b"one".to_vec()).unwrap();
        writer.wait().unwrap();
        fs::create_dir(folder.path().join(UNFINISHED_CHECKPOINT)).unwrap();
        writer.begin(Vec::new(), b"two".to_vec()).unwrap();
        let error = loop {
            match writer.is_busy() {
                Ok(is_busy) => assert!(is_busy),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains(CHECKPOINT), "{error}");
        assert_eq!(fs::read(folder.path().join(CHECKPOINT)).unwrap(), b"one");
        writer.begin(Vec::new(), b"three".to_vec()).unwrap();
        assert!(writer.begin(Vec::new(), b"four".to_vec()).is_err());
    }
}
