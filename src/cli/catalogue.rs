//! The arguments of `catalogue`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;

use super::flags::LakeFlag;
use crate::{commands::CatalogueOptions, language::Language};

#[derive(Debug, Args)]
pub(super) struct CatalogueArguments {
    #[command(flatten)]
    lake: LakeFlag,
    /// Folder of the site: a new or empty one, or that of an earlier catalogue
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
    /// Language of the pages; what tables and columns mean is told in English
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

impl CatalogueArguments {
    /// The settings that were given, by their names, and what to write.
    pub(super) fn parts(self) -> (BTreeMap<&'static str, String>, CatalogueOptions) {
        let Self { lake, output, lang } = self;
        (lake.given(), CatalogueOptions { output, language: lang })
    }
}
