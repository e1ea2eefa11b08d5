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

use super::calibration::{Bins, Edges, nearly};
use super::judged::{Judged, MOST_BRIER, came_true};
use super::loss::MOST_LOG_LOSS;
use super::matrix::{Matrix, cell};
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

/// The sums that every example changes. While a row of examples is counted they are a copy, which
/// a processor keeps in registers.
#[derive(Clone, Copy)]
struct Running {
    weight: f64,
    right: f64,
    majority_right: f64,
    no_change_right: f64,
    forecasts: f64,
    losses: LossSum,
    scale: f64,
}

impl Running {
    /// Fades, and adds one example.
    #[inline]
    fn count(&mut self, factor: f64, judged: &Judged, example: Example) {
        let faded = |sum: f64, added: f64| factor * sum + added;
        let forecast = judged.forecast;
        let losses = forecast.map_or([0.0; 2], |f| [f.log_loss, f.brier]);
        self.weight = faded(self.weight, 1.0);
        self.right = faded(self.right, one_if(example.right));
        self.majority_right = faded(self.majority_right, one_if(example.baseline.majority));
        self.no_change_right = faded(self.no_change_right, one_if(example.baseline.no_change));
        self.forecasts = faded(self.forecasts, one_if(forecast.is_some()));
        self.losses.fade_and_add(factor, losses);
        self.scale *= factor;
    }
}

#[inline]
fn one_if(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// What both sums need of an example, looked at once.
#[derive(Clone, Copy, Default)]
pub(super) struct Example {
    right: bool,
    pub(super) baseline: BaselineRight,
    came_true: bool,
    /// Its calibration bin, if it has a probability.
    bin: u16,
}

impl Example {
    #[inline]
    pub(super) fn new(
        classes: u16,
        edges: Edges,
        judged: &Judged,
        baseline: BaselineRight,
    ) -> Self {
        Self {
            right: judged.is_right(),
            baseline,
            came_true: came_true(classes, judged.label, judged.predicted),
            bin: judged.forecast.map_or(0, |f| edges.bin(f.confidence)),
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
            losses: LossSum::ZERO,
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

    /// Takes in examples whose labels and predictions are of the classes.
    pub(super) fn count(
        &mut self,
        settings: &MeasureSettings,
        judged: &[Judged],
        examples: &[Example],
    ) {
        let (classes, factor) = (self.classes, self.factor);
        let cost = settings.cost.as_ref().filter(|_| classes == 2);
        let mut sums = self.running();
        for (judged, &example) in judged.iter().zip(examples) {
            sums.count(factor, judged, example);
            if sums.scale < LEAST_SCALE {
                self.scale_cells(sums.scale);
                sums.scale = 1.0;
            }
            let weight = 1.0 / sums.scale;
            self.cells[cell(classes, judged.label, judged.predicted)] += weight;
            if let Some(cost) = cost {
                self.decided[cell(2, judged.label, cost.decide(judged))] += weight;
            }
            if let Some(forecast) = judged.forecast {
                let added = [1.0, forecast.confidence, one_if(example.came_true)];
                self.bins.add(example.bin, added.map(|sum| sum * weight));
            }
        }
        self.keep(sums);
    }

    fn running(&self) -> Running {
        Running {
            weight: self.weight,
            right: self.right,
            majority_right: self.majority_right,
            no_change_right: self.no_change_right,
            forecasts: self.forecasts,
            losses: self.losses,
            scale: self.scale,
        }
    }

    fn keep(&mut self, sums: Running) {
        self.weight = sums.weight;
        self.right = sums.right;
        self.majority_right = sums.majority_right;
        self.no_change_right = sums.no_change_right;
        self.forecasts = sums.forecasts;
        self.losses = sums.losses;
        self.scale = sums.scale;
    }

    #[cold]
    fn scale_cells(&mut self, scale: f64) {
        self.cells.iter_mut().for_each(|cell| *cell *= scale);
        self.decided.iter_mut().for_each(|cell| *cell *= scale);
        self.bins.scale(scale);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges so many examples of two classes: each third is wrong, with a cost of 2.
    fn judged(factor: f64, examples: u32) -> (Faded, MeasureSettings) {
        let settings = MeasureSettings {
            cost: Some(crate::evaluate::CostSettings {
                matrix: vec![vec![0.0, 2.0], vec![2.0, 0.0]],
                threshold: 0.5,
            }),
            ..MeasureSettings::default()
        };
        let mut faded = Faded::new(2, factor, settings.calibration_bins);
        let edges = Edges::new(settings.calibration_bins);
        for number in 0..examples {
            let label = u16::from(number % 3 != 0);
            let judged = Judged::binary(label, 1.0, Some(0.75));
            let baseline = BaselineRight {
                majority: true,
                no_change: false,
            };
            let example = Example::new(2, edges, &judged, baseline);
            faded.count(&settings, &[judged], &[example]);
        }
        (faded, settings)
    }

    #[test]
    fn sums_stay_true_however_often_their_scale_was_begun_anew() {
        // At a half the scale is begun anew after 256 examples, and only the last few count.
        for examples in [1, 255, 256, 257, 258, 700, 3000] {
            let (faded, settings) = judged(0.5, examples);
            assert!(faded.is_consistent(2, 0.5, &settings), "{examples}");
            let measures = faded.measures(&settings);
            let (mut weight, mut wrong) = (0.0, 0.0);
            for number in 0..examples {
                weight = 0.5 * weight + 1.0;
                wrong = 0.5 * wrong + one_if(number % 3 == 0);
            }
            assert_eq!(faded.tally(), (weight, weight - wrong));
            let cost = measures.cost.unwrap();
            assert_eq!(cost.total, 2.0 * wrong);
            assert_eq!(cost.per_example, cost.total / weight);
            assert_eq!(measures.calibration[7].weight, weight);
        }
    }

    #[test]
    fn a_state_that_no_examples_lead_to_is_told() {
        let (good, settings) = judged(0.5, 9);
        let is_consistent = |change: fn(&mut Faded)| {
            let mut faded = good.clone();
            change(&mut faded);
            faded.is_consistent(2, 0.5, &settings)
        };
        assert!(is_consistent(|_| {}));
        let wrong: [fn(&mut Faded); 12] = [
            |faded| faded.factor = 0.25,
            |faded| faded.weight = -1.0,
            |faded| faded.weight = 1e19,
            |faded| faded.right = faded.weight + 0.1,
            |faded| faded.majority_right = -0.1,
            |faded| faded.no_change_right = f64::NAN,
            |faded| faded.scale = 0.0,
            |faded| faded.scale = 1.5,
            |faded| faded.cells.push(0.0),
            |faded| faded.cells = vec![faded.cells[1] + faded.cells[3], 0.0, 0.0, 0.0],
            |faded| faded.decided = [0.0; 4],
            |faded| faded.decided = [f64::INFINITY; 4],
        ];
        for (number, change) in wrong.into_iter().enumerate() {
            assert!(!is_consistent(change), "change {number}");
        }
        let three = Faded::new(3, 0.5, settings.calibration_bins);
        assert!(three.is_consistent(3, 0.5, &settings));
        let costless = MeasureSettings {
            cost: None,
            ..settings.clone()
        };
        assert!(
            !good.is_consistent(2, 0.5, &costless),
            "nothing is decided there"
        );
    }
}
