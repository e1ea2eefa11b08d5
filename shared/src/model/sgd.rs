//! `SGDClassifier`: its state, what it says, and what it refuses.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::exp::exp;
use super::pass::{Pass, average_is_active, optimal_init};
use super::settings::SgdSettings;
use super::shuffle::{in_order, shuffle_seed, shuffled};
use crate::encode::{Features, Row};

/// Why a partial fit was refused. The model is then as it was.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FitError {
    /// No sample.
    #[error("the batch has no sample: at least 1 is needed")]
    Empty,
    /// More samples than a shuffle can number.
    #[error("the batch has {rows} samples: at most 4294967295 can be learned from at once")]
    TooMany {
        /// Number of samples.
        rows: usize,
    },
    /// Another number of features than the model has.
    #[error("a sample has {found} features, the model {wanted}")]
    Width {
        /// The samples'.
        found: usize,
        /// The model's.
        wanted: usize,
    },
    /// As many labels as samples are needed.
    #[error("{labels} labels for {rows} samples")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of samples.
        rows: usize,
    },
    /// A label that is no class.
    #[error("sample {row} has label {label}: the classes are 0 and 1")]
    UnknownLabel {
        /// The sample.
        row: usize,
        /// Its label.
        label: u16,
    },
    /// A feature is infinite or not a number.
    #[error("sample {row}, feature {column} is {value}: features must be finite")]
    NotFinite {
        /// The sample.
        row: usize,
        /// The feature.
        column: usize,
        /// Its value.
        value: String,
    },
    /// The weights left the range of numbers.
    #[error(
        "the weights overflowed; scale the features, or choose a smaller eta0 or a larger alpha"
    )]
    Overflow,
}

/// Everything that a partial fit continues from.
///
/// `coef` and `intercept` are what scikit-learn's `coef_` and `intercept_` hold. Under averaging
/// these are the averages once averaging is active, and the plain values stand beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelState {
    /// Number of samples learned from, plus 1.
    pub t: f64,
    /// The plain weights that updates move.
    pub plain_coef: Vec<f64>,
    /// The plain intercept. Under averaging it is the one from before averaging became active:
    /// scikit-learn does not write it back, and every call starts from it again.
    pub plain_intercept: f64,
    /// The averaged weights, under averaging.
    pub average_coef: Option<Vec<f64>>,
    /// The averaged intercept, under averaging.
    pub average_intercept: f64,
}

/// One update as it happened, for whoever watches.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Number of the update in its batch, from 1.
    pub number: u64,
    /// Score before it.
    pub score: f64,
    /// Slope of the loss.
    pub gradient: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Weights before and after.
    pub coef: (Vec<f64>, Vec<f64>),
    /// Intercept before and after.
    pub intercept: (f64, f64),
}

/// A linear classifier of two classes, 0 and 1.
#[derive(Clone, Debug)]
pub struct SgdClassifier {
    settings: SgdSettings,
    state: ModelState,
    shuffle_seed: u32,
    /// First learning rate's share in `optimal`, from the settings.
    optimal_init: f64,
    last_rate: f64,
}

impl SgdClassifier {
    /// A model of `width` features that has learned nothing. The settings must be valid.
    #[must_use]
    pub fn new(settings: SgdSettings, width: usize) -> Self {
        let averaged = settings.average.0 > 0;
        let state = ModelState {
            t: 1.0,
            plain_coef: vec![0.0; width],
            plain_intercept: 0.0,
            average_coef: averaged.then(|| vec![0.0; width]),
            average_intercept: 0.0,
        };
        Self::from_state(settings, state)
    }

    /// A model that goes on from `state`.
    #[must_use]
    pub fn from_state(settings: SgdSettings, state: ModelState) -> Self {
        let shuffle_seed = shuffle_seed(settings.random_state);
        let optimal_init = optimal_init(&settings);
        Self {
            settings,
            state,
            shuffle_seed,
            optimal_init,
            last_rate: 0.0,
        }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &SgdSettings {
        &self.settings
    }

    /// What a partial fit continues from.
    #[must_use]
    pub fn state(&self) -> &ModelState {
        &self.state
    }

    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.state.plain_coef.len()
    }

    /// The weights that predict: scikit-learn's `coef_`.
    #[must_use]
    pub fn coef(&self) -> &[f64] {
        match &self.state.average_coef {
            Some(average) if self.average_is_active() => average,
            _ => &self.state.plain_coef,
        }
    }

