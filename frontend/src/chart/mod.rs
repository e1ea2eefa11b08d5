//! The accuracy chart: a thin typed layer over uPlot.
//!
//! What is drawn is decided in plain Rust ([`columns`], [`labels`], [`ticks`], [`bars`]), tested
//! natively; [`plot`] hands it to the library, whose few functions [`uplot`] declares. [`picture`] is
//! the same chart as a file.

mod bars;
mod columns;
mod labels;
mod picture;
mod plot;
mod strokes;
mod ticks;
mod uplot;

pub(crate) use columns::{Columns, drawn, lowest_axis};
pub(crate) use labels::{Label, spread};
pub(crate) use picture::{Picture, SIZE as PICTURE_SIZE, svg};
pub(crate) use plot::{Geometry, Plot, PlotEvents};
