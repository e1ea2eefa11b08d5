//! A log that was opened: read to its end, with what its replay needs, before anything is made of it.

use shared::batch::Batch;
use shared::learner::Learner;
use shared::open::{OpenedModel, open_model};
use shared::run_log::{Hash, Header, Line, LogReader, Replay};

use super::Replaying;
use super::records::{Needed, Records};
use crate::port::{OpenedFile, ReplayTold, SourceConfig};

/// A log that can be replayed here.
pub(in crate::opener) struct FoundLog {
    name: String,
    bytes: Vec<u8>,
    header: Header,
    records: Records,
    learner: Learner,
    others: Vec<OpenedFile>,
    batches: u64,
    cut_off: bool,
}

/// The next whole line from `next` on, without its end. One without an end was cut off.
pub(super) fn line<'a>(bytes: &'a [u8], next: &mut usize) -> Option<&'a [u8]> {
    let rest = bytes.get(*next..)?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    *next += end + 1;
    Some(&rest[..end])
}

impl FoundLog {
    /// Reads a log, with the models and records that were chosen with it, for a page with this source.
    /// An error says what is wrong with it, or what else is needed.
    pub(in crate::opener) fn read(
        OpenedFile { name, bytes }: OpenedFile,
        mut others: Vec<OpenedFile>,
        source: &SourceConfig,
    ) -> Result<Self, String> {
        let refused = |why: &str| format!("{name} cannot be replayed: {why}.");
        let mut next = 0;
        let first = line(&bytes, &mut next).ok_or_else(|| refused("its first line is cut off"))?;
        let (header, mut reader) =
            LogReader::begin(first).map_err(|error| refused(&error.to_string()))?;
        let mut needed = Needed::default();
        while let Some(line) = line(&bytes, &mut next) {
            let line = reader
                .line(line)
                .map_err(|error| refused(&error.to_string()))?;
            if let Line::Batch(entry) = line {
                needed.add(&entry).map_err(|why| refused(&why))?;
            }
        }
        if reader.batches() == 0 {
            return Err(refused("it holds no whole batch"));
        }
        let records = Records::find(&name, &header, &needed, &mut others, source);
        let records = records.map_err(|why| refused(&why))?;
        let learner = learner(&header, &others).map_err(|why| refused(&why))?;
        Ok(Self {
            batches: reader.batches(),
            cut_off: next < bytes.len(),
            name,
            bytes,
            header,
            records,
            learner,
            others,
        })
    }

    /// The replay at its beginning.
    pub(in crate::opener) fn replay(self) -> Result<Replaying, String> {
        let mut next = 0;
        let first = line(&self.bytes, &mut next).unwrap_or_default();
        let (_, reader) = LogReader::begin(first).map_err(|error| error.to_string())?;
        let models = self
            .others
            .iter()
            .filter_map(|file| match open_model(&file.bytes) {
                Ok(OpenedModel::Own(model)) => Some(*model),
                _ => None,
            });
        Ok(Replaying {
            told: ReplayTold {
                source: self.records.words(),
                name: self.name,
                batches: 0,
                of: self.batches,
                records: 0,
                cut_off: self.cut_off,
                waits: None,
                end: None,
            },
            models: models.collect(),
            other_version: other_version(&self.header),
            replay: Replay::new(self.learner),
            lines: self.bytes,
            next,
            reader,
            records: self.records,
            entry: None,
            batch: Batch::new(),
        })
    }
}

/// The learner as it was before the first batch.
fn learner(header: &Header, others: &[OpenedFile]) -> Result<Learner, String> {
    let Some(model) = &header.model else {
        return header.learner().map_err(|error| error.to_string());
    };
    let mut others = others.iter();
    let Some(file) = others.find(|file| Hash::of(&file.bytes) == model.hash) else {
        let name: String = model.file.chars().take(80).collect();
        return Err(format!(
            "the run began with the model {name}, which was saved with the log: choose both files together"
        ));
    };
    let opened = open_model(&file.bytes).map_err(|error| format!("{}: {error}", file.name))?;
    let (schema, settings) = (header.schema.clone(), header.settings.clone());
    Learner::from_opened(opened, schema, header.records.clone(), settings)
        .map_err(|error| format!("{}: {error}", file.name))
}

fn other_version(header: &Header) -> Option<String> {
    let (then, now) = (&header.program, env!("CARGO_PKG_VERSION"));
    let then: String = then.chars().take(40).collect();
    (then != now).then(|| format!("The run was made by version {then}, this is {now}."))
}
