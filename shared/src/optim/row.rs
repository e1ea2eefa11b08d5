//! One sample's features, dense or sparse: the only place that knows how rows are kept.

use crate::encode::Features;

/// The features of one sample. In a sparse row those that are not named are zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a>(Kind<'a>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind<'a> {
    Dense(&'a [f64]),
    Sparse(&'a [u32], &'a [f64]),
}

impl<'a> From<&'a [f64]> for Row<'a> {
    fn from(values: &'a [f64]) -> Self {
        Self(Kind::Dense(values))
    }
}

impl<'a, const N: usize> From<&'a [f64; N]> for Row<'a> {
    fn from(values: &'a [f64; N]) -> Self {
        Self(Kind::Dense(values))
    }
}

impl<'a> From<&'a Vec<f64>> for Row<'a> {
    fn from(values: &'a Vec<f64>) -> Self {
        Self(Kind::Dense(values))
    }
}

impl<'a> Row<'a> {
    /// The rows of a matrix, in order.
    pub(super) fn all(features: &'a Features) -> impl ExactSizeIterator<Item = Self> + Clone {
        (0..features.rows()).map(|row| Self::from(features.row(row)))
    }

    /// A row of the features number `indices`, from 0, with their `values`; `None` unless there is
    /// a value for every index and the indices ascend.
    #[must_use]
    pub fn sparse(indices: &'a [u32], values: &'a [f64]) -> Option<Self> {
        let ascend = indices.is_sorted_by(|a, b| a < b);
        (ascend && indices.len() == values.len()).then_some(Self(Kind::Sparse(indices, values)))
    }

    /// The number of features that the row does not fit with a model of `width` features; `None`
    /// if it fits.
    pub(super) fn other_width(self, width: usize) -> Option<usize> {
        match self.0 {
            Kind::Dense(values) => (values.len() != width).then_some(values.len()),
            Kind::Sparse(indices, _) => {
                let needed = indices.last().map_or(0, |&last| last as usize + 1);
                (needed > width).then_some(needed)
            }
        }
    }

    /// Number and value of the first feature that is not finite.
    pub(super) fn not_finite(self) -> Option<(usize, f64)> {
        self.pairs().find(|(_, value)| !value.is_finite())
    }

    /// `Σ w·x`, left to right. Features that are zero add zero, so both kinds give the same bits.
    pub(super) fn dot(self, weights: &[f64]) -> f64 {
        let weight = |column| weights.get(column).copied().unwrap_or(0.0);
        match self.0 {
            Kind::Dense(values) => weights
                .iter()
                .zip(values)
                .fold(0.0, |sum, (w, x)| sum + w * x),
            Kind::Sparse(..) => self.pairs().fold(0.0, |sum, (j, x)| sum + weight(j) * x),
        }
    }

    /// Visits features in order: those that the row names, or all of `width` with zeros for the
    /// others.
    pub(super) fn visit(self, width: usize, all: bool, mut visit: impl FnMut(usize, f64)) {
        if let (Kind::Sparse(..), true) = (self.0, all) {
            let mut named = self.pairs().peekable();
            for column in 0..width {
                let value = named.next_if(|pair| pair.0 == column);
                visit(column, value.map_or(0.0, |pair| pair.1));
            }
        } else {
            self.pairs()
                .for_each(|(column, value)| visit(column, value));
        }
    }

    /// The features that the row names, with their numbers.
    fn pairs(self) -> impl Iterator<Item = (usize, f64)> {
        let (indices, values) = match self.0 {
            Kind::Dense(values) => (None, values),
            Kind::Sparse(indices, values) => (Some(indices), values),
        };
        values.iter().enumerate().map(move |(place, &value)| {
            let column = indices.map_or(place, |indices| indices[place] as usize);
            (column, value)
        })
    }
}
