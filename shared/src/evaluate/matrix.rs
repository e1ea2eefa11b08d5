//! The confusion matrix, and what follows from it alone.

use super::measures::ClassMeasures;

/// How much weight of each class was predicted as which: `n[label][predicted]`, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matrix {
    classes: usize,
    cells: Vec<f64>,
}

/// The place of a cell, row by row.
#[inline]
pub(super) fn cell(classes: u16, label: u16, predicted: u16) -> usize {
    usize::from(label) * usize::from(classes) + usize::from(predicted)
}

/// `part / whole`; `None` when there is no whole.
pub(super) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// How much of what a reference leaves wrong is put right: `(p − r) / (1 − r)` for the accuracy `p`
/// and the reference's `r`; `None` where the reference is always right.
pub(super) fn improvement(accuracy: f64, reference: f64) -> Option<f64> {
    (reference < 1.0).then(|| (accuracy - reference) / (1.0 - reference))
}

impl Matrix {
    /// Of `classes × classes` cells.
    pub(super) fn new(classes: u16, cells: Vec<f64>) -> Self {
        Self {
            classes: usize::from(classes),
            cells,
        }
    }

    pub(super) fn cells(&self) -> &[f64] {
        &self.cells
    }

    pub(super) fn rows(&self) -> Vec<Vec<f64>> {
        self.cells
            .chunks(self.classes)
            .map(<[f64]>::to_vec)
            .collect()
    }

    pub(super) fn total(&self) -> f64 {
        self.cells.iter().sum()
    }

    fn right(&self, class: usize) -> f64 {
        self.cells[class * self.classes + class]
    }

    fn labelled(&self, class: usize) -> f64 {
        let start = class * self.classes;
        self.cells[start..start + self.classes].iter().sum()
    }

    fn predicted(&self, class: usize) -> f64 {
        self.cells.iter().skip(class).step_by(self.classes).sum()
    }

    /// Precision, recall and F1 of each class.
    pub(super) fn per_class(&self) -> Vec<ClassMeasures> {
        let of = |class| {
            let (right, labelled, predicted) = (
                self.right(class),
                self.labelled(class),
                self.predicted(class),
            );
            ClassMeasures {
                support: labelled,
                precision: share(right, predicted),
                recall: share(right, labelled),
                f1: share(2.0 * right, labelled + predicted),
            }
        };
        (0..self.classes).map(of).collect()
    }

    /// Mean recall over the classes that occur.
    pub(super) fn balanced_accuracy(&self) -> Option<f64> {
        mean(self.per_class().iter().filter_map(|class| class.recall))
    }

    /// Cohen's kappa, `1 − (observed / expected disagreement)`, in scikit-learn's order of
    /// operations.
    pub(super) fn kappa(&self) -> Option<f64> {
        let total = self.total();
        let margin = |of: fn(&Self, usize) -> f64| -> Vec<f64> {
            (0..self.classes).map(|class| of(self, class)).collect()
        };
        let (labelled, predicted) = (margin(Self::labelled), margin(Self::predicted));
        let (mut observed, mut expected) = (0.0, 0.0);
        for (i, &said) in predicted.iter().enumerate() {
            for (j, &was) in labelled.iter().enumerate() {
                if i != j {
                    observed += self.cells[i * self.classes + j];
                    expected += said * was / total;
                }
            }
        }
        (expected > 0.0).then(|| 1.0 - observed / expected)
    }
}

/// The mean of precision, recall and F1 over the classes that occur as label or prediction, with 0
/// for what is undefined: scikit-learn's `average="macro"` with its default `zero_division`.
pub(super) fn macro_average(classes: &[ClassMeasures]) -> [Option<f64>; 3] {
    let measures: [fn(&ClassMeasures) -> Option<f64>; 3] = [
        |class| class.precision,
        |class| class.recall,
        |class| class.f1,
    ];
    measures.map(|measure| {
        let occurring = classes.iter().filter(|class| class.f1.is_some());
        mean(occurring.map(|class| measure(class).unwrap_or(0.0)))
    })
}

// There are few classes.
#[allow(clippy::cast_precision_loss)]
fn mean(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let count = values.clone().count();
    share(values.sum(), count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 5 of class 0 and 3 of class 1, of which 1 and 2 were mistaken.
    fn matrix() -> Matrix {
        Matrix::new(2, vec![4.0, 1.0, 2.0, 1.0])
    }

    #[test]
    fn shares_worked_out_by_hand() {
        let [_, positive] = matrix().per_class()[..] else {
            panic!("two classes")
        };
        assert_eq!(positive.precision, Some(0.5));
        assert_eq!(positive.recall, Some(1.0 / 3.0));
        assert_eq!(positive.f1, Some(0.4));
        assert_eq!(positive.support, 3.0);
        assert_eq!(
            matrix().balanced_accuracy(),
            Some(f64::midpoint(0.8, 1.0 / 3.0))
        );
        // Agreement 5/8, by chance (6·5 + 2·3)/64.
        let kappa = (5.0 / 8.0 - 36.0 / 64.0) / (1.0 - 36.0 / 64.0);
        assert!((matrix().kappa().unwrap() - kappa).abs() < 1e-15);
    }

    #[test]
    fn kappa_compares_what_occurs_in_one_only() {
        let one_class = Matrix::new(2, vec![3.0, 0.0, 0.0, 0.0]);
        assert_eq!(one_class.kappa(), None);
        assert_eq!(one_class.balanced_accuracy(), Some(1.0));
        assert_eq!(one_class.per_class()[1].f1, None);
        assert_eq!(macro_average(&one_class.per_class()), [Some(1.0); 3]);
    }

    #[test]
    fn nothing_counted_is_nothing_known() {
        let empty = Matrix::new(3, vec![0.0; 9]);
        assert_eq!(empty.kappa(), None);
        assert_eq!(empty.balanced_accuracy(), None);
        assert_eq!(macro_average(&empty.per_class()), [None; 3]);
    }

    #[test]
    fn improvement_is_relative_to_what_was_left_wrong() {
        assert_eq!(improvement(0.75, 0.5), Some(0.5));
        assert_eq!(improvement(0.0, 0.5), Some(-1.0));
        assert_eq!(improvement(1.0, 1.0), None);
    }
}
