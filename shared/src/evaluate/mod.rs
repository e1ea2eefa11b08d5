//! How good the model is, honestly: every prediction is judged on an example that the model had not
//! learned from.
//!
//! | way to judge | type | what it tells |
//! |---|---|---|
//! | *test-then-train* (prequential, Dawid 1984; Gama, Sebastião and Rodrigues 2013): every example is predicted before it is learned | [`Prequential`] | how good the model is on what comes |
//! | … over a sliding window | [`Over::Window`] | how good it is *now* |
//! | … under a fading factor | [`Over::Fading`] | the same without an edge: older examples weigh less |
//! | … over everything | [`Over::Everything`] | how good it was all along, its first errors included |
//! | *hold-out*: a set that is never learned from | [`FixedSet`] | how good it is at one rule |
//! | *same-batch*: the batch just learned | [`FixedSet`], [`Tally`] | how well it remembers; too good |
//! | *delayed labels*: learned and judged k records after the prediction | [`DelayedLabels`] | how good it is where the truth comes late |
//!
//! [`Measures`] names every measure with its formula, its source and where it is undefined. Two of
//! them compare with predictors that look at no field, the [`Baseline`]s: a model that is right
//! nine times of ten has learned nothing where nine of ten labels are the same.
//!
//! # Exactness
//!
//! Nothing here drifts. What is counted is counted in whole numbers. Sums of losses over the window
//! are formed afresh, oldest example first, when they are asked for; sums since the start are
//! compensated. So the measures of a window are the same to the bit as those of an evaluation that
//! saw nothing but these examples, and the state after reading a snapshot is that before writing it.
//!
//! `tests/evaluate` compares with scikit-learn, River and MOA on recorded streams. Measures that are
//! whole counts and one division, and sums in the same order, are equal to the bit; those with a
//! logarithm or another order of additions to 1e-12 of their size.

mod baseline;
mod calibration;
mod cost;
mod delayed;
mod faded;
mod fixed_set;
mod judged;
mod loss;
mod matrix;
mod measures;
mod prequential;
mod ranking;
mod settings;
mod sum;
mod tally;
#[cfg(test)]
mod tests;
mod window;

pub use baseline::Baseline;
pub use calibration::CalibrationBin;
pub use cost::{Cost, CostSettings, MAX_COST};
pub use delayed::DelayedLabels;
pub use fixed_set::FixedSet;
pub use judged::{Forecast, Judged};
pub use measures::{ClassMeasures, Measures};
pub use prequential::{Over, Prequential, UnknownClass};
pub use settings::{
    MAX_CALIBRATION_BINS, MAX_CLASSES, MAX_LABEL_DELAY_RECORDS, MIN_CLASSES, MeasureSettings,
};
pub use tally::Tally;
