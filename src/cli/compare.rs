//! `compare-sources`: what is asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use chrono::NaiveDate;
use clap::Args;

use super::flags::{ConnectionFlags, ResourceFlags};
use crate::{
    commands::{CompareOptions, LakeDay},
    error::Error,
    print::ListFormat,
    settings::parse_date,
};

#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    #[command(flatten)]
    connection: ConnectionFlags,
    #[command(flatten)]
    resources: ResourceFlags,
    /// One lake, and the day of it, the newest by default; without two lakes, the tenant is read both ways: through an
    /// application and with a legacy API key, both configured
    #[arg(long, value_name = "LAKE[=DAY]", requires = "right")]
    left: Option<LakeDay>,
    /// The other
    #[arg(long, value_name = "LAKE[=DAY]", requires = "left")]
    right: Option<LakeDay>,
    /// Day to read both ways; today by default
    #[arg(long, value_name = "DATE", value_parser = parse_date, conflicts_with = "left")]
    as_of: Option<NaiveDate>,
    /// Folder for the two lakes that are read, which stay there; by default below the folder for state, until they are
    /// compared
    #[arg(long, value_name = "FOLDER", conflicts_with = "left")]
    work: Option<PathBuf>,
    /// Only these tables, comma-separated
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    tables: Vec<String>,
    /// Differences that do not count, comma-separated: TABLE, TABLE.COLUMN, or TABLE.rows for records of one side
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    accept: Vec<String>,
    /// Columns that say which record of a table is which, in place of its id; may be given several times
    #[arg(long, value_name = "TABLE=A,B")]
    key: Vec<String>,
    /// Show the values that differ, personal ones too
    #[arg(long)]
    show_values: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: ListFormat,
}

impl CompareArguments {
    /// The settings that were given, by their names, and what is asked for.
    ///
    /// # Errors
    /// When a key is none.
    pub(super) fn parts(self) -> Result<(BTreeMap<&'static str, String>, CompareOptions), Error> {
        let Self { connection, resources, left, right, as_of, work, tables, accept, key, show_values, format } = self;
        let mut keys = BTreeMap::new();
        for given in &key {
            let (table, columns) = given.split_once('=').unwrap_or((given, ""));
            let columns: Vec<String> = columns.split(',').map(|column| column.trim().to_owned()).collect();
            let columns_are_named = columns.iter().all(|column| !column.is_empty());
            let differ = columns.iter().collect::<BTreeSet<_>>().len() == columns.len();
            if !columns_are_named || !differ || keys.insert(table.to_owned(), columns).is_some() {
                let expected =
                    "write TABLE=COLUMN,COLUMN, once for each table, such as employments=employee_id,start_date";
                return Err(Error::Usage(format!("--key {given}: {expected}")));
            }
        }
        let (tables, accepted) = (tables.into_iter().collect(), accept.into_iter().collect());
        let lakes = left.zip(right);
        let options = CompareOptions { lakes, work, tables, keys, accepted, show_values, format };
        let mut given = connection.given();
        given.extend(resources.given());
        given.extend(as_of.map(|day| ("as-of", day.to_string())));
        Ok((given, options))
    }
}
