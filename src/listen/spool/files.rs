//! The files of a spool: their names, and what makes those durable.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::lake::ReceivedSegment;

/// What the name of a file that is written to ends in.
pub(super) const OPEN: &str = "open";

/// The sealed files of a folder, the one that was begun first before the others.
///
/// # Errors
/// The system's.
pub(crate) fn sealed(folder: &Path) -> io::Result<Vec<ReceivedSegment>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    let mut sealed: Vec<_> = names.iter().filter_map(|name| ReceivedSegment::named(name.to_str()?)).collect();
    sealed.sort();
    Ok(sealed)
}

/// The files that are written to, or were when a receiver died.
///
/// # Errors
/// The system's.
pub(super) fn left_open(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension() == Some(OsStr::new(OPEN))).collect())
}

/// The name of an open file, sealed.
pub(super) fn sealed_name(open: &Path) -> PathBuf {
    open.with_extension("events")
}

/// Gives a durable file its sealed name.
///
/// # Errors
/// The system's.
pub(super) fn seal_file(open: &Path) -> io::Result<()> {
    fs::rename(open, sealed_name(open))?;
    open.parent().map_or(Ok(()), sync_folder)
}

/// Makes names durable.
///
/// # Errors
/// The system's.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
