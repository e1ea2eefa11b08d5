//! A list that never grows beyond its bound. The newest items are all kept; of the older ones every
//! n-th, evenly, with n doubling as the list would grow too long. So the shape of the whole stays
//! visible, and the number of items ever seen stays exact.

use serde::{Deserialize, Serialize};

/// A bounded history, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Thinned<T> {
    /// First those kept of the old ones, then all of the recent ones.
    items: Vec<T>,
    bound: usize,
    /// How many of the items are old.
    old: usize,
    /// Of the old items every so many-th is kept.
    stride: u64,
    /// How many items have become old, kept or not.
    aged: u64,
    seen: u64,
}

impl<T> Thinned<T> {
    /// An empty history of at most `bound` items (at least four).
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            items: Vec::new(),
            bound: bound.max(4),
            old: 0,
            stride: 1,
            aged: 0,
            seen: 0,
        }
    }

    /// Adds the newest item.
    pub(crate) fn push(&mut self, item: T) {
        if self.items.len() >= self.bound {
            self.age();
        }
        self.items.push(item);
        self.seen += 1;
    }

    /// The items kept, oldest first.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    /// The same history of other items.
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Thinned<U> {
        let Self {
            items,
            bound,
            old,
            stride,
            aged,
            seen,
        } = self;
        Thinned {
            items: items.into_iter().map(change).collect(),
            bound,
            old,
            stride,
            aged,
            seen,
        }
    }

    /// How many items there ever were.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Takes all items out and keeps the count.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        let (bound, seen) = (self.bound, self.seen);
        let drained = std::mem::replace(self, Self::new(bound));
        self.seen = seen;
        drained.items
    }

    /// Makes room: all but the newest quarter become old, and the old ones are thinned until they
    /// fill half of the room at most.
    fn age(&mut self) {
        let recent = self.bound / 4;
        let ageing = self.items.len() - recent;
        let was_old = self.old;
        let (first_new, old_stride) = (self.aged, self.stride);
        let aged = self.aged + (ageing - was_old) as u64;
        while aged.div_ceil(self.stride) > (self.bound / 2) as u64 {
            self.stride *= 2;
        }
        let stride = self.stride;
        let mut place = 0;
        let mut kept = 0;
        self.items.retain(|_| {
            let index = if place < was_old {
                place as u64 * old_stride
            } else {
                first_new + (place - was_old) as u64
            };
            let keep = place >= ageing || index.is_multiple_of(stride);
            kept += usize::from(keep && place < ageing);
            place += 1;
            keep
        });
        self.old = kept;
        self.aged = aged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(bound: usize, count: u64) -> Thinned<u64> {
        let mut history = Thinned::new(bound);
        (0..count).for_each(|item| history.push(item));
        history
    }

    #[test]
    fn below_the_bound_everything_is_kept() {
        assert_eq!(filled(8, 8).items(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn above_the_bound_the_older_ones_are_thinned_evenly() {
        assert_eq!(filled(8, 9).items(), [0, 2, 4, 6, 7, 8]);
        let items = filled(64, 10_000).items().to_vec();
        let old = &items[..16];
        let step = old[1] - old[0];
        assert!(
            old.windows(2).all(|pair| pair[1] - pair[0] == step),
            "{old:?}"
        );
    }

    #[test]
    fn what_was_taken_out_begins_anew_and_keeps_the_count() {
        let mut history = filled(8, 100);
        assert!(history.drain().len() <= 8);
        history.push(7);
        assert_eq!((history.items(), history.seen()), (&[7][..], 101));
    }

    #[test]
    fn a_million_items_stay_bounded_counted_and_complete_at_the_end() {
        let history = filled(64, 1_000_000);
        assert!(history.items().len() <= 64);
        assert_eq!(history.seen(), 1_000_000);
        assert_eq!(history.items()[0], 0);
        let newest: Vec<u64> = history.items().iter().rev().take(16).copied().collect();
        assert_eq!(newest, (999_984..1_000_000).rev().collect::<Vec<_>>());
        assert!(history.items().is_sorted());
    }
}
