//! Every call of the engine that is measured. Nothing else here knows its interface.

use std::io::BufRead;
use std::num::NonZeroU32;
use std::sync::mpsc;
use std::{iter, panic, thread};

use anyhow::Context as _;
use shared::batch::{Batcher, Trigger};
use shared::decode::{Decoder, Examples};
use shared::encode::{Encoded, Encoder, EncoderSettings, Features};
use shared::evaluate::Tally;
use shared::learner::{DecodedBatch, Learner, Report};
use shared::model::{SgdClassifier, SgdSettings};
use shared::record::Record;
use shared::schema::Schema;
use shared::settings::Settings;

/// A batch that is ready to be learned from.
pub(crate) struct Samples {
    features: Features,
    labels: Vec<u16>,
}

/// The whole way: bytes, decode, encode, test, train, metrics. It gives the test-then-train
/// accuracy.
pub(crate) fn stream<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    batch: NonZeroU32,
) -> anyhow::Result<Tally> {
    let mut way = Way::new(batch)?;
    let mut records = Vec::new();
    for (offset, value) in (0..).zip(values) {
        records.push(record(offset, value));
        if records.len() >= batch.get() as usize {
            way.step(&records)?;
            records.clear();
        }
    }
    way.step(&records)?;
    Ok(way.tested)
}

/// The whole way over lines that are read as they are needed, a batch at a time.
pub(crate) fn file(mut lines: impl BufRead, batch: NonZeroU32) -> anyhow::Result<Tally> {
    let mut way = Way::new(batch)?;
    let (mut text, mut ends) = (Vec::new(), Vec::new());
    let mut offsets = 0..;
    loop {
        text.clear();
        ends.clear();
        while ends.len() < batch.get() as usize && lines.read_until(b'\n', &mut text)? > 0 {
            ends.push(text.len());
        }
        let starts = iter::once(0).chain(ends.iter().copied());
        let of_batch = starts.zip(&ends).map(|(start, &end)| &text[start..end]);
        let numbered = of_batch.map(without_line_end).zip(offsets.by_ref());
        let records: Vec<_> = numbered
            .map(|(value, offset)| record(offset, value))
            .collect();
        if records.is_empty() {
            return Ok(way.tested);
        }
        way.step(&records)?;
    }
}

/// A learner of one batch of these records.
pub(crate) fn learner(values: &[&[u8]]) -> anyhow::Result<Learner> {
    let most = u32::try_from(values.len()).ok().and_then(NonZeroU32::new);
    let mut way = Way::new(most.context("a batch holds a record at least")?)?;
    let records: Vec<_> = (0..)
        .zip(values)
        .map(|(offset, value)| record(offset, value))
        .collect();
    way.step(&records)?;
    Ok(way.learner)
}

/// [`stream`] on two threads: one cuts and decodes, the other learns.
pub(crate) fn stream_ahead<'a>(
    mut values: impl Iterator<Item = &'a [u8]> + Send,
    batch: NonZeroU32,
) -> anyhow::Result<Tally> {
    ahead(batch, |push| values.try_for_each(push))
}

/// [`file`] on two threads: one reads, cuts and decodes, the other learns.
pub(crate) fn file_ahead(
    mut lines: impl BufRead + Send,
    batch: NonZeroU32,
) -> anyhow::Result<Tally> {
    ahead(batch, |push| each_line(&mut lines, push))
}

fn each_line(
    lines: &mut impl BufRead,
    mut push: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        push(without_line_end(&line))?;
        line.clear();
    }
    Ok(())
}

fn without_line_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// Batches that are decoded and wait, as many as `gradually train` has.
const WAITING: usize = 4;

/// Learns from what `read` pushes, on another thread.
fn ahead(
    batch: NonZeroU32,
    read: impl FnOnce(&mut dyn FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> + Send,
) -> anyhow::Result<Tally> {
    let mut way = Way::new(batch)?;
    let mut decoder = way.learner.batch_decoder();
    let mut records = Numbered::new(batch);
    let (full, decoded) = mpsc::sync_channel(WAITING);
    let (used, empty) = mpsc::sync_channel::<DecodedBatch>(WAITING + 2);
    thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut send = |batcher: &mut Batcher| -> anyhow::Result<()> {
                let mut batch = empty.try_recv().unwrap_or_default();
                if decoder.cut(batcher, &mut batch) {
                    full.send(batch).context("the learner has stopped")?;
                }
                Ok(())
            };
            read(&mut |value| {
                if records.push(value) {
                    send(&mut records.batcher)?;
                }
                Ok(())
            })?;
            send(&mut records.batcher)
        });
        for mut batch in decoded {
            let report = way.learner.step_decoded(&mut batch, None)?;
            way.add(&report);
            // The reader may have come to its end.
            let _ = used.try_send(batch);
        }
        let read = reading.join();
        read.unwrap_or_else(|panicked| panic::resume_unwind(panicked))?;
        Ok(way.tested)
    })
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

/// Records of one partition, by number, and the batch that waits for them.
struct Numbered {
    batcher: Batcher,
    offset: i64,
}

impl Numbered {
    fn new(batch: NonZeroU32) -> Self {
        Self {
            batcher: Batcher::new(Trigger::Records(batch)),
            offset: 0,
        }
    }

    /// Whether the batch is complete.
    fn push(&mut self, value: &[u8]) -> bool {
        let complete = self.batcher.push(&record(self.offset, value));
        self.offset += 1;
        complete
    }
}

fn record(offset: i64, value: &[u8]) -> Record<'_> {
    Record {
        partition: 0,
        offset,
        leader_epoch: None,
        timestamp_millis: 0,
        key: None,
        value: Some(value),
    }
}

/// A learner and what it was told.
struct Way {
    learner: Learner,
    tested: Tally,
}

impl Way {
    fn new(batch: NonZeroU32) -> anyhow::Result<Self> {
        let learner = Learner::new(Settings {
            trigger: Trigger::Records(batch),
            ..Settings::default()
        })?;
        Ok(Self {
            learner,
            tested: Tally::default(),
        })
    }

    /// Learns from the records, if there are any.
    fn step(&mut self, records: &[Record<'_>]) -> anyhow::Result<()> {
        if !records.is_empty() {
            let report = self.learner.step_records(records, None)?;
            self.add(&report);
        }
        Ok(())
    }

    fn add(&mut self, report: &Report) {
        self.tested.correct += report.tested.correct;
        self.tested.total += report.tested.total;
    }
}
