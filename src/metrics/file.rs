//! A file of metrics: replaced as a whole, so that nobody reads half of it, and readable by others, as whoever collects it is
//! another user.

use std::{
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    thread,
    time::Duration,
};

/// Larger than any file of ours: whatever is more says nothing.
const MOST_BYTES: u64 = 1 << 20;
/// Everybody reads it.
const MODE: u32 = 0o644;
/// How often, and how long in all, another process that replaces a file of the folder is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const LOOKS: u32 = 50;

/// Replaces a file by what `text` makes of it. Two that do so at once do it one after the other.
///
/// # Errors
/// The system's; the file is as it was then.
pub(crate) fn update(path: &Path, text: impl FnOnce(&str) -> io::Result<String>) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let _turn = turn(folder)?;
    let text = text(&read(path)?)?;
    // Not ending as files do that are collected.
    let beside = folder.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
    let written = write(&beside, &text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first error is what matters.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// The right to replace files of a folder, as long as it is held. After a second it is taken for granted: whoever holds a
/// folder so long is no process of ours.
fn turn(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    for _ in 0..LOOKS {
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(LOOK_EVERY),
            // A folder that cannot be locked is as good as one that is.
            Ok(()) | Err(TryLockError::Error(_)) => break,
        }
    }
    Ok(folder)
}

fn read(path: &Path) -> io::Result<String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    // One of the same name was left by a process that was killed.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(MODE))
}
