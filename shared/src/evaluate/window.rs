//! The last n judged examples, one by one.
//!
//! Counts move with the window, as whole numbers. Sums of floats do not: taking away what was
//! added long ago leaves its rounding behind, and so a moving sum drifts. They are summed afresh
//! from the window, oldest first, whenever somebody asks, and are thus the same to the bit as those
//! of an evaluation that never saw more than these n examples.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::calibration::{Bins, Edges};
use super::cost::CostSettings;
use super::judged::{Forecast, Judged, MOST_BRIER, came_true};
use super::loss::{MOST_LOG_LOSS, binary_brier, binary_log_loss};
use super::matrix::{Matrix, cell};
use super::measures::{Measures, Sums};
use super::ranking::areas;
use super::settings::MeasureSettings;
use super::sum::LossSum;
use crate::settings::MAX_WINDOW_RECORDS;

/// Whether the baselines were right about an example.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BaselineRight {
    pub(super) majority: bool,
    pub(super) no_change: bool,
}

/// One example of the window, 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Flat", into = "Flat")]
struct Entry {
    label: u16,
    predicted: u16,
    flags: u8,
    score: f64,
    confidence: f64,
}

/// An entry as JSON: `[label, predicted, flags, score, confidence]`.
type Flat = (u16, u16, u8, f64, f64);

const MAJORITY_RIGHT: u8 = 1;
const NO_CHANGE_RIGHT: u8 = 2;
const HAS_FORECAST: u8 = 4;
const ALL_FLAGS: u8 = 7;

/// The last n judged examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    records: NonZeroU32,
    classes: u16,
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// Beside the entries, for more than two classes: log loss and Brier score. With two classes
    /// they follow from the entry.
    losses: VecDeque<[f64; 2]>,
    right: Right,
    /// The confusion matrix, row by row.
    cells: Vec<u32>,
}

/// Right predictions in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Right {
    pub(super) model: u32,
    pub(super) majority: u32,
    pub(super) no_change: u32,
}

