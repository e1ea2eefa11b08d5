//! One partial fit of all rows of weights, in memory of its own, so that the model stays as it was
//! until everything went well.

use super::error::FitError;
use super::explain::Update;
use super::float::Real;
use super::pass::{Pass, Samples};
use super::plan::Plan;
use super::shuffle::Orders;
use super::state::{Course, Intercepts, ModelState, RowState};
use super::weights::Weights;
use crate::encode::Features;

/// The model that a partial fit begins with.
#[derive(Clone, Copy)]
pub(super) struct Model<'a> {
    pub(super) plan: Plan,
    /// The weight of each class.
    pub(super) class_weight: &'a [f64],
    pub(super) state: &'a ModelState,
}

/// A batch that was checked.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a> {
    pub(super) x: &'a Features,
    pub(super) labels: &'a [u16],
    pub(super) sample_weight: Option<&'a [f64]>,
    /// The sample whose update is told.
    pub(super) watched: Option<usize>,
}

/// What a partial fit works in; kept, so that the next one needs no new memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory<F> {
    rows: Vec<Fitted<F>>,
    l1_paid: Vec<F>,
    /// One sample with its zeros.
    dense: Vec<f64>,
    rate: f64,
}

/// What a partial fit made of one row of weights.
#[derive(Clone, Debug, Default)]
struct Fitted<F> {
    coef: Vec<F>,
    average: Vec<F>,
    intercepts: Intercepts,
}

impl<F: Real> Memory<F> {
    /// Fits every row of weights. `tame` says that zeros of sparse rows may be skipped at first.
    pub(super) fn fit(
        &mut self,
        model: Model<'_>,
        orders: &mut Orders,
        batch: Batch<'_>,
        tame: bool,
    ) -> Result<Vec<Update>, FitError> {
        self.rows
            .resize_with(model.state.rows.len(), Fitted::default);
        self.l1_paid.resize(batch.x.width(), F::default());
        self.dense.resize(batch.x.width(), 0.0);
        let mut updates = Vec::new();
        for row in 0..model.state.rows.len() {
            let order = orders.of(row, batch.x.rows());
            // L1 looks at every weight after every sample anyway.
            let skips_zeros = tame && !model.plan.truncates;
            if !(skips_zeros && self.pass(row, model, order, batch, true, &mut updates)?) {
                self.pass(row, model, order, batch, false, &mut updates)?;
            }
        }
        Ok(updates)
    }

    /// One pass over the batch. The watched sample is learned from by itself, so that the loop
    /// over the others stays tight. `false`: it skipped zeros and met numbers at which they count.
    fn pass(
        &mut self,
        row: usize,
        model: Model<'_>,
        order: &[u32],
        batch: Batch<'_>,
        skips_zeros: bool,
        updates: &mut Vec<Update>,
    ) -> Result<bool, FitError> {
        let Self {
            rows,
            l1_paid,
            dense,
            rate,
        } = self;
        let (fitted, state) = (&mut rows[row], &model.state.rows[row]);
        fitted.load(state);
        let samples = samples(row, model, batch);
        let mut dense = (!skips_zeros).then_some(&mut dense[..]);
        let mut pass = fitted.start(model, state, l1_paid);
        let mut update = None;
        let (before, rest) = split(order, batch.watched);
        pass.run(&samples, before, dense.as_deref_mut());
        if let Some((&sample, behind)) = rest.split_first() {
            let told = pass.run_watched(&samples, sample, dense.as_deref_mut());
            pass.run(&samples, behind, dense);
            let number = before.len() as u64 + 1;
            update = Some(Update {
                row,
                number,
                ..told
            });
        }
        if skips_zeros && !pass.weights.is_tame() {
            return Ok(false);
        }
        *rate = pass.rate();
        fitted.intercepts = pass.finish()?;
        updates.extend(update);
        Ok(true)
    }

    /// Writes what was fitted into the state; gives back the last learning rate.
    pub(super) fn commit(
        &self,
        plan: Plan,
        samples: usize,
        state: &mut ModelState,
    ) -> Result<f64, FitError> {
        let before = state.t;
        let after = before + f64::from(u32::try_from(samples).unwrap_or(u32::MAX));
        let course = Course::new(&plan, state.rows.len(), before, after);
        let narrow_overflow = |fitted: &Fitted<F>| !fitted.intercepts.fit_in::<F>(course);
        if self.rows.iter().any(narrow_overflow) {
            return Err(FitError::Overflow);
        }
        for (fitted, row) in self.rows.iter().zip(&mut state.rows) {
            widen(&fitted.coef, &mut row.plain_coef);
            if let Some(average) = &mut row.average_coef {
                widen(&fitted.average, average);
            }
            row.set_intercepts::<F>(fitted.intercepts, course);
        }
        state.t = after;
        Ok(self.rate)
    }
}

impl<F: Real> Fitted<F> {
    fn load(&mut self, state: &RowState) {
        self.coef.clear();
        self.coef
            .extend(state.plain_coef.iter().map(|&w| F::near(w)));
        self.average.clear();
        let average = state.average_coef.iter().flatten();
        self.average.extend(average.map(|&w| F::near(w)));
    }

    fn start<'a>(
        &'a mut self,
        model: Model<'_>,
        state: &RowState,
        l1_paid: &'a mut [F],
    ) -> Pass<'a, F> {
        let averaged = model.plan.averages().then_some(&mut self.average[..]);
        let weights = Weights::new(&mut self.coef, averaged);
        let intercepts = Intercepts {
            plain: state.plain_intercept,
            average: state.average_intercept,
        };
        Pass::new(model.plan, weights, l1_paid, model.state.t, intercepts)
    }
}

/// The batch as the row's problem of two classes. Of two classes the second is the positive one;
/// of more the row's own is, and all others together weigh 1.
fn samples<'a, F: Real>(row: usize, model: Model<'_>, batch: Batch<'a>) -> Samples<'a, F> {
    let weight = |class: usize| model.class_weight.get(class).copied().unwrap_or(1.0);
    let (positive, negative_weight) = if model.state.rows.len() > 1 {
        (row, 1.0)
    } else {
        (1, weight(0))
    };
    Samples {
        x: batch.x,
        labels: batch.labels,
        sample_weight: batch.sample_weight,
        positive: u16::try_from(positive).unwrap_or(u16::MAX),
        negative_target: model.plan.loss.negative(),
        class_weight: (F::near(negative_weight), F::near(weight(positive))),
    }
}

/// The order before the watched sample, and from it on.
fn split(order: &[u32], watched: Option<usize>) -> (&[u32], &[u32]) {
    let is_watched = |&sample: &u32| watched == Some(sample as usize);
    let place = watched.and_then(|_| order.iter().position(is_watched));
    order.split_at(place.unwrap_or(order.len()))
}

fn widen<F: Real>(from: &[F], to: &mut Vec<f64>) {
    to.clear();
    to.extend(from.iter().map(|w| w.wide()));
}
