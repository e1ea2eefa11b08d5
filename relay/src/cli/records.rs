//! The flags that say how records are written.

use clap::{Args, ValueEnum};
use shared::decode::{Csv, Decoder, Format};
use shared::schema::Schema;

use super::Failure;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// A JSON object a record
    Json,
    /// A line of comma-separated values a record
    Csv,
}

/// The flags.
#[derive(Clone, Debug, Args)]
pub(super) struct FormatArgs {
    /// How records are written
    #[arg(long, value_enum, default_value = "json")]
    format: FormatName,

    /// What stands between two values of a line; "\t" is a tab [default: ,]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    csv_delimiter: Option<u8>,

    /// The names of the columns. Without it a file's first line has them, and a topic's columns are
    /// the schema's fields, the label behind them
    #[arg(long, value_name = "A,B,C")]
    csv_header: Option<String>,
}

fn delimiter(text: &str) -> Result<u8, String> {
    let text = if text == "\\t" { "\t" } else { text };
    let [delimiter] = *text.as_bytes() else {
        return Err("a delimiter is one ASCII character".into());
    };
    let csv = Csv {
        delimiter,
        header: None,
    };
    Decoder::with_format(Schema::loan(), &Format::Csv(csv))
        .map_err(|error| error.to_string())
        .map(|_| delimiter)
}

impl FormatArgs {
    /// The format that the flags say. A file's own header is not in it yet.
    pub(super) fn format(&self) -> Result<Format, Failure> {
        if self.format == FormatName::Csv {
            return Ok(Format::Csv(Csv {
                delimiter: self.csv_delimiter.unwrap_or(b','),
                header: self.csv_header.clone(),
            }));
        }
        let flags = [
            ("--csv-delimiter", self.csv_delimiter.is_some()),
            ("--csv-header", self.csv_header.is_some()),
        ];
        match flags.iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(Failure::Usage(format!("{flag} goes with --format csv"))),
            None => Ok(Format::Json),
        }
    }
}