impl Window {
    pub(super) fn new(classes: u16, records: NonZeroU32) -> Self {
        Self {
            records,
            classes,
            entries: VecDeque::new(),
            losses: VecDeque::new(),
            right: Right::default(),
            cells: vec![0; usize::from(classes) * usize::from(classes)],
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn right(&self) -> Right {
        self.right
    }

    /// Takes in examples, whose labels and predictions must be of the classes.
    pub(super) fn count(&mut self, judged: impl IntoIterator<Item = (Judged, BaselineRight)>) {
        let most = self.records.get() as usize;
        // A copy, which a processor keeps in registers.
        let mut right = self.right;
        for (judged, baseline) in judged {
            if self.entries.len() >= most {
                self.forget_oldest(&mut right);
            }
            let entry = Entry::new(&judged, baseline);
            self.entries.push_back(entry);
            if self.classes > 2 {
                let losses = judged.forecast.map(|f| [f.log_loss, f.brier]);
                self.losses.push_back(losses.unwrap_or_default());
            }
            self.cells[entry.cell(self.classes)] += 1;
            right.add(&entry);
        }
        self.right = right;
    }

    #[inline]
    fn forget_oldest(&mut self, right: &mut Right) {
        if let Some(entry) = self.entries.pop_front() {
            self.losses.pop_front();
            self.cells[entry.cell(self.classes)] -= 1;
            right.remove(&entry);
        }
    }

    /// Takes another length; a shorter window forgets its oldest examples.
    pub(super) fn set_length(&mut self, records: NonZeroU32) {
        self.records = records;
        let mut right = self.right;
        while self.entries.len() > records.get() as usize {
            self.forget_oldest(&mut right);
        }
        self.right = right;
    }

    // At most a million examples.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn measures(&self, settings: &MeasureSettings) -> Measures {
        let forecasts = self.entries.iter().filter(|e| e.is(HAS_FORECAST)).count();
        let mut bins = Bins::new(settings.calibration_bins);
        let edges = Edges::new(settings.calibration_bins);
        for entry in self.entries.iter().filter(|e| e.is(HAS_FORECAST)) {
            let came_true = came_true(self.classes, entry.label, entry.predicted);
            let bin = edges.bin(entry.confidence);
            bins.add(bin, [1.0, entry.confidence, f64::from(u8::from(came_true))]);
        }
        let cost = settings.cost.as_ref();
        let sums = Sums {
            weight: self.entries.len() as f64,
            right: f64::from(self.right.model),
            majority_right: f64::from(self.right.majority),
            no_change_right: Some(f64::from(self.right.no_change)),
            forecasts: forecasts as f64,
            losses: self.losses(),
            calibration: bins.diagram(1.0),
            matrix: Matrix::new(self.classes, self.cells.iter().map(|&n| n.into()).collect()),
            decided: cost.and_then(|cost| self.decided(cost)),
            areas: self.areas(),
        };
        sums.measures(cost)
    }

    /// Log loss and Brier score, summed.
    fn losses(&self) -> [f64; 2] {
        if self.classes > 2 {
            return self.losses.iter().copied().collect::<LossSum>().values();
        }
        let of = |e: &Entry| {
            let (label, p) = (e.label, e.confidence);
            [binary_log_loss(label, p), binary_brier(label, p)]
        };
        let forecasts = self.entries.iter().filter(|e| e.is(HAS_FORECAST));
        forecasts.map(of).collect::<LossSum>().values()
    }

    fn areas(&self) -> (Option<f64>, Option<f64>) {
        if self.classes > 2 {
            return (None, None);
        }
        let mut scored: Vec<_> = self
            .entries
            .iter()
            .map(|e| (e.score, e.label == 1))
            .collect();
        areas(&mut scored)
    }

    fn decided(&self, cost: &CostSettings) -> Option<Matrix> {
        if self.classes > 2 {
            return None;
        }
        let mut cells = vec![0.0; 4];
        for entry in &self.entries {
            let decided = cost.decide(&entry.judged());
            cells[usize::from(entry.label * 2 + decided)] += 1.0;
        }
        Some(Matrix::new(2, cells))
    }

    /// Whether the counts are those of the examples, and all of these such as are counted.
    pub(super) fn is_consistent(&self, classes: u16) -> bool {
        let losses = if classes > 2 { self.entries.len() } else { 0 };
        let loss = |&[log_loss, brier]: &[f64; 2]| {
            (0.0..=MOST_LOG_LOSS).contains(&log_loss) && (0.0..=MOST_BRIER).contains(&brier)
        };
        self.classes == classes
            && self.records.get() <= MAX_WINDOW_RECORDS
            && self.entries.len() <= self.records.get() as usize
            && self
                .entries
                .iter()
                .all(|entry| entry.is_consistent(classes))
            && self.losses.len() == losses
            && self.losses.iter().all(loss)
            && self.counts_again() == (self.right, self.cells.clone())
    }

    fn counts_again(&self) -> (Right, Vec<u32>) {
        let mut right = Right::default();
        let mut cells = vec![0; usize::from(self.classes) * usize::from(self.classes)];
        for entry in &self.entries {
            right.add(entry);
            cells[entry.cell(self.classes)] += 1;
        }
        (right, cells)
    }
}

impl Entry {
    #[inline]
    fn new(judged: &Judged, baseline: BaselineRight) -> Self {
        let flag = |holds: bool, flag: u8| u8::from(holds) * flag;
        Self {
            label: judged.label,
            predicted: judged.predicted,
            flags: flag(baseline.majority, MAJORITY_RIGHT)
                | flag(baseline.no_change, NO_CHANGE_RIGHT)
                | flag(judged.forecast.is_some(), HAS_FORECAST),
            score: finite(judged.score),
            confidence: judged.forecast.map_or(0.0, |forecast| forecast.confidence),
        }
    }

    fn judged(&self) -> Judged {
        let forecast = self.is(HAS_FORECAST).then_some(self.confidence);
        Judged {
            label: self.label,
            predicted: self.predicted,
            score: self.score,
            forecast: forecast.and_then(|p| Forecast::binary(self.label, p)),
        }
    }

    #[inline]
    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    #[inline]
    fn cell(&self, classes: u16) -> usize {
        cell(classes, self.label, self.predicted)
    }

    fn is_consistent(&self, classes: u16) -> bool {
        self.label < classes
            && self.predicted < classes
            && self.flags <= ALL_FLAGS
            && self.score.is_finite()
            && (0.0..=1.0).contains(&self.confidence)
    }
}

impl Right {
    #[inline]
    fn add(&mut self, entry: &Entry) {
        self.model += u32::from(entry.label == entry.predicted);
        self.majority += u32::from(entry.is(MAJORITY_RIGHT));
        self.no_change += u32::from(entry.is(NO_CHANGE_RIGHT));
    }

