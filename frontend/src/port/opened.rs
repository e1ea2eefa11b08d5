//! What page and opener say to each other: files that a person opens, and what came of them.

use serde::{Deserialize, Serialize};

use super::RunConfig;

/// A command of the page to the opener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ToOpener {
    /// Open files: a model to begin with, or a run's log to replay. The configuration is the one of
    /// the page now.
    Open(Vec<OpenedFile>, Box<RunConfig>),
    /// Make a run that begins with the model that was found.
    Begin {
        config: Box<RunConfig>,
        /// At the beginning of the source, and not where the model ended.
        from_start: bool,
    },
    /// The model that was found is not wanted.
    PutAway,
    /// Replay no longer.
    StopReplay,
}

/// A message of the opener to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum FromOpener {
    /// The opener listens.
    Ready,
    /// A model was read, and it is asked whether to begin with it.
    Found(Box<Found>),
    /// A run that begins with it, as bytes of a run that was kept.
    Begun(Vec<u8>),
    /// How far a replay is.
    Replay(Box<ReplayTold>),
    /// Something cannot be opened.
    Refused(String),
    /// The opener cannot go on; it is started again when the next file is opened.
    Failed(String),
}

/// Bytes of the files that are opened together at most: they are in memory a few times over.
pub(crate) const MOST_OPENED_BYTES: usize = 64_000_000;

/// Files that are opened together at most: everything of a run, with the raw records of its batches.
pub(crate) const MOST_OPENED_FILES: usize = 20_000;

/// Weights that the first difference of a replay names at most.
pub(crate) const MOST_TOLD_WEIGHTS: usize = 24;

/// A file that a person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenedFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// A model that was read whole and can be begun with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The file's name.
    pub(crate) name: String,
    /// What it is, and what a run that begins with it is like.
    pub(crate) words: String,
    /// What goes on otherwise than one may think, each a sentence.
    pub(crate) notes: Vec<String>,
    /// The record that follows what it has learned from, if the source of the page can go there.
    pub(crate) next: Option<String>,
    /// The beginning of the page's source.
    pub(crate) beginning: String,
}

/// How far a replay is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReplayTold {
    /// The log's name.
    pub(crate) name: String,
    /// Where its records come from.
    pub(crate) source: String,
    /// Batches that came out the same so far.
    pub(crate) batches: u64,
    /// Batches of the log.
    pub(crate) of: u64,
    /// Records of the batches that came out the same.
    pub(crate) records: u64,
    /// The log's last line was cut off, and is not among them.
    pub(crate) cut_off: bool,
    /// What it waits for, if it does.
    pub(crate) waits: Option<String>,
    /// How it ended.
    pub(crate) end: Option<ReplayEnd>,
}

/// How a replay ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ReplayEnd {
    /// Every batch led to the logged state; the last has this hash.
    Equal(String),
    /// A batch did not.
    Different(Box<FirstDifference>),
    /// A person stopped it.
    Stopped,
    /// It cannot be done, for this reason.
    Failed(String),
}

/// The first batch that came out otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FirstDifference {
    /// The batch, numbered as in the log.
    pub(crate) batch_id: u64,
    /// What differs.
    pub(crate) words: String,
    /// The record that differs, or the first of the batch: its place in words, and its text.
    pub(crate) record: Option<(String, String)>,
    /// Weights where something else was learned.
    pub(crate) weights: Option<ToldWeights>,
}

/// Weights that a replay found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ToldWeights {
    /// They are held against the run's own: those that differ are among them.
    pub(crate) are_compared: bool,
    /// The first [`MOST_TOLD_WEIGHTS`].
    pub(crate) first: Vec<ToldWeight>,
    /// How many more there are.
    pub(crate) more: u64,
}

/// One weight: its feature, what the run had, if that is known, and what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ToldWeight {
    pub(crate) name: String,
    pub(crate) logged: Option<f64>,
    pub(crate) found: f64,
}
