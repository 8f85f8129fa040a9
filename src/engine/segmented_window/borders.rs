//! Where partitions and peers begin, batch after batch.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch},
    compute::{concat, partition},
};
use datafusion::{error::Result, physical_plan::PhysicalExpr};

use super::runs::{Runs, Segments};

/// Compares each row with the one before it, across batches too.
#[derive(Debug)]
pub(super) struct Borders {
    partition_by: Keys,
    peers_by: Keys,
}

impl Borders {
    pub(super) fn new(partition_by: Vec<Arc<dyn PhysicalExpr>>, peers_by: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { partition_by: Keys::new(partition_by), peers_by: Keys::new(peers_by) }
    }

    /// The segments of a batch that follows those seen so far, and has rows.
    pub(super) fn segments_of(&mut self, batch: &RecordBatch) -> Result<Segments> {
        let partitions = self.partition_by.changes_in(batch)?;
        let changes = self.peers_by.changes_in(batch)?;
        let peers = if changes.is_empty() { partitions.clone() } else { merged(&partitions, &changes) };
        let rows = batch.num_rows();
        Ok(Segments { partitions: Runs::new(rows, partitions), peers: Runs::new(rows, peers) })
    }
}

/// Key columns, and the last row seen of them.
#[derive(Debug)]
struct Keys {
    expressions: Vec<Arc<dyn PhysicalExpr>>,
    /// One value of each key; none before the first row.
    last: Option<Vec<ArrayRef>>,
}

impl Keys {
    fn new(expressions: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { expressions, last: None }
    }

    /// Rows of a batch that differ from the one before them; the very first row of all differs. Nulls are alike.
    fn changes_in(&mut self, batch: &RecordBatch) -> Result<Vec<usize>> {
        let rows = batch.num_rows();
        let columns = self.expressions.iter().map(|key| key.evaluate(batch)?.into_array(rows));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let mut changes = Vec::new();
        if self.differs_from_last(&columns)? {
            changes.push(0);
        }
        if !columns.is_empty() {
            changes.extend(partition(&columns)?.ranges().into_iter().skip(1).map(|range| range.start));
        }
        // A copy: a slice would keep the whole batch in memory.
        let last = columns.iter().map(|column| Ok(concat(&[&column.slice(rows - 1, 1)])?));
        self.last = Some(last.collect::<Result<_>>()?);
        Ok(changes)
    }

    fn differs_from_last(&self, columns: &[ArrayRef]) -> Result<bool> {
        let Some(last) = &self.last else { return Ok(true) };
        if last.is_empty() {
            return Ok(false);
        }
        let pairs = last.iter().zip(columns).map(|(last, column)| Ok(concat(&[last, &column.slice(0, 1)])?));
        Ok(partition(&pairs.collect::<Result<Vec<_>>>()?)?.len() > 1)
    }
}

/// Both in ascending order, each row once.
fn merged(left: &[usize], right: &[usize]) -> Vec<usize> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let mut right = right.iter().copied().peekable();
    for &row in left {
        while let Some(other) = right.next_if(|other| *other < row) {
            merged.push(other);
        }
        right.next_if_eq(&row);
        merged.push(row);
    }
    merged.extend(right);
    merged
}
