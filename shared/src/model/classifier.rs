//! `SGDClassifier`: its state, and how it learns from a batch.

use super::check::{Expected, check};
use super::error::FitError;
use super::explain::Update;
use super::fit::{Batch, Memory, Model};
use super::float::Real;
use super::plan::Plan;
use super::settings::{Dtype, SgdSettings};
use super::shuffle::Orders;
use super::state::ModelState;
use crate::encode::Features;

/// A linear classifier. Classes are numbers from 0.
#[derive(Clone, Debug)]
pub struct SgdClassifier {
    settings: SgdSettings,
    plan: Plan,
    state: ModelState,
    /// The weight of each class, or why there is none.
    class_weight: Result<Vec<f64>, FitError>,
    orders: Orders,
    buffers: Buffers,
    last_rate: f64,
}

/// The memory of a partial fit, kept for the next.
#[derive(Clone, Debug)]
enum Buffers {
    Double(Memory<f64>),
    Single(Memory<f32>),
}

impl SgdClassifier {
    /// A model of `width` features and `classes` classes (at least 2) that has learned nothing.
    /// The settings must be valid. `class_weight` takes the classes to be called `0`, `1`, …;
    /// [`SgdClassifier::named`] calls them otherwise.
    #[must_use]
    pub fn new(settings: SgdSettings, width: usize, classes: u16) -> Self {
        let averages = settings.average.0 > 0;
        let state = ModelState::new(width, classes.max(2), averages);
        Self::from_state(settings, state)
    }

    /// A model that goes on from `state`, which should be
    /// [consistent](ModelState::is_consistent).
    #[must_use]
    pub fn from_state(settings: SgdSettings, mut state: ModelState) -> Self {
        let plan = Plan::new(&settings);
        state.tidy(plan.averages());
        let classes = classes_of(&state);
        let names: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
        let buffers = match settings.dtype {
            Dtype::Float64 => Buffers::Double(Memory::default()),
            Dtype::Float32 => Buffers::Single(Memory::default()),
        };
        Self {
            orders: Orders::new(&settings, state.rows.len()),
            settings,
            plan,
            state,
            class_weight: Ok(Vec::new()),
            buffers,
            last_rate: 0.0,
        }
        .named(&names)
    }

    /// The same model with the classes' texts, by which `class_weight` names them. If it names
    /// none of them rightly, partial fits are refused with the reason, as scikit-learn does it.
    #[must_use]
    pub fn named<S: AsRef<str>>(mut self, names: &[S]) -> Self {
        let weights = self.settings.class_weight.of_classes(names);
        self.class_weight = weights.map_err(|error| FitError::ClassWeight(error.to_string()));
        self
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
        self.state
            .rows
            .first()
            .map_or(0, |row| row.plain_coef.len())
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> u16 {
        classes_of(&self.state)
    }

    /// Number of rows of weights: 1 for two classes, otherwise one for each class.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.state.rows.len()
    }

    /// The weights of a row that predict: a row of scikit-learn's `coef_`. Empty if there is no
    /// such row.
    #[must_use]
    pub fn coef(&self, row: usize) -> &[f64] {
        let active = self.average_is_active();
        let row = self.state.rows.get(row);
        row.map_or(&[], |row| match &row.average_coef {
            Some(average) if active => average,
            _ => &row.plain_coef,
        })
    }

    /// The intercept of a row that predicts: an entry of scikit-learn's `intercept_`. 0 if there
    /// is no such row.
    #[must_use]
    pub fn intercept(&self, row: usize) -> f64 {
        let active = self.average_is_active();
        let row = self.state.rows.get(row);
        row.map_or(0.0, |row| {
            if active {
                row.average_intercept
            } else {
                row.plain_intercept
            }
        })
    }

    /// Number of samples learned from, plus 1: scikit-learn's `t_`.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.state.t
    }

    /// Takes over the rate that a classifier of this state used last.
    pub(crate) fn set_last_rate(&mut self, rate: f64) {
        self.last_rate = rate;
    }

    /// Learning rate of the last update; 0 before the first.
    #[must_use]
    pub fn last_rate(&self) -> f64 {
        self.last_rate
    }

    /// The weight of each class; none if `class_weight` does not fit the classes.
    pub(crate) fn class_weights(&self) -> &[f64] {
        self.class_weight.as_deref().unwrap_or_default()
    }

    /// Whether the averages predict.
    pub(crate) fn average_is_active(&self) -> bool {
        self.plan.average_is_active(self.state.t)
    }

    /// Learns from a batch, sample by sample. `sample_weight` says how much each one counts.
    ///
    /// # Errors
    /// When the batch does not fit the model or the weights overflow; the model is as it was.
    pub fn partial_fit(
        &mut self,
        x: &Features,
        labels: &[u16],
        sample_weight: Option<&[f64]>,
    ) -> Result<(), FitError> {
        self.partial_fit_watched(x, labels, sample_weight, None)
            .map(|_| ())
    }

    /// [`SgdClassifier::partial_fit`] that also tells how the sample `watched` was learned from:
    /// one update for each row of weights; none if there is no such sample.
    ///
    /// # Errors
    /// As [`SgdClassifier::partial_fit`].
    pub fn partial_fit_watched(
        &mut self,
        x: &Features,
        labels: &[u16],
        sample_weight: Option<&[f64]>,
        watched: Option<usize>,
    ) -> Result<Vec<Update>, FitError> {
        let batch = Batch {
            x,
            labels,
            sample_weight,
            watched: watched.filter(|&sample| sample < x.rows()),
        };
        let mut buffers = std::mem::replace(&mut self.buffers, Buffers::Double(Memory::default()));
        let outcome = match &mut buffers {
            Buffers::Double(memory) => self.fit(batch, memory),
            Buffers::Single(memory) => self.fit(batch, memory),
        };
        self.buffers = buffers;
        outcome
    }

    fn fit<F: Real>(
        &mut self,
        batch: Batch<'_>,
        memory: &mut Memory<F>,
    ) -> Result<Vec<Update>, FitError> {
        let expected = Expected {
            width: self.width(),
            classes: self.classes(),
        };
        let tame = check::<F>(expected, batch.x, batch.labels, batch.sample_weight)?;
        let class_weight = self.class_weight.as_ref().map_err(Clone::clone)?;
        let model = Model {
            plan: self.plan,
            class_weight,
            state: &self.state,
        };
        let updates = memory.fit(model, &mut self.orders, batch, tame)?;
        self.last_rate = memory.commit(self.plan, batch.x.rows(), &mut self.state)?;
        Ok(updates)
    }
}

fn classes_of(state: &ModelState) -> u16 {
    u16::try_from(state.rows.len().max(2)).unwrap_or(u16::MAX)
}
