//! Rows of a table as Parquet: a required INT64 for a count, an optional DOUBLE for a measure.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Repetition, Type as Physical};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::table::{Cell, Column, Row};

/// Rows that are held until they are written together.
const ROWS_OF_A_GROUP: usize = 64 * 1024;

/// The values of a column that are not written yet.
enum Values {
    Counts(Vec<i64>),
    Measures {
        numbers: Vec<f64>,
        /// Of each row: 1 where there is a number, 0 where there is none.
        levels: Vec<i16>,
    },
}

/// A file of Parquet that grows by rows.
pub(super) struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Values>,
    rows: usize,
}

impl<W: Write + Send> ParquetTable<W> {
    pub(super) fn begin(file: W, columns: &[Column]) -> Result<Self, ParquetError> {
        let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder("metrics")
            .with_fields(fields)
            .build()?;
        let program = concat!("gradually ", env!("CARGO_PKG_VERSION"));
        let properties = WriterProperties::builder().set_created_by(program.to_owned());
        let writer =
            SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build()))?;
        let columns = columns.iter().map(Values::of);
        Ok(Self {
            writer,
            columns: columns.collect(),
            rows: 0,
        })
    }

    pub(super) fn push(&mut self, row: &Row) -> anyhow::Result<()> {
        for (values, cell) in self.columns.iter_mut().zip(&row.cells) {
            values.push(*cell);
        }
        self.rows += 1;
        if self.rows == ROWS_OF_A_GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is held, and the file's end.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.writer.into_inner()?.flush()?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for values in &mut self.columns {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            match values {
                Values::Counts(counts) => {
                    let column = column.typed::<Int64Type>();
                    column.write_batch(counts, None, None)?;
                    counts.clear();
                }
                Values::Measures { numbers, levels } => {
                    let column = column.typed::<DoubleType>();
                    column.write_batch(numbers, Some(levels), None)?;
                    numbers.clear();
                    levels.clear();
                }
            }
            column.close()?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, repetition) = if column.is_count {
        (Physical::INT64, Repetition::REQUIRED)
    } else {
        (Physical::DOUBLE, Repetition::OPTIONAL)
    };
    let field = Type::primitive_type_builder(&column.name, physical);
    Ok(Arc::new(field.with_repetition(repetition).build()?))
}

impl Values {
    fn of(column: &Column) -> Self {
        if column.is_count {
            Self::Counts(Vec::new())
        } else {
            Self::Measures {
                numbers: Vec::new(),
                levels: Vec::new(),
            }
        }
    }

    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Counts(counts), Cell::Count(count)) => counts.push(count),
            (Self::Measures { numbers, levels }, Cell::Measure(number)) => {
                numbers.extend(number);
                levels.push(i16::from(number.is_some()));
            }
            (Self::Counts(_), Cell::Measure(_)) | (Self::Measures { .. }, Cell::Count(_)) => {
                unreachable!("a row's cells are of the kinds of its columns")
            }
        }
    }
}
