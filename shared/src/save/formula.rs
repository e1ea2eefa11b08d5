//! What a learner computes for one record, as a formula that can be written in another language.
//!
//! ```text
//! decision_k = ((0 + w_k1·x_1) + w_k2·x_2) + … + b_k − c        (c is 0 but for a squared online loss)
//! ```
//!
//! The sum runs from left to right over the columns in their order, zeros left out or not, in
//! `f64`; under `float32` each `x` is rounded to `f32` first. A writer that keeps to that order and
//! to single IEEE operations gets the engine's decisions to the last bit.

use thiserror::Error;

use crate::encode::stable::terms::{Factor, Term, Terms, WordInput};
use crate::learner::{ClassWeights, Learner};
use crate::model::{Dtype, Loss};
use crate::schema::Class;

/// Why a learner cannot be written in another language.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ScoringError {
    /// The encoder has no fixed meaning, or none that is a list.
    #[error("{format} cannot say {what}: save such a model as json")]
    Encoder {
        /// The format.
        format: &'static str,
        /// What of the encoder.
        what: String,
    },
    /// More than the format, or programs that read it, can take.
    #[error("{format} can take {most} {things}, and this model has {found}")]
    TooMany {
        /// The format.
        format: &'static str,
        /// Of what.
        things: &'static str,
        /// The limit.
        most: usize,
        /// What there is.
        found: usize,
    },
    /// A text that cannot stand in the language.
    #[error("{format} cannot say the character U+0000, which is in {text:?}")]
    Nul {
        /// The format.
        format: &'static str,
        /// The name or the word.
        text: String,
    },
}

/// See the module.
#[derive(Debug)]
pub(super) struct Formula<'a> {
    pub(super) terms: Terms,
    /// The weights that predict: one row for two classes, else one a class.
    pub(super) rows: Vec<ClassWeights>,
    /// `c`.
    pub(super) threshold: f64,
    /// What makes probabilities of decisions, if anything does.
    pub(super) loss: Option<Loss>,
    /// Whether `x` is rounded to `f32`.
    pub(super) single: bool,
    pub(super) classes: &'a [Class],
    /// Names of the columns.
    pub(super) names: Vec<String>,
    /// `model 3, saved after batch 2`.
    pub(super) title: String,
}

impl<'a> Formula<'a> {
    pub(super) fn new(learner: &'a Learner, format: &'static str) -> Result<Self, ScoringError> {
        let terms = learner.encoder().terms();
        let counters = learner.counters();
        let saved = counters.batches.checked_sub(1).map_or_else(
            || "before the first batch".to_owned(),
            |batch| format!("after batch {batch}"),
        );
        Ok(Self {
            terms: terms.map_err(|what| ScoringError::Encoder { format, what })?,
            rows: learner.weights(),
            threshold: learner.threshold(),
            loss: learner.loss_of_probabilities(),
            single: (learner.sgd()).is_some_and(|model| model.settings().dtype == Dtype::Float32),
            classes: &learner.schema().label.classes,
            names: learner.encoder().feature_names(),
            title: format!("model {}, saved {saved}", counters.models),
        })
    }

    /// The weight of a column in one row.
    pub(super) fn weight(&self, row: usize, column: u32) -> f64 {
        let coef = self.rows.get(row).map_or(&[][..], |row| &row.coef);
        coef.get(column as usize).copied().unwrap_or_default()
    }

    /// The categorical field of this place.
    pub(super) fn field(&self, place: usize) -> &WordInput {
        &self.terms.words[place]
    }

    /// The column of a field's word, or `None` where it has none.
    pub(super) fn column_of_slot(&self, field: usize, slot: usize) -> Option<u32> {
        let field = self.field(field);
        field
            .columns
            .get(slot)
            .copied()
            .flatten()
            .map(|column| field.start + column)
    }

    /// How many slots a factor has: of a number 1.
    pub(super) fn slots(&self, factor: Factor) -> usize {
        match factor {
            Factor::Words(field) => self.field(field).columns.len(),
            Factor::Number(_) => 1,
        }
    }

    /// The column of a product of two slots, or `None` where a word has none.
    pub(super) fn column_of_product(
        &self,
        (left, a): (Factor, usize),
        (right, b): (Factor, usize),
        (start, right_width): (u32, u32),
    ) -> Option<u32> {
        let column = |factor, slot| match factor {
            Factor::Words(field) => self.field(field).columns.get(slot).copied().flatten(),
            Factor::Number(_) => Some(0),
        };
        Some(start + column(left, a)? * right_width + column(right, b)?)
    }

    /// How many numbers the terms' tables hold in one row of weights.
    pub(super) fn table_entries(&self) -> usize {
        let of_term = |term: &Term| match *term {
            Term::Words(field) => self.slots(Factor::Words(field)),
            Term::Product { left, right, .. } => self.slots(left).saturating_mul(self.slots(right)),
            Term::Number { .. } | Term::Missing { .. } | Term::Step { .. } => 1,
        };
        let entries = self.terms.in_order.iter().map(of_term);
        entries.fold(0, usize::saturating_add)
    }
}
