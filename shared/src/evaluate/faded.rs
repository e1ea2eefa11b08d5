//! All judged examples, older ones with less weight.
//!
//! At every example each sum is multiplied by the fading factor α, and then the example is added
//! with weight 1: `S ← α·S + x`, `N ← α·N + 1`, and `S/N` is the faded mean (Gama, Sebastião and
//! Rodrigues 2013, §3.2). With α = 1 that is the plain mean since the start.
//!
//! What has many cells (confusion matrix, calibration bins) is not multiplied cell by cell: the cells
//! hold `Sᵢ/s` under one common scale `s ← α·s`, and the example is added with weight `1/s`, so that
//! one example costs the same for 2 classes as for 200. Before `s` gets too small for that, the cells
//! are multiplied by it.

use serde::{Deserialize, Serialize};

use super::calibration::{Bins, bin, nearly};
use super::judged::{Judged, MOST_BRIER, came_true};
use super::loss::MOST_LOG_LOSS;
use super::matrix::Matrix;
use super::measures::{Measures, Sums};
use super::settings::MeasureSettings;
use super::sum::LossSum;
use super::window::BaselineRight;

/// The least scale, 2⁻²⁵⁶.
const LEAST_SCALE: f64 = f64::from_bits((1023 - 256) << 52);
/// More examples than ever are counted; the sums stay far below what `f64` holds.
const MOST_WEIGHT: f64 = 1e18;

/// Sums over all judged examples, older ones with less weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Faded {
    factor: f64,
    classes: u16,
    weight: f64,
    right: f64,
    majority_right: f64,
    no_change_right: f64,
    forecasts: f64,
    /// Log loss and Brier score.
    losses: LossSum,
    scale: f64,
    /// The confusion matrix, row by row, over `scale`.
    cells: Vec<f64>,
    /// Two classes: labels against decisions, over `scale`.
    decided: [f64; 4],
    bins: Bins,
}

/// What one example adds to the sums: looked at once for all of them, and without a branch on what
/// was right, which a processor cannot guess.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    right: f64,
    majority_right: f64,
    no_change_right: f64,
    losses: [f64; 2],
    /// Its cell of the confusion matrix.
    cell: usize,
    /// Two classes and a cost: its cell of labels against decisions.
    decided: Option<usize>,
    /// Its calibration bin and what it adds there; nothing without a probability.
    bin: u16,
    in_bin: [f64; 3],
}

impl Example {
    /// Of an example whose label and prediction are of the classes.
    #[inline]
    pub(super) fn new(
        classes: u16,
        settings: &MeasureSettings,
        judged: &Judged,
        baseline: BaselineRight,
    ) -> Self {
        let one_if = |holds: bool| f64::from(u8::from(holds));
        let decided = settings.cost.as_ref().filter(|_| classes == 2);
        let decided = decided.map(|cost| usize::from(judged.label * 2 + cost.decide(judged)));
        let came_true = one_if(came_true(classes, judged.label, judged.predicted));
        let (bin, in_bin, losses) = judged.forecast.map_or_else(Default::default, |forecast| {
            (
                bin(forecast.confidence, settings.calibration_bins),
                [1.0, forecast.confidence, came_true],
                [forecast.log_loss, forecast.brier],
            )
        });
        Self {
            right: one_if(judged.is_right()),
            majority_right: one_if(baseline.majority),
            no_change_right: one_if(baseline.no_change),
            losses,
            cell: usize::from(judged.label) * usize::from(classes) + usize::from(judged.predicted),
            decided,
            bin,
            in_bin,
        }
    }
}

impl Faded {
    pub(super) fn new(classes: u16, factor: f64, calibration_bins: u16) -> Self {
        Self {
            factor,
            classes,
            weight: 0.0,
            right: 0.0,
            majority_right: 0.0,
            no_change_right: 0.0,
            forecasts: 0.0,
            losses: LossSum::default(),
            scale: 1.0,
            cells: vec![0.0; usize::from(classes) * usize::from(classes)],
            decided: [0.0; 4],
            bins: Bins::new(calibration_bins),
        }
    }

