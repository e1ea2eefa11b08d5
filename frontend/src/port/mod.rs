//! What page and worker say to each other.
//!
//! Messages are typed values, encoded compactly into a buffer that is transferred, not copied.
//! The worker speaks first (`Ready`). Of its progress reports at most one is unacknowledged; what
//! happens meanwhile is merged into the next, so a fast worker cannot flood a slow page.

mod codec;
mod config;
mod kept;
mod opened;
mod progress;

use serde::{Deserialize, Serialize};

pub(crate) use codec::{CodecError, decode, decode_first, encode};
pub(crate) use config::{Beginning, Rate, RunConfig, SourceConfig};
pub(crate) use kept::{GoneOn, KeptRun};
pub(crate) use opened::{
    FirstDifference, Found, FromOpener, MOST_OPENED_BYTES, MOST_OPENED_FILES, MOST_TOLD_WEIGHTS,
    OpenedFile, ReplayEnd, ReplayTold, ToOpener, ToldWeight, ToldWeights,
};
pub(crate) use progress::{
    Arrival, BadSummary, Counters, Event, FolderTold, LogEnd, LogSummary, MAX_MARKS, MAX_POINTS,
    Mark, Point, Progress, RawSummary,
};

/// A command of the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// Begin a new run, stopped: nothing is read before `Start` or a step. The number names the run
    /// in every report, so that a report of the run before is not taken for the new one's.
    Configure(u32, Box<RunConfig>),
    /// Go on with a run that was kept, in place of the one that is open; the number names it from
    /// then on.
    GoOn(u32, String),
    /// Keep a run no longer.
    Forget(String),
    /// Begin this run, which the opener has made of a model, in place of the one that is open; the
    /// number names it from then on.
    BeginWith(u32, Vec<u8>),
    /// Take records as fast as the rate allows.
    Start,
    /// Take no more records; nothing that arrived is lost.
    Pause,
    /// Take one record, then stop.
    StepRecord,
    /// Take records until one batch is trained, then stop.
    StepBatch,
    /// Take records at another rate from now on.
    SetRate(Rate),
    /// Cut batches by another trigger from now on.
    SetTrigger(shared::batch::Trigger),
    /// Forget what was learned; the same stream goes on.
    ResetModel,
    /// Go on with the records of another seed; the model is kept. Simulated source only.
    NewData(u64),
    /// Connect now instead of after the wait.
    RetryNow,
    /// Write a file.
    Save(SaveKind),
    /// Write the chart for the page to draw as PNG.
    SaveChartPng,
    /// Write all files into one archive.
    SaveEverything,
    /// Keep the raw records of the batches from now on, or no more.
    KeepRaw(bool),
    /// Save batches into the folder no longer.
    StopSaving,
    /// The chart of the archive with this number was drawn, as PNG; or it could not be, and why.
    Drawn(u32, Result<Vec<u8>, String>),
    /// The last progress report was drawn.
    Acknowledge,
}

/// A message of the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ToPage {
    /// The worker listens.
    Ready,
    /// The newest run that was kept and is not open in another tab.
    Kept(KeptRun),
    /// A run that was kept, or that begins with a model, is open now, stopped.
    GoneOn(Box<GoneOn>),
    /// What the source is doing now.
    Source(u32, SourceState),
    /// The topics that the relay hands out, and the one that is read.
    Topics(u32, Vec<String>, String),
    /// What was learned since the last report.
    Progress(Box<Progress>),
    /// A file to download.
    File(SavedFile),
    /// A chart to draw as PNG: only a page can do that.
    Draw(DrawFor, SavedFile),
    /// Something was asked for that cannot be done; the run is as it was.
    Refused(String),
    /// The worker cannot go on; it has to be started again.
    Failed(String),
}

/// The files that a run can be saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SaveKind {
    /// The model as JSON.
    Model,
    /// The model for scikit-learn.
    Joblib,
    /// The encoder for scikit-learn.
    EncoderJoblib,
    /// Encoder and model as one ONNX graph.
    Onnx,
    /// Encoder and model as a query of SQL.
    Sql,
    /// Encoder and model as a Python module.
    Python,
    /// The metrics of the last batch as JSON.
    Metrics,
    /// The metrics of all batches as CSV.
    AllMetrics,
    /// The bad records that were kept, one JSON object a line.
    BadRecords,
    /// The raw records that were kept, one a line.
    RawRecords,
    /// The run's log.
    Log,
    /// The model that the run began with, as its file was.
    StartModel,
    /// The chart as SVG.
    Chart,
}

/// What a chart is drawn as PNG for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DrawFor {
    /// To be downloaded.
    Download,
    /// To go back to the worker, for the archive with this number.
    Archive(u32),
}

/// A file with its name and content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedFile {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Vec<u8>,
}

/// The state of the source of records, as a person is told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SourceState {
    /// Nothing was asked of it yet.
    Idle,
    /// The first connection is being made.
    Connecting,
    /// Records arrive as they are written.
    Live,
    /// Records that were written earlier are still being read.
    CatchingUp,
    /// Connected, but the relay cannot get at the records at the moment, for this reason.
    Waiting(String),
    /// The connection was lost or could not be made; the next attempt follows by itself.
    Reconnecting {
        /// The coming attempt's number, from 1.
        attempt: u32,
        /// Milliseconds until then.
        after_millis: u32,
        /// What went wrong.
        reason: String,
        /// The next offset that will be asked for, where one is known.
        next_offset: Option<i64>,
    },
    /// It will not try again by itself.
    Refused(String),
}

impl SourceState {
    /// A short name, stable for tests and style rules.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::CatchingUp => "catching-up",
            Self::Waiting(_) => "waiting",
            Self::Reconnecting { .. } => "reconnecting",
            Self::Refused(_) => "refused",
        }
    }
}
