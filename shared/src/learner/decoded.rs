//! What decoding makes of a batch, and decoding ahead: on another thread than the learner's.
//!
//! Decoding needs nothing of what was learned. So one thread may cut and decode batches while
//! another one learns from those before; the results are the same to the bit, for a
//! [`DecodedBatch`] is what [`Learner::step`] makes of a batch first.

use std::sync::Arc;

use super::Learner;
use super::report::REPORTED_BAD_RECORDS;
use crate::batch::{Batch, Batcher, Records};
use crate::decode::{BadReason, BadRecord, Decoder, Examples};
use crate::record::Record;
use crate::schema::Schema;

/// A batch, and what decoding found in it. It is filled by [`BatchDecoder::cut`], again and again,
/// and learned from by [`Learner::step_decoded`].
#[derive(Clone, Debug, Default)]
pub struct DecodedBatch {
    pub(super) batch: Batch,
    pub(super) decoded: Decoded,
    /// What its fields mean.
    pub(super) schema: Option<Arc<Schema>>,
}

impl DecodedBatch {
    /// The batch.
    #[must_use]
    pub fn batch(&self) -> &Batch {
        &self.batch
    }
}

/// A learner's decoder for another thread.
///
/// ```
/// # use shared::batch::{Batcher, Trigger};
/// # use shared::learner::{DecodedBatch, Learner};
/// # use shared::record::Record;
/// # use shared::settings::Settings;
/// let settings = Settings { trigger: Trigger::Records(std::num::NonZeroU32::MIN), ..Settings::default() };
/// let mut batcher = Batcher::new(settings.trigger);
/// let mut learner = Learner::new(settings)?;
/// let mut decoder = learner.batch_decoder();
/// let ahead = std::thread::spawn(move || {
///     let mut decoded = DecodedBatch::default();
///     batcher.push(&Record { partition: 0, offset: 0, leader_epoch: None, timestamp_millis: 0, key: None, value: Some(b"{}") });
///     decoder.cut(&mut batcher, &mut decoded).then_some(decoded)
/// });
/// let mut decoded = ahead.join().unwrap().unwrap();
/// let report = learner.step_decoded(&mut decoded, None)?;
/// assert_eq!((report.records, report.bad_records), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BatchDecoder {
    decoder: Decoder,
    schema: Arc<Schema>,
}

impl BatchDecoder {
    /// Cuts the batch as it stands, in the order of (partition, offset), and decodes it; `false`
    /// when no record waits. What `into` held is forgotten and its memory used again.
    pub fn cut(&mut self, batcher: &mut Batcher, into: &mut DecodedBatch) -> bool {
        if !batcher.cut_into(&mut into.batch) {
            return false;
        }
        into.decoded
            .fill(&mut self.decoder, Records::Kept(&into.batch));
        into.schema = Some(Arc::clone(&self.schema));
        true
    }
}

impl Learner {
    /// A decoder of its records that works by itself.
    #[must_use]
    pub fn batch_decoder(&self) -> BatchDecoder {
        BatchDecoder {
            decoder: self.decoder.clone(),
            schema: Arc::clone(&self.decoding_schema),
        }
    }

    /// Whether the batch was decoded for this learner, or for one of the same schema.
    pub(super) fn can_use(&self, decoded: &DecodedBatch) -> bool {
        let own = &self.decoding_schema;
        let schema = decoded.schema.as_ref();
        schema.is_some_and(|schema| Arc::ptr_eq(schema, own) || schema == own)
    }
}

/// What decoding found in a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoded {
    pub(super) examples: Examples,
    /// Of each example: its index in the batch.
    pub(super) indices: Vec<usize>,
    /// The first bad records.
    pub(super) bad: Vec<BadRecord>,
    /// How many by kind.
    pub(super) bad_reasons: Vec<(String, u64)>,
    /// How many.
    pub(super) bad_records: u64,
}

impl Decoded {
    pub(super) fn fill(&mut self, decoder: &mut Decoder, records: Records<'_>) {
        self.examples.clear();
        self.indices.clear();
        self.bad.clear();
        self.bad_reasons.clear();
        self.bad_records = 0;
        for (index, record) in records.iter().enumerate() {
            match decoder.decode(record.value, &mut self.examples) {
                Ok(()) => self.indices.push(index),
                Err(reason) => self.count(&record, &reason),
            }
        }
    }

    fn count(&mut self, record: &Record<'_>, reason: &BadReason) {
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
