//! What the days of one run have in common: of most tables a day has what the day before had.
//!
//! A query that does not name the day gives the same rows over the same tables, so that it is not asked again, and neither is
//! what a gate found nothing by. Rows that are the same, whatever gave them, are not written again: their files get another
//! name, or are copied in a bucket. That is why files of a run over several days do not say of which day they are.

use std::collections::{BTreeMap, BTreeSet};

use arrow::{compute::concat_batches, record_batch::RecordBatch};

use crate::{
    catalog::AS_OF,
    lake::{Snapshot, SnapshotTable},
    run_report::ReferenceReport,
};

/// Rows of a table are remembered where they take no more memory.
pub(super) const REMEMBERED_BYTES: usize = 2 << 20;

/// Rows of computed tables, by name, where they are few.
pub(super) type FewRows = BTreeMap<String, Vec<RecordBatch>>;

/// What is remembered of a day for the next one.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// Rows of its computed tables, internal ones too.
    pub(super) rows: FewRows,
    /// The references between its tables.
    pub(super) references: Vec<ReferenceReport>,
    /// Statements that name no day and found nothing.
    pub(super) found_nothing: BTreeSet<String>,
}

/// The day that a run over several days published last.
#[derive(Debug, Default)]
pub(crate) struct DayBefore {
    /// None before the first.
    published: Option<Snapshot>,
    pub(super) remembered: Remembered,
}

impl DayBefore {
    /// The day that was published as this snapshot.
    pub(crate) fn new(published: Snapshot, remembered: Remembered) -> Self {
        Self { published: Some(published), remembered }
    }

    /// The tables whose files hold what those of the day before did.
    pub(super) fn same_as<'t>(&self, tables: impl IntoIterator<Item = &'t SnapshotTable>) -> BTreeSet<String> {
        tables.into_iter().filter(|table| self.has(table)).map(|table| table.name.clone()).collect()
    }

    fn has(&self, table: &SnapshotTable) -> bool {
        let content = |table: &SnapshotTable| -> Vec<(String, u64)> {
            table.files.iter().map(|file| (file.sha256.clone(), file.rows)).collect()
        };
        self.published(&table.name).is_some_and(|then| then.columns == table.columns && content(then) == content(table))
    }

    /// Whether a computed table has the rows that it had the day before.
    pub(super) fn has_rows(&self, table: &str, rows: &[RecordBatch]) -> bool {
        self.rows(table).is_some_and(|then| are_the_same(then, rows))
    }

    /// The rows of a computed table.
    pub(super) fn rows(&self, table: &str) -> Option<&Vec<RecordBatch>> {
        self.remembered.rows.get(table)
    }

    /// A table as it was published.
    pub(super) fn published(&self, table: &str) -> Option<&SnapshotTable> {
        self.published.as_ref()?.table(table)
    }
}

/// Whether a query gives the same rows on any day: every table has a column `as_of`, and `$as_of` is the day.
pub(super) fn names_no_day(sql: &str) -> bool {
    !sql.to_ascii_lowercase().contains(AS_OF)
}

/// Whether rows are equal, however they are cut into batches.
fn are_the_same(one: &[RecordBatch], other: &[RecordBatch]) -> bool {
    let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    if rows(one) != rows(other) {
        return false;
    }
    let whole = |batches: &[RecordBatch]| concat_batches(&batches.first()?.schema(), batches).ok();
    rows(one) == 0 || whole(one).zip(whole(other)).is_some_and(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::*;

    fn batch(numbers: &[Option<i64>]) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
        RecordBatch::try_from_iter_with_nullable([("number", numbers, true)]).unwrap()
    }

    #[test]
    fn rows_are_the_same_however_they_are_cut() {
        let (one, two) = (Some(1), None);
        let whole = [batch(&[one, two])];
        assert!(are_the_same(&whole, &[batch(&[one]), batch(&[]), batch(&[two])]));
        assert!(are_the_same(&[], &[batch(&[])]));
        for other in [&[batch(&[two, one])][..], &[batch(&[one])], &[batch(&[one, one])], &[]] {
            assert!(!are_the_same(&whole, other) && !are_the_same(other, &whole), "{other:?}");
        }
    }

    #[test]
    fn a_query_that_names_a_day_is_told() {
        assert!(names_no_day("SELECT id FROM employees"));
        for sql in ["SELECT $as_of AS day", "SELECT AS_OF FROM employees", "SELECT \"as_of\" FROM employees"] {
            assert!(!names_no_day(sql), "{sql}");
        }
    }
}
