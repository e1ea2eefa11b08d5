//! The matrix that a model is tested and trained on.

/// Features of a batch: `rows() × width()` finite numbers, row by row.
///
/// A row is kept either whole or as the pairs of column and value that are not left out; what is
/// left out is zero. One-hot rows are mostly zeros, and a zero changes neither `Σ w·x` nor an
/// update, so that both ways give the same bits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    width: usize,
    layout: Layout,
}

#[derive(Clone, Debug, PartialEq)]
enum Layout {
    Dense(Vec<f64>),
    Sparse {
        /// Where each row ends in the two others.
        ends: Vec<usize>,
        /// Columns, ascending in each row.
        columns: Vec<u32>,
        values: Vec<f64>,
    },
}

impl Default for Layout {
    fn default() -> Self {
        Self::Sparse {
            ends: Vec::new(),
            columns: Vec::new(),
            values: Vec::new(),
        }
    }
}

/// One row of [`Features`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// A value for every column.
    Dense(&'a [f64]),
    /// Ascending columns and their values; the other columns are zero.
    Sparse {
        /// The columns.
        columns: &'a [u32],
        /// Their values.
        values: &'a [f64],
    },
}

impl Features {
    /// An empty matrix of `width` columns, whose rows will leave zeros out.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            layout: Layout::default(),
        }
    }

    /// A matrix from row-major values; `None` unless they fill whole rows.
    #[must_use]
    pub fn from_rows(width: usize, values: Vec<f64>) -> Option<Self> {
        let layout = Layout::Dense(values);
        match &layout {
            Layout::Dense(values) if width > 0 && values.len().is_multiple_of(width) => {
                Some(Self { width, layout })
            }
            _ => None,
        }
    }

    /// The same matrix with its zeros left out; −0.0 is kept.
    #[must_use]
    pub fn without_zeros(&self) -> Self {
        let mut sparse = Self::default();
        let mut writer = sparse.restart(self.width, self.rows(), self.width);
        for row in self.iter() {
            for (column, value) in (0u32..).zip(row.to_dense(self.width)) {
                writer.push_if(value.to_bits() != 0, column, value);
            }
            writer.end_row();
        }
        writer.finish();
        sparse
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.layout {
            Layout::Dense(values) => values.len().checked_div(self.width).unwrap_or(0),
            Layout::Sparse { ends, .. } => ends.len(),
        }
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it is called for every sample that is learned from"
    )]
    pub fn row(&self, index: usize) -> Row<'_> {
        match &self.layout {
            Layout::Dense(values) => {
                Row::Dense(&values[index * self.width..(index + 1) * self.width])
            }
            Layout::Sparse {
                ends,
                columns,
                values,
            } => {
                let start = index.checked_sub(1).map_or(0, |before| ends[before]);
                let range = start..ends[index];
                Row::Sparse {
                    columns: &columns[range.clone()],
                    values: &values[range],
                }
            }
        }
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> + Clone {
        (0..self.rows()).map(|index| self.row(index))
    }

    /// All values that are there, and the columns of those that leave zeros out.
    pub(crate) fn cells(&self) -> (&[f64], &[u32]) {
        match &self.layout {
            Layout::Dense(values) => (values, &[]),
            Layout::Sparse {
                columns, values, ..
            } => (values, columns),
        }
    }

    /// Whether every value is finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let (Layout::Dense(values) | Layout::Sparse { values, .. }) = &self.layout;
        values.iter().all(|value| value.is_finite())
    }

    /// Forgets the rows, keeps the memory, and takes another width. `rows` rows of at most `most`
    /// entries can then be written.
    pub(crate) fn restart(&mut self, width: usize, rows: usize, most: usize) -> Writer<'_> {
        self.width = width;
        if matches!(self.layout, Layout::Dense(_)) {
            self.layout = Layout::default();
        }
        let Layout::Sparse {
            ends,
            columns,
            values,
        } = &mut self.layout
        else {
            unreachable!("a dense layout was replaced")
        };
        ends.clear();
        columns.resize(rows * most, 0);
        values.resize(rows * most, 0.0);
        Writer {
            ends,
            columns,
            values,
            len: 0,
        }
    }
}

