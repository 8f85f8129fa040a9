//! The arguments of `report`.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::NaiveDate;
use clap::Args;

use super::{
    arguments::parse_privacy,
    flags::{LakeFlag, ResourceFlags},
};
use crate::{
    catalog::Privacy,
    commands::{ReportOptions, Which},
    language::Language,
    settings::parse_date,
};

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    #[command(flatten)]
    lake: LakeFlag,
    #[command(flatten)]
    resources: ResourceFlags,
    /// The file to write
    #[arg(long, short, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// Language of the report
    #[arg(long, value_enum, default_value = "en", value_name = "LANGUAGE")]
    lang: Language,
    /// Snapshot to read; the newest by default
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
    /// The most private class of columns that is shown: none, directory, personal or sensitive
    #[arg(long, value_name = "CLASS", default_value = "directory", value_parser = parse_privacy)]
    max_privacy: Privacy,
}

impl ReportArguments {
    /// The settings that were given, by their names, and what to make.
    pub(super) fn parts(self) -> (BTreeMap<&'static str, String>, ReportOptions) {
        let Self { lake, resources, output, lang, as_of, max_privacy } = self;
        let mut given = lake.given();
        given.extend(resources.given());
        let which = as_of.map_or(Which::Newest, Which::Date);
        (given, ReportOptions { which, ceiling: max_privacy, language: lang, output })
    }
}
