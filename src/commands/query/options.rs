//! What `query` is asked beyond the settings.

use std::{collections::BTreeMap, path::PathBuf};

use super::opened::Which;
use crate::{
    commands::answer::{self, Asked},
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

/// How the answer is written: aligned columns, where nothing is asked for.
pub(super) fn style(options: &QueryOptions, settings: &Settings) -> Result<Style, Error> {
    let asked = Asked { format: options.format, safe: options.safe, output: options.output.as_deref() };
    answer::style(asked, Format::Table, settings)
}
