//! The online classifier: what it says, how it learns, and what it refuses.

use super::settings::{FtrlVariant, OptimSettings, Optimizer};
use super::state::{L1State, Memory, OptimState, StateError};
use crate::encode::{Features, Row};
use crate::model::FitError;

/// A linear classifier of two classes, 0 and 1, that learns sample by sample.
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineClassifier {
    settings: OptimSettings,
    state: OptimState,
}

impl OnlineClassifier {
    /// A model of `width` features that has learned nothing. The settings must be
    /// [valid](OptimSettings::validate).
    #[must_use]
    pub fn new(settings: OptimSettings, width: usize) -> Self {
        let state = OptimState::new(&settings, width);
        Self { settings, state }
    }

    /// A model that goes on from `state`, to the same bits as one that was never interrupted.
    ///
    /// # Errors
    /// When the state is not one of these settings.
    pub fn from_state(settings: OptimSettings, state: OptimState) -> Result<Self, StateError> {
        state.check(&settings)?;
        Ok(Self { settings, state })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &OptimSettings {
        &self.settings
    }

    /// What learning continues from.
    #[must_use]
    pub fn state(&self) -> &OptimState {
        &self.state
    }

    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.state.coef.len()
    }

    /// The weights.
    #[must_use]
    pub fn coef(&self) -> &[f64] {
        &self.state.coef
    }

    /// The intercept.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.state.intercept
    }

    /// Number of samples learned from.
    #[must_use]
    pub fn n_iterations(&self) -> u64 {
        self.state.n_iterations
    }

    /// Score `Σ w·x + b` of one row. Features beyond the model's count for nothing.
    #[must_use]
    pub fn decision_function<'a>(&self, row: impl Into<Row<'a>>) -> f64 {
        self.state.score(row.into())
    }

    /// The class of one row: 1 when the score is above 0 (0.5 with the loss `squared`, whose labels
    /// are 0 and 1); a tie is class 0.
    #[must_use]
    pub fn predict<'a>(&self, row: impl Into<Row<'a>>) -> u16 {
        u16::from(self.decision_function(row) > self.settings.loss.threshold())
    }

    /// Learns from a batch, sample by sample, in its order.
    ///
    /// # Errors
    /// When the batch does not fit the model or a number overflows; the model is as it was.
    pub fn partial_fit(&mut self, x: &Features, y: &[u16]) -> Result<(), FitError> {
        if x.rows() > 0 && x.width() != self.width() {
            return Err(FitError::Width {
                found: x.width(),
                wanted: self.width(),
            });
        }
        self.fit(x.iter(), y)
    }

    /// [`partial_fit`](Self::partial_fit) of rows one by one, dense or sparse.
    ///
    /// A sparse row gives the bits of the dense row with zeros in the other places. With AdaGrad
    /// and FTRL-Proximal as published, without `l1` and `l2` of the model, a step takes time in
    /// proportion to the features that a sparse row names. Otherwise zero gradients move weights
    /// (momentum, penalties, the delay of [`FtrlVariant::River`]) and every step visits them all.
    ///
    /// # Errors
    /// As [`partial_fit`](Self::partial_fit).
    pub fn partial_fit_rows(&mut self, x: &[Row<'_>], y: &[u16]) -> Result<(), FitError> {
        self.fit(x.iter().copied(), y)
    }

    fn fit<'a>(
        &mut self,
        x: impl ExactSizeIterator<Item = Row<'a>> + Clone,
        y: &[u16],
    ) -> Result<(), FitError> {
        check(x.clone(), y, self.width())?;
        let mut state = self.state.clone();
        for (row, &label) in x.zip(y) {
            state.learn(&self.settings, row, label);
        }
        if !state.is_finite() {
            return Err(FitError::Overflow);
        }
        self.state = state;
        Ok(())
    }
}

fn check<'a>(
    x: impl ExactSizeIterator<Item = Row<'a>>,
    y: &[u16],
    wanted: usize,
) -> Result<(), FitError> {
    let (rows, labels) = (x.len(), y.len());
    if rows == 0 {
        return Err(FitError::Empty);
    }
    if labels != rows {
        return Err(FitError::Labels { labels, rows });
    }
    if let Some(row) = y.iter().position(|&label| label > 1) {
        return Err(FitError::UnknownLabel { row, label: y[row] });
    }
    for (row, features) in x.enumerate() {
        if let Some(found) = features.other_width(wanted) {
            return Err(FitError::Width { found, wanted });
        }
        if let Some((column, value)) = features.not_finite() {
            let value = value.to_string();
            return Err(FitError::NotFinite { row, column, value });
        }
    }
    Ok(())
}

