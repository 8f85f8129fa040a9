//! The arguments of `tables`.

use std::collections::BTreeMap;

use clap::Args;

use super::flags::LakeFlag;
use crate::{
    commands::{TablesFormat, TablesOptions},
    ddl::Dialect,
    language::Language,
};

#[derive(Debug, Args)]
pub(super) struct TablesArguments {
    #[command(flatten)]
    lake: LakeFlag,
    /// Only this table, with its columns
    table: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: TablesFormat,
    /// Show what people call tables and columns too, in this language; json has it in all
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with_all = ["ddl", "dbt"])]
    lang: Option<Language>,
    /// Print CREATE TABLE statements instead
    #[arg(long, value_enum)]
    ddl: Option<Dialect>,
    /// Print the newest day's tables as dbt sources instead
    #[arg(long, conflicts_with = "ddl")]
    dbt: bool,
}

impl TablesArguments {
    /// The settings that were given, by their names, and what to show.
    pub(super) fn parts(self) -> (BTreeMap<&'static str, String>, TablesOptions) {
        let Self { lake, table, format, lang, ddl, dbt } = self;
        (lake.given(), TablesOptions { table, format, language: lang, ddl, dbt })
    }
}
