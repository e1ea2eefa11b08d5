//! Sums of the columns of a row-major matrix in `NumPy`'s order of additions.

/// Below this many numbers `NumPy` adds one after the other.
const PLAIN: usize = 8;

/// Above this many numbers `NumPy` halves them.
const BLOCK: usize = 128;

/// What a partial fit needs of each column of a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// Numbers that are there.
    pub(super) counts: Vec<u64>,
    /// `S`, their sums.
    pub(super) values: Vec<f64>,
    /// `Σ(x−T)`, which would be zero without rounding.
    pub(super) centred: Vec<f64>,
    /// `Σ(x−T)²`.
    pub(super) squares: Vec<f64>,
    /// `T = S/n`.
    means: Vec<f64>,
}

impl PartialEq for Sums {
    /// It is memory and no state.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Sums {
    /// Sums the columns of `numbers`, in two passes over its rows.
    pub(super) fn of_batch(&mut self, width: usize, numbers: &[f64]) {
        for sums in [&mut self.values, &mut self.centred, &mut self.squares] {
            sums.clear();
            sums.resize(width, 0.0);
        }
        self.counts.clear();
        self.counts.resize(width, 0);
        match width {
            1 => self.of_column(numbers),
            // So many columns are kept in registers.
            2 => self.of_rows::<2>(numbers),
            3 => self.of_rows::<3>(numbers),
            4 => self.of_rows::<4>(numbers),
            _ => self.of_wide_rows(width, numbers),
        }
    }

    // Counts are far below 2⁵³, so they are exact as f64.
    #[allow(clippy::cast_precision_loss)]
    fn set_means(&mut self) {
        self.means.clear();
        let columns = self.values.iter().zip(&self.counts);
        self.means
            .extend(columns.map(|(sum, &count)| sum / count as f64));
    }

    fn of_column(&mut self, numbers: &[f64]) {
        self.counts[0] = numbers
            .iter()
            .map(|number| u64::from(!number.is_nan()))
            .sum();
        self.values[0] = pairwise(numbers, &present);
        self.set_means();
        let mean = self.means[0];
        self.centred[0] = pairwise(numbers, &|x| present(x - mean));
        self.squares[0] = pairwise(numbers, &|x| square(present(x - mean)));
    }

    fn of_rows<const WIDTH: usize>(&mut self, numbers: &[f64]) {
        let (rows, _) = numbers.as_chunks::<WIDTH>();
        let (mut counts, mut values) = ([0; WIDTH], [0.0; WIDTH]);
        for row in rows {
            for column in 0..WIDTH {
                counts[column] += u64::from(!row[column].is_nan());
                values[column] += present(row[column]);
            }
        }
        self.counts.copy_from_slice(&counts);
        self.values.copy_from_slice(&values);
        self.set_means();
        let mut means = [0.0; WIDTH];
        means.copy_from_slice(&self.means);
        let (mut centred, mut squares) = ([0.0; WIDTH], [0.0; WIDTH]);
        for row in rows {
            for column in 0..WIDTH {
                let difference = present(row[column] - means[column]);
                centred[column] += difference;
                squares[column] += square(difference);
            }
        }
        self.centred.copy_from_slice(&centred);
        self.squares.copy_from_slice(&squares);
    }

    fn of_wide_rows(&mut self, width: usize, numbers: &[f64]) {
        for row in numbers.chunks_exact(width) {
            for ((&x, sum), count) in row.iter().zip(&mut self.values).zip(&mut self.counts) {
                *count += u64::from(!x.is_nan());
                *sum += present(x);
            }
        }
        self.set_means();
        for row in numbers.chunks_exact(width) {
            let columns = self.centred.iter_mut().zip(&mut self.squares);
            for ((x, mean), (centred, squares)) in row.iter().zip(&self.means).zip(columns) {
                let difference = present(x - mean);
                *centred += difference;
                *squares += square(difference);
            }
        }
    }
}

/// The number, or 0 for a missing one, as `numpy.nansum` takes it.
#[inline]
fn present(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number }
}

#[inline]
fn square(number: f64) -> f64 {
    number * number
}

/// `Σ f(x)` in the order in which `NumPy` adds contiguous numbers: eight running sums over blocks
/// of at most [`BLOCK`], halves above it.
fn pairwise(numbers: &[f64], f: &impl Fn(f64) -> f64) -> f64 {
    let n = numbers.len();
    if n < PLAIN {
        return numbers.iter().fold(-0.0, |sum, &x| sum + f(x));
    }
    if n > BLOCK {
        let half = n / 2;
        let (left, right) = numbers.split_at(half - half % 8);
        return pairwise(left, f) + pairwise(right, f);
    }
    let (rows, rest) = numbers.as_chunks::<8>();
    let mut s = [-0.0; 8];
    for row in rows {
        for (sum, &x) in s.iter_mut().zip(row) {
            *sum += f(x);
        }
    }
    let sum = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    rest.iter().fold(sum, |sum, &x| sum + f(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many columns there are, each is summed alike (but for a single one).
    #[test]
    fn every_width_adds_in_the_order_of_the_rows() {
        let column: Vec<f64> = (1..=301u32).map(|i| 1e3 / f64::from(i) - 7.0).collect();
        let wanted = column.iter().fold(0.0, |sum, x| sum + x);
        for width in 2..7 {
            let numbers: Vec<f64> = column.iter().flat_map(|&x| vec![x; width]).collect();
            let mut sums = Sums::default();
            sums.of_batch(width, &numbers);
            assert_eq!(sums.values, vec![wanted; width]);
            assert_eq!(sums.counts, vec![301; width]);
            assert!(
                sums.squares
                    .iter()
                    .all(|s| *s == sums.squares[0] && *s > 0.0)
            );
        }
    }
}
