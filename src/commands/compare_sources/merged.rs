//! The rows of two tables side by side: both come sorted by their key, so that a few batches of each are in memory at a time.

use std::cmp::Ordering;

use arrow::{
    array::{Array as _, ArrayRef, DynComparator, RecordBatch, make_comparator},
    compute::SortOptions,
    error::ArrowError,
    util::display::{ArrayFormatter, FormatOptions},
};
use futures::{StreamExt as _, stream::BoxStream};

use super::{
    found::{ColumnFound, Found, RowsFound, Shown},
    json,
    pairs::Paired,
};
use crate::{
    engine::{EngineError, Session, query},
    error::Error,
};

/// How rows are sorted, and what sorts first.
const ORDER: SortOptions = SortOptions { descending: false, nulls_first: true };
/// What stands for a part of a key that is not shown.
const HIDDEN: &str = "…";

/// Compares the rows of a table of two sessions.
///
/// # Errors
/// When the rows cannot be read.
pub(super) async fn merged(
    left: &Session,
    right: &Session,
    table: &str,
    paired: &Paired,
    shown: Shown,
) -> Result<RowsFound, Error> {
    let sql = statement(table, paired);
    merge(Sorted::start(left, &sql).await?, Sorted::start(right, &sql).await?, paired, shown).await
}

async fn merge(mut left: Sorted, mut right: Sorted, paired: &Paired, shown: Shown) -> Result<RowsFound, Error> {
    let mut found = RowsFound::new(&paired.compared);
    loop {
        let (l, r) = (left.current().await?, right.current().await?);
        match (l, r) {
            (None, None) => return Ok(found),
            (Some(batch), None) => left.at = alone(&batch, left.at, paired, shown, &mut found.rows.left)?,
            (None, Some(batch)) => right.at = alone(&batch, right.at, paired, shown, &mut found.rows.right)?,
            (Some(l), Some(r)) => (left.at, right.at) = both(&l, &r, (left.at, right.at), paired, shown, &mut found)?,
        }
    }
}

/// Asks for the key and the compared columns, sorted by the key.
fn statement(table: &str, paired: &Paired) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let key: Vec<String> = paired.key.iter().map(|column| quoted(&column.name)).collect();
    let columns: Vec<String> = key.iter().cloned().chain(paired.compared.iter().map(|c| quoted(&c.name))).collect();
    // Where several rows have one key, those that are alike come in the same order on both sides.
    let sorted = if paired.is_unique { &key } else { &columns };
    let order: Vec<String> = sorted.iter().map(|name| format!("{name} ASC NULLS FIRST")).collect();
    format!("SELECT {} FROM {} ORDER BY {}", columns.join(", "), quoted(table), order.join(", "))
}

/// Rows on their way.
struct Sorted {
    batches: BoxStream<'static, Result<RecordBatch, EngineError>>,
    batch: Option<RecordBatch>,
    /// The next row of it.
    at: usize,
}

impl Sorted {
    async fn start(session: &Session, sql: &str) -> Result<Self, Error> {
        Ok(Self::of(query::run(session, sql, None).await?.into_stream()))
    }

    fn of(batches: BoxStream<'static, Result<RecordBatch, EngineError>>) -> Self {
        Self { batches, batch: None, at: 0 }
    }

    /// The batch of the next row.
    async fn current(&mut self) -> Result<Option<RecordBatch>, Error> {
        while self.batch.as_ref().is_none_or(|batch| self.at >= batch.num_rows()) {
            self.at = 0;
            self.batch = self.batches.next().await.transpose()?;
            if self.batch.is_none() {
                break;
            }
        }
        Ok(self.batch.clone())
    }
}

/// The rest of a batch has no counterpart.
fn alone(batch: &RecordBatch, from: usize, paired: &Paired, shown: Shown, found: &mut Found) -> Result<usize, Error> {
    for row in from..batch.num_rows() {
        found.add(|| name(batch, row, paired, shown))?;
    }
    Ok(batch.num_rows())
}

