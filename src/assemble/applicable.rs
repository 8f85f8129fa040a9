//! Of tables that were read for several days, those of one: a table with a history has the rows that apply on it, all others
//! are the same on every day.
//!
//! A table that is the same as on the day before is not written again: its files get another name, or are copied in a
//! bucket, and their size, hash and footer are known. That is why such files do not say of which day they are.

use arrow::{
    array::{BooleanArray, Date32Array, RecordBatch, Scalar},
    compute::{filter_record_batch, is_null, kernels::cmp, or_kleene},
    datatypes::Date32Type,
    error::ArrowError,
};
use chrono::NaiveDate;
use futures::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};

use super::{Assembler, staging::close};
use crate::{
    catalog::{History, Resource, Table},
    engine::derive,
    error::Error,
    lake::{StagedTable, TableWriter, WriterOptions},
    run_id::RunId,
};

/// Tables of so many bytes in memory, all together, are read once for all days.
const HELD_BYTES: usize = 64 << 20;

/// Which rows of a table with a history a day has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those that apply on it.
    Applicable,
    /// Those of all days.
    All,
}

/// The tables that were read for several days.
#[derive(Debug)]
pub(crate) struct ReadForDays<'a> {
    assembler: Assembler<'a>,
    tables: Vec<ReadTable>,
}

/// One of them.
#[derive(Debug)]
enum ReadTable {
    SameEveryDay(StagedTable),
    WithHistory(Box<WithHistory>),
}

/// A table whose rows say on which days they apply.
#[derive(Debug)]
struct WithHistory {
    read: StagedTable,
    table: Table,
    history: History,
    /// All rows, where they are few.
    held: Option<Vec<RecordBatch>>,
    /// Where what a day has of them is staged.
    staged_by: RunId,
    /// The last that was staged.
    last: Option<Applicable>,
}

/// What a day has of a table.
#[derive(Debug)]
struct Applicable {
    /// Which of the rows that are held.
    which: Vec<BooleanArray>,
    staged: StagedTable,
}

impl<'a> ReadForDays<'a> {
    /// Prepares the tables `read` for several days to give each day its own; what several of them share is staged by
    /// `staged_by`.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub(crate) async fn new(
        assembler: Assembler<'a>,
        staged_by: &RunId,
        read: &[StagedTable],
        rows: Rows,
    ) -> Result<Self, Error> {
        Self::with_room(assembler, staged_by, read, rows, HELD_BYTES).await
    }

    async fn with_room(
        assembler: Assembler<'a>,
        staged_by: &RunId,
        read: &[StagedTable],
        rows: Rows,
        mut room: usize,
    ) -> Result<Self, Error> {
        let mut tables = Vec::new();
        for read in read.iter().cloned() {
            let name = &read.table().name;
            let of_table = |resource: &&Resource| resource.tables().iter().any(|t| t.name == *name);
            let history = assembler.catalog.resources.iter().find(of_table).and_then(|r| r.history.clone());
            let Some(history) = history.filter(|_| rows == Rows::Applicable) else {
                tables.push(ReadTable::SameEveryDay(read));
                continue;
            };
            let table = assembler.catalog.table(name);
            let table =
                table.ok_or_else(|| Error::Bug("a table that the catalogue does not know has a history".into()))?;
            let mut with = WithHistory { read, table, history, held: None, staged_by: staged_by.clone(), last: None };
            with.held = with.hold(&assembler, &mut room).await?;
            tables.push(ReadTable::WithHistory(Box::new(with)));
        }
        Ok(Self { assembler, tables })
    }

    /// The tables of one day, staged by `run_id`.
    ///
    /// # Errors
    /// When a table cannot be read, or written.
    pub(crate) async fn of_day(&mut self, as_of: NaiveDate, run_id: &RunId) -> Result<Vec<StagedTable>, Error> {
        let mut staged = Vec::new();
        for table in &mut self.tables {
            let same = match table {
                ReadTable::SameEveryDay(same) => same,
                ReadTable::WithHistory(with) => with.on(&self.assembler, as_of).await?,
            };
            staged.push(same.copy_for(self.assembler.lake, run_id).await?);
        }
        Ok(staged)
    }
}

