//! The simulated source: the lab's stream, drawn in the worker. Offset `i` of the only partition is
//! record `i` of the seed, exactly as the native program draws it.

use std::collections::VecDeque;

use shared::generate::LoanStream;
use shared::record::Record;

/// The stream with the memory of the record drawn last.
pub(super) struct Simulated {
    stream: LoanStream,
    /// Seeds that are still to come, each with the index of its first record.
    coming: VecDeque<(u64, u64)>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Simulated {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            stream: LoanStream::new(seed),
            coming: VecDeque::new(),
            key: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Goes on at an index, with seeds that each hold from their first record's index on.
    pub(super) fn going_on(next: u64, seeds: &[(u64, u64)]) -> Self {
        let old = seeds.iter().rposition(|(first, _)| *first <= next);
        let mut coming: VecDeque<_> = seeds.iter().skip(old.unwrap_or(0)).copied().collect();
        let (_, seed) = coming.pop_front().unwrap_or_default();
        let mut simulated = Self::new(seed);
        simulated.stream.seek(next);
        simulated.coming = coming;
        simulated
    }

    /// The index of the next record.
    pub(super) fn index(&self) -> u64 {
        self.stream.index()
    }

    /// Goes on with the records of another seed, at the same place.
    pub(super) fn reseed(&mut self, seed: u64) {
        self.coming.clear();
        self.change_seed(seed);
    }

    fn change_seed(&mut self, seed: u64) {
        let index = self.stream.index();
        self.stream = LoanStream::new(seed);
        self.stream.seek(index);
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Record<'_> {
        if let Some((first, seed)) = self.coming.front().copied()
            && first <= self.stream.index()
        {
            self.coming.pop_front();
            self.change_seed(seed);
        }
        let place = self.stream.next_into(&mut self.key, &mut self.value);
        place.record(&self.key, &self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_go_on_over_a_change_of_seed() {
        let mut source = Simulated::new(1);
        let first = source.next().value.map(<[u8]>::to_vec);
        source.reseed(2);
        let record = source.next();
        assert_eq!(record.offset, 1);
        let mut same = Simulated::new(2);
        same.next();
        assert_eq!(record.value, same.next().value);
        assert_ne!(record.value.map(<[u8]>::to_vec), first);
    }
}
