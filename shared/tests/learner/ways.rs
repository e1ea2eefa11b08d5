//! The other ways into a step: batches decoded ahead, on another thread than the learner's, and
//! records that the caller keeps.

use std::num::NonZeroU32;

use shared::batch::{Batcher, Trigger};
use shared::decode::Format;
use shared::learner::{DecodedBatch, Learner, StepError};
use shared::model::SgdSettings;
use shared::record::Record;
use shared::schema::Schema;
use shared::settings::Settings;

use super::{batch, learner, whole};

/// The decoder is far ahead: every batch is decoded before the first one is learned from.
#[test]
fn batches_that_are_decoded_ahead_give_the_same_bits() {
    let mut one = learner(SgdSettings::default());
    let mut other = one.clone();
    let mut decoder = one.batch_decoder();
    let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::MAX));
    let ahead: Vec<_> = (0..20)
        .map(|number| {
            for record in batch(5, number * 70, 70).records() {
                let is_bad = record.offset % 11 == 3;
                let value = if is_bad {
                    Some(&b"{}"[..])
                } else {
                    record.value
                };
                batcher.push(&Record { value, ..record });
            }
            let mut decoded = DecodedBatch::default();
            assert!(decoder.cut(&mut batcher, &mut decoded));
            assert!(!decoder.cut(&mut batcher, &mut decoded));
            decoded
        })
        .collect();
    for mut decoded in ahead {
        let wanted = one.step(decoded.batch(), Some(7)).unwrap();
        assert!(wanted.bad_records > 5 && wanted.learned > 60);
        assert_eq!(other.step_decoded(&mut decoded, Some(7)).unwrap(), wanted);
    }
    assert_eq!(whole(&one), whole(&other));
}

#[test]
fn a_batch_that_was_decoded_for_another_schema_is_refused() {
    let mut learner = learner(SgdSettings::default());
    let before = whole(&learner);
    let mut decoded = DecodedBatch::default();
    assert_eq!(
        learner.step_decoded(&mut decoded, None),
        Err(StepError::Empty)
    );
    let mut schema = Schema::loan();
    schema.fields.pop();
    let other = Learner::with_schema(schema, Format::Json, Settings::default()).unwrap();
    let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::MAX));
    batch(1, 0, 5).records().for_each(|record| {
        batcher.push(&record);
    });
    assert!(other.batch_decoder().cut(&mut batcher, &mut decoded));
    assert_eq!(
        learner.step_decoded(&mut decoded, None),
        Err(StepError::OtherSchema)
    );
    assert_eq!(whole(&learner), before);
}

#[test]
fn records_that_the_caller_keeps_give_the_same_bits() {
    let mut of_batches = learner(SgdSettings::default());
    let mut of_records = of_batches.clone();
    for number in 0..5 {
        let batch = batch(6, number * 60, 60);
        let mut records: Vec<_> = batch.records().collect();
        for (record, partition) in records.iter_mut().zip((0..3).cycle()) {
            record.partition = partition;
            record.leader_epoch = Some(3 + i32::try_from(record.offset).unwrap() / 40);
        }
        records[8].value = None;
        let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::MAX));
        for record in &records {
            batcher.push(record);
        }
        records.sort_by_key(|record| (record.partition, record.offset));
        let wanted = of_batches.step(batcher.cut().unwrap(), Some(30)).unwrap();
        assert_eq!((wanted.ranges.len(), wanted.bad_records), (3, 1));
        assert!(wanted.explained.is_some());
        let report = of_records.step_records(&records, Some(30)).unwrap();
        assert_eq!(report, wanted);
    }
    assert_eq!(whole(&of_batches), whole(&of_records));
    let position = of_records.positions()[2];
    assert_eq!(
        (position.partition, position.offset, position.leader_epoch),
        (2, 300, Some(3 + 299 / 40))
    );
    assert_eq!(of_records.step_records(&[], None), Err(StepError::Empty));
}
