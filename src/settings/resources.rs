//! Settings of what the machine gives: memory and temporary disk.

use std::path::PathBuf;

use super::{Settings, SettingsError};

/// With less, sorting and joining cannot even begin.
const LEAST_MEMORY: usize = 32 << 20;

impl Settings {
    /// Bytes that one SQL statement may hold in memory.
    ///
    /// # Errors
    /// When it is no number of MiB or GiB, or too few.
    pub(crate) fn memory_limit(&self) -> Result<usize, SettingsError> {
        self.parsed("memory_limit", |text| {
            let size = bytes(text.trim()).ok_or_else(|| format!("{text:?} is no size such as 512MiB or 2GiB"))?;
            if size < LEAST_MEMORY { Err(format!("{text} is too little; give at least 32MiB")) } else { Ok(size) }
        })
    }

    /// Where SQL statements put what does not fit into memory; `None` for the system's temporary folder.
    ///
    /// # Errors
    /// When it is no folder.
    pub(crate) fn temp_dir(&self) -> Result<Option<PathBuf>, SettingsError> {
        let Some(_) = self.get("temp_dir") else { return Ok(None) };
        let folder = |text: &str| {
            let path = PathBuf::from(text);
            if path.is_dir() { Ok(path) } else { Err(format!("{text:?} is no folder; make it, or name another one")) }
        };
        self.parsed("temp_dir", folder).map(Some)
    }
}

fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = match (text.strip_suffix("MiB"), text.strip_suffix("GiB")) {
        (Some(number), _) => (number, 1 << 20),
        (_, Some(number)) => (number, 1 << 30),
        _ => return None,
    };
    // Not `+5`, which parses.
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env_vars::Environment;

    fn with(key: &'static str, value: &str) -> Settings {
        Settings::resolve(&[(key, value.to_owned())].into(), &Environment::default(), None).unwrap()
    }

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(
            Settings::resolve(&[].into(), &Environment::default(), None).unwrap().memory_limit().unwrap(),
            1 << 30
        );
        assert_eq!(with("memory-limit", "512MiB").memory_limit().unwrap(), 512 << 20);
        assert_eq!(with("memory-limit", "2GiB").memory_limit().unwrap(), 2 << 30);
        for wrong in
            ["512", "512 MiB", "512MB", "2G", "-1GiB", "+1GiB", "1.5GiB", "GiB", "99999999999999GiB", "31MiB", "0GiB"]
        {
            let error = with("memory-limit", wrong).memory_limit().unwrap_err().to_string();
            assert!(error.starts_with("memory_limit (from --memory-limit): "), "{wrong}: {error}");
            assert!(error.contains("MiB"), "{error}");
        }
    }

    #[test]
    fn the_temporary_folder_is_one() {
        assert_eq!(Settings::default().temp_dir().unwrap(), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(with("temp-dir", path).temp_dir().unwrap(), Some(folder.path().to_owned()));
        let error = with("temp-dir", &format!("{path}/nowhere")).temp_dir().unwrap_err().to_string();
        assert!(error.ends_with("is no folder; make it, or name another one"), "{error}");
    }
}