/// Writes the rows of [`Features`]; [`finish`](Self::finish) ends it.
///
/// An entry is written without asking whether it is wanted, and counts only if it is: one-hot
/// codes are random, and a branch on them is guessed wrong a third of the time.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    ends: &'a mut Vec<usize>,
    columns: &'a mut Vec<u32>,
    values: &'a mut Vec<f64>,
    len: usize,
}

impl Writer<'_> {
    /// Adds an entry to the row under way, right of its last one.
    #[inline]
    pub(crate) fn push(&mut self, column: u32, value: f64) {
        self.push_if(true, column, value);
    }

    /// Adds an entry if `wanted`.
    #[inline]
    pub(crate) fn push_if(&mut self, wanted: bool, column: u32, value: f64) {
        let places = self.columns.get_mut(self.len);
        if let (Some(place), Some(number)) = (places, self.values.get_mut(self.len)) {
            (*place, *number) = (column, value);
            self.len += usize::from(wanted);
        }
    }

    /// Ends the row under way.
    #[inline]
    pub(crate) fn end_row(&mut self) {
        self.ends.push(self.len);
    }

    /// Cuts off what was not written.
    pub(crate) fn finish(self) {
        self.columns.truncate(self.len);
        self.values.truncate(self.len);
    }
}

impl<'a> From<&'a [f64]> for Row<'a> {
    fn from(values: &'a [f64]) -> Self {
        Self::Dense(values)
    }
}

impl<'a, const N: usize> From<&'a [f64; N]> for Row<'a> {
    fn from(values: &'a [f64; N]) -> Self {
        Self::Dense(values)
    }
}

impl<'a> Row<'a> {
    /// A row of these columns and values; `None` unless there is a value for every column and the
    /// columns ascend.
    #[must_use]
    pub fn sparse(columns: &'a [u32], values: &'a [f64]) -> Option<Self> {
        let ascend = columns.is_sorted_by(|a, b| a < b);
        (ascend && columns.len() == values.len()).then_some(Self::Sparse { columns, values })
    }

    /// The columns that are there and their values, ascending.
    pub fn entries(self) -> impl Iterator<Item = (usize, f64)> + use<'a> {
        let (columns, values) = match self {
            Self::Dense(values) => (None, values),
            Self::Sparse { columns, values } => (Some(columns), values),
        };
        let column = move |place: usize| columns.map_or(place, |columns| columns[place] as usize);
        values
            .iter()
            .enumerate()
            .map(move |(place, &value)| (column(place), value))
    }

    /// The row as `width` values.
    #[must_use]
    pub fn to_dense(self, width: usize) -> Vec<f64> {
        let mut dense = vec![0.0; width];
        for (column, value) in self.entries() {
            if let Some(place) = dense.get_mut(column) {
                *place = value;
            }
        }
        dense
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparse_row_is_the_dense_one_without_its_zeros() {
        let dense = Features::from_rows(3, vec![0.0, 1.0, -2.0, 0.0, 0.0, 0.0]).unwrap();
        let mut sparse = Features::new(3);
        let mut writer = sparse.restart(3, 2, 3);
        writer.push_if(false, 0, 7.0);
        writer.push(1, 1.0);
        writer.push(2, -2.0);
        writer.end_row();
        writer.end_row();
        writer.finish();
        assert_eq!((dense.rows(), sparse.rows()), (2, 2));
        for (dense, sparse) in dense.iter().zip(sparse.iter()) {
            assert_eq!(dense.to_dense(3), sparse.to_dense(3));
        }
    }

    #[test]
    fn half_a_row_is_refused() {
        assert_eq!(Features::from_rows(2, vec![1.0; 3]), None);
        assert_eq!(Features::from_rows(0, vec![]), None);
    }
}
