//! Labels that come late: a loan is judged today and known to be bad a year later.
//!
//! The model predicts every example as it comes, but its label, and with it the chance to judge the
//! prediction and to learn, comes k records later. A model that is judged as if labels came at once
//! looks better than it is while a rule changes (Žliobaitė et al. 2015; Grzenda et al. 2020).

use std::collections::VecDeque;
use std::collections::vec_deque::Drain;

use serde::{Deserialize, Serialize};

use super::settings::{MAX_LABEL_DELAY_RECORDS, check};
use crate::settings::SettingsError;

/// Predictions whose labels have not come yet, in order.
///
/// With a delay of k, the label of a record comes when the k-th record after it has been predicted;
/// with 0, at once. So when record `j` is predicted, the labels of the records up to `j − k − 1` are
/// known. (River's `simulate_qa` with `delay = k + 1` gives the same order.)
///
/// At most k + 1 pairs wait. `P` is what is to be kept of the prediction, `E` of the example.
///
/// ```
/// use shared::evaluate::DelayedLabels;
///
/// let mut waiting = DelayedLabels::new(2)?;
/// assert_eq!(waiting.push("predicted a", "a"), None);
/// assert_eq!(waiting.push("predicted b", "b"), None);
/// assert_eq!(waiting.push("predicted c", "c"), Some(("predicted a", "a")));
/// // A bad record has no label, but time goes on.
/// assert_eq!(waiting.skip(), Some(("predicted b", "b")));
/// let rest: Vec<_> = waiting.flush().collect();
/// assert_eq!(rest, [("predicted c", "c")]);
/// # Ok::<(), shared::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayedLabels<P, E> {
    delay_records: u32,
    /// Records seen, modulo 2⁶⁴.
    records: u64,
    /// With the number of the record with which its label comes; oldest first.
    waiting: VecDeque<(u64, P, E)>,
}

impl<P, E> DelayedLabels<P, E> {
    /// Nothing waits yet.
    ///
    /// # Errors
    /// When the delay is greater than [`MAX_LABEL_DELAY_RECORDS`].
    pub fn new(delay_records: u32) -> Result<Self, SettingsError> {
        check(
            delay_records <= MAX_LABEL_DELAY_RECORDS,
            "label_delay_records",
            || format!("from 0 to {MAX_LABEL_DELAY_RECORDS}"),
            &delay_records,
        )?;
        Ok(Self {
            delay_records,
            records: 0,
            waiting: VecDeque::new(),
        })
    }

    /// The next record was predicted: hands back the pair whose label has come with it, if any.
    pub fn push(&mut self, prediction: P, example: E) -> Option<(P, E)> {
        let due = self.records.wrapping_add(u64::from(self.delay_records));
        self.waiting.push_back((due, prediction, example));
        self.skip()
    }

    /// The next record was bad and has no label: hands back the pair whose label has come with it, if
    /// any.
    pub fn skip(&mut self) -> Option<(P, E)> {
        let now = self.records;
        self.records = self.records.wrapping_add(1);
        let (due, _, _) = self.waiting.front()?;
        if *due != now {
            return None;
        }
        let (_, prediction, example) = self.waiting.pop_front()?;
        Some((prediction, example))
    }

    /// The stream has ended: hands back all that waits, oldest first.
    pub fn flush(&mut self) -> impl Iterator<Item = (P, E)> {
        let all: Drain<'_, _> = self.waiting.drain(..);
        all.map(|(_, prediction, example)| (prediction, example))
    }

    /// The pairs whose labels come with the next `records` records, oldest first, if no more is
    /// pushed. They go on waiting.
    pub fn coming(&self, records: u64) -> impl Iterator<Item = (&P, &E)> {
        let come = move |due: u64| due.wrapping_sub(self.records) < records;
        self.waiting
            .iter()
            .take_while(move |(due, _, _)| come(*due))
            .map(|(_, prediction, example)| (prediction, example))
    }

    /// All that waits, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = (&P, &E)> {
        self.waiting
            .iter()
            .map(|(_, prediction, example)| (prediction, example))
    }

    /// How many predictions wait for their labels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Records between an example and its label.
    #[must_use]
    pub fn delay_records(&self) -> u32 {
        self.delay_records
    }

    /// Whether every label is still to come, one record after the other, as it always is unless
    /// read from a file.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let ahead = |due: u64| due.wrapping_sub(self.records);
        let in_order = self
            .waiting
            .iter()
            .zip(self.waiting.iter().skip(1))
            .all(|(a, b)| ahead(a.0) < ahead(b.0));
        let latest = self.waiting.back().map(|last| ahead(last.0));
        self.delay_records <= MAX_LABEL_DELAY_RECORDS
            && in_order
            && latest.is_none_or(|ahead| ahead < u64::from(self.delay_records))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_records_count_as_time() {
        let mut waiting = DelayedLabels::new(3).unwrap();
        waiting.push((), 0);
        waiting.skip();
        waiting.push((), 2);
        assert_eq!(waiting.skip(), Some(((), 0)));
        assert_eq!(waiting.skip(), None);
        assert_eq!(waiting.skip(), Some(((), 2)));
        assert!(waiting.is_empty());
    }

    #[test]
    fn what_is_coming_can_be_told_ahead() {
        let mut waiting = DelayedLabels::new(3).unwrap();
        for record in 0..3 {
            waiting.push(record, ());
        }
        let coming = |records| {
            waiting
                .coming(records)
                .map(|(p, ())| *p)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (coming(0), coming(2), coming(9)),
            (vec![], vec![0, 1], vec![0, 1, 2])
        );
    }

    #[test]
    fn what_waits_at_the_end_comes_oldest_first() {
        let mut waiting = DelayedLabels::new(3).unwrap();
        assert!(waiting.is_empty());
        waiting.push('a', 0);
        waiting.push('b', 1);
        assert_eq!((waiting.len(), waiting.is_empty()), (2, false));
        assert_eq!(waiting.flush().collect::<Vec<_>>(), [('a', 0), ('b', 1)]);
        assert_eq!((waiting.len(), waiting.is_empty()), (0, true));
    }

    #[test]
    fn no_more_wait_than_the_delay() {
        let mut waiting = DelayedLabels::new(5).unwrap();
        for record in 0..100 {
            let come = waiting.push(record, ());
            assert_eq!(come, (record >= 5).then(|| (record - 5, ())));
            assert!(waiting.len() <= 5 && waiting.is_consistent());
        }
    }

    #[test]
    fn a_hostile_state_is_told() {
        let state = |waiting: &str| -> DelayedLabels<u8, u8> {
            let json = format!(r#"{{"delay_records":2,"records":9,"waiting":[{waiting}]}}"#);
            serde_json::from_str(&json).unwrap()
        };
        assert!(state("[9,0,0],[10,0,0]").is_consistent());
        assert!(!state("[8,0,0]").is_consistent(), "a label that has come");
        assert!(!state("[10,0,0],[9,0,0]").is_consistent(), "out of order");
        assert!(!state("[9,0,0],[9,0,0]").is_consistent(), "two at once");
        assert!(!state("[11,0,0]").is_consistent(), "too late");
    }

    #[test]
    fn a_delay_beyond_all_memory_is_refused() {
        let error = DelayedLabels::<(), ()>::new(u32::MAX).unwrap_err();
        assert_eq!(error.field, "label_delay_records");
    }
}
