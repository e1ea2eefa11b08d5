//! Every call of the engine that is measured. Nothing else here knows its interface.

use std::io::BufRead;
use std::num::NonZeroU32;

use anyhow::Context as _;
use shared::batch::{Batcher, Trigger};
use shared::decode::{Decoder, Examples};
use shared::encode::{Encoded, Encoder, EncoderSettings, Features};
use shared::evaluate::Tally;
use shared::learner::Learner;
use shared::model::{SgdClassifier, SgdSettings};
use shared::record::Record;
use shared::schema::Schema;
use shared::settings::Settings;

/// A batch that is ready to be learned from.
pub(crate) struct Samples {
    features: Features,
    labels: Vec<u16>,
}

/// The whole way: bytes, batch, decode, encode, test, train, metrics. It gives the test-then-train
/// accuracy.
pub(crate) fn stream<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    batch: NonZeroU32,
) -> anyhow::Result<Tally> {
    let mut way = Way::new(batch)?;
    for value in values {
        way.push(value)?;
    }
    way.finish()
}

/// The whole way over lines that are read as they are needed.
pub(crate) fn file(mut lines: impl BufRead, batch: NonZeroU32) -> anyhow::Result<Tally> {
    let mut way = Way::new(batch)?;
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        way.push(line.strip_suffix(b"\n").unwrap_or(&line))?;
        line.clear();
    }
    way.finish()
}

/// A decoder of the records.
pub(crate) fn decoder() -> Decoder {
    Decoder::new(Schema::loan())
}

/// Bytes to the examples of one batch.
pub(crate) fn decode(
    decoder: &mut Decoder,
    values: &[&[u8]],
    examples: &mut Examples,
) -> anyhow::Result<()> {
    examples.clear();
    for value in values {
        decoder.decode(Some(value), examples)?;
    }
    Ok(())
}

/// An encoder that has seen nothing.
pub(crate) fn encoder() -> anyhow::Result<Encoder> {
    Ok(Encoder::new(Schema::loan(), &EncoderSettings::default())?)
}

/// Examples to the features of one batch.
pub(crate) fn encode(
    encoder: &mut Encoder,
    examples: &Examples,
    encoded: &mut Encoded,
) -> anyhow::Result<()> {
    Ok(encoder.encode(examples, encoded)?)
}

/// Batches of the records' own features, which leave zeros out.
pub(crate) fn one_hot(values: &[&[u8]], batch: usize) -> anyhow::Result<Vec<Samples>> {
    let mut decoder = decoder();
    let mut encoder = encoder()?;
    let mut examples = Examples::default();
    let encoded = values.chunks(batch).map(|values| {
        decode(&mut decoder, values, &mut examples)?;
        let mut encoded = Encoded::default();
        encode(&mut encoder, &examples, &mut encoded)?;
        let features = encoded.features().clone();
        let labels = examples.labels().to_vec();
        Ok(Samples { features, labels })
    });
    encoded.collect()
}

/// The same samples with every zero written out.
pub(crate) fn dense(sparse: &Samples) -> anyhow::Result<Samples> {
    let width = sparse.features.width();
    let rows = sparse.features.iter();
    let values = rows.flat_map(|row| row.to_dense(width)).collect();
    samples(width, values, sparse.labels.clone())
}

/// Samples from row-major values.
pub(crate) fn samples(width: usize, values: Vec<f64>, labels: Vec<u16>) -> anyhow::Result<Samples> {
    let features = Features::from_rows(width, values).context("whole rows are needed")?;
    Ok(Samples { features, labels })
}

/// A model for these samples that has learned nothing.
pub(crate) fn model(samples: &Samples) -> SgdClassifier {
    SgdClassifier::new(SgdSettings::default(), samples.features.width(), 2)
}

/// One partial fit.
pub(crate) fn partial_fit(model: &mut SgdClassifier, samples: &Samples) -> anyhow::Result<()> {
    Ok(model.partial_fit(&samples.features, &samples.labels, None)?)
}

/// A learner and the batch that waits for it.
struct Way {
    learner: Learner,
    batcher: Batcher,
    offset: i64,
    tested: Tally,
}

impl Way {
    fn new(batch: NonZeroU32) -> anyhow::Result<Self> {
        let trigger = Trigger::Records(batch);
        let learner = Learner::new(Settings {
            trigger,
            ..Settings::default()
        })?;
        Ok(Self {
            learner,
            batcher: Batcher::new(trigger),
            offset: 0,
            tested: Tally::default(),
        })
    }

    fn push(&mut self, value: &[u8]) -> anyhow::Result<()> {
        let complete = self.batcher.push(&Record {
            partition: 0,
            offset: self.offset,
            leader_epoch: None,
            timestamp_millis: 0,
            key: None,
            value: Some(value),
        });
        self.offset += 1;
        if complete { self.step() } else { Ok(()) }
    }

    fn step(&mut self) -> anyhow::Result<()> {
        if let Some(batch) = self.batcher.cut() {
            let report = self.learner.step(batch, None)?;
            self.tested.correct += report.tested.correct;
            self.tested.total += report.tested.total;
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<Tally> {
        self.step()?;
        Ok(self.tested)
    }
}
