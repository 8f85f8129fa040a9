//! Of tables that were read for several days, those of one: contracts, positions and attributes come with their whole
//! history, and each day has the rows that apply on it.

use chrono::NaiveDate;

use super::{Assembler, session::session_over, staging::stage};
use crate::{
    catalog::{History, Resource},
    engine::derive,
    error::Error,
    lake::StagedTable,
    run_id::RunId,
};

/// Which rows of a table with a history a day has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those that apply on it.
    Applicable,
    /// Those of all days.
    All,
}

impl Assembler<'_> {
    /// The tables of one day, staged by `run_id`, of those `read` for several.
    ///
    /// # Errors
    /// When a table cannot be read, or written.
    pub(crate) async fn of_day(
        &self,
        as_of: NaiveDate,
        run_id: &RunId,
        read: &[StagedTable],
        rows: Rows,
    ) -> Result<Vec<StagedTable>, Error> {
        let mut staged = Vec::new();
        for table in read {
            staged.push(match self.history_of(table).filter(|_| rows == Rows::Applicable) {
                Some(history) => self.applicable(as_of, run_id, table, history).await?,
                None => table.copy_for(self.lake, run_id).await?,
            });
        }
        Ok(staged)
    }

    /// How the rows of a table say on which days they apply.
    fn history_of(&self, table: &StagedTable) -> Option<&History> {
        let name = &table.table().name;
        let of_table = |resource: &&Resource| resource.tables().iter().any(|t| t.name == *name);
        self.catalog.resources.iter().find(of_table)?.history.as_ref()
    }

    /// The rows that apply on one day.
    async fn applicable(
        &self,
        as_of: NaiveDate,
        run_id: &RunId,
        staged: &StagedTable,
        History { starts, ends }: &History,
    ) -> Result<StagedTable, Error> {
        let session = session_over(self.lake, as_of, [staged.table()], self.engine)?;
        let table = self.catalog.table(&staged.table().name);
        let table = table.ok_or_else(|| Error::Bug("a table that the catalogue does not know has a history".into()))?;
        let columns: Vec<String> = table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
        let sql = format!(
            "SELECT {} FROM \"{}\" WHERE (\"{starts}\" IS NULL OR \"{starts}\" <= CAST($as_of AS DATE)) \
             AND (\"{ends}\" IS NULL OR \"{ends}\" >= CAST($as_of AS DATE))",
            columns.join(", "),
            table.name
        );
        let rows = derive::start(&session, &format!("the history of {}", table.name), &sql, &table, as_of).await?;
        stage(self.lake, run_id, staged.of_day(as_of), &table, rows).await
    }
}
