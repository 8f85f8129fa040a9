//! The arguments of `runs`.

use std::{collections::BTreeMap, num::NonZeroUsize};

use clap::Args;

use super::flags::LakeFlag;
use crate::{commands::RunsOptions, print::ListFormat, run_id::RunId};

#[derive(Debug, Args)]
pub(super) struct RunsArguments {
    #[command(flatten)]
    lake: LakeFlag,
    /// Only this run, with its whole report
    #[arg(value_name = "RUN_ID")]
    run: Option<RunId>,
    /// List so many of the newest
    #[arg(long, value_name = "N", default_value = "20", conflicts_with = "run")]
    last: NonZeroUsize,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: ListFormat,
}

impl RunsArguments {
    /// The settings that were given, by their names, and what to show.
    pub(super) fn parts(self) -> (BTreeMap<&'static str, String>, RunsOptions) {
        let Self { lake, run, last, format } = self;
        (lake.given(), RunsOptions { run, last: last.get(), format })
    }
}
