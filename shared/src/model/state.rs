//! What a partial fit continues from, and how scikit-learn writes intercepts back.

use serde::{Deserialize, Serialize};

use super::float::Real;
use super::plan::Plan;

/// Everything that a partial fit continues from.
///
/// Two classes have one row of weights, whose score speaks for class 1. More classes have one row
/// each, which tells its class from the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelState {
    /// Number of samples learned from, plus 1.
    pub t: f64,
    /// The rows of weights.
    pub rows: Vec<RowState>,
}

/// One row of weights.
///
/// scikit-learn's `coef_` and `intercept_` hold the plain values, or the averages once averaging
/// is active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowState {
    /// The plain weights that updates move.
    pub plain_coef: Vec<f64>,
    /// The plain intercept. Under averaging it is a stale one: see the module's quirks.
    pub plain_intercept: f64,
    /// The averaged weights, under averaging.
    pub average_coef: Option<Vec<f64>>,
    /// The averaged intercept, under averaging.
    pub average_intercept: f64,
}

/// The largest number of samples that a state may claim: beyond it `t + 1` is no longer exact.
const MAX_T: f64 = 9_007_199_254_740_992.0;

impl ModelState {
    /// The state of a model of `width` features and `classes` classes that has learned nothing.
    #[must_use]
    pub fn new(width: usize, classes: u16, averages: bool) -> Self {
        let row = RowState {
            plain_coef: vec![0.0; width],
            plain_intercept: 0.0,
            average_coef: averages.then(|| vec![0.0; width]),
            average_intercept: 0.0,
        };
        Self {
            t: 1.0,
            rows: vec![row; rows_of(classes)],
        }
    }

    /// Whether the state can be one of a model of `width` features and `classes` classes: `t` is
    /// a whole number from 1, there are as many rows and weights as there should be, averages
    /// stand in all rows or in none, and every number is finite.
    #[must_use]
    pub fn is_consistent(&self, width: usize, classes: u16) -> bool {
        let averages = self.averages();
        let t_is_good = (1.0..=MAX_T).contains(&self.t) && self.t.fract() == 0.0;
        let row_is_good = |row: &RowState| {
            row.plain_coef.len() == width
                && row.average_coef.is_some() == averages
                && row.average_coef.iter().all(|coef| coef.len() == width)
                && row.is_finite()
        };
        classes > 1
            && t_is_good
            && self.rows.len() == rows_of(classes)
            && self.rows.iter().all(row_is_good)
    }

    /// Whether the state holds averages.
    #[must_use]
    pub fn averages(&self) -> bool {
        self.rows.iter().any(|row| row.average_coef.is_some())
    }

    /// Makes rows alike: `width` weights each, averages if the settings want them.
    pub(super) fn tidy(&mut self, averages: bool) {
        if self.rows.is_empty() {
            self.rows = Self::new(0, 2, averages).rows;
        }
        let width = self.rows.first().map_or(0, |row| row.plain_coef.len());
        for row in &mut self.rows {
            row.plain_coef.resize(width, 0.0);
            if averages {
                let average = row.average_coef.get_or_insert_default();
                average.resize(width, 0.0);
            } else {
                row.average_coef = None;
            }
        }
    }
}

/// How many rows of weights there are: one for two classes, otherwise one for each.
pub(super) fn rows_of(classes: u16) -> usize {
    if classes > 2 { usize::from(classes) } else { 1 }
}

impl RowState {
    fn is_finite(&self) -> bool {
        let coef = self
            .plain_coef
            .iter()
            .chain(self.average_coef.iter().flatten());
        let intercepts = [self.plain_intercept, self.average_intercept];
        coef.chain(&intercepts).all(|value| value.is_finite())
    }

    /// Writes the intercepts of a pass back as scikit-learn does.
    ///
    /// With two classes the plain intercept is a number of its own, kept in `f64`, and not written
    /// once averaging is active. With more classes it is written into the array that predicts,
    /// which has the weights' width: into the plain ones before averaging, but into the *averaged*
    /// ones, over what was averaged, when averaging was active before.
    pub(super) fn set_intercepts<F: Real>(&mut self, fitted: Intercepts, course: Course) {
        let narrow = |value| F::near(value).wide();
        if course.averaging != Averaging::Off {
            self.average_intercept = narrow(fitted.average);
        }
        match (course.one_vs_rest, course.averaging) {
            (false, Averaging::Off | Averaging::Later) => self.plain_intercept = fitted.plain,
            (false, Averaging::Begins | Averaging::Active) => {}
            (true, Averaging::Active) => self.average_intercept = narrow(fitted.plain),
            (true, _) => self.plain_intercept = narrow(fitted.plain),
        }
    }
}

/// What a pass made of the intercepts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Intercepts {
    pub(super) plain: f64,
    pub(super) average: f64,
}

impl Intercepts {
    /// Whether they are finite in the width in which they are kept.
    pub(super) fn fit_in<F: Real>(self, course: Course) -> bool {
        let is_finite = |value| F::near(value).wide().is_finite();
        (course.averaging == Averaging::Off || is_finite(self.average))
            && (!course.one_vs_rest || is_finite(self.plain))
    }
}

/// Where a partial fit stands with averaging and classes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    one_vs_rest: bool,
    averaging: Averaging,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Averaging {
    /// There is none.
    Off,
    /// No update was averaged yet.
    Later,
    /// The first update was averaged in this partial fit.
    Begins,
    /// Updates were averaged before.
    Active,
}

impl Course {
    /// The course of a partial fit of `rows` rows of weights, from `t` = `before` to `after`.
    pub(super) fn new(plan: &Plan, rows: usize, before: f64, after: f64) -> Self {
        let averaging = if !plan.averages() {
            Averaging::Off
        } else if plan.average_is_active(before) {
            Averaging::Active
        } else if plan.average_is_active(after) {
            Averaging::Begins
        } else {
            Averaging::Later
        };
        Self {
            one_vs_rest: rows > 1,
            averaging,
        }
    }
}
