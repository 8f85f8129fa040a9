//! Rows that are copied while somebody else takes them.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;

use super::Rows;

/// Batches that were seen so far.
#[derive(Debug, Default)]
struct Seen {
    batches: Vec<RecordBatch>,
    bytes: usize,
}

/// A copy of rows, as long as it is small.
#[derive(Debug, Clone)]
pub(super) struct Copied(Arc<Mutex<Option<Seen>>>);

impl Copied {
    /// The same rows, and the copy that grows while they are taken, unless they are more than `limit` bytes in memory.
    pub(super) fn of(rows: Rows, limit: usize) -> (Rows, Self) {
        let copied = Self(Arc::new(Mutex::new(Some(Seen::default()))));
        let (growing, schema) = (copied.clone(), Arc::clone(rows.schema()));
        let rows = rows.try_map(schema, move |batch| {
            if let Ok(batch) = &batch {
                growing.add(batch, limit);
            }
            batch
        });
        (rows, copied)
    }

    fn add(&self, batch: &RecordBatch, limit: usize) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Seen { batches, bytes }) = &mut *seen {
            *bytes += batch.get_array_memory_size();
            batches.push(batch.clone());
            if *bytes > limit {
                *seen = None;
            }
        }
    }

    /// The batches, once all rows were taken; `None` when they were too many.
    pub(super) fn batches(self) -> Option<Vec<RecordBatch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map(|seen| seen.batches)
    }
}
