//! The rows of a wide table: the attributes of each person, as soon as all of them were read.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, OnceLock},
    vec,
};

use arrow::{
    array::{Array as _, AsArray as _, Date32Array, RecordBatch, StringViewArray},
    datatypes::Date32Type,
};
use futures::{
    StreamExt as _,
    stream::{BoxStream, try_unfold},
};

use super::together::{Together, people_of};
use crate::{
    catalog::Table,
    engine::{EngineError, Rows, Session, prepared, sorted},
    surrogates,
    wide::{Attribute, EMPLOYEES, Pivot, Unforeseen},
};

/// Rows built before they go on.
const ROWS_AT_ONCE: usize = 2048;
/// Where more attributes than this would wait for others of the same person, they are sorted before they are read.
const MOST_WAITING: u64 = 256 << 10;

/// Where a wide table comes from.
pub(super) struct Source<'a> {
    /// The table of attributes.
    pub(super) long: &'a str,
    /// Statuses of the people who have a row although they have no attribute; `None` for all.
    pub(super) statuses: Option<&'a [String]>,
}

/// The rows of a wide table.
pub(super) struct WideRows {
    /// By person.
    pub(super) rows: Rows,
    /// What was unforeseen, once all rows were taken.
    pub(super) unforeseen: Arc<OnceLock<BTreeMap<String, Unforeseen>>>,
}

/// The rows of `table`, which are read, pivoted and sorted on a task of their own. Memory: the ids of the people, the
/// attributes that wait for others, and the sorting of the rows, which spills to disk.
pub(super) fn begin(session: &Session, source: &Source<'_>, table: Table, pivot: Pivot) -> WideRows {
    begin_with(session, source, table, pivot, MOST_WAITING)
}

fn begin_with(session: &Session, source: &Source<'_>, table: Table, pivot: Pivot, most_waiting: u64) -> WideRows {
    let (long, statuses) = (source.long.to_owned(), source.statuses.map(<[String]>::to_vec));
    let (unforeseen, reading) = (Arc::new(OnceLock::new()), session.clone());
    let (told, schema) = (Arc::clone(&unforeseen), table.arrow_schema());
    let columns = Arc::clone(&schema);
    let asked = async move {
        let together = Together::of(&reading, &long).await?;
        let order = if together.most_waiting > most_waiting { " ORDER BY employee_id" } else { "" };
        let sql = format!(
            "SELECT employee_id, definition_id, id, applicability_start, applicability_end, value FROM {long}{order}"
        );
        let pivoting = Pivoting {
            batches: prepared::ask(&reading, &sql, None).await?.into_stream(),
            without: without_attributes(&reading, statuses.as_deref(), &together.rows).await?.into_iter(),
            left: together.rows,
            waiting: HashMap::new(),
            pivot,
            table,
            told,
        };
        Ok(Rows::new(columns, try_unfold(pivoting, Pivoting::next).boxed()))
    };
    WideRows { rows: sorted::begin(session, schema, asked), unforeseen }
}

/// The employees who have a row although they have no attribute.
async fn without_attributes(
    session: &Session,
    statuses: Option<&[String]>,
    with: &HashMap<String, u64>,
) -> Result<Vec<String>, EngineError> {
    if !session.has_table(EMPLOYEES) {
        return Ok(Vec::new());
    }
    let mut batches = prepared::ask(session, &format!("SELECT id, status FROM {EMPLOYEES}"), None).await?.into_stream();
    // Should one be listed twice, that shows here too.
    let (mut without, mut found) = (Vec::new(), HashSet::new());
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        let (ids, status) = (texts(&batch, 0)?, texts(&batch, 1)?);
        let is_read = |row: &usize| {
            statuses.is_none_or(|some| status.is_valid(*row) && some.iter().any(|one| one == status.value(*row)))
        };
        for row in (0..batch.num_rows()).filter(|row| ids.is_valid(*row)).filter(is_read) {
            let id = ids.value(row);
            if !with.contains_key(id) || !found.insert(id.to_owned()) {
                without.push(id.to_owned());
            }
        }
    }
    Ok(without)
}

