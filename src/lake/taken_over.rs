//! A table of the lake that the next snapshot takes rows over from: as it was written last, whichever day that is of.

use chrono::NaiveDate;

use super::{
    Lake, LakeError, RunId, Snapshot, SnapshotTable, UnreadableDay, days::Days, folders, last_written::LastWritten,
    layout,
};

impl Days {
    /// The day that a table was last written for.
    pub(crate) fn last_written(&self, table: &str) -> Option<NaiveDate> {
        self.last_written.get(table).map(|last| last.of.as_of)
    }
}

impl Lake {
    /// The table as it was written last; `None` where no snapshot of `days` has it.
    ///
    /// # Errors
    /// When its snapshot cannot be read; where it is `irreplaceable`, also when a day that cannot be read has files of the
    /// table that were written later.
    pub(crate) async fn last_written(
        &self,
        days: &Days,
        table: &str,
        irreplaceable: bool,
    ) -> Result<Option<SnapshotTable>, LakeError> {
        let last = days.last_written.get(table);
        for day in days.unreadable.iter().filter(|_| irreplaceable) {
            let hides = |run: RunId| last.is_none_or(|last| last.run < run);
            if self.written_in(day, table).await?.is_some_and(hides) {
                let reason = format!("the files of {table} that were written last are of its day, {}", day.as_of);
                return Err(LakeError::Corrupt { path: day.path.clone(), reason, source: None });
            }
        }
        let Some(LastWritten { of, .. }) = last else { return Ok(None) };
        Ok(self.read(*of).await?.table(table).cloned())
    }

    /// The snapshot that has the table as it was written last; `None` where no snapshot of `days` has it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn last_written_in(&self, days: &Days, table: &str) -> Result<Option<Snapshot>, LakeError> {
        match days.last_written.get(table) {
            Some(LastWritten { of, .. }) => Ok(Some(self.read(*of).await?)),
            None => Ok(None),
        }
    }

    /// The last run that wrote files of a table for a day, whether or not a manifest names them.
    async fn written_in(&self, day: &UnreadableDay, table: &str) -> Result<Option<RunId>, LakeError> {
        let files = folders::data_files(self, day.as_of).await?;
        let of_table = files.iter().filter(|path| path.parts().nth(1).is_some_and(|part| part.as_ref() == table));
        Ok(of_table.filter_map(|path| layout::run_of(path.filename()?)).max())
    }
}
