//! A run's `metrics.csv`, read strictly, a row at a time.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

/// No row is longer: there are few columns, all of them numbers.
const MOST_ROW_BYTES: u64 = 64 * 1024;
/// Columns that count something, in every row.
const COUNTS: [&str; 7] = [
    "batch_id",
    "model_id",
    "records",
    "bad_records",
    "total_records",
    "total_bad_records",
    "window_records",
];

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Whether it is a count; otherwise it is a measure, which there may be none of.
    pub(super) is_count: bool,
}

/// What stands in a row and a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Count(i64),
    Measure(Option<f64>),
}

/// A row as text, with its end, and what it says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) text: String,
    pub(super) cells: Vec<Cell>,
}

/// The table.
pub(super) struct Table {
    path: PathBuf,
    reader: BufReader<File>,
    head: String,
    columns: Vec<Column>,
    row: Row,
    /// The number of the line that was read last.
    line: u64,
}

impl Table {
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| {
            let file = path.display();
            format!("cannot read {file}: a run's folder has its metrics in metrics.csv")
        })?;
        let mut table = Self {
            path: path.to_owned(),
            reader: BufReader::new(file),
            head: String::new(),
            columns: Vec::new(),
            row: Row::default(),
            line: 0,
        };
        if table.read_line()? {
            table.head = std::mem::take(&mut table.row.text);
        }
        let names = table.head.trim_end().split(',');
        let column = |name: &str| Column {
            name: name.to_owned(),
            is_count: COUNTS.contains(&name),
        };
        table.columns = names.map(column).collect();
        let first = table.columns.first();
        if first.is_none_or(|column| column.name != COUNTS[0]) {
            let file = path.display();
            bail!("{file} is no table of a run's metrics, whose first column is batch_id");
        }
        Ok(table)
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the columns, with the line's end.
    pub(super) fn head(&self) -> &str {
        &self.head
    }

    /// The next row; none where no whole row follows.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<&Row>> {
        if !self.read_line()? {
            return Ok(None);
        }
        let mut texts = self.row.text.trim_end().split(',');
        self.row.cells.clear();
        for column in &self.columns {
            let cell = texts.next().and_then(|text| cell(text, column));
            let cell = cell.ok_or_else(|| {
                let kind = if column.is_count { "count" } else { "number" };
                anyhow!("{}, {} is no {kind}", self.place(), column.name)
            })?;
            self.row.cells.push(cell);
        }
        if texts.next().is_some() {
            bail!("{} has more cells than there are columns", self.place());
        }
        Ok(Some(&self.row))
    }

    /// Reads a line; whether there is a whole one.
    fn read_line(&mut self) -> anyhow::Result<bool> {
        self.row.text.clear();
        self.line += 1;
        let mut line = self.reader.by_ref().take(MOST_ROW_BYTES);
        line.read_line(&mut self.row.text)
            .with_context(|| self.place())?;
        if self.row.text.len() as u64 == MOST_ROW_BYTES {
            bail!("{} is longer than {MOST_ROW_BYTES} bytes", self.place());
        }
        Ok(self.row.text.ends_with('\n'))
    }

    fn place(&self) -> String {
        format!("{}, line {}", self.path.display(), self.line)
    }
}

fn cell(text: &str, column: &Column) -> Option<Cell> {
    if column.is_count {
        let count = text.parse().ok().filter(|count| *count >= 0);
        return count.map(Cell::Count);
    }
    if text.is_empty() {
        return Some(Cell::Measure(None));
    }
    text.parse().ok().map(|number| Cell::Measure(Some(number)))
}
