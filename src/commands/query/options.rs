//! What `query` is asked beyond the settings.

use std::{collections::BTreeMap, path::PathBuf};

use super::opened::Which;
use crate::{
    commands::answer::{self, Asked},
    context::Context,
    engine::{
        Value,
        output::{Format, Style},
    },
    error::Error,
    language::Language,
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
    /// Whether columns are headed by what people call them, in which language; otherwise by their names.
    pub(crate) language: Option<Language>,
    /// Where the answer goes; stdout by default.
    pub(crate) output: Option<PathBuf>,
    /// Values for the `$name`s of the statement.
    pub(crate) parameters: BTreeMap<String, Value>,
    /// Whether the prompt keeps no history.
    pub(crate) no_history: bool,
}

/// How the answer is written: aligned columns, where nothing is asked for.
pub(super) fn style(context: &Context, options: &QueryOptions, settings: &Settings) -> Result<Style, Error> {
    let (output, at) = (options.output.as_deref(), context.clock.now());
    let asked = Asked { format: options.format, safe: options.safe, output, at };
    let style = answer::style(asked, Format::Table, settings)?;
    if options.language.is_some() && style.format != Format::Xlsx {
        let why = "--lang heads the columns of --format xlsx; programs read the others, by the columns' own names";
        return Err(Error::Usage(why.to_owned()));
    }
    Ok(style)
}