    #[inline]
    fn remove(&mut self, entry: &Entry) {
        self.model -= u32::from(entry.label == entry.predicted);
        self.majority -= u32::from(entry.is(MAJORITY_RIGHT));
        self.no_change -= u32::from(entry.is(NO_CHANGE_RIGHT));
    }
}

impl From<Flat> for Entry {
    fn from((label, predicted, flags, score, confidence): Flat) -> Self {
        Self {
            label,
            predicted,
            flags,
            score,
            confidence,
        }
    }
}

impl From<Entry> for Flat {
    fn from(e: Entry) -> Self {
        (e.label, e.predicted, e.flags, e.score, e.confidence)
    }
}

/// The nearest finite number; 0 for NaN.
#[inline]
fn finite(score: f64) -> f64 {
    if score.is_nan() {
        return 0.0;
    }
    score.clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_WRONG: BaselineRight = BaselineRight {
        majority: false,
        no_change: false,
    };

    fn window(classes: u16, records: u32) -> Window {
        Window::new(classes, NonZeroU32::new(records).unwrap())
    }

    /// A window of three classes with three examples, of which one has no probabilities.
    fn three_classes() -> Window {
        let mut window = window(3, 4);
        let judged = [
            Judged::multiclass(0, 0, 1.0, Some(&[0.5, 0.25, 0.25])),
            Judged::multiclass(1, 2, f64::INFINITY, None),
            Judged::multiclass(2, 2, f64::NAN, Some(&[0.0, 0.5, 0.5])),
        ];
        let baseline = BaselineRight {
            majority: true,
            no_change: true,
        };
        window.count(judged.map(|judged| (judged, baseline)));
        window
    }

    #[test]
    fn scores_that_are_no_numbers_are_kept_as_near_ones() {
        let scores: Vec<_> = three_classes()
            .entries
            .iter()
            .map(|entry| entry.score)
            .collect();
        assert_eq!(scores, [1.0, f64::MAX, 0.0]);
        assert_eq!(finite(f64::NEG_INFINITY), f64::MIN);
    }

    #[test]
    fn a_window_forgets_its_oldest_examples_and_all_that_they_counted() {
        let mut window = three_classes();
        let other = Judged::multiclass(1, 1, 0.0, Some(&[0.25, 0.5, 0.25]));
        window.count([(other, ALL_WRONG), (other, ALL_WRONG)]);
        assert!(window.is_consistent(3));
        assert_eq!(window.len(), 4);
        let right = |model, majority, no_change| Right {
            model,
            majority,
            no_change,
        };
        assert_eq!(window.right(), right(3, 2, 2));
        window.set_length(NonZeroU32::new(2).unwrap());
        assert_eq!(window.right(), right(2, 0, 0));
        assert!(window.is_consistent(3));
        assert_eq!(window.losses(), [2.0 * std::f64::consts::LN_2, 0.75]);
        window.set_length(NonZeroU32::new(9).unwrap());
        assert_eq!((window.len(), window.areas()), (2, (None, None)));
    }

    #[test]
    fn decisions_are_those_of_the_window() {
        let mut window = window(2, 2);
        let cost = CostSettings {
            threshold: 0.25,
            ..CostSettings::default()
        };
        let judged = [(1, 0.9), (0, 0.5), (1, 0.25)];
        window.count(judged.map(|(label, p)| (Judged::binary(label, 1.0, Some(p)), ALL_WRONG)));
        // No alarm was right: one was false, and one missing.
        let decided = window.decided(&cost).unwrap();
        assert_eq!(decided.cells(), [0.0, 1.0, 1.0, 0.0]);
        assert_eq!(three_classes().decided(&cost), None);
    }

    #[test]
    fn a_state_that_no_examples_lead_to_is_told() {
        let is_consistent = |change: fn(&mut Window)| {
            let mut window = three_classes();
            change(&mut window);
            window.is_consistent(3)
        };
        assert!(is_consistent(|_| {}));
        let wrong: [fn(&mut Window); 14] = [
            |window| window.classes = 2,
            |window| window.records = NonZeroU32::new(2).unwrap(),
            |window| window.records = NonZeroU32::new(MAX_WINDOW_RECORDS + 1).unwrap(),
            |window| window.entries[0].flags = 8,
            |window| window.entries[0].score = f64::INFINITY,
            |window| window.entries[0].confidence = 1.5,
            |window| window.entries[0].confidence = f64::NAN,
            |window| window.losses.clear(),
            |window| window.losses[0] = [36.1, 0.5],
            |window| window.losses[0] = [0.5, 2.1],
            |window| window.losses[0] = [-0.5, 0.5],
            |window| window.right.majority = 2,
            |window| window.cells[0] = 0,
            |window| window.cells.push(0),
        ];
        for (number, change) in wrong.into_iter().enumerate() {
            assert!(!is_consistent(change), "change {number}");
        }
        for (label, predicted) in [(3, 0), (0, 3)] {
            let mut entry = three_classes().entries[0];
            (entry.label, entry.predicted) = (label, predicted);
            assert!(!entry.is_consistent(3), "{label} as {predicted}");
        }
    }
}
