//! A checkpoint: a learner as it was between two batches, with what a reader needs to know that it
//! is whole.
//!
//! Two lines: a head in JSON with length and hash of what follows, and the snapshot. A file that was
//! cut off, or in which a bit has changed, is found out and not gone on from.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::head::Head as Name;
use crate::learner::{Learner, Snapshot, SnapshotError};
use crate::run_log::Hash;

const FORMAT: &str = "gradually-checkpoint";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    batches: u64,
    lengths: Lengths,
    snapshot_bytes: u64,
    snapshot_hash: Hash,
}

/// How long the files were that grow with the run, so that what came later can be cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    /// Bytes of the run's log.
    pub log: u64,
    /// Bytes of the bad records' file.
    pub bad_records: u64,
    /// Bytes of the table of metrics.
    pub metrics: u64,
}

/// A checkpoint that was read.
#[derive(Debug)]
pub struct Checkpoint {
    /// The learner.
    pub learner: Learner,
    /// The files beside it.
    pub lengths: Lengths,
}

/// Why bytes are no checkpoint that can be gone on from.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// No head.
    #[error("not a checkpoint: {0}")]
    Head(String),
    /// Another format or a later version.
    #[error("a {format} of version {version}; this program reads {FORMAT} of version {VERSION}")]
    Version {
        /// The format's name.
        format: String,
        /// Its version.
        version: u32,
    },
    /// Not all of it is there.
    #[error("it is not whole: {found} bytes of the snapshot are there, {wanted} should be")]
    CutOff {
        /// Bytes that are there.
        found: u64,
        /// Bytes that should be.
        wanted: u64,
    },
    /// A bit has changed.
    #[error("it is damaged: the snapshot's hash is {found}, {wanted} was written")]
    Damaged {
        /// The hash of what is there.
        found: Hash,
        /// The hash of what was written.
        wanted: Hash,
    },
    /// The snapshot cannot be gone on from.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// The file of a learner's checkpoint.
#[must_use]
pub fn checkpoint(learner: &Learner, lengths: Lengths) -> Vec<u8> {
    let snapshot = learner.snapshot().to_json();
    let head = Head {
        format: FORMAT.into(),
        version: VERSION,
        batches: learner.counters().batches,
        lengths,
        snapshot_bytes: snapshot.len() as u64,
        snapshot_hash: Hash::of(&snapshot),
    };
    let mut file = serde_json::to_vec(&head).expect("a head has string keys and whole numbers");
    file.reserve_exact(snapshot.len() + 2);
    file.push(b'\n');
    file.extend(snapshot);
    file.push(b'\n');
    file
}

/// Reads what [`checkpoint`] wrote.
///
/// # Errors
/// When it is not whole, damaged, of another version, or cannot be gone on from.
pub fn open_checkpoint(file: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let no_head = |error: serde_json::Error| CheckpointError::Head(error.to_string());
    let end = file.iter().position(|byte| *byte == b'\n');
    let (head, rest) = file.split_at(end.unwrap_or(file.len()));
    let name = Name::read(head).map_err(no_head)?;
    if !name.is(FORMAT, VERSION) {
        let Name { format, version } = name;
        return Err(CheckpointError::Version { format, version });
    }
    let head: Head = serde_json::from_slice(head).map_err(no_head)?;
    let snapshot = rest.strip_prefix(b"\n").unwrap_or_default();
    let snapshot = snapshot.strip_suffix(b"\n").unwrap_or(snapshot);
    let (found, wanted) = (snapshot.len() as u64, head.snapshot_bytes);
    if found != wanted {
        return Err(CheckpointError::CutOff { found, wanted });
    }
    let (found, wanted) = (Hash::of(snapshot), head.snapshot_hash);
    if found != wanted {
        return Err(CheckpointError::Damaged { found, wanted });
    }
    let learner = Learner::restore(Snapshot::from_json(snapshot)?)?;
    if learner.counters().batches != head.batches {
        let message = "head and snapshot count other batches";
        return Err(CheckpointError::Head(message.to_owned()));
    }
    Ok(Checkpoint {
        learner,
        lengths: head.lengths,
    })
}
