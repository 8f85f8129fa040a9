//! `lucca-lake.toml`: strict, so that a misspelt key is never ignored.

use std::{collections::BTreeMap, path::Path};

use super::{FILE_NAME, Origin, SETTINGS, SettingsError, did_you_mean};

pub(super) fn parse_file(path: &str, text: &str) -> Result<BTreeMap<&'static str, String>, SettingsError> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
        let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        SettingsError::Syntax { path: path.to_owned(), line: before.matches('\n').count() + 1 }
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let known = SETTINGS.iter().filter(|d| d.in_file);
        let Some(declared) = known.clone().find(|d| d.key == key) else {
            let hint = did_you_mean(&key, known.map(|d| d.key));
            return Err(SettingsError::UnknownKey { path: path.to_owned(), key, hint });
        };
        let text = match value {
            toml::Value::String(text) => Some(text),
            toml::Value::Integer(number) => Some(number.to_string()),
            toml::Value::Boolean(truth) => Some(truth.to_string()),
            toml::Value::Array(items) => {
                let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
                texts.map(|texts| texts.join(","))
            }
            _ => None,
        };
        let Some(text) = text else {
            let (origin, problem) =
                (Origin::File(path.to_owned()), "must be a text, a number, true, false or a list of texts".into());
            return Err(SettingsError::Invalid { key: declared.key, origin, problem });
        };
        values.insert(declared.key, text);
    }
    Ok(values)
}

/// Reads the configuration file: the one named, or [`FILE_NAME`] in the working directory where it exists.
///
/// # Errors
/// When it exists, or was named, and cannot be read.
pub fn read_file(named: Option<&Path>) -> Result<Option<(String, String)>, SettingsError> {
    let path = named.unwrap_or(Path::new(FILE_NAME));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((path.display().to_string(), text))),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SettingsError::Unreadable { path: path.display().to_string(), source }),
    }
}