    /// Weight of all examples and of those predicted rightly.
    pub(super) fn tally(&self) -> (f64, f64) {
        (self.weight, self.right)
    }

    /// Takes in one example.
    #[expect(
        clippy::inline_always,
        reason = "what the example adds stays in registers"
    )]
    #[inline(always)]
    pub(super) fn count(&mut self, example: &Example) {
        let faded = |sum: f64, added: f64| self.factor * sum + added;
        self.weight = faded(self.weight, 1.0);
        self.right = faded(self.right, example.right);
        self.majority_right = faded(self.majority_right, example.majority_right);
        self.no_change_right = faded(self.no_change_right, example.no_change_right);
        self.forecasts = faded(self.forecasts, example.in_bin[0]);
        self.losses.fade_and_add(self.factor, example.losses);
        self.fade_cells();
        let weight = 1.0 / self.scale;
        self.cells[example.cell] += weight;
        if let Some(decided) = example.decided {
            self.decided[decided] += weight;
        }
        let in_bin = example.in_bin.map(|sum| sum * weight);
        self.bins.add(example.bin, in_bin);
    }

    #[inline]
    fn fade_cells(&mut self) {
        self.scale *= self.factor;
        if self.scale < LEAST_SCALE {
            let scale = self.scale;
            self.cells.iter_mut().for_each(|cell| *cell *= scale);
            self.decided.iter_mut().for_each(|cell| *cell *= scale);
            self.bins.scale(scale);
            self.scale = 1.0;
        }
    }

    pub(super) fn measures(&self, settings: &MeasureSettings) -> Measures {
        let cost = settings.cost.as_ref();
        let sums = Sums {
            weight: self.weight,
            right: self.right,
            majority_right: self.majority_right,
            no_change_right: Some(self.no_change_right),
            forecasts: self.forecasts,
            losses: self.losses.values(),
            calibration: self.bins.diagram(self.scale),
            matrix: self.matrix(self.classes, &self.cells),
            decided: (self.classes == 2).then(|| self.matrix(2, &self.decided)),
            areas: (None, None),
        };
        sums.measures(cost)
    }

    fn matrix(&self, classes: u16, cells: &[f64]) -> Matrix {
        Matrix::new(
            classes,
            cells.iter().map(|cell| cell * self.scale).collect(),
        )
    }

    /// Whether it is a state that examples of these classes can have led to.
    pub(super) fn is_consistent(
        &self,
        classes: u16,
        factor: f64,
        settings: &MeasureSettings,
    ) -> bool {
        let parts = [
            self.right,
            self.majority_right,
            self.no_change_right,
            self.forecasts,
        ];
        self.classes == classes
            && self.factor == factor
            && (0.0..=MOST_WEIGHT).contains(&self.weight)
            && parts.iter().all(|part| (0.0..=self.weight).contains(part))
            && self
                .losses
                .are_within([MOST_LOG_LOSS, MOST_BRIER], self.forecasts)
            && (LEAST_SCALE..=1.0).contains(&self.scale)
            && self.cells_are_consistent(settings)
    }

    fn cells_are_consistent(&self, settings: &MeasureSettings) -> bool {
        let classes = usize::from(self.classes);
        let sum = |cells: &[f64]| cells.iter().sum::<f64>() * self.scale;
        let counted = |cell: &f64| cell.is_finite() && *cell >= 0.0;
        let decided = match (classes, &settings.cost) {
            (2, Some(_)) => self.weight,
            _ => 0.0,
        };
        self.cells.len() == classes * classes
            && self.cells.iter().chain(&self.decided).all(counted)
            && nearly(sum(&self.cells), self.weight)
            && nearly(
                self.cells.iter().step_by(classes + 1).sum::<f64>() * self.scale,
                self.right,
            )
            && nearly(sum(&self.decided), decided)
            && self
                .bins
                .is_consistent(settings.calibration_bins, self.scale, self.forecasts)
    }
}
