//! `row_number`, `rank` and `dense_rank`.

use std::{iter, sync::Arc};

use arrow::array::{ArrayRef, UInt64Array};
use datafusion::error::Result;

use super::{super::runs::Segments, Evaluator};

#[derive(Debug, Default)]
pub(in super::super) struct RowNumber {
    /// Rows of the open partition so far.
    rows: u64,
}

impl Evaluator for RowNumber {
    fn evaluate(&mut self, segments: &Segments, _argument: &ArrayRef) -> Result<ArrayRef> {
        let mut numbers = Vec::with_capacity(segments.rows());
        for run in segments.partitions.iter() {
            let before = if run.is_continued { self.rows } else { 0 };
            self.rows = before + run.rows.len() as u64;
            numbers.extend(before + 1..=self.rows);
        }
        Ok(Arc::new(UInt64Array::from(numbers)))
    }
}

#[derive(Debug)]
pub(in super::super) struct Rank {
    is_dense: bool,
    /// Rows of the open partition so far.
    rows: u64,
    /// Of the peers that came last.
    rank: u64,
}

impl Rank {
    pub(in super::super) fn with_gaps() -> Self {
        Self { is_dense: false, rows: 0, rank: 0 }
    }

    pub(in super::super) fn dense() -> Self {
        Self { is_dense: true, rows: 0, rank: 0 }
    }
}

impl Evaluator for Rank {
    fn evaluate(&mut self, segments: &Segments, _argument: &ArrayRef) -> Result<ArrayRef> {
        let mut ranks = Vec::with_capacity(segments.rows());
        let mut partitions = segments.partitions.iter().filter(|run| !run.is_continued).peekable();
        for peers in segments.peers.iter() {
            if partitions.next_if(|partition| partition.rows.start == peers.rows.start).is_some() {
                (self.rows, self.rank) = (0, 0);
            }
            if !peers.is_continued {
                self.rank = if self.is_dense { self.rank + 1 } else { self.rows + 1 };
            }
            self.rows += peers.rows.len() as u64;
            ranks.extend(iter::repeat_n(self.rank, peers.rows.len()));
        }
        Ok(Arc::new(UInt64Array::from(ranks)))
    }
}
