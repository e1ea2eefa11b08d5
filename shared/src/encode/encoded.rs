//! What an encoder makes of a batch.

use super::Features;
use super::features::Writer;

/// The features of a batch, and the examples that have none.
///
/// Of the encoders here only the lab's drops examples (`handleInvalid="skip"`): those in which a
/// word is missing. `features().rows()` and `dropped().len()` add up to the number of examples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encoded {
    pub(super) features: Features,
    pub(super) dropped: Vec<u32>,
}

impl Encoded {
    /// The matrix: a row for each example that was kept, in their order.
    #[must_use]
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Numbers of the examples that have no row, ascending.
    #[must_use]
    pub fn dropped(&self) -> &[u32] {
        &self.dropped
    }

    /// Takes from `of_examples`, which has an entry per example (labels, weights), those of the
    /// rows, and puts them into `of_rows`.
    pub fn keep<T: Copy>(&self, of_examples: &[T], of_rows: &mut Vec<T>) {
        of_rows.clear();
        let mut start = 0;
        for &dropped in &self.dropped {
            let end = (dropped as usize).min(of_examples.len());
            of_rows.extend_from_slice(of_examples.get(start..end).unwrap_or_default());
            start = end + 1;
        }
        of_rows.extend_from_slice(of_examples.get(start..).unwrap_or_default());
    }

    /// Exchanges the matrix for another one, whose memory is used next.
    pub(crate) fn swap_features(&mut self, features: &mut Features) {
        std::mem::swap(&mut self.features, features);
    }

    /// Forgets the batch and keeps the memory; the rows are then written.
    pub(super) fn restart(&mut self, width: usize, rows: usize, most: usize) -> Writer<'_> {
        self.dropped.clear();
        self.features.restart(width, rows, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_rows() {
        let mut kept = Vec::new();
        for (dropped, wanted) in [
            (vec![], vec![10, 11, 12, 13]),
            (vec![0, 2], vec![11, 13]),
            (vec![3], vec![10, 11, 12]),
            (vec![0, 1, 2, 3], vec![]),
        ] {
            let features = Features::default();
            Encoded { features, dropped }.keep(&[10, 11, 12, 13], &mut kept);
            assert_eq!(kept, wanted);
        }
    }
}
