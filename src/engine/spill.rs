//! Where queries put what does not fit into memory: a private folder of each session, made when it is first needed and
//! removed with the session. A process that is killed leaves its folders behind; the next one removes them.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    error::{DataFusionError, Result},
    execution::{
        disk_manager::{DiskManager, DiskManagerBuilder, DiskManagerMode},
        spill_file::{SpillFile, TempFileFactory},
    },
};
use tempfile::TempDir;

use crate::lock::FileLock;

/// How the folders' names begin; the rest is random.
const PREFIX: &str = "lucca-lake-spill-";
/// Locked for as long as the folder is in use.
const LOCK: &str = "lock";

/// Makes the temporary files of one session.
pub(super) struct SpillFolder {
    parent: PathBuf,
    opened: Mutex<Option<Opened>>,
}

/// In the order in which it is to be dropped: the lock goes last.
struct Opened {
    disk: Arc<DiskManager>,
    _folder: TempDir,
    _lock: FileLock,
}

impl fmt::Debug for SpillFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpillFolder").field("parent", &self.parent).finish_non_exhaustive()
    }
}

impl SpillFolder {
    /// In `parent`, by default the system's temporary folder.
    pub(super) fn new(parent: Option<&Path>) -> Self {
        Self { parent: parent.map_or_else(std::env::temp_dir, Path::to_owned), opened: Mutex::default() }
    }
}

impl TempFileFactory for SpillFolder {
    fn create_temp_file(&self, description: &str) -> Result<Arc<dyn SpillFile>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = match &*opened {
            Some(opened) => Arc::clone(&opened.disk),
            None => {
                // Not being able to spill is being out of memory.
                let new = open(&self.parent).map_err(|error| {
                    let parent = self.parent.display();
                    DataFusionError::ResourcesExhausted(format!("no temporary folder in {parent}: {error}"))
                })?;
                let disk = Arc::clone(&new.disk);
                *opened = Some(new);
                disk
            }
        };
        drop(opened);
        disk.create_tmp_file(description)
    }
}

fn open(parent: &Path) -> io::Result<Opened> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.tempdir_in(parent)?;
    // Locked before it has the name that others look for, so that nobody takes the folder for abandoned.
    let unnamed = folder.path().join("lock.new");
    let lock = FileLock::take(&unnamed, "").map_err(|_| io::Error::other("its lock cannot be taken"))?;
    fs::rename(&unnamed, folder.path().join(LOCK))?;
    let mode = DiskManagerMode::Directories(vec![folder.path().to_owned()]);
    let disk = DiskManagerBuilder::default()
        .with_mode(mode)
        .with_max_temp_directory_size(u64::MAX)
        .build()
        .map_err(io::Error::other)?;
    Ok(Opened { disk: Arc::new(disk), _folder: folder, _lock: lock })
}

