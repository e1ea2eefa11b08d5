//! The cases by name, and what one round of each does.

use std::fmt;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::num::NonZeroU32;
use std::str::FromStr;

use anyhow::{Context as _, ensure};
use shared::decode::Examples;
use shared::encode::Encoded;
use shared::evaluate::Tally;

use crate::clock::timed;
use crate::engine::{self, Samples};
use crate::records::Records;
use crate::saved::SavedFile;

/// The batch of the cases that have no other.
const BATCH: usize = 1000;
/// Samples of a batch while the width grows: the widest still fits a cache of the last level.
const ROWS_OF_WIDTHS: usize = 256;
/// Features while the batch grows: those of the loan schema.
const WIDTH_OF_BATCHES: usize = 13;
/// Whether a thread can be begun.
const HAS_THREADS: bool = cfg!(not(target_arch = "wasm32"));
/// No case is wider.
const MOST_FEATURES: usize = 65_536;

/// What is measured, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `stream/N`: JSON bytes to metrics, N records a batch.
    Stream(NonZeroU32),
    /// `file/N`: the same from a file that is read along the way; natively only.
    File(NonZeroU32),
    /// `stream-ahead/N`: JSON bytes to metrics on two threads, of which one decodes ahead; natively
    /// only.
    StreamAhead(NonZeroU32),
    /// `file-ahead/N`: the same from a file.
    FileAhead(NonZeroU32),
    /// `decode`: JSON bytes to examples.
    Decode,
    /// `encode`: examples to features.
    Encode,
    /// `fit/dense/N`: partial fit alone on the records' features, zeros written out.
    Dense(NonZeroU32),
    /// `fit/one-hot/N`: the same with zeros left out.
    OneHot(NonZeroU32),
    /// `width/N`: partial fit on dense samples of N features.
    Width(NonZeroU32),
    /// `batch/N`: partial fit on N dense samples at a time.
    Batch(NonZeroU32),
    /// `save/FILE`: the bytes of a file of a learner of one batch, made once for each "record".
    Save(SavedFile),
}

/// What a round took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Seconds of all passes.
    pub seconds: f64,
    /// Records of all passes.
    pub records: u64,
    /// Test-then-train accuracy, where the case predicts.
    pub accuracy: Option<f64>,
}

impl FromStr for Case {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        let sized = |kind: &str, make: fn(NonZeroU32) -> Self| {
            let number = name.strip_prefix(kind)?.strip_prefix('/')?;
            number.parse().ok().map(make)
        };
        match name {
            "decode" => Some(Self::Decode),
            "encode" => Some(Self::Encode),
            _ => name
                .strip_prefix("save/")
                .and_then(SavedFile::named)
                .map(Self::Save),
        }
        .or_else(|| sized("stream", Self::Stream))
        .or_else(|| sized("file", Self::File))
        .or_else(|| sized("stream-ahead", Self::StreamAhead))
        .or_else(|| sized("file-ahead", Self::FileAhead))
        .or_else(|| sized("fit/dense", Self::Dense))
        .or_else(|| sized("fit/one-hot", Self::OneHot))
        .or_else(|| sized("width", Self::Width))
        .or_else(|| sized("batch", Self::Batch))
        .with_context(|| format!("there is no case `{name}`"))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(batch) => write!(formatter, "stream/{batch}"),
            Self::File(batch) => write!(formatter, "file/{batch}"),
            Self::StreamAhead(batch) => write!(formatter, "stream-ahead/{batch}"),
            Self::FileAhead(batch) => write!(formatter, "file-ahead/{batch}"),
            Self::Decode => formatter.write_str("decode"),
            Self::Encode => formatter.write_str("encode"),
            Self::Dense(batch) => write!(formatter, "fit/dense/{batch}"),
            Self::OneHot(batch) => write!(formatter, "fit/one-hot/{batch}"),
            Self::Width(width) => write!(formatter, "width/{width}"),
            Self::Batch(batch) => write!(formatter, "batch/{batch}"),
            Self::Save(file) => write!(formatter, "save/{}", file.name()),
        }
    }
}

impl Case {
    /// One round: `passes` times over the first `count` records.
    pub(crate) fn run(
        self,
        records: &Records,
        count: usize,
        passes: u32,
    ) -> anyhow::Result<Measured> {
        ensure!(count > 0 && passes > 0, "a round takes a record at least");
        let round = Round { count, passes };
        match self {
            Self::Stream(batch) => {
                let values = records.first(count)?;
                round.tested(|| engine::stream(values.iter().copied(), batch))
            }
            Self::StreamAhead(batch) => {
                ensure!(HAS_THREADS, "there is one thread in WebAssembly");
                let values = records.first(count)?;
                round.tested(|| engine::stream_ahead(values.iter().copied(), batch))
            }
            Self::File(batch) => file(records, round, |file| engine::file(file, batch)),
            Self::FileAhead(batch) => file(records, round, |file| engine::file_ahead(file, batch)),
            Self::Decode => decode(&records.first(count)?, round),
            Self::Encode => encode(&records.first(count)?, round),
            Self::Dense(batch) => {
                let sparse = engine::one_hot(&records.first(count)?, size(batch)?)?;
                let batches = sparse.iter().map(engine::dense);
                fit(&batches.collect::<anyhow::Result<Vec<_>>>()?, round)
            }
            Self::OneHot(batch) => fit(
                &engine::one_hot(&records.first(count)?, size(batch)?)?,
                round,
            ),
            Self::Width(width) => grown(size(width)?, ROWS_OF_WIDTHS, round),
            Self::Batch(rows) => grown(WIDTH_OF_BATCHES, size(rows)?, round),
            Self::Save(file) => save(&records.first(BATCH)?, file, round),
        }
    }
}

