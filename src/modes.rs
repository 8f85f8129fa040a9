//! Who may read the folders and files that the program makes.
//!
//! Nothing it makes can be read by others, not even for a moment: the process takes their bits off its umask. Beyond
//! that, every folder and file is [`Access::Private`] or [`Access::Shared`]. A set-group-id folder made by an
//! administrator passes on its group, and what that group may do, to what is made in it. What exists is left as it is.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use nix::{fcntl::OFlag, sys::stat::Mode};

use crate::shell;

/// The bit of a folder that passes on its group.
const SET_GROUP_ID: u32 = 0o2000;
/// All that a group may do.
const GROUP: u32 = 0o070;
/// What a group may do with a file that is never changed.
const GROUP_READS: u32 = 0o040;

/// Who may read what is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner alone, whatever the umask and the folder around it.
    Private,
    /// Its owner, and the group of a set-group-id folder around it as far as that folder lets the group in.
    PrivateToFolder,
    /// Its owner and its group, as far as the umask lets it; the group of a set-group-id folder as above.
    Shared,
}

impl Access {
    /// Mode of a folder made in one with the mode `parent`.
    fn folder(self, parent: u32, umask: u32) -> u32 {
        let group = if parent & SET_GROUP_ID == 0 { 0 } else { parent & GROUP };
        match self {
            Self::Private => 0o700,
            Self::PrivateToFolder => 0o700 | group,
            Self::Shared => 0o700 | (0o050 & !umask) | group,
        }
    }

    /// Mode of a file made in a folder with the mode `parent`.
    fn file(self, parent: u32, umask: u32) -> u32 {
        let group = if parent & SET_GROUP_ID == 0 { 0 } else { parent & GROUP_READS };
        match self {
            Self::Private => 0o600,
            Self::PrivateToFolder => 0o600 | group,
            Self::Shared => 0o600 | (0o040 & !umask) | group,
        }
    }
}

/// Takes others out of whatever this process makes from now on. Called before anything is made; calling it again changes
/// nothing.
pub(crate) fn keep_others_out() {
    umask();
}

/// The umask that the process was started with.
#[allow(clippy::useless_conversion, reason = "a mode has 16 bits on some systems")]
fn umask() -> u32 {
    static GIVEN: OnceLock<u32> = OnceLock::new();
    *GIVEN.get_or_init(|| {
        let given = nix::sys::stat::umask(Mode::S_IRWXG | Mode::S_IRWXO);
        nix::sys::stat::umask(given | Mode::S_IRWXO);
        u32::from(given.bits())
    })
}

/// Makes one folder in a folder that exists. Returns false when it is there already; then its mode stays as it is.
///
/// # Errors
/// The system's.
pub(crate) fn create_folder(path: &Path, access: Access) -> io::Result<bool> {
    let wanted = access.folder(mode_of_parent(path)?, umask());
    match DirBuilder::new().mode(wanted).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    }
    // The system has taken the umask off. Only where that took too much is the mode set: for who is not in the folder's
    // group, setting it takes the set-group-id bit off.
    let got = fs::metadata(path)?.mode();
    if got & 0o777 != wanted {
        fs::set_permissions(path, Permissions::from_mode(got & SET_GROUP_ID | wanted))?;
    }
    Ok(true)
}

/// Makes a folder and those that lead to it. Returns those that were made, outermost first.
///
/// # Errors
/// The system's.
pub(crate) fn create_folders(path: &Path, access: Access) -> io::Result<Vec<PathBuf>> {
    let missing = path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let mut made = Vec::new();
    for folder in missing.collect::<Vec<_>>().into_iter().rev() {
        if create_folder(folder, access)? {
            made.push(folder.to_owned());
        }
    }
    if path.is_dir() { Ok(made) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// Gives a file the mode, and where there is one the group, that it shall have in `folder`. It must not be readable there
/// before.
///
/// # Errors
/// The system's.
pub(crate) fn prepare_file(path: &Path, folder: &Path, access: Access) -> io::Result<()> {
    let around = fs::metadata(folder)?;
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)?;
    let is = file.metadata()?;
    let mut wanted = access.file(around.mode(), umask());
    if around.mode() & SET_GROUP_ID != 0 && wanted & GROUP != 0 && is.gid() != around.gid() {
        match fchown(&file, None, Some(around.gid())) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                warn_of_group(folder, around.gid());
                wanted = access.file(0, umask());
            }
            Err(error) => return Err(error),
        }
    }
    if is.mode() & 0o7777 == wanted { Ok(()) } else { file.set_permissions(Permissions::from_mode(wanted)) }
}

/// Once: the same holds for every file.
fn warn_of_group(folder: &Path, group: u32) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            folder = %folder.display(),
            group,
            "files cannot be given to the folder's group, whose members will not read them: make the user who runs this \
             program a member of the group"
        );
    }
}

/// Opens a file for reading and writing that its owner alone can read, made if need be. A symbolic link is an error.
///
/// # Errors
/// The system's.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path)?;
    // One that an earlier version made; somebody else's stays as it is.
    if file.metadata()?.mode() & 0o077 != 0 {
        let _ = file.set_permissions(Permissions::from_mode(0o600));
    }
    Ok(file)
}

/// Makes a file for the user: private, or as their umask says. What was there before is removed, never followed.
///
/// # Errors
/// The system's.
pub(crate) fn create_output(path: &Path, access: Access) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    if access == Access::Shared {
        file.set_permissions(Permissions::from_mode(0o666 & !umask()))?;
    }
    Ok(file)
}

/// Who besides its owner can read what lies in a folder: others, or a group that no set-group-id bit says is meant to.
/// `None` when nobody can, or there is no such folder.
pub(crate) fn exposed(folder: &Path) -> Option<Exposed> {
    let is = fs::metadata(folder).ok()?.mode();
    let way_there = |bits: u32| {
        folder.ancestors().skip(1).filter(|f| !f.as_os_str().is_empty()).all(|f| match fs::metadata(f) {
            Ok(found) => found.mode() & bits != 0,
            Err(_) => true,
        })
    };
    if is & 0o005 != 0 && way_there(0o001) {
        Some(Exposed { keeps_group: is & SET_GROUP_ID != 0 })
    } else if is & 0o050 != 0 && is & SET_GROUP_ID == 0 && way_there(0o011) {
        Some(Exposed { keeps_group: false })
    } else {
        None
    }
}

/// What is to be done about a folder that too many can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exposed {
    keeps_group: bool,
}

impl Exposed {
    /// The command that takes the right away, for a shell.
    pub(crate) fn remedy(self, folder: &Path) -> String {
        let who = if self.keeps_group { "o" } else { "go" };
        format!("chmod -R {who}-rwx {}", shell::word(&folder.display().to_string()))
    }
}

fn mode_of_parent(path: &Path) -> io::Result<u32> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(fs::metadata(parent)?.mode())
}

#[cfg(test)]
mod tests;
