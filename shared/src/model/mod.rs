//! The model: a linear classifier trained by stochastic gradient descent, bit for bit
//! scikit-learn's `SGDClassifier.partial_fit` for two classes.
//!
//! One update, for a sample `x` with label `y` and the weights `w`, `b`:
//!
//! ```text
//! p = Σ w·x + b            score
//! g = d loss(y, p) / d p   error, clipped to ±1e12
//! w ← max(0, 1 − (1 − l1_ratio)·η·α)·w − η·g·x
//! b ← b − η·g
//! ```
//!
//! The order of these operations, the learning rate's formula and the shuffle are part of the
//! arithmetic: `SGDClassifier` at its defaults amplifies the last bit.
//!
//! # What is equal to scikit-learn
//!
//! The reference is scikit-learn 1.7.2 on x86-64 Linux with glibc 2.36 or later and FMA. Weights,
//! intercept and `t` are equal to it bit for bit, after every batch, natively and in WebAssembly,
//! for every loss, penalty and averaging, and for the rates `optimal`, `constant`, `adaptive` and
//! `invscaling` with `power_t` 0.5. `tests/goldens.rs` holds that against recorded runs.
//!
//! With another `power_t` the power function decides the last bit; ours is the same on every
//! platform, and not promised to be glibc's. Where scikit-learn runs without FMA or on another
//! processor, its own last bits differ from the reference, and so from ours.
//!
//! # Quirks that are kept
//!
//! - At the defaults the first learning rate is 10: `optimal` takes typical weights to be as large
//!   as `α = 1e-4` allows.
//! - `random_state` seeds every partial fit anew, so that batches of one size are shuffled alike.
//! - Once averaging is active, the plain intercept that updates move is not kept: every partial
//!   fit starts from the one before averaging began.

mod check;
mod classifier;
mod error;
mod exp;
mod exp_table;
mod explain;
mod fit;
mod float;
mod log;
mod log_table;
mod loss;
mod pass;
mod plan;
mod pow;
mod pow_table;
mod predict;
mod sample;
mod settings;
mod shuffle;
mod state;
mod weights;

pub use classifier::SgdClassifier;
pub use error::FitError;
pub use exp::exp;
pub use explain::{Truncation, Update};
pub use log::log;
pub use pow::pow;
pub use predict::{class_of, probabilities, probability};
pub use settings::{
    Average, ClassWeight, ClassWeightError, Dtype, LearningRate, Loss, MAX_AVERAGE, Penalty,
    SgdSettings, UnknownName,
};
pub use state::{ModelState, RowState};
