//! The records of a batch as they came, in a file that can be trained on again.
//!
//! A line is a record, whatever is in it. Bytes are the record's own, but for those that would make
//! more or fewer records of it; what is changed then leaves a good record the same example and a bad
//! one bad.

use crate::batch::Batch;
use crate::decode::{Csv, Format, csv};

/// Name of the file of a batch's records: `batch_{id}.ndjson`, or `.csv`.
#[must_use]
pub fn raw_file_name(batch_id: u64, format: &Format) -> String {
    let extension = match format {
        Format::Json => "ndjson",
        Format::Csv(_) => "csv",
    };
    format!("batch_{batch_id}.{extension}")
}

/// The line at `at` of a file of [raw records](raw_records), without its end; `at` moves behind it.
/// Any file with a record a line may be read so. The header of CSV is passed over where it stands
/// first.
///
/// ```
/// # use shared::decode::Format;
/// # use shared::save::next_raw_line;
/// let (file, mut at) = (b"{}\n\n1", 0);
/// let mut line = || next_raw_line(file, &mut at, &Format::Json);
/// assert_eq!([line(), line(), line()], [Some(&b"{}"[..]), Some(b""), Some(b"1")]);
/// assert_eq!(line(), None);
/// ```
pub fn next_raw_line<'a>(file: &'a [u8], at: &mut usize, format: &Format) -> Option<&'a [u8]> {
    match format {
        Format::Json => {
            let rest = file.get(*at..)?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            *at += line.len() + usize::from(end.is_some());
            (end.is_some() || !line.is_empty()).then_some(line)
        }
        Format::Csv(csv) => {
            let is_first = *at == 0;
            let line = next_line(file, at, csv.delimiter)?;
            if is_first
                && csv
                    .header
                    .as_ref()
                    .is_some_and(|names| names.as_bytes() == line)
            {
                return next_line(file, at, csv.delimiter);
            }
            Some(line)
        }
    }
}

fn next_line<'a>(file: &'a [u8], at: &mut usize, delimiter: u8) -> Option<&'a [u8]> {
    let line = csv::line_from(file, *at, delimiter)?;
    *at = line.next;
    file.get(line.start..line.end)
}

/// The values of a batch's records, a line each; the header of CSV stands first.
///
/// - **JSON**: a line feed in a value becomes a tab. JSON takes both for space between two tokens
///   and forbids both within a string, so what is good stays good, what is bad stays bad, and every
///   byte keeps its place. An empty value and Kafka's null are an empty line.
/// - **CSV**: a value that is one line of CSV stands as it is, without the byte order mark and the
///   ends of lines around it; ends of lines within quotes stay. A quote that is never closed is
///   closed. What is no line (an empty value, Kafka's null) or more than one becomes one quoted
///   field: readers pass over empty lines, and a bad record must not become two.
#[must_use]
pub fn raw_records(batch: &Batch, format: &Format) -> Vec<u8> {
    let mut file = Vec::with_capacity(batch.bytes() + batch.len());
    if let Format::Csv(Csv {
        header: Some(header),
        ..
    }) = format
    {
        file.extend_from_slice(header.as_bytes());
        file.push(b'\n');
    }
    for record in batch.records() {
        let value = record.value.unwrap_or_default();
        match format {
            Format::Json => push_json(value, &mut file),
            Format::Csv(csv) => push_csv(value, csv.delimiter, &mut file),
        }
        file.push(b'\n');
    }
    file
}

fn push_json(value: &[u8], file: &mut Vec<u8>) {
    let start = file.len();
    file.extend_from_slice(value);
    let ends = file[start..].iter_mut().filter(|byte| **byte == b'\n');
    ends.for_each(|byte| *byte = b'\t');
}

fn push_csv(value: &[u8], delimiter: u8, file: &mut Vec<u8>) {
    if let Some(line) = csv::only_line(value, delimiter) {
        file.extend_from_slice(line.bytes);
        file.extend(line.is_open.then_some(b'"'));
        return;
    }
    file.push(b'"');
    for &byte in value {
        file.extend((byte == b'"').then_some(b'"'));
        file.push(byte);
    }
    file.push(b'"');
}