    /// The intercept that predicts: scikit-learn's `intercept_`.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        if self.average_is_active() {
            self.state.average_intercept
        } else {
            self.state.plain_intercept
        }
    }

    /// Number of samples learned from, plus 1: scikit-learn's `t_`.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.state.t
    }

    /// Learning rate of the last update; 0 before the first.
    #[must_use]
    pub fn last_rate(&self) -> f64 {
        self.last_rate
    }

    fn average_is_active(&self) -> bool {
        average_is_active(&self.settings, self.state.t)
    }

    /// Score `Σ w·x + b` of one row: above 0 the model says class 1.
    #[must_use]
    pub fn decision_function(&self, row: Row<'_>) -> f64 {
        let coef = self.coef();
        let sum = row.entries().fold(0.0, |sum, (j, x)| sum + coef[j] * x);
        sum + self.intercept()
    }

    /// The class of one row; a tie is class 0.
    #[must_use]
    pub fn predict(&self, row: Row<'_>) -> u16 {
        u16::from(self.decision_function(row) > 0.0)
    }

    /// Learns from a batch, sample by sample.
    ///
    /// # Errors
    /// When the batch does not fit the model or the weights overflow; the model is as it was.
    pub fn partial_fit(&mut self, x: &Features, y: &[u16]) -> Result<(), FitError> {
        self.partial_fit_watched(x, y, None).map(|_| ())
    }

    /// [`SgdClassifier::partial_fit`] that also tells how the sample `watched` was learned from.
    ///
    /// # Errors
    /// As [`SgdClassifier::partial_fit`].
    pub fn partial_fit_watched(
        &mut self,
        x: &Features,
        y: &[u16],
        watched: Option<usize>,
    ) -> Result<Option<Update>, FitError> {
        self.check(x, y)?;
        let rows = u32::try_from(x.rows()).map_err(|_| FitError::TooMany { rows: x.rows() })?;
        let mut order = Vec::new();
        if self.settings.shuffle {
            shuffled(&mut order, rows, self.shuffle_seed);
        } else {
            in_order(&mut order, rows);
        }
        let mut pass = Pass::new(&self.settings, &self.state, self.optimal_init);
        let mut update = None;
        for (number, sample) in (1u64..).zip(order) {
            let sample = sample as usize;
            let watch = (watched == Some(sample)).then_some(number);
            update = pass.learn(x.row(sample), y[sample], watch).or(update);
        }
        let rate = pass.rate();
        self.state = pass.finish()?;
        self.last_rate = rate;
        Ok(update)
    }

    fn check(&self, x: &Features, y: &[u16]) -> Result<(), FitError> {
        if x.rows() == 0 {
            return Err(FitError::Empty);
        }
        if x.width() != self.width() {
            return Err(FitError::Width {
                found: x.width(),
                wanted: self.width(),
            });
        }
        if y.len() != x.rows() {
            return Err(FitError::Labels {
                labels: y.len(),
                rows: x.rows(),
            });
        }
        if let Some(row) = y.iter().position(|&label| label > 1) {
            return Err(FitError::UnknownLabel { row, label: y[row] });
        }
        if x.is_finite() {
            Ok(())
        } else {
            Err(not_finite(x))
        }
    }
}

/// Names the first feature that is not finite.
fn not_finite(x: &Features) -> FitError {
    let mut cells = x.iter().enumerate().flat_map(|(row, values)| {
        values
            .entries()
            .map(move |(column, value)| (row, column, value))
    });
    let (row, column, value) = cells.find(|(_, _, v)| !v.is_finite()).unwrap_or_default();
    FitError::NotFinite {
        row,
        column,
        value: value.to_string(),
    }
}

/// `1/(1+e⁻ᵈ)`: the probability of class 1 at score `d`, under `log_loss`.
#[must_use]
pub fn probability(score: f64) -> f64 {
    1.0 / (1.0 + exp(-score))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A batch that a model of two features which has learned something must refuse.
    #[track_caller]
    fn check_refused(width: usize, values: &[f64], labels: &[u16], message: &str) {
        let mut model = SgdClassifier::new(SgdSettings::default(), 2);
        let good = Features::from_rows(2, vec![1.0, -1.0, 0.5, 2.0]).unwrap();
        model.partial_fit(&good, &[1, 0]).unwrap();
        let before = model.state().clone();
        let batch = Features::from_rows(width, values.to_vec()).unwrap();
        let error = model.partial_fit(&batch, labels).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(model.state(), &before, "the model is as it was");
    }

    #[test]
    fn a_batch_that_does_not_fit_is_refused_and_leaves_the_model_as_it_was() {
        let message = "the batch has no sample: at least 1 is needed";
        check_refused(2, &[], &[], message);
        check_refused(3, &[1.0; 3], &[1], "a sample has 3 features, the model 2");
        check_refused(2, &[1.0; 4], &[1], "1 labels for 2 samples");
        let message = "sample 1 has label 2: the classes are 0 and 1";
        check_refused(2, &[1.0; 4], &[1, 2], message);
        let message = "sample 1, feature 0 is NaN: features must be finite";
        check_refused(2, &[1.0, 1.0, f64::NAN, 1.0], &[1, 0], message);
    }

    #[test]
    fn a_tie_is_class_0() {
        let model = SgdClassifier::new(SgdSettings::default(), 2);
        assert_eq!(model.predict(Row::Dense(&[1.0, 1.0])), 0);
    }
}
