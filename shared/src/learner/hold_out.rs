//! A set that is never learned from, measured again and again.

use super::Learner;
use crate::batch::Batch;
use crate::decode::{Decoder, Examples, Format, FormatError};
use crate::encode::Encoded;
use crate::evaluate::{FixedSet, Measures};
use crate::schema::Schema;

/// The set as it was decoded, and memory to measure it with.
#[derive(Clone, Debug)]
pub(super) struct HoldOut {
    set: FixedSet,
    examples: Examples,
    encoded: Encoded,
    labels: Vec<u16>,
    scores: Vec<f64>,
}

impl Learner {
    /// Takes the good records of a batch, which are written as `format` says, as the hold-out set
    /// in the place of the one before, and gives back how many they are. The set is no part of a
    /// snapshot.
    ///
    /// # Errors
    /// When the format does not fit the schema; the set before stays.
    pub fn set_hold_out(&mut self, batch: &Batch, format: &Format) -> Result<usize, FormatError> {
        let schema = Schema::clone(&self.decoding_schema);
        let mut decoder = Decoder::with_format(schema, format)?;
        let mut examples = Examples::default();
        for record in batch.records() {
            // A bad record is no example, here as elsewhere; nobody asks why.
            let _bad = decoder.decode(record.value, &mut examples);
        }
        let count = examples.len();
        let measures = self.settings.evaluation.measures.clone();
        let set = FixedSet::new(self.schema.classes(), measures);
        self.hold_out = set.ok().map(|set| HoldOut {
            set,
            examples,
            encoded: Encoded::default(),
            labels: Vec::new(),
            scores: Vec::new(),
        });
        Ok(count)
    }

    /// Every measure of the hold-out set with the model as it is; `None` without a set, or where
    /// it cannot be encoded. The encoder learns nothing from it.
    #[must_use]
    pub fn hold_out(&mut self) -> Option<Measures> {
        let mut hold_out = self.hold_out.take()?;
        let measures = self.measure(&mut hold_out);
        self.hold_out = Some(hold_out);
        measures
    }

    fn measure(&mut self, hold_out: &mut HoldOut) -> Option<Measures> {
        let HoldOut {
            set,
            examples,
            encoded,
            labels,
            scores,
        } = hold_out;
        self.encoder.transform(examples, encoded).ok()?;
        if encoded.features().width() != self.model.width() {
            return None;
        }
        encoded.keep(examples.labels(), labels);
        self.model.decisions(encoded.features(), scores);
        let rows = scores.chunks_exact(self.model.outputs()).zip(labels.iter());
        let judged = rows.map(|(scores, &label)| self.model.judge(label, scores));
        set.measures(self.evaluation.baseline().majority, judged)
            .ok()
    }
}
