//! One update told in full, for whoever wants to see how a sample changed the weights.

use serde::{Deserialize, Serialize};

/// One update of one row of weights as it happened, with every number that took part.
///
/// Weights are kept as `scale · stored` during a partial fit. The numbers hold together so that
/// the update can be done again by hand, to the bit (under `dtype` `float64`):
///
/// ```text
/// score = (Σ stored·x)·scale + intercept                before
/// u = −η·gradient, then u = u·(class_weight·sample_weight)
/// scale ← scale·shrink, and if that is below 1e-9: stored ← stored·scale, scale ← 1
/// step = u / scale; stored ← stored + x·step; intercept ← intercept + u
/// ```
///
/// then the cumulative L1 penalty, if there is one. Under `pa1` and `pa2` `u` is the passive-
/// aggressive step and `gradient` is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// The row of weights: 0 for two classes, otherwise the class that is told from the rest.
    pub row: usize,
    /// Number of the update in its batch, from 1. Every row has its own order.
    pub number: u64,
    /// How the loss writes the label: 1, or 0 (`log_loss`) or −1 (all others).
    pub target: f64,
    /// Score before the update.
    pub score: f64,
    /// The loss at that score; none where it is beyond all numbers.
    pub loss: Option<f64>,
    /// Slope of the loss at that score, before it is clipped.
    pub slope: f64,
    /// The slope, clipped to ±10¹².
    pub gradient: f64,
    /// Weight of the label's class.
    pub class_weight: f64,
    /// Weight of the sample.
    pub sample_weight: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// What the intercept moves by, and each weight for a feature of 1: `u`.
    pub update: f64,
    /// What the L2 penalty multiplies the weights with: `max(0, 1 − (1 − l1_ratio)·η·α)`.
    pub shrink: f64,
    /// Whether the sample changed nothing, being all zeros under `pa1`: no penalty, no averaging.
    pub passed_over: bool,
    /// Whether the scale was folded into the stored weights before the step.
    pub folded: bool,
    /// What is added to the stored weight of a feature of 1: `u / scale`. 0 when `u` is.
    pub step: f64,
    /// The scale before and after.
    pub scale: (f64, f64),
    /// The stored weights before and after.
    pub stored: (Vec<f64>, Vec<f64>),
    /// Weights before and after: stored weights times scale.
    pub coef: (Vec<f64>, Vec<f64>),
    /// Intercept before and after.
    pub intercept: (f64, f64),
    /// The L1 penalty, if there is one.
    pub truncation: Option<Truncation>,
}

/// The cumulative L1 penalty at one update.
///
/// ```text
/// stored > 0: stored ← max(0, stored − (due + paid)/scale)
/// stored < 0: stored ← min(0, stored + (due − paid)/scale)
/// paid ← paid + scale·(change of stored)
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truncation {
    /// What every weight should have given since the batch began, this update included.
    pub due: f64,
    /// What each weight has given, before and after.
    pub paid: (Vec<f64>, Vec<f64>),
}
