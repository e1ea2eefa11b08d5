//! A logged batch again, from lines of a file: what lines do not say is in the log.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::input::{batch_hash, value_hash, value_hashes};
use super::{BatchEntry, RangeEntry, input_hash};
use crate::batch::Batch;
use crate::decode::{BYTE_ORDER_MARK, Format};
use crate::record::Record;
use crate::save::next_raw_line;

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
/// values that a line cannot hold as they are. Those are found by the log's hashes; a value that is
/// not found stays the line that it is.
pub fn restore_raw(entry: &BatchEntry, format: &Format, batch: &mut Batch) {
    let is_whole = input_hash(batch).batch == entry.input;
    let values = if is_whole {
        lines(batch)
    } else {
        original_values(entry, format, batch)
    };
    let epoch = |partition: i32| {
        let mut ranges = entry.ranges.iter();
        ranges
            .find(|range| range.partition == partition)?
            .leader_epoch
    };
    let mut restored = Batch::new();
    for (record, value) in batch.records().zip(&values) {
        restored.push(&Record {
            leader_epoch: epoch(record.partition),
            value: value.as_deref(),
            ..record
        });
    }
    *batch = restored;
}

/// A record's value; `None` is Kafka's null.
type Value<'a> = Option<Cow<'a, [u8]>>;

fn lines(batch: &Batch) -> Vec<Value<'_>> {
    batch
        .records()
        .map(|record| record.value.map(Cow::Borrowed))
        .collect()
}

/// Hashes of records that are put together at most, to find which reading of a batch's lines is right.
const MOST_HASHES: usize = 1 << 26;

/// The values of which the lines were made. Most are known by the short hash of each record. Where
/// that fits several, which happens by chance once in many thousand, the hash of all records tells.
fn original_values<'a>(entry: &BatchEntry, format: &Format, batch: &'a Batch) -> Vec<Value<'a>> {
    let mut values = lines(batch);
    let mut doubtful = Vec::new();
    for (place, record) in batch.records().enumerate() {
        let Some(line) = record.value else {
            continue;
        };
        let mut fitting = candidates(line, format);
        fitting.retain(|value| entry.input_records.is_of(place, value.as_deref()));
        if fitting.len() > 1 {
            doubtful.push((place, fitting));
        } else if let Some(only) = fitting.pop() {
            values[place] = only;
        }
    }
    let mut hashes = value_hashes(values.iter().map(Option::as_deref));
    for reading in 0..MOST_HASHES / values.len().max(1) {
        // The number of the reading, with a digit for each doubtful record.
        let mut rest = reading;
        for (place, fitting) in &doubtful {
            let value = &fitting[rest % fitting.len()];
            rest /= fitting.len();
            hashes[*place] = value_hash(value.as_deref());
            values[*place].clone_from(value);
        }
        if rest > 0 || batch_hash(&hashes) == entry.input {
            break;
        }
    }
    values
}

/// Values that may stand in a file as this line: what [`raw_records`](crate::save::raw_records) does
/// to values, undone.
fn candidates<'a>(line: &'a [u8], format: &Format) -> Vec<Value<'a>> {
    let mut values = vec![Some(Cow::Borrowed(line))];
    if matches!(line, [] | [b'"', b'"']) {
        values.extend([None, Some(Cow::Borrowed(&[][..]))]);
    }
    let owned = |value: Vec<u8>| Some(Cow::Owned(value));
    match format {
        Format::Json => {
            let feed = |byte: &u8| if *byte == b'\t' { b'\n' } else { *byte };
            values.push(owned(line.iter().map(feed).collect()));
            // Lines that are indented by tabs.
            let mut before = 0;
            let first_feed = |byte: &u8| {
                let is_first = before != b'\t';
                before = *byte;
                if is_first { feed(byte) } else { *byte }
            };
            values.push(owned(line.iter().map(first_feed).collect()));
        }
        Format::Csv(_) => {
            values.extend(
                line.strip_suffix(b"\"")
                    .map(|line| Some(Cow::Borrowed(line))),
            );
            values.extend(unquoted(line).map(owned));
            for end in [&b"\n"[..], b"\r\n", b"\r"] {
                values.push(owned([line, end].concat()));
            }
            values.push(owned([BYTE_ORDER_MARK, line].concat()));
        }
    }
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

/// What stands in a field that is all of the line.
fn unquoted(line: &[u8]) -> Option<Vec<u8>> {
    let inner = line.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut value = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        value.push(byte);
        if byte == b'"' {
            bytes.next_if_eq(&b'"');
        }
    }
    Some(value)
}