impl OptimState {
    fn score(&self, row: Row<'_>) -> f64 {
        row.dot(&self.coef) + self.intercept
    }

    /// One step.
    fn learn(&mut self, settings: &OptimSettings, row: Row<'_>, label: u16) {
        let slope = settings.loss.slope(label, self.score(row));
        let slope = clip(slope, settings.clip_gradient);
        self.intercept -= settings.intercept_lr * slope;
        self.step(settings, row, slope);
        self.n_iterations = self.n_iterations.saturating_add(1);
        if let (Some(l1), Some(lr)) = (&mut self.l1, settings.optimizer.lr()) {
            l1.max_cum_l1 += settings.l1 * lr;
            l1.pay(&mut self.coef);
        }
    }

    /// Moves every weight by its gradient.
    // The number of steps stays far below 2⁵³.
    #[allow(clippy::cast_precision_loss)]
    fn step(&mut self, settings: &OptimSettings, row: Row<'_>, slope: f64) {
        let (coef, l2) = (&mut self.coef, settings.l2);
        let (width, all) = (coef.len(), settings.moves_all_weights());
        let gradient = |x: f64, w: f64| {
            let of_loss = x * slope;
            if l2 == 0.0 { of_loss } else { of_loss + l2 * w }
        };
        match (&settings.optimizer, &mut self.memory) {
            (Optimizer::AdaGrad(rule), Memory::AdaGrad { g2 }) => row.visit(width, all, |j, x| {
                rule.step(gradient(x, coef[j]), &mut coef[j], &mut g2[j]);
            }),
            (Optimizer::Adam(rule), Memory::Adam { m, v }) => {
                let rate = rule.rate(self.n_iterations as f64 + 1.0);
                row.visit(width, all, |j, x| {
                    let g = gradient(x, coef[j]);
                    rule.step(rate, g, &mut coef[j], (&mut m[j], &mut v[j]));
                });
            }
            (Optimizer::FtrlProximal(rule), Memory::FtrlProximal { z, n }) => {
                row.visit(width, all, |j, x| {
                    let g = gradient(x, coef[j]);
                    rule.step(g, &mut coef[j], (&mut z[j], &mut n[j]));
                });
            }
            _ => unreachable!("a state of another optimiser is refused by `from_state`"),
        }
    }
}

/// `value` within ±`limit`; NaN stays NaN.
fn clip(value: f64, limit: f64) -> f64 {
    if value > limit {
        limit
    } else if value < -limit {
        -limit
    } else {
        value
    }
}

impl OptimSettings {
    /// Whether a step can move the weight of a feature that is zero. (The L1 penalty comes after
    /// the step, for every weight.)
    fn moves_all_weights(&self) -> bool {
        let by_optimizer = match &self.optimizer {
            Optimizer::AdaGrad(_) => false,
            Optimizer::Adam(_) => true,
            Optimizer::FtrlProximal(rule) => rule.variant == FtrlVariant::River,
        };
        by_optimizer || self.l2 != 0.0
    }
}

impl Optimizer {
    /// The learning rate, where it is one number.
    fn lr(&self) -> Option<f64> {
        match self {
            Self::AdaGrad(rule) => Some(rule.lr),
            Self::Adam(rule) => Some(rule.lr),
            Self::FtrlProximal(_) => None,
        }
    }
}

impl L1State {
    /// Draws every weight towards zero, not beyond, by what it still owes
    /// (Y. Tsuruoka, J. Tsujii, S. Ananiadou, 2009).
    fn pay(&mut self, weights: &mut [f64]) {
        for (w, paid) in weights.iter_mut().zip(&mut self.cum_l1) {
            let before = *w;
            if before > 0.0 {
                let after = before - (self.max_cum_l1 + *paid);
                *w = if after <= 0.0 { 0.0 } else { after };
            } else if before < 0.0 {
                let after = before + (self.max_cum_l1 - *paid);
                *w = if after >= 0.0 { 0.0 } else { after };
            }
            *paid += *w - before;
        }
    }
}