/// Attributes on their way to rows.
struct Pivoting {
    batches: BoxStream<'static, Result<RecordBatch, EngineError>>,
    /// Attributes that were not read yet, by person.
    left: HashMap<String, u64>,
    /// Those that wait for others.
    waiting: HashMap<String, Vec<Attribute<'static>>>,
    /// Employees without an attribute.
    without: vec::IntoIter<String>,
    pivot: Pivot,
    table: Table,
    told: Arc<OnceLock<BTreeMap<String, Unforeseen>>>,
}

impl Pivoting {
    async fn next(mut self) -> Result<Option<(RecordBatch, Self)>, EngineError> {
        while self.pivot.rows() < ROWS_AT_ONCE {
            match self.batches.next().await {
                Some(batch) => self.add(&batch?)?,
                None => {
                    let room = ROWS_AT_ONCE - self.pivot.rows();
                    self.without.by_ref().take(room).for_each(|id| self.pivot.employee(&id, &[]));
                    break;
                }
            }
        }
        if self.pivot.rows() == 0 {
            // Nobody waits any more: of each person there were as many attributes as were counted.
            let unread = self.waiting.len();
            if unread > 0 {
                return Err(EngineError::Internal { message: format!("attributes of {unread} people were not read") });
            }
            // Set once, as nothing comes after it.
            let _ = self.told.set(self.pivot.unforeseen().clone());
            return Ok(None);
        }
        let rows = self.pivot.take(&self.table);
        let name = &self.table.name;
        let misfit = |_| EngineError::Internal { message: format!("the rows of {name} do not fit its columns") };
        Ok(Some((rows.map_err(misfit)?, self)))
    }

    /// Adds the rows of those people whose attributes are all there.
    fn add(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let columns = Columns::of(batch)?;
        let mut attributes = Vec::new();
        for run in people_of(batch)? {
            let rows = (run.end - run.start) as u64;
            let left = self.left.get_mut(run.employee).map_or(0, |left| {
                *left = left.saturating_sub(rows);
                *left
            });
            let these = (run.start..run.end).map(|row| columns.attribute(row));
            if left > 0 {
                let waiting = self.waiting.entry(run.employee.to_owned()).or_default();
                waiting.extend(these.map(Attribute::into_owned));
                continue;
            }
            attributes.clear();
            attributes.extend(self.waiting.remove(run.employee).into_iter().flatten());
            attributes.extend(these);
            self.pivot.employee(run.employee, &attributes);
        }
        Ok(())
    }
}

/// The columns of some attributes.
struct Columns<'b> {
    definitions: &'b StringViewArray,
    ids: &'b StringViewArray,
    starts: &'b Date32Array,
    ends: &'b Date32Array,
    values: &'b StringViewArray,
}

impl<'b> Columns<'b> {
    fn of(batch: &'b RecordBatch) -> Result<Self, EngineError> {
        let (definitions, ids, values) = (texts(batch, 1)?, texts(batch, 2)?, texts(batch, 5)?);
        let days = |index: usize| batch.columns().get(index)?.as_primitive_opt::<Date32Type>();
        let (Some(starts), Some(ends)) = (days(3), days(4)) else {
            return Err(EngineError::Internal { message: "attributes have no days".to_owned() });
        };
        Ok(Self { definitions, ids, starts, ends, values })
    }

    fn attribute(&self, row: usize) -> Attribute<'b> {
        let text = |of: &'b StringViewArray| if of.is_valid(row) { of.value(row) } else { "" };
        let day = |of: &Date32Array| of.is_valid(row).then(|| of.value(row));
        Attribute {
            definition: text(self.definitions).into(),
            id: text(self.ids).into(),
            starts: day(self.starts),
            ends: day(self.ends),
            value: self.values.is_valid(row).then(|| surrogates::replaced(self.values.value(row))),
        }
    }
}

fn texts(batch: &RecordBatch, index: usize) -> Result<&StringViewArray, EngineError> {
    let texts = batch.columns().get(index).and_then(|column| column.as_string_view_opt());
    texts.ok_or_else(|| EngineError::Internal { message: "a column of the attributes is no text".to_owned() })
}

#[cfg(test)]
mod tests;
