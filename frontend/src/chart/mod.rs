//! The accuracy chart: a thin typed layer over uPlot.
//!
//! What is drawn is decided in plain Rust ([`columns`], [`labels`], [`ticks`], [`bars`]), tested
//! natively; [`plot`] hands it to the library, whose few functions [`uplot`] declares.

mod bars;
mod columns;
mod labels;
mod plot;
mod ticks;
mod uplot;

pub(crate) use columns::{Columns, drawn, lowest_axis};
pub(crate) use labels::{Label, spread};
pub(crate) use plot::{Geometry, Plot, PlotEvents};
