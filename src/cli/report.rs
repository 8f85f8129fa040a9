//! The arguments of `report`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use clap::Args;

use super::flags::{LakeFlag, ResourceFlags, parse_privacy};
use crate::{
    catalog::Privacy,
    commands::{ReportKind, ReportOptions, Which},
    error::Error,
    language::Language,
    settings::parse_date,
};

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    #[command(flatten)]
    lake: LakeFlag,
    #[command(flatten)]
    resources: ResourceFlags,
    /// The file to write; by default report.html, or report.xlsx with --xlsx
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a workbook with a sheet for each table that an HR department reads; so does a FILE that ends in .xlsx
    #[arg(long)]
    xlsx: bool,
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
    ///
    /// # Errors
    /// When a workbook is asked for in a file that is named as a page.
    pub(super) fn parts(self) -> Result<(BTreeMap<&'static str, String>, ReportOptions), Error> {
        let Self { lake, resources, output, xlsx, lang, as_of, max_privacy } = self;
        let kind = kind(output.as_deref(), xlsx)?;
        let output = output.unwrap_or_else(|| kind.default_file().into());
        let mut given = lake.given();
        given.extend(resources.given());
        let which = as_of.map_or(Which::Newest, Which::Date);
        Ok((given, ReportOptions { which, ceiling: max_privacy, language: lang, output, kind }))
    }
}

/// What is made: as the flag says, or the name of the file.
fn kind(output: Option<&Path>, xlsx: bool) -> Result<ReportKind, Error> {
    let ending = output.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
    match (xlsx, ending.as_deref()) {
        (true, Some("html" | "htm")) => {
            Err(Error::Usage("--xlsx writes a workbook: let the file's name end in .xlsx".into()))
        }
        (true, _) | (_, Some("xlsx")) => Ok(ReportKind::Workbook),
        _ => Ok(ReportKind::Page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_or_the_file_says_what_is_made() {
        let kind = |output: Option<&str>, xlsx| kind(output.map(Path::new), xlsx).ok();
        assert_eq!(kind(None, false), Some(ReportKind::Page));
        assert_eq!(kind(Some("r"), false), Some(ReportKind::Page));
        assert_eq!(kind(Some("r.XLSX"), false), Some(ReportKind::Workbook));
        assert_eq!(kind(Some("r.zip"), true), Some(ReportKind::Workbook));
        assert_eq!(kind(Some("r.html"), true), None);
    }
}