/// Removes what killed processes left in `parent`, by default the system's temporary folder. Folders that are in use stay,
/// and so does what may not be removed.
pub(crate) fn remove_abandoned(parent: Option<&Path>) {
    let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
    let Ok(entries) = fs::read_dir(&parent) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Not a link, which somebody else may have put there.
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let (folder, lock) = (entry.path(), entry.path().join(LOCK));
        let is_file = fs::symlink_metadata(&lock).is_ok_and(|kind| kind.is_file());
        if is_file && let Ok(_lock) = FileLock::take(&lock, "") {
            match fs::remove_dir_all(&folder) {
                Ok(()) => {
                    tracing::info!(folder = %folder.display(), "removed temporary files of a run that was killed")
                }
                Err(error) => {
                    tracing::warn!(folder = %folder.display(), %error, "temporary files of a run that was killed stay")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{
            EngineError, FailureKind, Session, SessionOptions,
            testing::{ask, deep},
        },
        exit_code::ExitCode,
    };

    /// Sorts some 60 MB.
    const LARGE: &str = "select count(*), max(place), max(length(text)) from \
                         (select row_number() over (order by text) as place, text from \
                         (select repeat(md5(cast(a as varchar)), 4) as text from generate_series(1, 400000) t(a)))";

    async fn sort_with(memory: usize, temp_dir: &Path) -> std::result::Result<String, EngineError> {
        let temp_dir = Some(temp_dir.to_owned());
        let options = SessionOptions { memory_limit_bytes: memory, temp_dir, target_partitions: None };
        let session = Session::new(Arc::new(object_store::memory::InMemory::new()), &options).unwrap();
        ask(&session, LARGE).await
    }

    #[test]
    fn what_memory_does_not_hold_is_spilled_and_without_room_refused() {
        deep(|| async {
            let parent = tempfile::tempdir().unwrap();
            let answer = "count(*),max(place),max(length(text))\n400000,400000,128\n";
            assert_eq!(sort_with(32 << 20, parent.path()).await.unwrap(), answer);
            assert!(names(parent.path()).is_empty(), "what was spilled goes with its session");
            // That it did spill shows where it cannot.
            let nowhere = parent.path().join("nowhere");
            let error = sort_with(32 << 20, &nowhere).await.unwrap_err();
            assert!(matches!(error, EngineError::Failed { kind: FailureKind::Resources, .. }), "{error:?}");
            assert_eq!(error.exit_code(), ExitCode::Usage);
            let told = crate::error::Error::from(error).with_causes();
            assert!(told.contains("raise memory_limit, or give temp_dir") && !told.contains('\n'), "{told}");
            assert_eq!(sort_with(1 << 30, &nowhere).await.unwrap(), answer);
        });
    }

    #[test]
    fn a_full_temporary_disk_is_out_of_memory() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let wrapped = arrow::error::ArrowError::from(io::Error::other(DataFusionError::IoError(full)));
        let error = EngineError::running(DataFusionError::ArrowError(Box::new(wrapped), None));
        assert!(matches!(error, EngineError::Failed { kind: FailureKind::Resources, .. }), "{error:?}");
    }

    fn spilled(folder: &SpillFolder) -> Arc<dyn SpillFile> {
        let file = folder.create_temp_file("a test").unwrap();
        file.open_writer().unwrap().write_all(b"private").unwrap();
        file
    }

    fn names(parent: &Path) -> Vec<PathBuf> {
        fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn a_folder_is_made_when_needed_is_private_and_goes_with_its_session() {
        let parent = tempfile::tempdir().unwrap();
        let folder = SpillFolder::new(Some(parent.path()));
        assert!(names(parent.path()).is_empty());
        let file = spilled(&folder);
        let made = names(parent.path());
        assert_eq!(made.len(), 1);
        let path = file.path().unwrap().to_owned();
        assert!(path.starts_with(&made[0]) && fs::read(&path).unwrap() == b"private");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
            assert_eq!((mode(&made[0]), mode(&path)), (0o700, 0o600));
        }
        drop((file, folder));
        assert!(names(parent.path()).is_empty());
    }

    #[test]
    fn what_killed_processes_left_goes_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().unwrap();
        let alive = SpillFolder::new(Some(parent.path()));
        let file = spilled(&alive);
        let in_use = names(parent.path());
        // As a killed process leaves it: nobody holds the lock.
        let dead = parent.path().join(format!("{PREFIX}dead"));
        fs::create_dir_all(dead.join("datafusion-1")).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        fs::write(dead.join("datafusion-1/rows"), "private").unwrap();
        // Of others: another name, a folder that is just being made, and a link to somewhere else.
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join(LOCK), "").unwrap();
        for other in ["lucca-lake-other", "lucca-lake-spill-new"] {
            fs::create_dir(parent.path().join(other)).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(elsewhere.path(), parent.path().join(format!("{PREFIX}link"))).unwrap();
        let others = names(parent.path()).len();
        remove_abandoned(Some(parent.path()));
        assert!(!dead.exists());
        assert_eq!(names(parent.path()).len(), others - 1);
        assert!(in_use.iter().all(|folder| folder.exists()) && file.path().unwrap().exists());
        assert!(elsewhere.path().join(LOCK).exists());
        remove_abandoned(Some(&parent.path().join("nowhere")));
    }
}
