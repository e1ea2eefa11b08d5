//! A logged batch again, from lines of a file: what lines do not say is in the log.

use crate::batch::Batch;
use crate::decode::Format;
use crate::record::Record;
use crate::save::next_raw_line;

use super::{BatchEntry, RangeEntry};

/// Fills `batch` with the lines of a file from `at` on, at the places of a logged batch; `at` moves
/// behind them. Of a file that ends too early comes what there is.
pub fn push_lines(
    entry: &BatchEntry,
    format: &Format,
    file: &[u8],
    at: &mut usize,
    batch: &mut Batch,
) {
    for range in &entry.ranges {
        for place in 0..range.records {
            let Some(line) = next_raw_line(file, at, format) else {
                return;
            };
            batch.push(&Record {
                partition: range.partition,
                offset: offset(range, place),
                leader_epoch: None,
                timestamp_millis: -1,
                key: None,
                value: Some(line),
            });
        }
    }
}

/// Offsets may be missing in between: which, nobody knows, but the last is known.
fn offset(range: &RangeEntry, place: u64) -> i64 {
    if place + 1 == range.records {
        return range.last;
    }
    range.first.saturating_add_unsigned(place)
}

/// Gives the records of a batch that was read from a file of
/// [raw records](crate::save::raw_records) what the file does not have: their leader epochs, and the
/// values that a line cannot hold as they are. For each of those the log has a hash.
pub fn restore_raw(entry: &BatchEntry, format: &Format, batch: &mut Batch) {
    let epoch = |partition: i32| {
        let mut ranges = entry.ranges.iter();
        ranges
            .find(|range| range.partition == partition)?
            .leader_epoch
    };
    let mut restored = Batch::new();
    let mut scratch = Vec::new();
    for (place, record) in batch.records().enumerate() {
        let is_it = |value: Option<&[u8]>| entry.input_records.is_of(place, value);
        let value = match record.value {
            Some(line) if !is_it(Some(line)) => original(line, format, &is_it, &mut scratch),
            value => value,
        };
        restored.push(&Record {
            leader_epoch: epoch(record.partition),
            value,
            ..record
        });
    }
    *batch = restored;
}

/// Makes a value of a line.
type Change = fn(&[u8], &mut Vec<u8>);

/// The value of which the line was made; the line itself if none is found.
fn original<'a>(
    line: &'a [u8],
    format: &Format,
    is_it: &impl Fn(Option<&[u8]>) -> bool,
    scratch: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    let is_nothing = matches!(line, [] | [b'"', b'"']);
    for value in [None, Some(&[][..])] {
        if is_nothing && is_it(value) {
            return value;
        }
    }
    let changes: &[Change] = match format {
        Format::Json => &[|line, value| {
            let feed = |byte: &u8| if *byte == b'\t' { b'\n' } else { *byte };
            value.extend(line.iter().map(feed));
        }],
        Format::Csv(_) => &[
            |line, value| value.extend([line, b"\n"].concat()),
            |line, value| value.extend([line, b"\r\n"].concat()),
            |line, value| value.extend(line.strip_suffix(b"\"").unwrap_or(line)),
            unquote,
        ],
    };
    for change in changes {
        scratch.clear();
        change(line, scratch);
        if is_it(Some(scratch)) {
            return Some(scratch);
        }
    }
    Some(line)
}

/// What stands in a field that is all of the line.
fn unquote(line: &[u8], value: &mut Vec<u8>) {
    let inner = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""));
    let mut bytes = inner.unwrap_or(line).iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        value.push(byte);
        if byte == b'"' {
            bytes.next_if_eq(&b'"');
        }
    }
}
