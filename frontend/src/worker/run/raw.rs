//! Raw records, kept on request: the values of each batch as they came, one a line.

use std::collections::VecDeque;

use shared::batch::Batch;
use shared::decode::Format;
use shared::save::{raw_file_name, raw_records};

use crate::port::RawSummary;

/// The records of a batch.
struct RawBatch {
    batch_id: u64,
    lines: Vec<u8>,
}

/// The raw records that are kept.
#[derive(Default)]
pub(super) struct Raw {
    keeping: bool,
    batches: VecDeque<RawBatch>,
    bytes: usize,
    let_go: u64,
}

impl Raw {
    /// Keeps those of the batches from now on, or no more; what was kept stays.
    pub(super) fn keep(&mut self, keep: bool) {
        self.keeping = keep;
    }

    /// A batch was learned from.
    pub(super) fn add(&mut self, batch_id: u64, batch: &Batch) {
        if !self.keeping {
            return;
        }
        let bytes = batch.bytes() + batch.len();
        if bytes > RawSummary::MOST_BYTES {
            self.let_go += 1;
            return;
        }
        while self.bytes + bytes > RawSummary::MOST_BYTES
            || self.batches.len() == RawSummary::MOST_BATCHES
        {
            let Some(oldest) = self.batches.pop_front() else {
                break;
            };
            self.bytes -= oldest.lines.len();
            self.let_go += 1;
        }
        self.bytes += bytes;
        let lines = raw_records(batch, &Format::Json);
        self.batches.push_back(RawBatch { batch_id, lines });
    }

    pub(super) fn summary(&self) -> RawSummary {
        RawSummary {
            keeping: self.keeping,
            batches: self.batches.len() as u64,
            bytes: self.bytes as u64,
            let_go: self.let_go,
        }
    }

    /// Each batch's file, oldest first.
    pub(super) fn files(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.batches.iter().map(|batch| {
            let name = raw_file_name(batch.batch_id, &Format::Json);
            (name, batch.lines.as_slice())
        })
    }

    /// All batches in one file, with its name; nothing while none is kept.
    pub(super) fn file(&self) -> Option<(String, Vec<u8>)> {
        let (first, last) = (
            self.batches.front()?.batch_id,
            self.batches.back()?.batch_id,
        );
        let name = if first == last {
            raw_file_name(first, &Format::Json)
        } else {
            format!("batches_{first}_to_{last}.ndjson")
        };
        let mut all = Vec::with_capacity(self.bytes);
        for batch in &self.batches {
            all.extend_from_slice(&batch.lines);
        }
        Some((name, all))
    }
}

#[cfg(test)]
mod tests {
    use shared::record::Record;

    use super::*;

    fn batch(values: &[Option<&[u8]>]) -> Batch {
        let mut batch = Batch::new();
        for (offset, value) in (0..).zip(values) {
            batch.push(&Record {
                partition: 0,
                offset,
                leader_epoch: None,
                timestamp_millis: 0,
                key: None,
                value: *value,
            });
        }
        batch
    }

    fn keeping() -> Raw {
        let mut raw = Raw::default();
        raw.keep(true);
        raw
    }

    #[test]
    fn nothing_is_kept_unasked() {
        let mut raw = Raw::default();
        raw.add(0, &batch(&[Some(b"{}")]));
        assert_eq!((raw.summary(), raw.file()), (RawSummary::default(), None));
    }

    #[test]
    fn a_record_is_a_line_whatever_is_in_it() {
        let mut raw = keeping();
        raw.add(
            3,
            &batch(&[Some(b"{\n\"a\":1}"), None, Some(b"\xff\x00"), Some(b"")]),
        );
        let (name, bytes) = raw.file().unwrap();
        assert_eq!(name, "batch_3.ndjson");
        assert_eq!(bytes, b"{\t\"a\":1}\n\n\xff\x00\n\n");
        raw.add(4, &batch(&[Some(b"1")]));
        let (name, all) = raw.file().unwrap();
        assert_eq!(name, "batches_3_to_4.ndjson");
        let files: Vec<u8> = raw.files().flat_map(|(_, lines)| lines.to_vec()).collect();
        assert_eq!(all, files);
    }

    #[test]
    fn what_was_kept_stays_when_no_more_is() {
        let mut raw = keeping();
        raw.add(0, &batch(&[Some(b"1")]));
        raw.keep(false);
        raw.add(1, &batch(&[Some(b"2")]));
        assert_eq!(raw.file().unwrap().1, b"1\n");
    }

    #[test]
    fn old_batches_are_let_go_of_and_counted() {
        let mut raw = keeping();
        let value = vec![b'x'; RawSummary::MOST_BYTES / 4];
        for id in 0..10 {
            raw.add(id, &batch(&[Some(&value)]));
        }
        let summary = raw.summary();
        assert_eq!((summary.batches, summary.let_go), (3, 7));
        assert!(summary.bytes <= RawSummary::MOST_BYTES as u64);
        assert!(raw.files().next().unwrap().0.contains("batch_7"));
        raw.add(10, &batch(&[Some(&vec![b'x'; RawSummary::MOST_BYTES])]));
        assert_eq!(
            raw.summary().let_go,
            8,
            "a batch that is too large by itself"
        );
        let mut raw = keeping();
        for id in 0..20_000 {
            raw.add(id, &batch(&[Some(b"1")]));
        }
        assert_eq!(raw.summary().batches, RawSummary::MOST_BATCHES as u64);
    }
}
