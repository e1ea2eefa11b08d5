//! Runs that were kept in the browser, and runs that are gone on with.

use serde::{Deserialize, Serialize};

use super::{Point, RunConfig};
use crate::bounded::Thinned;

/// What is known of a run that was kept, without reading all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptRun {
    /// Its own name: no other run of any tab has it.
    pub(crate) id: String,
    /// The version of what was written.
    pub(crate) version: u32,
    /// When, in milliseconds since 1970 UTC.
    pub(crate) written_millis: f64,
    pub(crate) batches: u64,
    /// The records of these batches.
    pub(crate) records: u64,
    /// Its source and settings.
    pub(crate) words: String,
}

/// A run that was kept, or that begins with a model, and is open now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GoneOn {
    /// The number by which reports name it.
    pub(crate) run: u32,
    pub(crate) config: RunConfig,
    /// The points of its chart.
    pub(crate) history: Thinned<Point>,
    /// The weights that it begins with, the intercept last; none if all are zero or a report has
    /// them.
    pub(crate) weights: Vec<f64>,
}
