//! The texts of a block of rows.

use arrow::{
    array::{Array as _, AsArray as _, RecordBatch},
    datatypes::DataType,
    util::display::ArrayFormatter,
};

use super::super::text;
use crate::terminal_text::width;

/// A column of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name.
    pub(super) heading: String,
    /// A text for each row, with nothing that acts on a terminal.
    pub(super) cells: Vec<String>,
    /// Whether it holds numbers, which stand to the right.
    pub(super) is_number: bool,
    /// Whether a part of a value still says something.
    pub(super) can_be_cut: bool,
}

impl Column {
    /// Columns of the screen that its values take.
    pub(super) fn values_width(&self) -> usize {
        self.cells.iter().map(|cell| width(cell)).max().unwrap_or_default()
    }

    /// Columns of the screen that values and heading take.
    pub(super) fn width(&self) -> usize {
        self.values_width().max(width(&self.heading))
    }

    /// The column of the first rows, and that of the others.
    pub(super) fn split(mut self, first: usize) -> (Self, Self) {
        let mut second = self.clone();
        second.cells = self.cells.split_off(first.min(self.cells.len()));
        (self, second)
    }
}

/// The columns of a batch.
///
/// # Errors
/// What Arrow says of a value that cannot be shown.
pub(super) fn columns(batch: &RecordBatch) -> Result<Vec<Column>, arrow::error::ArrowError> {
    let flat = text::without_nesting(batch)?;
    let schema = batch.schema();
    let column = |(index, array): (usize, &arrow::array::ArrayRef)| {
        let field = schema.field(index);
        let shown = ArrayFormatter::try_new(array, &text::FOR_PEOPLE)?;
        let cells = (0..array.len()).map(|row| match array.as_binary_opt::<i32>() {
            // Nobody reads an image.
            Some(bytes) if bytes.is_valid(row) => Ok(format!("({} bytes)", bytes.value(row).len())),
            _ => Ok(text::cell(&shown.value(row).try_to_string()?)),
        });
        Ok(Column {
            heading: text::cell(field.name()),
            cells: cells.collect::<Result<_, arrow::error::ArrowError>>()?,
            is_number: field.data_type().is_numeric(),
            can_be_cut: matches!(array.data_type(), DataType::Utf8),
        })
    };
    flat.columns().iter().enumerate().map(column).collect()
}
