//! Values of the open partition that rows of the next chunk look back at.

use std::ops::Range;

use arrow::{array::ArrayRef, compute::concat};
use datafusion::error::Result;

use super::super::runs::{Run, Segments};

/// None before the first chunk.
#[derive(Debug, Default)]
pub(super) struct Carried(Option<ArrayRef>);

/// A chunk's values, behind those carried if its first partition goes on.
pub(super) struct Joined {
    pub(super) values: ArrayRef,
    carried: usize,
}

impl Carried {
    pub(super) fn join(&self, segments: &Segments, values: &ArrayRef) -> Result<Joined> {
        let goes_on = segments.partitions.iter().next().is_some_and(|first| first.is_continued);
        match self.0.as_ref().filter(|_| goes_on) {
            Some(carried) => Ok(Joined { values: concat(&[carried, values])?, carried: carried.len() }),
            None => Ok(Joined { values: values.clone(), carried: 0 }),
        }
    }

    /// Keeps rows of what was joined for the next chunk.
    pub(super) fn keep(&mut self, joined: &Joined, rows: Range<usize>) {
        self.0 = Some(joined.values.slice(rows.start, rows.len()));
    }
}

impl Joined {
    /// Where the rows of a partition are: those carried included.
    pub(super) fn known(&self, partition: &Run) -> Range<usize> {
        let start = if partition.is_continued { 0 } else { partition.rows.start + self.carried };
        start..partition.rows.end + self.carried
    }

    /// Where the rows of a partition are: those of the chunk.
    pub(super) fn current(&self, partition: &Run) -> Range<usize> {
        partition.rows.start + self.carried..partition.rows.end + self.carried
    }
}
