//! The model: a linear classifier trained by stochastic gradient descent, bit for bit
//! scikit-learn's `SGDClassifier.partial_fit`.
//!
//! One update, for a sample `x` with label `y` and one row of weights `w`, `b`:
//!
//! ```text
//! p = Σ w·x + b                    score
//! g = d loss(y, p) / d p           slope, clipped to ±1e12
//! u = −η·g · class_weight·sample_weight
//! w ← max(0, 1 − (1 − l1_ratio)·η·α)·w + u·x
//! b ← b + u
//! ```
//!
//! then averaging and the L1 penalty, if there are any. The order of these operations, the
//! learning rate's formula and the shuffle are part of the arithmetic: `SGDClassifier` at its
//! defaults amplifies the last bit. Two classes have one row of weights, more have one each, which
//! tells its class from the rest.
//!
//! # Example
//! ```
//! use shared::encode::{Features, Row};
//! use shared::model::{SgdClassifier, SgdSettings};
//!
//! let mut model = SgdClassifier::new(SgdSettings::default(), 2, 2);
//! let x = Features::from_rows(2, vec![1.0, 0.0, 0.0, 1.0]).unwrap();
//! model.partial_fit(&x, &[1, 0], None).unwrap();
//! assert_eq!(model.t(), 3.0);
//! assert_eq!(model.predict(Row::Dense(&[1.0, 0.0])), 1);
//! ```
//!
//! # What is equal to scikit-learn
//!
//! The reference is scikit-learn 1.7.2 on x86-64 Linux with glibc 2.36 or later and FMA; for `pa1`
//! and `pa2` 1.9.1, since 1.7 does not have them. "Equal" says: `t`, weights and intercepts are
//! the same bits after every batch, natively and in WebAssembly, for dense rows and for rows that
//! leave zeros out. `tests/sgd.rs` holds each line of this table against recorded runs, 20 seeds of
//! 50 batches for each configuration.
//!
//! | setting | equal |
//! |---|---|
//! | `loss`: all nine | yes |
//! | `penalty`: `l2`, `l1`, `elasticnet`, `none`, however strong | yes |
//! | `learning_rate`: `optimal`, `constant`, `adaptive` | yes |
//! | `learning_rate`: `invscaling` | yes, for every `power_t`: [`pow`] has glibc's bits |
//! | `learning_rate`: `pa1`, `pa2` (`hinge` only) | yes, to 1.9.1 |
//! | `average`: `true` or the update from which on | yes |
//! | `class_weight`, sample weights | yes |
//! | `shuffle`, `random_state`, `fit_intercept`, `epsilon` | yes |
//! | two, three, five classes | yes |
//! | `dtype`: `float64`, `float32` | yes |
//! | `decision_function`, `predict_proba` | not promised in the last bit: a BLAS sums there |
//!
//! Where scikit-learn runs without FMA or on another processor, its own last bits may differ from
//! the reference, and so from ours: `exp` and `pow` under all settings that use them, the averages'
//! sums under averaging. A *sparse* (CSR) matrix is another matter: scikit-learn damps the
//! intercept's updates to a hundredth for it. Our rows that leave zeros out mean the dense matrix.
//!
//! # What is refused here, not there
//!
//! Negative sample and class weights, and averages that overflow while the plain weights do not.
//! After an error the model is as it was; scikit-learn's is half trained.
//!
//! # Quirks that are kept
//!
//! - At the defaults the first learning rate is 10: `optimal` takes typical weights to be as large
//!   as `α = 1e-4` allows.
//! - `random_state` seeds every partial fit anew, so that batches of one size are shuffled alike.
//!   With more than two classes each row of weights has a seed, and an order, of its own.
//! - `adaptive` is `constant`: scikit-learn lowers the rate between epochs only, of which a partial
//!   fit has one. For the same reason the L1 penalty's accounts begin anew with every batch.
//! - Once averaging is active, the plain intercept that updates move is not kept: every partial
//!   fit starts from the one before averaging began.
//! - With more than two classes the plain intercept is written over the averaged one instead, from
//!   the second averaged batch on: that is where scikit-learn's array of intercepts then points.
//! - In `float32` the intercept of two classes is kept in `f64`, those of more, and averaged ones,
//!   in `f32`.
//! - Of more than two classes, `class_weight` weighs each row's own class; all others weigh 1.
//! - Under `pa1` a sample of zeros alone is passed over: it counts in `t` only from the next batch.

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
