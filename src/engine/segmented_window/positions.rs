//! For each row, the row that its value is taken from.

use std::{iter, ops::Range};

use arrow::{
    array::{ArrayRef, NullBufferBuilder, UInt64Array},
    compute::take,
};
use datafusion::error::Result;

/// Built row by row; a row that takes none is null.
#[derive(Debug)]
pub(super) struct Positions {
    rows: Vec<u64>,
    taken: NullBufferBuilder,
}

impl Positions {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), taken: NullBufferBuilder::new(rows) }
    }

    /// The next rows take one of these each.
    pub(super) fn each(&mut self, rows: Range<usize>) {
        self.taken.append_n_non_nulls(rows.len());
        self.rows.extend(rows.start as u64..rows.end as u64);
    }

    /// The next `times` rows all take the same one.
    pub(super) fn all(&mut self, row: usize, times: usize) {
        self.taken.append_n_non_nulls(times);
        self.rows.extend(iter::repeat_n(row as u64, times));
    }

    /// The next `times` rows take none.
    pub(super) fn none(&mut self, times: usize) {
        self.taken.append_n_nulls(times);
        self.rows.extend(iter::repeat_n(0, times));
    }

    /// The next row takes this one, if any.
    pub(super) fn one(&mut self, row: Option<usize>) {
        self.taken.append(row.is_some());
        self.rows.push(row.unwrap_or(0) as u64);
    }

    /// Each of a partition's rows takes the one some rows before it; the first ones take none.
    pub(super) fn before(&mut self, partition: Range<usize>, distance: usize) {
        let missing = distance.min(partition.len());
        self.none(missing);
        self.each(partition.start..partition.end - missing);
    }

    /// Each of a partition's rows takes the one some rows after it; the last ones take none.
    pub(super) fn after(&mut self, partition: Range<usize>, distance: usize) {
        let missing = distance.min(partition.len());
        self.each(partition.start + missing..partition.end);
        self.none(missing);
    }

    /// The values taken.
    pub(super) fn of(self, values: &ArrayRef) -> Result<ArrayRef> {
        let Self { rows, mut taken } = self;
        Ok(take(values, &UInt64Array::new(rows.into(), taken.finish()), None)?)
    }

    /// The values taken, and another value, of the same type, for the rows that take none.
    pub(super) fn of_or(self, values: &ArrayRef, otherwise: &ArrayRef) -> Result<ArrayRef> {
        let Self { mut rows, mut taken } = self;
        let Some(taken) = taken.finish() else { return Ok(take(values, &UInt64Array::from(rows), None)?) };
        let last = values.len() as u64;
        rows.iter_mut().zip(taken.iter()).filter(|(_, is_taken)| !is_taken).for_each(|(row, _)| *row = last);
        let values = arrow::compute::concat(&[values, otherwise])?;
        Ok(take(&values, &UInt64Array::from(rows), None)?)
    }
}