fn size(number: NonZeroU32) -> anyhow::Result<usize> {
    Ok(usize::try_from(number.get())?)
}

/// How often a round does what.
#[derive(Clone, Copy)]
struct Round {
    count: usize,
    passes: u32,
}

impl Round {
    /// Times all passes of `pass`; the last one's value is given.
    fn timed<T>(self, mut pass: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<(f64, T)> {
        let (seconds, last) = timed(|| {
            for _ in 1..self.passes {
                black_box(pass()?);
            }
            pass()
        });
        Ok((seconds, last?))
    }

    /// Times passes that predict every record.
    fn tested(self, pass: impl FnMut() -> anyhow::Result<Tally>) -> anyhow::Result<Measured> {
        let (seconds, tested) = self.timed(pass)?;
        ensure!(
            tested.total == self.count as u64,
            "{} of {} records were examples",
            tested.total,
            self.count
        );
        Ok(self.measured(seconds, tested.accuracy()))
    }

    fn measured(self, seconds: f64, accuracy: Option<f64>) -> Measured {
        Measured {
            seconds,
            records: self.count as u64 * u64::from(self.passes),
            accuracy,
        }
    }
}

/// Opening and reading the file is part of the time.
fn file(
    records: &Records,
    round: Round,
    mut pass: impl FnMut(BufReader<File>) -> anyhow::Result<Tally>,
) -> anyhow::Result<Measured> {
    let path = records.path()?;
    round.tested(|| {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        pass(BufReader::with_capacity(1 << 18, file))
    })
}

fn decode(values: &[&[u8]], round: Round) -> anyhow::Result<Measured> {
    let mut decoder = engine::decoder();
    let mut examples = Examples::default();
    let (seconds, ()) = round.timed(|| {
        for batch in values.chunks(BATCH) {
            engine::decode(&mut decoder, batch, &mut examples)?;
            black_box(&examples);
        }
        Ok(())
    })?;
    Ok(round.measured(seconds, None))
}

fn encode(values: &[&[u8]], round: Round) -> anyhow::Result<Measured> {
    let mut decoder = engine::decoder();
    let batches = values.chunks(BATCH).map(|values| {
        let mut examples = Examples::default();
        engine::decode(&mut decoder, values, &mut examples)?;
        Ok(examples)
    });
    let batches = batches.collect::<anyhow::Result<Vec<_>>>()?;
    let mut encoded = Encoded::default();
    let (seconds, ()) = round.timed(|| {
        let mut encoder = engine::encoder()?;
        for examples in &batches {
            engine::encode(&mut encoder, examples, &mut encoded)?;
            black_box(&encoded);
        }
        Ok(())
    })?;
    Ok(round.measured(seconds, None))
}

fn fit(batches: &[Samples], round: Round) -> anyhow::Result<Measured> {
    let first = batches.first().context("a round takes a batch at least")?;
    let mut model = engine::model(first);
    let (seconds, ()) = round.timed(|| {
        for batch in batches {
            engine::partial_fit(&mut model, batch)?;
        }
        Ok(())
    })?;
    black_box(model);
    Ok(round.measured(seconds, None))
}

fn save(values: &[&[u8]], file: SavedFile, round: Round) -> anyhow::Result<Measured> {
    let learner = engine::learner(values)?;
    let (seconds, ()) = round.timed(|| {
        for _ in 0..round.count {
            black_box(file.bytes(&learner)?);
        }
        Ok(())
    })?;
    Ok(round.measured(seconds, None))
}

/// Made-up samples of any shape, `count` in all.
fn grown(width: usize, rows: usize, round: Round) -> anyhow::Result<Measured> {
    ensure!(
        width <= MOST_FEATURES,
        "at most {MOST_FEATURES} features are measured"
    );
    ensure!(
        round.count.is_multiple_of(rows),
        "{} records are no batches of {rows}",
        round.count
    );
    let mut numbers = Numbers(1);
    let batches = (0..round.count / rows).map(|_| {
        let labels = (0..rows).map(|_| u16::from(numbers.next() > 0.0)).collect();
        let values = (0..rows * width).map(|_| numbers.next()).collect();
        engine::samples(width, values, labels)
    });
    fit(&batches.collect::<anyhow::Result<Vec<_>>>()?, round)
}

/// Numbers from −1 to 1 that need no meaning: Marsaglia's xorshift (2003) with the shifts 13, 7, 17.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let high = u32::try_from(self.0 >> 32).unwrap_or(u32::MAX);
        f64::from(high) / f64::from(u32::MAX) * 2.0 - 1.0
    }
}
