//! Opens a file in whatever the user browses with.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The system's own way to open a file, and what comes before the file's name.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(target_os = "windows") {
    ("cmd", &["/C", "start", ""])
} else {
    ("xdg-open", &[])
};

/// Starts the browser and does not wait for it; false when none could be started.
pub(super) fn open(file: &Path) -> bool {
    let (program, before) = OPENER;
    let mut command = Command::new(program);
    command.args(before).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}
