//! Decoding ahead, on another thread than the learner's.

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
