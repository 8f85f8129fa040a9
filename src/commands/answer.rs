//! How an answer looks and where it goes: of commands that print rows or records.

use std::{fs::File, path::Path};

use chrono::{DateTime, Utc};

use crate::{
    catalog::Privacy,
    engine::{
        EngineError,
        output::{Format, Style},
    },
    error::Error,
    modes::{self, Access},
    settings::Settings,
    terminal_text::escape,
};

/// Most columns that a warning names.
const NAMED: usize = 5;

/// How an answer is asked to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The format that was named.
    pub(super) format: Option<Format>,
    /// Whether CSV has no cell that a spreadsheet runs.
    pub(super) safe: bool,
    /// The file that it goes to, whose name may say the format.
    pub(super) output: Option<&'a Path>,
    /// When.
    pub(super) at: DateTime<Utc>,
}

/// How an answer is written: as asked, `otherwise` where nothing says. Where only the setting asks for safe CSV, the other
/// formats are as ever.
///
/// # Errors
/// When safe CSV is asked for that is none.
pub(super) fn style(asked: Asked<'_>, otherwise: Format, settings: &Settings) -> Result<Style, Error> {
    let by_name = || asked.output.and_then(Format::of_file);
    let format = asked.format.or_else(by_name).unwrap_or(otherwise);
    if asked.safe && format != Format::Csv {
        let why = format!("--safe is for --format csv, which spreadsheets open; {format} has no cells that they run");
        return Err(Error::Usage(why));
    }
    Ok(Style { safe_csv: asked.safe || settings.safe_csv()?, at: Some(asked.at), ..format.into() })
}

/// What is wrong with writing this to a terminal.
///
/// # Errors
/// When the format is bytes.
pub(super) fn check_screen(format: Format) -> Result<(), Error> {
    match format.is_binary() {
        true => Err(Error::Usage(format!("{format} is no text for a terminal; use -o FILE"))),
        false => Ok(()),
    }
}

/// What to say before sensitive columns are shown; `None` where there are none.
pub(super) fn warning(sensitive: &[&str]) -> Option<String> {
    let named: Vec<String> = sensitive.iter().take(NAMED).map(|column| escape(column).into_owned()).collect();
    let more = sensitive.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!(" and {more} more"));
    (!sensitive.is_empty())
        .then(|| format!("sensitive data: {}{}; mind who sees this screen", named.join(", "), more.unwrap_or_default()))
}

/// Who may read a file that holds what is so private: its owner alone, unless nothing in it is about people.
pub(super) fn access(most_private: Privacy) -> Access {
    if most_private == Privacy::None { Access::Shared } else { Access::Private }
}

/// What rows are called that go to this file: a sheet of a workbook is named after it.
pub(super) fn title(path: &Path) -> Option<String> {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned())
}

/// Writes beside the file and renames, so that a failure leaves what was there.
///
/// # Errors
/// What `write` fails with, or the file.
pub(super) async fn into_file(
    path: &Path,
    access: Access,
    write: impl AsyncFnOnce(File) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |source| Error::Io { what: path.display().to_string(), source };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = modes::create_output(&part, access).map_err(failed)?;
    if let Err(error) = write(file).await {
        let _ = std::fs::remove_file(&part);
        return Err(match error {
            Error::Engine(EngineError::Output { source }) => failed(source),
            error => error,
        });
    }
    std::fs::rename(&part, path).map_err(failed)
}
