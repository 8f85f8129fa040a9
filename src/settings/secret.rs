//! A secret from a file: no copy of it stays behind in memory.

use std::{fs::File, io::Read as _, path::Path};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::SettingsError;

/// More than any secret has. The buffer never grows: growing would leave a copy behind.
const MOST_BYTES: usize = 64 << 10;

/// The text of the file, without white space around it.
///
/// # Errors
/// When it cannot be read, is longer than any secret or no UTF-8.
pub(super) fn read(path: &Path) -> Result<SecretString, SettingsError> {
    let unreadable = |source| SettingsError::Unreadable { path: path.display().to_string(), source };
    let mut bytes = Zeroizing::new(vec![0; MOST_BYTES + 1]);
    let length = fill(&mut bytes, File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    let invalid = |what: &str| unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, what));
    let text = bytes.get(..length).filter(|_| length <= MOST_BYTES);
    let text = text.ok_or_else(|| invalid("is longer than 65536 bytes: that is no secret"))?;
    let text = std::str::from_utf8(text).map_err(|_| invalid("is no UTF-8"))?;
    Ok(text.trim().into())
}

/// Reads to the end of the file or of the buffer, and says how much.
fn fill(buffer: &mut [u8], mut file: File) -> std::io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_secret_is_what_is_written_without_space_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let read_of = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            read(&path)
        };
        assert_eq!(read_of(b" s3cr\xc3\xa9t\r\n").unwrap().expose_secret(), "s3crét");
        assert_eq!(read_of(&[b'x'; MOST_BYTES]).unwrap().expose_secret().len(), MOST_BYTES);
        assert!(read_of(&[b'x'; MOST_BYTES + 1]).unwrap_err().to_string().contains("that is no secret"));
        assert!(read_of(b"\xff").unwrap_err().to_string().contains("no UTF-8"));
        assert!(read(&folder.path().join("none")).is_err());
    }
}
