//! The simulated source: the lab's stream, drawn in the worker. Offset `i` of the only partition is
//! record `i` of the seed, exactly as the native program draws it.

use shared::generate::LoanStream;
use shared::record::Record;

/// The stream with the memory of the record drawn last.
pub(super) struct Simulated {
    stream: LoanStream,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Simulated {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            stream: LoanStream::new(seed),
            key: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Goes on with the records of another seed, at the same place.
    pub(super) fn reseed(&mut self, seed: u64) {
        let index = self.stream.index();
        self.stream = LoanStream::new(seed);
        self.stream.seek(index);
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Record<'_> {
        let place = self.stream.next_into(&mut self.key, &mut self.value);
        Record {
            partition: 0,
            offset: i64::try_from(place.index).unwrap_or(i64::MAX),
            leader_epoch: None,
            timestamp_millis: place.timestamp_millis,
            key: Some(&self.key),
            value: Some(&self.value),
        }
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