/// Goes on until one of two batches is used up, and gives the next row of each.
fn both(
    l: &RecordBatch,
    r: &RecordBatch,
    (mut at_left, mut at_right): (usize, usize),
    paired: &Paired,
    shown: Shown,
    found: &mut RowsFound,
) -> Result<(usize, usize), Error> {
    let comparators = comparators(l, r, paired)?;
    let (keys, values) = comparators.split_at_checked(paired.key.len()).unwrap_or((&comparators, &[]));
    while at_left < l.num_rows() && at_right < r.num_rows() {
        let order = keys.iter().map(|key| key(at_left, at_right)).find(|order| order.is_ne());
        match order.unwrap_or(Ordering::Equal) {
            Ordering::Less => {
                found.rows.left.add(|| name(l, at_left, paired, shown))?;
                at_left += 1;
            }
            Ordering::Greater => {
                found.rows.right.add(|| name(r, at_right, paired, shown))?;
                at_right += 1;
            }
            Ordering::Equal => {
                let named = || name(l, at_left, paired, shown);
                let mut is_equal = true;
                let columns = values.iter().zip(found.columns.iter_mut()).enumerate();
                for (index, (comparator, column)) in columns {
                    if comparator(at_left, at_right).is_eq() {
                        column.equal += 1;
                        continue;
                    }
                    is_equal = false;
                    let index = paired.key.len() + index;
                    differs(column, l.column(index), r.column(index), (at_left, at_right), shown, named)?;
                }
                match is_equal {
                    true => found.rows.equal += 1,
                    false => found.rows.differing.add(named)?,
                }
                (at_left, at_right) = (at_left + 1, at_right + 1);
            }
        }
    }
    Ok((at_left, at_right))
}

/// One for each column.
fn comparators(l: &RecordBatch, r: &RecordBatch, paired: &Paired) -> Result<Vec<DynComparator>, Error> {
    let by_meaning = paired.key.iter().map(|_| false).chain(paired.compared.iter().map(|column| column.by_meaning));
    let columns = l.columns().iter().zip(r.columns()).zip(by_meaning);
    let made: Result<Vec<_>, _> = columns
        .map(|((l, r), by_meaning)| {
            let comparator = make_comparator(l, r, ORDER)?;
            Ok(if by_meaning { json::by_meaning(comparator, l, r) } else { comparator })
        })
        .collect();
    made.map_err(|error: ArrowError| Error::Bug(format!("columns of the same type cannot be compared: {error}")))
}

/// Notes a difference of two values.
fn differs(
    found: &mut ColumnFound,
    l: &ArrayRef,
    r: &ArrayRef,
    (at_left, at_right): (usize, usize),
    shown: Shown,
    named: impl Fn() -> Result<String, Error>,
) -> Result<(), Error> {
    let counted = match (l.is_null(at_left), r.is_null(at_right)) {
        (false, true) => &mut found.left,
        (true, false) => &mut found.right,
        _ => &mut found.differs,
    };
    counted.add(&named)?;
    if shown == Shown::Values {
        found.add_values(|| Ok((named()?, text(l, at_left)?, text(r, at_right)?)))?;
    }
    Ok(())
}

/// What a row is called: the values of its key.
fn name(batch: &RecordBatch, row: usize, paired: &Paired, shown: Shown) -> Result<String, Error> {
    let parts =
        paired.key.iter().zip(batch.columns()).map(|(column, array)| match column.is_shown || shown == Shown::Values {
            true => Ok(text(array, row)?.unwrap_or_default()),
            false => Ok(HIDDEN.to_owned()),
        });
    Ok(parts.collect::<Result<Vec<_>, Error>>()?.join("/"))
}

/// A value as text; `None` when it is null.
fn text(array: &ArrayRef, row: usize) -> Result<Option<String>, Error> {
    let unprintable = |error| Error::Bug(format!("a value cannot be printed: {error}"));
    if array.is_null(row) {
        return Ok(None);
    }
    let formatter = ArrayFormatter::try_new(array, &FormatOptions::default()).map_err(unprintable)?;
    formatter.value(row).try_to_string().map(Some).map_err(unprintable)
}

#[cfg(test)]
mod tests;
