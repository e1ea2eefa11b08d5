//! The records of a batch as they came, in a file that can be trained on again.

use shared::batch::Batch;
use shared::decode::{Csv, Format};

/// Its name.
pub(super) fn file_name(batch_id: u64, format: &Format) -> String {
    let extension = match format {
        Format::Json => "ndjson",
        Format::Csv(_) => "csv",
    };
    format!("batch_{batch_id}.{extension}")
}

/// Whether the names of the columns stand before the records.
pub(in crate::cli) fn has_header(format: &Format) -> bool {
    matches!(
        format,
        Format::Csv(Csv {
            header: Some(_),
            ..
        })
    )
}

/// A line a record: its value's bytes, an empty line for Kafka's null. The header of CSV stands
/// first. Ends of lines inside JSON, where they mean what a space means, become spaces, so that a
/// line stays a record.
pub(in crate::cli) fn dump(batch: &Batch, format: &Format) -> Vec<u8> {
    let mut file = Vec::with_capacity(batch.bytes() + 2 * batch.len());
    if let Format::Csv(Csv {
        header: Some(header),
        ..
    }) = format
    {
        file.extend_from_slice(header.as_bytes());
        file.push(b'\n');
    }
    for record in batch.records() {
        let start = file.len();
        file.extend_from_slice(record.value.unwrap_or_default());
        if *format == Format::Json {
            let is_end = |byte: &&mut u8| matches!(byte, b'\n' | b'\r');
            file[start..]
                .iter_mut()
                .filter(is_end)
                .for_each(|byte| *byte = b' ');
        }
        file.push(b'\n');
    }
    file
}

#[cfg(test)]
mod tests {
    use crate::cli::input::plain;

    use super::*;

    #[test]
    fn a_record_is_a_line_whatever_it_holds() {
        let mut batch = Batch::new();
        for (offset, value) in [(0, &b"{\"a\":\r\n1}"[..]), (1, b"\xff"), (2, b"")] {
            batch.push(&plain(offset, value));
        }
        assert_eq!(dump(&batch, &Format::Json), b"{\"a\":  1}\n\xff\n\n");
        let csv = Format::Csv(Csv {
            header: Some("a,b".to_owned()),
            ..Csv::default()
        });
        assert_eq!(dump(&batch, &csv), b"a,b\n{\"a\":\r\n1}\n\xff\n\n");
        assert_eq!(file_name(7, &csv), "batch_7.csv");
    }
}
