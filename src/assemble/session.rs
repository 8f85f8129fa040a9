//! SQL over the tables of a snapshot, published or still staged.

use chrono::NaiveDate;

use super::Assembler;
use crate::{
    engine::{EngineError, FileRef, Session, SessionOptions, TableFiles, days::DaySessions, spill},
    lake::{Lake, SnapshotTable},
    settings::{Settings, SettingsError},
};

/// What SQL may use, as configured. Removes the temporary files that killed runs left there.
///
/// # Errors
/// When `memory_limit` is no size, or `temp_dir` no folder.
pub(crate) fn session_options(settings: &Settings) -> Result<SessionOptions, SettingsError> {
    let temp_dir = settings.temp_dir()?;
    spill::remove_abandoned(temp_dir.as_deref());
    Ok(SessionOptions { memory_limit_bytes: settings.memory_limit()?, temp_dir, ..SessionOptions::default() })
}

impl Assembler<'_> {
    /// A session over the tables of one day.
    ///
    /// # Errors
    /// When small ones cannot be read.
    pub(super) async fn session<'t>(
        &self,
        as_of: NaiveDate,
        tables: impl IntoIterator<Item = &'t SnapshotTable>,
    ) -> Result<Session, EngineError> {
        self.sessions.open(tables.into_iter().map(|table| table_files(table, as_of))).await
    }
}

/// SQL over the days of a run.
///
/// # Errors
/// When the engine cannot be set up.
pub(crate) fn day_sessions(lake: &Lake, options: &SessionOptions) -> Result<DaySessions, EngineError> {
    DaySessions::new(lake.store(), options)
}

/// A table of a snapshot, or a staged one, as the engine takes it.
pub fn table_files(table: &SnapshotTable, as_of: NaiveDate) -> TableFiles {
    TableFiles {
        table: table.name.clone(),
        as_of,
        schema: table.arrow_schema(),
        files: table.files.iter().map(|f| FileRef { path: f.path.clone(), bytes: f.bytes }).collect(),
    }
}
