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

mod exp;
mod exp_table;
mod loss;
mod settings;
mod sgd;
mod shuffle;
mod weights;

pub use exp::exp;
pub use settings::{Average, LearningRate, Loss, Penalty, SgdSettings, UnknownName};
pub use sgd::{FitError, ModelState, SgdClassifier, Update, probability};
