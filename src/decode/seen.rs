//! Which records of a resource were already read: a cursor may repeat records when others are added or removed meanwhile.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash as _, Hasher as _},
};

use foldhash::fast::RandomState;

use arrow::{
    array::{Array as _, BooleanArray, StringArray},
    compute::filter_record_batch,
    error::ArrowError,
    record_batch::RecordBatch,
};

use crate::catalog::{Resource, Shape};

/// Why the rows of a page could not be sorted out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowsError {
    /// Two records with one id that are not the same record.
    #[error(
        "{resource}: two different records have the id {id}; the API broke its contract or the record changed while it was \
         read: nothing was published, run again"
    )]
    SharedId {
        /// Collection.
        resource: String,
        /// The id.
        id: String,
    },
    /// Arrow refused a batch: a defect here. Its message may quote values and is not shown.
    #[error("internal error: a batch of rows could not be filtered; please report it")]
    Arrow(#[from] ArrowError),
}

/// The ids read so far, 16 bytes each where they are plain numbers, as they are in practice.
#[derive(Debug, Default)]
pub(crate) struct SeenIds {
    resource: String,
    /// Columns that say whether two records with one id are the same one.
    identity: Vec<usize>,
    numbers: HashMap<u64, u64, RandomState>,
    texts: HashMap<Box<str>, u64, RandomState>,
    /// Keyed at random, as ids are input; the same for the whole run.
    hasher: RandomState,
}

impl SeenIds {
    /// Nothing read yet. Where the id alone is not known to be the key (values of any shape, whose ids are documented as
    /// opaque), records with one id must also agree on their references and their value.
    pub(crate) fn new(resource: &Resource) -> Self {
        let keeps_values = resource.columns.iter().any(|c| matches!(c.shape, Shape::Reading(_)));
        let identity = resource
            .columns
            .iter()
            .enumerate()
            .filter(|(_, c)| keeps_values && matches!(c.shape, Shape::Reference | Shape::Json { .. }));
        let identity = identity.map(|(index, _)| index).collect();
        Self { resource: resource.name.clone(), identity, ..Self::default() }
    }

    /// Keeps the rows whose `id` (the first column) is new, and says how many were not. When the collection is read
    /// `again`, a record may have changed since it was kept.
    ///
    /// # Errors
    /// When two different records have one id.
    pub(crate) fn keep_new(&mut self, batch: RecordBatch, again: bool) -> Result<(RecordBatch, u64), RowsError> {
        let Some(ids) = texts(&batch, 0) else { return Ok((batch, 0)) };
        let identity: Vec<&StringArray> = self.identity.clone().iter().filter_map(|c| texts(&batch, *c)).collect();
        let mut new = Vec::with_capacity(batch.num_rows());
        for (row, id) in ids.iter().enumerate() {
            let id = id.unwrap_or_default();
            let mut hasher = self.hasher.build_hasher();
            identity.iter().for_each(|column| column.is_valid(row).then(|| column.value(row)).hash(&mut hasher));
            match self.insert(id, hasher.finish()) {
                None => new.push(true),
                Some(same) if same || again => new.push(false),

                Some(_) => {
                    return Err(RowsError::SharedId {
                        resource: self.resource.clone(),
                        id: id.chars().take(80).collect(),
                    });
                }
            }
        }
        let repeated = new.iter().filter(|new| !**new).count() as u64;
        if repeated == 0 {
            return Ok((batch, 0));
        }
        Ok((filter_record_batch(&batch, &BooleanArray::from(new))?, repeated))
    }

    /// Whether a record with this id was read.
    pub(crate) fn has(&self, id: &str) -> bool {
        match number(id) {
            Some(number) => self.numbers.contains_key(&number),
            None => self.texts.contains_key(id),
        }
    }

    /// Whether the id was there already, with the same identity.
    fn insert(&mut self, id: &str, identity: u64) -> Option<bool> {
        let before = match number(id) {
            Some(number) => self.numbers.insert(number, identity),
            None => self.texts.insert(id.into(), identity),
        };
        before.map(|before| before == identity)
    }
}

/// The number that an id is written as: "007" and "7" are different ids.
fn number(id: &str) -> Option<u64> {
    let canonical = id.bytes().all(|b| b.is_ascii_digit()) && (!id.starts_with('0') || id == "0");
    id.parse().ok().filter(|_| canonical)
}

fn texts(batch: &RecordBatch, column: usize) -> Option<&StringArray> {
    batch.columns().get(column).and_then(|c| c.as_any().downcast_ref::<StringArray>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;

    use super::*;

    #[test]
    fn ids_are_compared_as_texts() {
        let mut seen = SeenIds::default();
        for id in ["7", "007", "+7", "e_7", "18446744073709551615", "18446744073709551616"] {
            assert!(!seen.has(id), "{id}");
            assert_eq!(seen.insert(id, 1), None, "{id}");
            assert!(seen.has(id), "{id}");
            assert_eq!(seen.insert(id, 1), Some(true), "{id}");
            assert_eq!(seen.insert(id, 2), Some(false), "{id}");
        }
    }

    fn batch(rows: &[(&str, &str)]) -> RecordBatch {
        let column = |texts: Vec<&str>| Arc::new(StringArray::from(texts)) as ArrayRef;
        let (ids, values) = rows.iter().copied().unzip();
        RecordBatch::try_from_iter([("id", column(ids)), ("value", column(values))]).unwrap()
    }

    #[test]
    fn repeats_go_and_different_records_with_one_id_are_an_error() {
        let mut seen = SeenIds { identity: vec![1], ..SeenIds::default() };
        let (kept, repeated) = seen.keep_new(batch(&[("1", "a"), ("2", "b"), ("1", "a")]), false).unwrap();
        assert_eq!((kept.num_rows(), repeated), (2, 1));
        let (kept, repeated) = seen.keep_new(batch(&[("2", "b"), ("3", "b")]), false).unwrap();
        assert_eq!((kept.num_rows(), repeated), (1, 1));
        assert_eq!(seen.keep_new(batch(&[("2", "z")]), true).unwrap().1, 1);
        assert!(matches!(seen.keep_new(batch(&[("3", "c")]), false), Err(RowsError::SharedId { .. })));
        let mut by_id = SeenIds::default();
        assert_eq!(by_id.keep_new(batch(&[("1", "a"), ("1", "b")]), false).unwrap().1, 1);
    }
}
