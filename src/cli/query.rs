//! The arguments of `query`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;

use super::flags::{LakeFlag, ResourceFlags};
use crate::{
    commands::{QueryOptions, Which, parse_parameter},
    engine::output::Format,
    error::Error,
    lake::SnapshotId,
    language::Language,
};

#[derive(Debug, Args)]
pub(super) struct QueryArguments {
    #[command(flatten)]
    lake: LakeFlag,
    #[command(flatten)]
    resources: ResourceFlags,
    /// The statement; otherwise -f FILE, otherwise standard input, which on a terminal is a prompt
    sql: Option<String>,
    /// File that holds the statement
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Snapshot to read: a date, or all; the newest by default
    #[arg(long, value_name = "DATE|all")]
    as_of: Option<Which>,
    /// Snapshot to read by its name, such as 2026-01-31.2, also when a later one replaced it
    #[arg(long, value_name = "ID", conflicts_with_all = ["as_of", "run"])]
    snapshot: Option<SnapshotId>,
    /// Read what this run published, or what a quality gate holds back of it
    #[arg(long, value_name = "RUN_ID", conflicts_with = "as_of")]
    run: Option<String>,
    /// table, csv, json, ndjson, parquet, arrow or xlsx; by default what the name of --output ends in, else table
    #[arg(long)]
    format: Option<Format>,
    /// Write CSV so that no spreadsheet runs a cell of it
    #[arg(long)]
    safe: bool,
    /// Head the columns of xlsx by what people call them, in this language; by default by their names
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// Write the answer to this file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A value for $NAME of the statement: text, or of TYPE int, number, bool or date; may be given several times
    #[arg(long, value_name = "NAME[:TYPE]=VALUE")]
    param: Vec<String>,
    /// Keep no history of the prompt
    #[arg(long)]
    no_history: bool,
}

impl QueryArguments {
    /// The settings that were given, by their names, and what to ask.
    ///
    /// # Errors
    /// When a parameter cannot be read or is given twice.
    pub(super) fn parts(self) -> Result<(BTreeMap<&'static str, String>, QueryOptions), Error> {
        let Self { lake, resources, sql, file, as_of, snapshot, run, format, safe, lang, output, param, no_history } =
            self;
        let which = snapshot.map(Which::Snapshot).or(run.map(Which::Run)).or(as_of).unwrap_or_default();
        let mut parameters = BTreeMap::new();
        for given in &param {
            let (name, value) = parse_parameter(given).map_err(|e| Error::Usage(format!("--param: {e}")))?;
            if parameters.insert(name.clone(), value).is_some() {
                return Err(Error::Usage(format!("--param {name} is given twice")));
            }
        }
        let mut given = lake.given();
        given.extend(resources.given());
        Ok((given, QueryOptions { sql, file, which, format, safe, language: lang, output, parameters, no_history }))
    }
}
