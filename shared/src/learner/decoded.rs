//! What decoding a batch found, beside the examples.

use super::report::REPORTED_BAD_RECORDS;
use crate::decode::{BadReason, BadRecord};
use crate::record::Record;

/// The bad records of a batch.
#[derive(Default)]
pub(super) struct Decoded {
    /// The first of them.
    pub(super) bad: Vec<BadRecord>,
    /// How many by kind.
    pub(super) bad_reasons: Vec<(String, u64)>,
    /// How many.
    pub(super) bad_records: u64,
}

impl Decoded {
    pub(super) fn count(&mut self, record: &Record<'_>, reason: &BadReason) {
        self.bad_records += 1;
        let kind = reason.kind().to_string();
        let known = self
            .bad_reasons
            .iter_mut()
            .find(|(known, _)| *known == kind);
        match known {
            Some((_, count)) => *count += 1,
            None => self.bad_reasons.push((kind, 1)),
        }
        if self.bad.len() < REPORTED_BAD_RECORDS {
            self.bad.push(BadRecord::new(record, reason));
        }
    }
}
