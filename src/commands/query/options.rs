//! What `query` is asked beyond the settings.

use std::{collections::BTreeMap, path::PathBuf};

use super::opened::Which;
use crate::{
    engine::{
        Value,
        output::{Format, Style},
    },
    error::Error,
    settings::Settings,
};

/// What to ask and where the answer goes.
#[derive(Debug, Default)]
pub(crate) struct QueryOptions {
    /// The statement; otherwise `file`, otherwise standard input.
    pub(crate) sql: Option<String>,
    /// File that holds the statement.
    pub(crate) file: Option<PathBuf>,
    /// Which snapshots.
    pub(crate) which: Which,
    /// How the answer looks; by default as the name of the output says, else aligned columns.
    pub(crate) format: Option<Format>,
    /// Whether CSV has no cell that a spreadsheet runs; otherwise the setting says.
    pub(crate) safe: bool,
    /// Where the answer goes; stdout by default.
    pub(crate) output: Option<PathBuf>,
    /// Values for the `$name`s of the statement.
    pub(crate) parameters: BTreeMap<String, Value>,
    /// Whether the prompt keeps no history.
    pub(crate) no_history: bool,
}

/// How the answer is written: as asked, and where only the setting asks for safe CSV, the other formats are as ever.
pub(super) fn style(options: &QueryOptions, settings: &Settings) -> Result<Style, Error> {
    let by_name = || options.output.as_deref().and_then(Format::of_file);
    let format = options.format.or_else(by_name).unwrap_or(Format::Table);
    if options.safe && format != Format::Csv {
        let why = format!("--safe is for --format csv, which spreadsheets open; {format} has no cells that they run");
        return Err(Error::Usage(why));
    }
    Ok(Style { safe_csv: options.safe || settings.safe_csv()?, ..format.into() })
}
