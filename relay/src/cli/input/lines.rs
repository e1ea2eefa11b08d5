//! A file as the input of a run: a record a line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use shared::batch::Batcher;
use shared::decode::{Csv, Format};

use super::csv_lines::Splitter;
use super::{Filled, Input, plain};

/// No record is longer; a file with such a line is not one of records.
const MOST_LINE_BYTES: u64 = 64 * 1024 * 1024;
/// How often a file that is followed is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The file.
pub(super) struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: Vec<u8>,
    /// Finds the ends of records of CSV, which may hold ends of lines.
    splitter: Option<Splitter>,
    next: i64,
    follows: bool,
}

impl Lines {
    pub(super) fn open(path: &Path, format: &Format, follows: bool) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let splitter = match format {
            Format::Json => None,
            Format::Csv(Csv { delimiter, .. }) => Some(Splitter::new(*delimiter)),
        };
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(256 * 1024, file),
            line: Vec::new(),
            splitter,
            next: 0,
            follows,
        })
    }

    /// Takes the first line, which is no record; `None` when the file ended or a signal came first.
    pub(super) fn header(
        &mut self,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<Option<String>> {
        while !self.read_line()? {
            if !self.follows || is_stopped() {
                return Ok(None);
            }
            thread::sleep(LOOK_AGAIN);
        }
        let line = std::mem::take(&mut self.line);
        let header = String::from_utf8(line)
            .with_context(|| format!("the header of {} is not UTF-8", self.path.display()))?;
        Ok(Some(header))
    }

    /// Passes over the records before `offset`; `false` when a signal came first.
    pub(super) fn skip_to(
        &mut self,
        offset: i64,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<bool> {
        while self.next < offset {
            if self.next % 64 == 0 && is_stopped() {
                return Ok(false);
            }
            if !self.read_line()? {
                let (path, records) = (self.path.display(), self.next);
                bail!(
                    "{path} has only {records} whole lines of records, and reading goes on behind line {offset}: is it the same file?"
                );
            }
            self.line.clear();
            self.next += 1;
        }
        Ok(true)
    }

    /// Reads on in the line under way; true when it is whole.
    fn read_line(&mut self) -> anyhow::Result<bool> {
        let is_whole = match self.splitter {
            None => self.read_to_newline(),
            Some(_) => self.read_to_end_of_csv(),
        };
        if is_whole.with_context(|| format!("cannot read {}", self.path.display()))? {
            return Ok(true);
        }
        if self.line.len() as u64 >= MOST_LINE_BYTES {
            let (path, line) = (self.path.display(), self.next + 1);
            bail!(
                "{path}, line {line} is longer than {MOST_LINE_BYTES} bytes: not a file of records"
            );
        }
        // The last line needs no newline, unless more of it may come.
        Ok(!self.line.is_empty() && !self.follows)
    }

    fn read_to_newline(&mut self) -> std::io::Result<bool> {
        let room = MOST_LINE_BYTES - self.line.len() as u64;
        self.reader
            .by_ref()
            .take(room)
            .read_until(b'\n', &mut self.line)?;
        let is_whole = self.line.last() == Some(&b'\n');
        if is_whole {
            self.line.pop();
        }
        Ok(is_whole)
    }

    fn read_to_end_of_csv(&mut self) -> std::io::Result<bool> {
        let Some(splitter) = &mut self.splitter else {
            return Ok(false);
        };
        while (self.line.len() as u64) < MOST_LINE_BYTES {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            let (read, is_whole) = splitter.read(bytes, &mut self.line);
            self.reader.consume(read);
            if is_whole {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Input for Lines {
    fn fill(
        &mut self,
        batcher: &mut Batcher,
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<Filled> {
        loop {
            if self.next % 64 == 0 && is_stopped() {
                return Ok(Filled::Stopped(batcher.pending()));
            }
            if !self.read_line()? {
                if !self.follows {
                    return Ok(Filled::Ended);
                }
                if is_stopped() {
                    return Ok(Filled::Stopped(batcher.pending()));
                }
                thread::sleep(LOOK_AGAIN);
                continue;
            }
            let is_complete = batcher.push(&plain(self.next, &self.line));
            self.line.clear();
            self.next += 1;
            if is_complete {
                return Ok(Filled::Complete);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::num::NonZeroU32;

    use shared::batch::{Batch, Trigger};
    use shared::decode::csv;
    use shared::save::raw_records;

    use super::*;

    fn values(file: &[u8], format: &Format) -> Vec<Vec<u8>> {
        let mut temporary = tempfile::NamedTempFile::new().unwrap();
        temporary.write_all(file).unwrap();
        let mut lines = Lines::open(temporary.path(), format, false).unwrap();
        let mut batcher = Batcher::new(Trigger::Records(NonZeroU32::new(1000).unwrap()));
        assert_eq!(lines.fill(&mut batcher, &|| false).unwrap(), Filled::Ended);
        let batch = batcher.cut();
        batch.map_or(Vec::new(), |batch| {
            batch
                .records()
                .map(|record| record.value.unwrap().to_vec())
                .collect()
        })
    }

    #[test]
    fn a_line_is_a_record_and_the_last_needs_no_newline() {
        let values = |file: &[u8]| values(file, &Format::Json);
        assert_eq!(values(b"a\n\nb\r\n\xff"), [&b"a"[..], b"", b"b\r", b"\xff"]);
        assert_eq!(values(b"a\n"), [b"a"]);
        assert!(values(b"").is_empty());
    }

    #[test]
    fn lines_of_csv_are_cut_as_the_engine_cuts_them() {
        let format = Format::Csv(Csv::default());
        // Every text of these characters up to this length, behind a byte order mark or not.
        let letters = *b"a,\"\r\n";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for length in 0..6 {
            let longer = texts.iter().filter(|text| text.len() == length);
            let longer: Vec<_> = longer
                .flat_map(|text| letters.map(|letter| [&text[..], &[letter]].concat()))
                .collect();
            texts.extend(longer);
        }
        for text in texts.iter().step_by(7) {
            for text in [text.clone(), [&b"\xEF\xBB\xBF"[..], text].concat()] {
                let wanted: Vec<&[u8]> = csv::records(&text, b',').collect();
                let found = values(&text, &format);
                assert_eq!(found.len(), wanted.len(), "{text:?}");
                for (found, wanted) in found.iter().zip(wanted) {
                    // Ends of lines are left out here.
                    let rest = wanted.strip_prefix(&found[..]);
                    let is_end = |rest: &[u8]| rest.iter().all(|byte| b"\r\n".contains(byte));
                    assert!(rest.is_some_and(is_end), "{text:?}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn a_file_of_raw_records_gives_their_values() {
        let mut batch = Batch::new();
        let written: [&[u8]; 4] = [b"1,\"a\r\nb\"", b"", b"2,\"c", b"3,d\n4,e"];
        for (offset, value) in (0..).zip(written) {
            batch.push(&plain(offset, value));
        }
        let format = Format::Csv(Csv::default());
        let read = values(&raw_records(&batch, &format), &format);
        assert_eq!(read, [written[0], b"\"\"", b"2,\"c\"", b"\"3,d\n4,e\""]);
        let read = values(&raw_records(&batch, &Format::Json), &Format::Json);
        assert_eq!(read, [&b"1,\"a\r\tb\""[..], b"", written[2], b"3,d\t4,e"]);
    }
}
