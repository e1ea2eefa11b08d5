//! One partial fit of one row of weights: the updates of a batch, one sample after the other.

#![expect(
    clippy::inline_always,
    reason = "one update is one piece of code, so that its numbers stay in registers"
)]

use super::error::FitError;
use super::explain::{Truncation, Update};
use super::float::Real;
use super::loss::hinge_value;
use super::plan::{Plan, Rate};
use super::sample::{Dense, Sample, Sparse};
use super::state::Intercepts;
use super::weights::Weights;
use crate::encode::{Features, Row};

/// Slopes are clipped to this magnitude.
const MAX_SLOPE: f64 = 1e12;

/// A batch as one row of weights sees it: one class against the rest.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a, F> {
    pub(super) x: &'a Features,
    pub(super) labels: &'a [u16],
    pub(super) sample_weight: Option<&'a [f64]>,
    /// The class that counts as positive.
    pub(super) positive: u16,
    /// How the loss writes the others.
    pub(super) negative_target: f64,
    /// Class weights of the others and of the positive class.
    pub(super) class_weight: (F, F),
}

impl<F: Real> Samples<'_, F> {
    /// Target, class weight and sample weight.
    #[inline(always)]
    fn target(&self, sample: usize) -> (f64, F, F) {
        let (target, class_weight) = if self.labels[sample] == self.positive {
            (1.0, self.class_weight.1)
        } else {
            (self.negative_target, self.class_weight.0)
        };
        let weight = self.sample_weight.map_or(1.0, |weights| weights[sample]);
        (target, class_weight, F::near(weight))
    }
}

/// What one update came to, for who watches.
#[derive(Default)]
pub(super) struct Step {
    score: f64,
    slope: f64,
    update: f64,
    shrink: f64,
    folded: bool,
    added: f64,
    passed_over: bool,
}

/// The running state of a pass.
pub(super) struct Pass<'a, F> {
    plan: Plan,
    pub(super) weights: Weights<'a, F>,
    intercepts: Intercepts,
    t: f64,
    rate: f64,
    /// Cumulative L1 penalty: what each weight should have paid, and what each has paid.
    l1_due: f64,
    l1_paid: &'a mut [F],
}

impl<'a, F: Real> Pass<'a, F> {
    /// A pass that begins at `t`.
    pub(super) fn new(
        plan: Plan,
        weights: Weights<'a, F>,
        l1_paid: &'a mut [F],
        t: f64,
        intercepts: Intercepts,
    ) -> Self {
        l1_paid.fill(F::default());
        Self {
            plan,
            weights,
            intercepts,
            t,
            rate: plan.rate.at(t),
            l1_due: 0.0,
            l1_paid,
        }
    }

    /// Learns from the samples that `order` names; gives back what the last one came to. With
    /// `dense`, memory for one row, zeros that rows leave out are filled in.
    pub(super) fn run(
        &mut self,
        samples: &Samples<'_, F>,
        order: &[u32],
        mut dense: Option<&mut [f64]>,
    ) -> Step {
        let mut step = Step::default();
        for &sample in order {
            let sample = sample as usize;
            let row = samples.x.row(sample);
            let row = match &mut dense {
                Some(dense) => filled(row, dense),
                None => row,
            };
            let target = samples.target(sample);
            step = match row {
                Row::Dense(values) => self.learn(Dense(values), target),
                Row::Sparse { columns, values } => self.learn(Sparse { columns, values }, target),
            };
        }
        step
    }

    /// [`Pass::run`] for one sample, which also tells how it was learned from.
    pub(super) fn run_watched(
        &mut self,
        samples: &Samples<'_, F>,
        sample: u32,
        dense: Option<&mut [f64]>,
    ) -> Update {
        let before = (self.stored(), self.weights.scale(), self.intercepts.plain);
        let paid = self.paid();
        let target = samples.target(sample as usize);
        let step = self.run(samples, &[sample], dense);
        let truncates = self.plan.truncates && !step.passed_over;
        let truncation = truncates.then(|| Truncation {
            due: self.l1_due,
            paid: (paid, self.paid()),
        });
        let after = (self.stored(), self.weights.scale(), self.intercepts.plain);
        let coef =
            |(stored, scale, _): &(Vec<f64>, f64, f64)| stored.iter().map(|w| w * scale).collect();
        Update {
            row: 0,
            number: 0,
            target: target.0,
            score: step.score,
            loss: Some(self.plan.loss.value(target.0, step.score)).filter(|loss| loss.is_finite()),
            slope: step.slope,
            gradient: clip(step.slope),
            class_weight: target.1.wide(),
            sample_weight: target.2.wide(),
            learning_rate: self.rate,
            update: step.update,
            shrink: step.shrink,
            passed_over: step.passed_over,
            folded: step.folded,
            step: step.added,
            scale: (before.1, after.1),
            coef: (coef(&before), coef(&after)),
            stored: (before.0, after.0),
            intercept: (before.2, after.2),
            truncation,
        }
    }