impl WithHistory {
    /// All rows, where there is room for them, which they take then.
    async fn hold(&self, assembler: &Assembler<'_>, room: &mut usize) -> Result<Option<Vec<RecordBatch>>, Error> {
        let (mut rows, mut left) = (self.rows(assembler, NaiveDate::default()).await?, *room);
        let mut held = Vec::new();
        while let Some(batch) = rows.try_next().await? {
            match left.checked_sub(batch.get_array_memory_size()) {
                Some(rest) => left = rest,
                None => return Ok(None),
            }
            held.push(batch);
        }
        *room = left;
        Ok(Some(held))
    }

    /// The table as it is on a day, staged.
    async fn on(&mut self, assembler: &Assembler<'_>, as_of: NaiveDate) -> Result<&StagedTable, Error> {
        let which = self.held.iter().flatten().map(|batch| self.which(batch, as_of)).collect::<Result<Vec<_>, _>>()?;
        let same = self.held.is_some() && self.last.as_ref().is_some_and(|last| last.which == which);
        let last = match self.last.take().filter(|_| same) {
            Some(last) => last,
            None => {
                let staged = self.stage(assembler, as_of).await?;
                Applicable { which, staged }
            }
        };
        Ok(&self.last.insert(last).staged)
    }

    /// Stages the rows that apply on a day.
    async fn stage(&self, assembler: &Assembler<'_>, as_of: NaiveDate) -> Result<StagedTable, Error> {
        let mut rows = match &self.held {
            Some(held) => stream::iter(held.iter().cloned().map(Ok)).boxed(),
            None => self.rows(assembler, as_of).await?,
        };
        let writer = TableWriter::new(assembler.lake, &self.staged_by, &self.table, WriterOptions::default());
        let mut writer = writer.with_provenance(self.read.of_several_days());
        let written = async {
            while let Some(batch) = rows.try_next().await? {
                let batch = filter_record_batch(&batch, &self.which(&batch, as_of)?).map_err(|e| self.internal(&e))?;
                writer.write(&batch).await?;
            }
            Ok(())
        };
        let written = written.await;
        close(writer, written).await
    }

    /// All rows, from where they are staged.
    async fn rows(
        &self,
        assembler: &Assembler<'_>,
        as_of: NaiveDate,
    ) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        let session = assembler.session(as_of, [self.read.table()]).await?;
        let columns: Vec<String> = self.table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
        let sql = format!("SELECT {} FROM \"{}\"", columns.join(", "), self.table.name);
        let origin = format!("the history of {}", self.table.name);
        let rows = derive::start(&session, &origin, &sql, &self.table, as_of).await?;
        Ok(rows.into_stream().map_err(Error::from).boxed())
    }

    /// Which rows apply on a day: both bounds are included, and one that is null is none.
    fn which(&self, rows: &RecordBatch, as_of: NaiveDate) -> Result<BooleanArray, Error> {
        let day = Scalar::new(Date32Array::from_value(Date32Type::from_naive_date(as_of), 1));
        let History { starts, ends } = &self.history;
        let bounds = rows.column_by_name(starts).zip(rows.column_by_name(ends));
        let (starts, ends) = bounds.ok_or_else(|| Error::Bug(format!("{} has no such history", self.table.name)))?;
        let which = || -> Result<BooleanArray, ArrowError> {
            let begun = or_kleene(&is_null(starts)?, &cmp::lt_eq(starts, &day)?)?;
            let not_over = or_kleene(&is_null(ends)?, &cmp::gt_eq(ends, &day)?)?;
            arrow::compute::and(&begun, &not_over)
        };
        which().map_err(|e| self.internal(&e))
    }

    fn internal(&self, error: &ArrowError) -> Error {
        Error::Bug(format!("the days on which rows of {} apply: {error}", self.table.name))
    }
}

#[cfg(test)]
mod tests;
