//! The arguments of `get`.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::flags::{ConnectionFlags, LakeFlag};
use crate::{commands::GetOptions, engine::output::Format, settings::parse_date};

#[derive(Debug, Args)]
pub(super) struct GetArguments {
    #[command(flatten)]
    connection: ConnectionFlags,
    #[command(flatten)]
    lake: LakeFlag,
    /// What the records are: a collection of the API such as job-positions, or its table, job_positions
    resource: String,
    /// Their ids
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// embedded: with the records around each that the API embeds in it; takes one request for each id
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "from_lake")]
    include: Option<Include>,
    /// Print what the files are that the records name, rather than the records: name, type and time, no content
    #[arg(long, conflicts_with_all = ["include", "from_lake", "lake_columns"])]
    files: bool,
    /// Print the lake's columns in json and ndjson too, rather than the records as the API sends them
    #[arg(long)]
    lake_columns: bool,
    /// Ask nobody: print the lake's columns from its newest snapshot, or from that of a date
    #[arg(long, value_name = "DATE", num_args = 0..=1, require_equals = true, value_parser = parse_date)]
    #[expect(clippy::option_option, reason = "a flag that may have a value")]
    from_lake: Option<Option<NaiveDate>>,
    /// json, ndjson, table, csv, parquet, arrow or xlsx; by default what the name of --output ends in, else json
    #[arg(long)]
    format: Option<Format>,
    /// Write CSV so that no spreadsheet runs a cell of it
    #[arg(long)]
    safe: bool,
    /// Write the records to this file, which only you can read
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What comes with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Include {
    /// Records that it refers to.
    Embedded,
}

impl GetArguments {
    /// The settings that were given, by their names, and what to get.
    pub(super) fn parts(self) -> (BTreeMap<&'static str, String>, GetOptions) {
        let mut given = self.connection.given();
        given.extend(self.lake.given());
        let options = GetOptions {
            resource: self.resource,
            ids: self.ids,
            embedded: self.include.is_some(),
            files: self.files,
            lake_columns: self.lake_columns,
            from_lake: self.from_lake,
            format: self.format,
            safe: self.safe,
            output: self.output,
        };
        (given, options)
    }
}
