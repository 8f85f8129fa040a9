//! The file that an endpoint's secret goes to.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;

/// A new file that only its owner can read, empty until there is a secret. It is removed again where none came.
#[derive(Debug)]
pub(super) struct SecretFile {
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl SecretFile {
    /// Makes the file, before anything is asked for that the secret could be lost of.
    ///
    /// # Errors
    /// When there is one already, or it cannot be made.
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = made.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => Error::Usage(format!(
                "--secret-file {}: there is such a file already, and it stays as it is; name a new one",
                path.display()
            )),
            _ => Error::Io { what: format!("--secret-file {}", path.display()), source },
        })?;
        Ok(Self { path: path.to_owned(), file, is_kept: false })
    }

    /// Writes the secret and a line end, on the disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(mut self, secret: &SecretString) -> Result<(), Error> {
        let written = writeln!(self.file, "{}", secret.expose_secret()).and_then(|()| self.file.sync_all());
        written.map_err(|source| Error::Io { what: format!("--secret-file {}", self.path.display()), source })?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
