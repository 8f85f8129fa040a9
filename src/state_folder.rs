//! Where one user's processes keep what they share with each other and with the next run: locks, the window of requests,
//! what tells this machine from others, the prompt's history.
//!
//! It is a folder of that user alone. In a folder where others can write, they could hold locks, plant links or tell a
//! run what was sent. Two users of one machine therefore know nothing of each other's runs.

use std::{
    fs, io, iter,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use nix::unistd::{AccessFlags, access, geteuid};

use crate::{
    env_vars::{Environment, HOME, LUCCA_STATE_DIR, XDG_STATE_HOME},
    modes::{self, Access},
};

/// Its name below the folder where programs keep their state.
const NAME: &str = "lucca-lake";

/// Where the folder may be, the first that can be written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Candidates {
    /// The one that was asked for: it, or none.
    named: Option<PathBuf>,
    /// Those that are usual.
    usual: Vec<PathBuf>,
}

/// A folder that must not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateFolderError {
    /// Others could change what is in it.
    #[error("the state folder {path} {problem}: {remedy}, or name another by {LUCCA_STATE_DIR}")]
    Unsafe {
        /// Which.
        path: String,
        /// Why.
        problem: &'static str,
        /// What helps.
        remedy: String,
    },
    /// The one that was asked for cannot be used.
    #[error("the state folder {path}, from {LUCCA_STATE_DIR}, cannot be used: {source}")]
    Unusable {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Candidates {
    /// By the variable of this program, the XDG rules, and the home. Relative paths of the latter two do not count.
    pub(crate) fn of(environment: &Environment) -> Self {
        let absolute = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        // A home that does not exist is not made.
        let home = absolute(HOME).filter(|home| home.is_dir()).map(|home| home.join(".local/state"));
        let usual = absolute(XDG_STATE_HOME).into_iter().chain(home).map(|folder| folder.join(NAME)).collect();
        Self { named: environment.get(LUCCA_STATE_DIR).map(PathBuf::from), usual }
    }

    /// The folder, made if need be; `last` where none of the usual ones can be written to. `None` when that cannot either.
    ///
    /// # Errors
    /// When the first of them that exists is a link, belongs to another user, or can be written to by others; when the one
    /// that was asked for cannot be used.
    pub(crate) fn open(&self, last: impl FnOnce() -> Option<PathBuf>) -> Result<Option<PathBuf>, StateFolderError> {
        if let Some(path) = &self.named {
            return match usable(path)? {
                Ok(()) => Ok(Some(path.clone())),
                Err(source) => Err(StateFolderError::Unusable { path: path.display().to_string(), source }),
            };
        }
        // The last one is not even looked for unless it is needed.
        for path in self.usual.iter().cloned().chain(iter::once_with(last).flatten()) {
            match usable(&path)? {
                Ok(()) => return Ok(Some(path)),
                Err(error) => tracing::debug!(path = %path.display(), %error, "no place for state"),
            }
        }
        Ok(None)
    }
}

/// Makes the folder if need be, and looks whether it is this user's alone.
fn usable(path: &Path) -> Result<io::Result<()>, StateFolderError> {
    if fs::symlink_metadata(path).is_err()
        && let Err(error) = modes::create_folders(path, Access::Private)
    {
        return Ok(Err(error));
    }
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let (shown, user) = (path.display(), geteuid().as_raw());
    let refused = |problem, remedy| Err(StateFolderError::Unsafe { path: shown.to_string(), problem, remedy });
    if found.is_symlink() {
        return refused("is a symbolic link", "put the folder itself there".to_owned());
    }
    if !found.is_dir() {
        return refused("is no folder", "remove it".to_owned());
    }
    if found.uid() != user {
        return refused("belongs to another user", format!("chown {user} {shown}"));
    }
    if found.mode() & 0o022 != 0 {
        return refused("can be written to by others", format!("chmod 700 {shown}"));
    }
    Ok(access(path, AccessFlags::W_OK | AccessFlags::X_OK).map_err(io::Error::from))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn candidates(variables: &[(&str, &Path)]) -> Candidates {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.to_str().unwrap())).collect();
        Candidates::of(&variables.into_iter().collect())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn it_is_where_state_is_kept_and_for_its_owner_alone() {
        let here = tempfile::tempdir().unwrap();
        let (home, xdg, own) = (here.path().join("home"), here.path().join("xdg"), here.path().join("own"));
        fs::create_dir(&home).unwrap();
        let lake = here.path().join("lake-state");
        let open = |variables: &[(&str, &Path)]| candidates(variables).open(|| Some(lake.clone())).unwrap().unwrap();
        assert_eq!(open(&[(HOME, &home), (XDG_STATE_HOME, &xdg), (LUCCA_STATE_DIR, &own)]), own);
        assert_eq!(open(&[(HOME, &home), (XDG_STATE_HOME, &xdg)]), xdg.join("lucca-lake"));
        let usual = home.join(".local/state/lucca-lake");
        assert_eq!(open(&[(HOME, &home), (XDG_STATE_HOME, Path::new("relative"))]), usual);
        assert_eq!(mode(&usual), 0o700);
        assert_eq!(open(&[]), lake);
        assert_eq!(open(&[(HOME, &here.path().join("nowhere"))]), lake);
        assert!(!here.path().join("nowhere").exists(), "no home is made");
        assert_eq!(candidates(&[]).open(|| None).unwrap(), None);
    }

    #[test]
    fn one_that_cannot_be_written_to_is_passed_over() {
        let here = tempfile::tempdir().unwrap();
        // A file where a folder is due: a disk that can only be read cannot be made in a test.
        let home = here.path().join("home");
        fs::create_dir(&home).unwrap();
        fs::write(home.join(".local"), "").unwrap();
        let lake = here.path().join("lake-state");
        assert_eq!(candidates(&[(HOME, &home)]).open(|| Some(lake.clone())).unwrap(), Some(lake));
        assert_eq!(candidates(&[(HOME, &home)]).open(|| None).unwrap(), None);
        let error = candidates(&[(LUCCA_STATE_DIR, &home.join(".local/x"))]).open(|| None).unwrap_err();
        assert!(error.to_string().contains("from LUCCA_STATE_DIR, cannot be used: "), "{error}");
    }

    #[test]
    fn one_that_others_could_change_is_refused() {
        let here = tempfile::tempdir().unwrap();
        let refused = |path: &Path| {
            let error = candidates(&[(LUCCA_STATE_DIR, path)]).open(|| None).unwrap_err();
            error.to_string().replace(&here.path().display().to_string(), "")
        };
        let open = here.path().join("open");
        fs::create_dir(&open).unwrap();
        for mode in [0o777, 0o722, 0o770, 0o1777] {
            fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
            let said = "the state folder /open can be written to by others: chmod 700 /open, or name another by LUCCA_STATE_DIR";
            assert_eq!(refused(&open), said);
        }
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        let link = here.path().join("link");
        symlink(&open, &link).unwrap();
        assert!(refused(&link).contains("is a symbolic link"));
        symlink(here.path().join("gone"), here.path().join("dangling")).unwrap();
        assert!(refused(&here.path().join("dangling")).contains("is a symbolic link"));
        fs::write(here.path().join("file"), "").unwrap();
        assert!(refused(&here.path().join("file")).contains("is no folder"));
        // Root's own folders are another user's, unless it is root who tests.
        if geteuid().as_raw() != 0 {
            assert!(refused(Path::new("/usr")).contains("belongs to another user"));
        } else {
            let theirs = here.path().join("theirs");
            fs::create_dir(&theirs).unwrap();
            std::os::unix::fs::chown(&theirs, Some(12345), None).unwrap();
            assert!(refused(&theirs).contains("belongs to another user: chown 0 "));
        }
    }
}
