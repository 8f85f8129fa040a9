//! A file that a secret goes to: an endpoint's, or the one that a tenant is read with.

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
    /// How it was named, for errors.
    name: String,
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl SecretFile {
    /// Makes the file, before anything is asked for that the secret could be lost of. Errors name it by `flag` too, where
    /// one named it.
    ///
    /// # Errors
    /// When there is one already, or it cannot be made.
    pub(super) fn create(path: &Path, flag: Option<&str>) -> Result<Self, Error> {
        let name =
            flag.into_iter().map(|flag| format!("{flag} ")).chain([path.display().to_string()]).collect::<String>();
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = made.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => {
                Error::Usage(format!("{name}: there is such a file already, and it stays as it is; name a new one"))
            }
            _ => Error::Io { what: name.clone(), source },
        })?;
        Ok(Self { name, path: path.to_owned(), file, is_kept: false })
    }

    /// Writes the secret and a line end, on the disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(mut self, secret: &SecretString) -> Result<(), Error> {
        let written = writeln!(self.file, "{}", secret.expose_secret()).and_then(|()| self.file.sync_all());
        written.map_err(|source| Error::Io { what: self.name.clone(), source })?;
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
