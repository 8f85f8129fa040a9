//! `catalogue`: a static site that says what every table and column is.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::answer;
use crate::{
    catalogue_site::{self, Catalogue, NO_LAKE, SiteFile},
    context::Context,
    error::Error,
    language::Language,
    modes::{self, Access},
    openlineage::namespace_of,
    settings::Settings,
};

/// The file of a site that names all others, by which its folder is known again.
const LIST: &str = ".lucca-lake-catalogue";

/// What is written, and where.
#[derive(Debug)]
pub(crate) struct CatalogueOptions {
    /// The folder.
    pub(crate) output: PathBuf,
    /// What it is written in.
    pub(crate) language: Language,
}

/// Writes the site: of the catalogue that is built in, and where the settings name a lake, of its newest day too.
///
/// # Errors
/// When the folder holds something else, or cannot be written; when there is a lake that cannot be read.
pub(crate) async fn catalogue(context: &Context, settings: &Settings, options: &CatalogueOptions) -> Result<(), Error> {
    let lake = context.lake_to_read(settings).ok();
    let newest = match &lake {
        Some(lake) => lake.newest().await?,
        None => None,
    };
    let catalogue = Catalogue::of(&context.catalog, newest.as_ref()).await?;
    let namespace = lake.as_ref().map_or_else(|| NO_LAKE.to_owned(), |lake| namespace_of(lake.url()));
    let files = catalogue_site::site(&catalogue, &namespace, options.language)?;
    let folder = &options.output;
    write(folder, &files).await?;
    let (tables, index) = (catalogue.entries.len(), folder.join("index.html"));
    let of = match &catalogue.newest {
        Some(newest) => format!("as of {}", newest.as_of),
        None => "without a lake".to_owned(),
    };
    context.note(&format!("{}: {tables} tables in {} files, {of}\n", index.display(), files.len()));
    Ok(())
}

/// Writes the files of a site, each of them whole or not at all, and removes those of an earlier one.
async fn write(folder: &Path, files: &[SiteFile]) -> Result<(), Error> {
    let failed = |path: &Path| {
        let what = path.display().to_string();
        move |source| Error::Io { what: what.clone(), source }
    };
    let before = present(folder).map_err(failed(folder))?;
    let own = listed(folder).map_err(failed(folder))?;
    if let Some(other) = before.iter().find(|path| !own.contains(*path)) {
        return Err(Error::Usage(format!(
            "{} holds {other}, which is none of a catalogue's files: name a folder of its own by -o, or an empty one",
            folder.display()
        )));
    }
    modes::create_folders(folder, Access::Shared).map_err(failed(folder))?;
    let mut list: Vec<&str> = files.iter().map(|file| file.path.as_str()).chain([LIST]).collect();
    list.sort_unstable();
    // First what there will be or was, so that a site which was begun is known again.
    let both: BTreeSet<&str> = list.iter().copied().chain(before.iter().map(String::as_str)).collect();
    put(folder, LIST, &lines(both)).await?;
    for SiteFile { path, text } in files {
        if let Some((below, _)) = path.rsplit_once('/') {
            let below = folder.join(below);
            modes::create_folders(&below, Access::Shared).map_err(failed(&below))?;
        }
        put(folder, path, text).await?;
    }
    for gone in before.iter().filter(|path| !list.contains(&path.as_str())) {
        let gone = folder.join(gone);
        match fs::remove_file(&gone) {
            // What was half written has taken its place.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.map_err(failed(&gone))?,
        }
    }
    put(folder, LIST, &lines(list)).await
}

async fn put(folder: &Path, path: &str, text: &str) -> Result<(), Error> {
    let path = folder.join(path);
    let failed = |source| Error::Io { what: path.display().to_string(), source };
    answer::into_file(&path, Access::Shared, async |mut file| file.write_all(text.as_bytes()).map_err(failed)).await
}

fn lines<'l>(paths: impl IntoIterator<Item = &'l str>) -> String {
    paths.into_iter().map(|path| format!("{path}\n")).collect()
}

/// Every file of a folder and of those in it, by its path in there; none where there is no folder. What is neither file nor
/// folder counts as a file.
fn present(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let entries = match fs::read_dir(folder.join(&below)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && below.as_os_str().is_empty() => return Ok(found),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = below.join(entry.file_name());
            match entry.file_type()?.is_dir() {
                true => open.push(path),
                false => drop(found.insert(path.to_string_lossy().into_owned())),
            }
        }
    }
    Ok(found)
}

/// The files that a site says are its own, with those that were being written when somebody stopped it.
fn listed(folder: &Path) -> io::Result<BTreeSet<String>> {
    match fs::read_to_string(folder.join(LIST)) {
        Ok(text) => Ok(text.lines().flat_map(|path| [path.to_owned(), format!("{path}.part")]).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::from([format!("{LIST}.part")])),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
