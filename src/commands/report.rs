//! `report`: what people look at, as one HTML file or as a workbook.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use super::{
    answer,
    query::{Which, snapshots},
};
use crate::{
    assemble::{session_options, table_files},
    catalog::Privacy,
    context::Context,
    engine::{Session, SessionOptions},
    error::Error,
    lake::{Lake, Snapshot},
    language::Language,
    report::{self, Asked, COMPARED, PREVIOUS, Report},
    settings::Settings,
    workbook,
};

/// What the report shows and where it goes.
#[derive(Debug)]
pub(crate) struct ReportOptions {
    /// Which snapshot; the newest by default.
    pub(crate) which: Which,
    /// The most private class of columns that is shown.
    pub(crate) ceiling: Privacy,
    /// What it is written in.
    pub(crate) language: Language,
    /// The file.
    pub(crate) output: PathBuf,
    /// What is made.
    pub(crate) kind: ReportKind,
}

/// What a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportKind {
    /// A page with numbers, charts and lists.
    Page,
    /// The tables themselves.
    Workbook,
}

impl ReportKind {
    /// Where it goes when nothing says.
    pub(crate) fn default_file(self) -> &'static str {
        match self {
            Self::Page => "report.html",
            Self::Workbook => "report.xlsx",
        }
    }
}

/// Runs `report`.
///
/// # Errors
/// When there is no such snapshot, its tables cannot be read, or the file cannot be written.
pub(crate) async fn report(context: &Context, settings: &Settings, options: ReportOptions) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?;
    let ReportOptions { which, ceiling, language, output, kind } = options;
    let engine = session_options(settings)?;
    let found = snapshots(&lake, &which).await?;
    let snapshot = found.last().ok_or_else(|| Error::Bug("a snapshot was found and is none".to_owned()))?;
    let told = match kind {
        ReportKind::Page => {
            let made = of_snapshot(context, &lake, snapshot, &engine, ceiling, language).await?;
            write(&output, &made).await?;
            told(&output, snapshot, &made)
        }
        ReportKind::Workbook => {
            // In one partition, rows come in the order in which they were written.
            let engine = SessionOptions { target_partitions: Some(NonZeroUsize::MIN), ..engine };
            let files = snapshot.tables.iter().map(|table| table_files(table, snapshot.as_of));
            let session = Session::over(lake.store(), &engine, files)?;
            let (catalog, session, at) = (&context.catalog, &session, context.clock.now());
            workbook(&output, &workbook::Asked { catalog, session, snapshot, ceiling, language, at }).await?
        }
    };
    context.note(&told);
    Ok(())
}

/// Writes the workbook of a snapshot, and says what is in it.
async fn workbook(output: &Path, asked: &workbook::Asked<'_>) -> Result<String, Error> {
    let mut made = workbook::Made::default();
    answer::into_file(output, answer::access(workbook::most_private(asked)?), async |file| {
        made = workbook::write(asked, file).await?;
        Ok(())
    })
    .await?;
    let left_out = match made.left_out {
        0 => String::new(),
        left_out => format!(", {left_out} tables left out; the first sheet says why"),
    };
    Ok(format!("{}: as of {}, {} sheets{left_out}\n", output.display(), asked.snapshot.as_of, made.sheets + 1))
}

/// Makes the report of a snapshot.
pub(super) async fn of_snapshot(
    context: &Context,
    lake: &Lake,
    snapshot: &Snapshot,
    engine: &SessionOptions,
    ceiling: Privacy,
    language: Language,
) -> Result<Report, Error> {
    let earlier = lake.snapshots().await?.into_iter().rev().find(|id| id.as_of < snapshot.as_of);
    let previous = match earlier {
        Some(id) => lake.snapshot(id.as_of).await?,
        None => None,
    };
    let mut files: Vec<_> = snapshot.tables.iter().map(|table| table_files(table, snapshot.as_of)).collect();
    for table in previous.iter().flat_map(|previous| COMPARED.iter().filter_map(|name| previous.table(name))) {
        let mut before = table_files(table, snapshot.as_of);
        before.table = format!("{PREVIOUS}{}", table.name);
        files.push(before);
    }
    let session = Session::over(lake.store(), engine, files)?;
    let asked = Asked {
        catalog: &context.catalog,
        session: &session,
        snapshot,
        previous: previous.as_ref(),
        ceiling,
        language,
    };
    report::report(&asked).await
}

/// Writes it so that only its owner reads it, unless nothing in it is about people.
pub(super) async fn write(output: &Path, report: &Report) -> Result<(), Error> {
    let failed = |source| Error::Io { what: output.display().to_string(), source };
    answer::into_file(output, answer::access(report.most_private), async |mut file| {
        std::io::Write::write_all(&mut file, report.html.as_bytes()).map_err(failed)
    })
    .await
}

/// What was written, and whether it names anybody.
fn told(output: &Path, snapshot: &Snapshot, report: &Report) -> String {
    let kilobytes = report.html.len().div_ceil(1000);
    let names = match report.named {
        0 => "it names nobody".to_owned(),
        named => format!("its lists of deadlines name people in {named} rows"),
    };
    format!("{}: as of {}, {kilobytes} kB; {names}\n", output.display(), snapshot.as_of)
}
