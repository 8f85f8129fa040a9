//! The configuration file as `init` writes it: at once or not at all, and readable by its owner alone.

use std::{
    io::{self, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;

use crate::error::Error;

const HEAD: &str = "\
# Settings of lucca-lake, written by `lucca-lake init`. `lucca-lake config` shows all there are and which are in force,
# `lucca-lake man lucca-lake.toml | man -l -` describes them. Secrets do not belong in here.

";

/// A setting and its value.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) value: String,
}

/// The file's text.
pub(super) fn text(settings: impl Iterator<Item = Setting>) -> String {
    let line = |Setting { key, value }| format!("{key} = {}\n", toml::Value::String(value));
    [HEAD.to_owned()].into_iter().chain(settings.map(line)).collect()
}

/// Keys that a text sets.
pub(super) fn keys(text: &str) -> Vec<String> {
    text.parse::<toml::Table>().map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// Refuses a place where there is something already, before anybody is asked anything.
///
/// # Errors
/// When there is, and it is not to be replaced.
pub(super) fn check_place(path: &Path, force: bool) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(_) if !force => Err(taken(path)),
        _ => Ok(()),
    }
}

/// Writes the file.
///
/// # Errors
/// When there is one by now, and it is not to be replaced; when it cannot be written.
pub(super) fn write(path: &Path, text: &str, force: bool) -> Result<(), Error> {
    let failed = |source| Error::Io { what: path.display().to_string(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let kept = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match kept {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(taken(path)),
        Err(error) => Err(failed(error.error)),
    }
}

fn taken(path: &Path) -> Error {
    Error::Usage(format!(
        "{}: there is a configuration already; --force replaces it, --config names another file",
        path.display()
    ))
}
