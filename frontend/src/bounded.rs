//! A list that never grows beyond its bound: when it is full, every second item of its older half
//! goes. The newest items stay complete, the shape of the whole stays visible, and the number of
//! items ever seen stays exact.

/// A bounded history, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thinned<T> {
    items: Vec<T>,
    bound: usize,
    seen: u64,
}

impl<T> Thinned<T> {
    /// An empty history of at most `bound` items (at least four).
    pub(crate) fn new(bound: usize) -> Self {
        Self { items: Vec::new(), bound: bound.max(4), seen: 0 }
    }

    /// Adds the newest item.
    pub(crate) fn push(&mut self, item: T) {
        if self.items.len() >= self.bound {
            self.thin();
        }
        self.items.push(item);
        self.seen += 1;
    }

    /// The items kept, oldest first.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    /// How many items there ever were.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Takes all items out and keeps the count.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        std::mem::take(&mut self.items)
    }

    /// Drops every second item of the older half; the very first stays.
    fn thin(&mut self) {
        let half = self.items.len() / 2;
        let mut index = 0;
        self.items.retain(|_| {
            let keep = index >= half || index % 2 == 0;
            index += 1;
            keep
        });
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
    fn above_the_bound_the_older_half_is_thinned() {
        assert_eq!(filled(8, 9).items(), [0, 2, 4, 5, 6, 7, 8]);
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