    fn stored(&self) -> Vec<f64> {
        self.weights.stored().iter().map(|w| w.wide()).collect()
    }

    fn paid(&self) -> Vec<f64> {
        self.l1_paid.iter().map(|q| q.wide()).collect()
    }

    /// One update.
    #[inline(always)]
    fn learn(&mut self, x: impl Sample, (y, class_weight, sample_weight): (f64, F, F)) -> Step {
        let plan = self.plan;
        let score = self.weights.dot(x) + self.intercepts.plain;
        self.rate = plan.rate.at(self.t);
        let slope = plan.loss.gradient(y, score);
        let mut step = Step {
            score,
            slope,
            update: 0.0,
            shrink: 1.0,
            folded: false,
            added: 0.0,
            passed_over: false,
        };
        let update = match plan.rate {
            Rate::Passive1 { eta0 } => {
                let norm = x.square_norm::<F>();
                if norm == 0.0 {
                    // Nothing to step along: the sample does not count, not even in `t`.
                    step.passed_over = true;
                    return step;
                }
                let whole = hinge_value(y, score) / norm;
                (if whole < eta0 { whole } else { eta0 }) * y
            }
            Rate::Passive2 { eta0 } => {
                let norm = x.square_norm::<F>();
                hinge_value(y, score) / (norm + 0.5 / eta0) * y
            }
            _ => -self.rate * clip(slope),
        };
        step.update = update * (class_weight * sample_weight).wide();
        if plan.shrinks {
            // A large rate would turn the weights round: they become zero instead.
            let left = 1.0 - (1.0 - plan.l1_ratio) * self.rate * plan.alpha;
            step.shrink = if left > 0.0 { left } else { 0.0 };
            step.folded = self.weights.shrink(step.shrink);
        }
        if step.update != 0.0 {
            step.added = self.weights.add(x, step.update);
            if plan.fit_intercept {
                self.intercepts.plain += step.update;
            }
        }
        if let Some(n) = plan.averaged_updates(self.t) {
            self.weights.average(x, step.update, n);
            let Intercepts { plain, average } = self.intercepts;
            self.intercepts.average += (plain - average) / n;
        }
        if plan.truncates {
            self.l1_due += plan.l1_ratio * self.rate * plan.alpha;
            self.weights.truncate(self.l1_paid, self.l1_due);
        }
        self.t += 1.0;
        step
    }

    /// Learning rate of the last update.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Folds the scale into the weights and gives back the intercepts.
    ///
    /// # Errors
    /// When something is not finite. scikit-learn asks that of the plain values only, and before
    /// it folds.
    pub(super) fn finish(mut self) -> Result<Intercepts, FitError> {
        let plain_is_finite = self.weights.is_finite() && self.intercepts.plain.is_finite();
        self.weights.fold();
        let average_is_finite =
            self.weights.average_is_finite() && self.intercepts.average.is_finite();
        if plain_is_finite && average_is_finite {
            Ok(self.intercepts)
        } else {
            Err(FitError::Overflow)
        }
    }
}

/// The row with its zeros, in `dense`.
fn filled<'a>(row: Row<'_>, dense: &'a mut [f64]) -> Row<'a> {
    dense.fill(0.0);
    for (column, value) in row.entries() {
        dense[column] = value;
    }
    Row::Dense(dense)
}

/// A branch, not a selection: slopes are hardly ever clipped, and the next sample waits for this.
#[inline(always)]
fn clip(slope: f64) -> f64 {
    if slope.abs() > MAX_SLOPE {
        clipped(slope)
    } else {
        slope
    }
}

#[cold]
#[inline(never)]
fn clipped(slope: f64) -> f64 {
    MAX_SLOPE.copysign(slope)
}
