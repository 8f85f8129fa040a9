//! What a lake on a local disk needs beyond what `object_store` does: data that survives a power cut, and no litter.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path as FsPath, PathBuf},
};

use object_store::path::Path;
use url::Url;

use super::{LakeError, side_by_side::side_by_side};
use crate::modes::{self, Access};

/// Makes files and the folders that lead to them durable. Does nothing on remote stores, whose puts are durable. A file
/// system ends in one go what several wait for.
pub(super) async fn sync(root: Option<&FsPath>, paths: &[Path]) -> Result<(), LakeError> {
    let Some(root) = root else { return Ok(()) };
    let sync_file = async |path: &Path| {
        let (file, path) = (on_disk(root, path), path.clone());
        blocking(move || {
            File::open(&file).and_then(|f| f.sync_all()).map_err(|e| LakeError::io("make durable", path, e))?;
            #[cfg(test)]
            made_durable::note(&file);
            Ok(())
        })
        .await
    };
    side_by_side(paths, sync_file).await?;
    let files = paths.iter().map(|path| on_disk(root, path));
    let inside = |folder: &&FsPath| folder.starts_with(root);
    let folders: BTreeSet<PathBuf> = files
        .flat_map(|f| f.ancestors().skip(1).take_while(inside).map(FsPath::to_path_buf).collect::<Vec<_>>())
        .collect();
    let root = root.to_path_buf();
    blocking(move || {
        folders.iter().try_for_each(|f| sync_folder(f)).map_err(|e| LakeError::io("make durable", root.display(), e))
    })
    .await
}

/// Makes durable that files are gone. Does nothing on remote stores.
pub(super) async fn sync_removal(root: Option<&FsPath>, removed: &[Path]) -> Result<(), LakeError> {
    let Some(root) = root.map(FsPath::to_path_buf) else { return Ok(()) };
    let removed = removed.to_vec();
    blocking(move || {
        let folders = removed.iter().filter_map(|path| on_disk(&root, path).parent().map(FsPath::to_path_buf));
        let folders: BTreeSet<PathBuf> = folders.filter(|folder| folder.is_dir()).collect();
        folders.iter().try_for_each(|f| sync_folder(f)).map_err(|e| LakeError::io("make durable", root.display(), e))
    })
    .await
}

/// Removes a folder and all below it, which on a disk includes temporary files that listings hide. Returns false
/// when the lake is remote: folders do not exist there.
pub(super) async fn remove_folder(root: Option<&FsPath>, folder: &Path) -> Result<bool, LakeError> {
    let Some(root) = root else { return Ok(false) };
    let (target, folder) = (on_disk(root, folder), folder.clone());
    blocking(move || match fs::remove_dir_all(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(LakeError::io("remove", folder, error)),
        _ => Ok(true),
    })
    .await
}

/// The folder behind a lake's URL, if it is on a local disk, without the slash that a folder's URL ends with.
pub(super) fn folder_of(url: &Url) -> Option<PathBuf> {
    let folder = (url.scheme() == "file").then(|| url.to_file_path().ok()).flatten()?;
    Some(folder.components().collect())
}

/// Where an object of the lake in `root` is on the disk.
pub(super) fn on_disk(root: &FsPath, path: &Path) -> PathBuf {
    path.parts().fold(root.to_path_buf(), |folder, part| folder.join(part.as_ref()))
}

/// Makes a folder and those that lead to it, and their names durable: a lake whose own name is lost is lost.
pub(super) fn create_folder(folder: &FsPath) -> io::Result<()> {
    let made = modes::create_folders(folder, Access::Shared)?;
    let parents = made.iter().filter_map(|f| f.parent());
    parents.map(|f| if f.as_os_str().is_empty() { FsPath::new(".") } else { f }).try_for_each(sync_folder)
}

/// Only Unix lets a folder be opened and synced; elsewhere renames are made durable by the file system alone.
fn sync_folder(folder: &FsPath) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(test)]
    made_durable::note(folder);
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(LakeError::Internal { reason: format!("a disk operation did not end: {error}") }),
    }
}

/// What was made durable, in order: a test cannot cut the power.
#[cfg(test)]
pub(super) mod made_durable {
    use std::{path::Path, sync::Mutex};

    /// Of all lakes of all tests.
    pub(in crate::lake) static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

    pub(super) fn note(path: &Path) {
        LOG.lock().unwrap().push(format!("sync {}", path.display()));
    }
}
