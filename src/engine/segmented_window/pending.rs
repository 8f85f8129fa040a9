//! Rows whose window columns are not computed yet: those of the partition that may go on in the next batch.

use arrow::{array::ArrayRef, compute::concat};
use datafusion::error::Result;

use super::runs::Segments;

/// Their segments, and the functions' arguments: all that is needed to compute them.
#[derive(Debug)]
pub(super) struct Pending {
    segments: Segments,
    /// For each function, its argument's values in the order of the rows, in pieces.
    arguments: Vec<Vec<ArrayRef>>,
}

/// Rows that can be computed.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) segments: Segments,
    /// One for each function.
    pub(super) arguments: Vec<ArrayRef>,
}

impl Pending {
    pub(super) fn new(functions: usize) -> Self {
        Self { segments: Segments::default(), arguments: vec![Vec::new(); functions] }
    }

    /// Adds the rows that follow, with one argument for each function.
    pub(super) fn append(&mut self, segments: &Segments, arguments: Vec<ArrayRef>) {
        self.segments.append(segments);
        self.arguments.iter_mut().zip(arguments).for_each(|(pieces, argument)| pieces.push(argument));
    }

    /// Takes out all rows but those of the last partition; none where there is no other partition.
    pub(super) fn take_complete(&mut self) -> Result<Option<Chunk>> {
        self.take(self.segments.partitions.last_start().unwrap_or(0))
    }

    /// Takes out all rows.
    pub(super) fn take_all(&mut self) -> Result<Option<Chunk>> {
        self.take(self.segments.rows())
    }

    fn take(&mut self, rows: usize) -> Result<Option<Chunk>> {
        if rows == 0 {
            return Ok(None);
        }
        let mut arguments = Vec::with_capacity(self.arguments.len());
        for pieces in &mut self.arguments {
            let all = match pieces.as_slice() {
                [only] => only.clone(),
                several => concat(&several.iter().map(AsRef::as_ref).collect::<Vec<_>>())?,
            };
            pieces.clear();
            if rows < all.len() {
                pieces.push(all.slice(rows, all.len() - rows));
            }
            arguments.push(all.slice(0, rows));
        }
        Ok(Some(Chunk { segments: self.segments.split_to(rows), arguments }))
    }

    /// Bytes of the arguments' values.
    pub(super) fn bytes(&self) -> usize {
        self.arguments.iter().flatten().map(|piece| piece.get_array_memory_size()).sum()
    }
}
