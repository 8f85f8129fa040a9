//! SQL over the tables of a snapshot, published or still staged.

use chrono::NaiveDate;

use crate::{
    engine::{EngineError, FileRef, Session, SessionOptions, TableFiles, spill},
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

/// A session over the tables of one day.
///
/// # Errors
/// When the engine cannot be set up.
pub(super) fn session_over<'t>(
    lake: &Lake,
    as_of: NaiveDate,
    tables: impl IntoIterator<Item = &'t SnapshotTable>,
    options: &SessionOptions,
) -> Result<Session, EngineError> {
    Session::over(lake.store(), options, tables.into_iter().map(|table| table_files(table, as_of)))
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
