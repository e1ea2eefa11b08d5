//! What an online model does with a row: the only place here that knows how rows are kept.

use crate::encode::Row;

impl Row<'_> {
    /// The number of features that the row does not fit with a model of `width` features; `None`
    /// if it fits.
    pub(super) fn other_width(self, width: usize) -> Option<usize> {
        match self {
            Self::Dense(values) => (values.len() != width).then_some(values.len()),
            Self::Sparse { columns, .. } => {
                let needed = columns.last().map_or(0, |&last| last as usize + 1);
                (needed > width).then_some(needed)
            }
        }
    }

    /// Number and value of the first feature that is not finite.
    pub(super) fn not_finite(self) -> Option<(usize, f64)> {
        self.entries().find(|(_, value)| !value.is_finite())
    }

    /// `Σ w·x`, left to right. Features that are zero add zero, so both kinds give the same bits.
    pub(super) fn dot(self, weights: &[f64]) -> f64 {
        let weight = |column| weights.get(column).copied().unwrap_or(0.0);
        match self {
            Self::Dense(values) => weights
                .iter()
                .zip(values)
                .fold(0.0, |sum, (w, x)| sum + w * x),
            Self::Sparse { .. } => self.entries().fold(0.0, |sum, (j, x)| sum + weight(j) * x),
        }
    }

    /// Visits features in order: those that the row names, or all of `width` with zeros for the
    /// others.
    pub(super) fn visit(self, width: usize, all: bool, mut visit: impl FnMut(usize, f64)) {
        if let (Self::Sparse { .. }, true) = (self, all) {
            let mut named = self.entries().peekable();
            for column in 0..width {
                let value = named.next_if(|pair| pair.0 == column);
                visit(column, value.map_or(0.0, |pair| pair.1));
            }
        } else {
            self.entries()
                .for_each(|(column, value)| visit(column, value));
        }
    }
}
