//! A lock on this machine that ends with the process that holds it, however that ends.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::modes;

/// Whose a lock is. Equal only for processes that cannot be alive at the same time: what a dead one left locked is for the next
/// one to take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Owner(String);

impl Owner {
    /// A process that holds this machine's lock for a tenant: no other one of the machine does.
    pub(crate) fn new(machine: &str, tenant: &str) -> Self {
        Self(format!("{machine} {tenant}"))
    }
}

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct FileLock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub(crate) enum NotLocked {
    /// Somebody else holds it, who wrote this into the file.
    Taken(String),
    /// The file cannot be opened or locked.
    Failed(io::Error),
}

impl FileLock {
    /// Locks the file at `path`, made if need be, and writes `holder` into it for whoever comes next. Never waits.
    ///
    /// # Errors
    /// [`NotLocked`].
    pub(crate) fn take(path: &Path, holder: &str) -> Result<Self, NotLocked> {
        let mut file = open(path).map_err(NotLocked::Failed)?;
        match file.try_lock() {
            Ok(()) => {
                // Only people read it: a lock without a name is still a lock.
                let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(holder.as_bytes()));
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.take(1000).read_to_string(&mut holder);
                Err(NotLocked::Taken(holder.trim().to_owned()))
            }
            Err(TryLockError::Error(error)) => Err(NotLocked::Failed(error)),
        }
    }
}

/// A file that an earlier version made for another user may be readable only, which is enough to lock it.
fn open(path: &Path) -> io::Result<File> {
    match modes::open_private(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_learns_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = FileLock::take(&path, "the first").unwrap();
        let Err(NotLocked::Taken(holder)) = FileLock::take(&path, "the second") else { panic!("locked twice") };
        assert_eq!(holder, "the first");
        drop(first);
        FileLock::take(&path, "3").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "3");
        assert!(matches!(FileLock::take(folder.path(), "a folder"), Err(NotLocked::Failed(_))));
    }
}
