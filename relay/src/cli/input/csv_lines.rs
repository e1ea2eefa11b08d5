//! Finds the ends of records of CSV while a file is read: an end of line within quotes is none.
//! The rule is that of [`shared::decode::csv::records`], which needs the whole text.

/// What some programs write before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the byte order mark that the file may begin with.
    Mark,
    /// At the beginning of a field.
    Start,
    /// In a field without quotes, or behind the closing quote.
    Plain,
    /// Within quotes.
    Quoted,
    /// Right behind a quote, which closed the field unless another quote follows.
    Quote,
}

/// Finds the ends of records.
#[derive(Debug)]
pub(super) struct Splitter {
    delimiter: u8,
    place: Place,
}

impl Splitter {
    /// One at the beginning of a file.
    pub(super) fn new(delimiter: u8) -> Self {
        let place = Place::Mark;
        Self { delimiter, place }
    }

    /// Appends to `line` until its record ends: how many bytes were read, and whether it ended. The
    /// end of the line and empty lines are left out.
    pub(super) fn read(&mut self, bytes: &[u8], line: &mut Vec<u8>) -> (usize, bool) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            let run = &rest[..self.run(rest)];
            if !run.is_empty() {
                line.extend_from_slice(run);
                at += run.len();
                continue;
            }
            at += 1;
            let is_end = matches!(byte, b'\r' | b'\n') && self.place != Place::Quoted;
            if !is_end {
                self.pass(byte, line);
                continue;
            }
            self.place = Place::Start;
            if !line.is_empty() {
                return (at, true);
            }
        }
        (at, false)
    }

    /// How many bytes leave the place as it is: most of a file, so they are copied together.
    fn run(&self, bytes: &[u8]) -> usize {
        let delimiter = self.delimiter;
        let found = match self.place {
            Place::Plain => bytes
                .iter()
                .position(|&byte| byte == delimiter || matches!(byte, b'\r' | b'\n')),
            Place::Quoted => bytes.iter().position(|&byte| byte == b'"'),
            Place::Mark | Place::Start | Place::Quote => Some(0),
        };
        found.unwrap_or(bytes.len())
    }

    fn pass(&mut self, byte: u8, line: &mut Vec<u8>) {
        if self.place == Place::Mark && BYTE_ORDER_MARK.get(line.len()) != Some(&byte) {
            self.place = if line.is_empty() {
                Place::Start
            } else {
                Place::Plain
            };
        }
        line.push(byte);
        self.place = match (self.place, byte) {
            (Place::Mark, _) if line.len() == BYTE_ORDER_MARK.len() => {
                line.clear();
                Place::Start
            }
            (Place::Mark, _) => Place::Mark,
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Start | Place::Quote, b'"') | (Place::Quoted, _) => Place::Quoted,
            (_, byte) if byte == self.delimiter => Place::Start,
            _ => Place::Plain,
        };
    }
}
