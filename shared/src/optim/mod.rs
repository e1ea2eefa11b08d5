//! Optimisers beyond scikit-learn: online linear models with AdaGrad, Adam or FTRL-Proximal.
//!
//! Plain stochastic gradient descent ([`model`](crate::model)) moves all weights at one rate. The
//! optimisers here give every weight a rate of its own, from the gradients that it has seen: large
//! where they were small or rare. They learn sample by sample, in the order of the batch.
//!
//! One step, for a sample `x` with label `y` (0 or 1), weights `w` and intercept `b`:
//!
//! ```text
//! p = Σ w·x + b                          score
//! s = d loss(y, p) / d p                 slope, clipped to ±clip_gradient
//! b ← b − intercept_lr·s                 plain gradient descent
//! g = s·x + l2·w                         gradient of every weight
//! ```
//!
//! and then, for every weight by itself (t counts the steps from 1):
//!
//! | optimiser | keeps | step |
//! |---|---|---|
//! | [`AdaGrad`] | G = Σg² | `w ← w − lr/√(G + eps)·g` |
//! | [`Adam`] | m, v | `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `w ← w − lr·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + eps)` |
//! | [`FtrlProximal`] | z, n | `w = −(z − sgn(z)·l1)/((β + √n)/α + l2)` or 0 where \|z\| ≤ l1, `z ← z + g − (√(n + g²) − √n)/α·w`, `n ← n + g²` |
//!
//! Last, with `l1` in the model's settings, the cumulative penalty of Tsuruoka et al. (2009): every
//! weight is drawn towards zero by what it still owes of `l1·lr·t`.
//!
//! # What is equal to River
//!
//! The reference is River 0.26.1's `linear_model.LogisticRegression` with `optim.AdaGrad`,
//! `optim.Adam` or `optim.FTRLProximal`, on x86-64 Linux with glibc 2.28 or later and FMA, called
//! with `learn_one`. Settings have River's names and defaults. All numbers of the state are equal to
//! River's bit for bit after every step, natively and in WebAssembly; `tests/optim.rs` holds that
//! against recorded runs. River writes squares, roots and reciprocals as powers, whose last bit is
//! the power function's, so they are [`pow`](crate::model::pow()) here, too.
//!
//! River's rows are dictionaries, and it moves the weights of the keys that are present. A row here
//! has all features, zeros included, like a dictionary with every key. That makes a difference where
//! a zero gradient moves a weight: Adam's momentum, penalties.
//!
//! # Quirks that are kept
//!
//! - River's FTRL-Proximal predicts with the weights of one step before, and a weight that `l1`
//!   should set to zero stays as it was. [`FtrlVariant::McMahan`] is the algorithm as published.
//! - `eps` stands inside AdaGrad's root and outside Adam's.
//! - The loss `squared` is `(p − y)²` with labels 0 and 1; scikit-learn halves it and uses −1 and 1.
//!
//! # What is refused
//!
//! Where a number of the state leaves the range of finite numbers, the batch is refused and the
//! state stays as it was. (River stops with Python's `OverflowError`, or goes on with infinities.)
//!
//! # Examples
//! ```
//! use shared::encode::Features;
//! use shared::optim::{Adam, OnlineClassifier, OptimSettings, Optimizer};
//!
//! let settings = OptimSettings {
//!     optimizer: Optimizer::Adam(Adam::default()),
//!     ..OptimSettings::default()
//! };
//! settings.validate().unwrap();
//! let mut model = OnlineClassifier::new(settings, 2);
//! let batch = Features::from_rows(2, vec![1.0, 0.5, -1.0, 0.25]).unwrap();
//! model.partial_fit(&batch, &[1, 0]).unwrap();
//! assert_eq!(model.predict(&[1.0, 0.5]), 1);
//! ```

mod classifier;
mod loss;
mod row;
mod rule;
mod settings;
mod state;
#[cfg(test)]
mod tests;

pub use classifier::OnlineClassifier;
pub use settings::{
    AdaGrad, Adam, FtrlProximal, FtrlVariant, OnlineLoss, OptimSettings, Optimizer,
};
pub use state::{L1State, Memory, OptimState, StateError};
