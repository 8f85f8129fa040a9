//! `lucca-lake.toml`: strict, so that a misspelt key is never ignored.

use std::{
    collections::BTreeMap,
    fs::{File, Metadata},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use super::{Origin, SETTINGS, SettingsError, command::as_command, did_you_mean};

/// Name of the configuration file looked for in the working directory.
pub(crate) const FILE_NAME: &str = "lucca-lake.toml";

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
                texts.map(|texts| if declared.runs { as_command(&texts) } else { texts.join(",") })
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
/// When it exists, or was named, and cannot be read; when it was not named, says where secrets or data go, and others could
/// have written it.
pub(crate) fn read_file(named: Option<&Path>) -> Result<Option<(String, String)>, SettingsError> {
    let Some(path) = named else { return found(Path::new(FILE_NAME)) };
    let shown = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((shown, text))),
        Err(source) => Err(SettingsError::Unreadable { path: shown, source }),
    }
}

/// Whoever can write to a folder in which somebody works can put a file there.
fn found(path: &Path) -> Result<Option<(String, String)>, SettingsError> {
    let shown = std::path::absolute(path).unwrap_or(path.to_owned()).display().to_string();
    let unreadable = |source| SettingsError::Unreadable { path: shown.clone(), source };
    // The file that is looked at is the one that is read.
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let (link, is) = (std::fs::symlink_metadata(path).map_err(unreadable)?, file.metadata().map_err(unreadable)?);
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    let distrusted = distrust(&link, &is, &shown);
    let set = parse_file(&shown, &text);
    // Its user may have unpacked it with something else, and never looked at it.
    if let Ok(set) = &set
        && let Some(runs) = SETTINGS.iter().find(|d| d.runs && set.contains_key(d.key))
    {
        return Err(SettingsError::Runs { path: shown, key: runs.key });
    }
    let Some((problem, remedy)) = distrusted else { return Ok(Some((shown, text))) };
    let set = set?;
    let steering: Vec<&str> = SETTINGS.iter().filter(|d| d.steers && set.contains_key(d.key)).map(|d| d.key).collect();
    if steering.is_empty() {
        return Ok(Some((shown, text)));
    }
    Err(SettingsError::Untrusted { path: shown, keys: steering.join(", "), problem, remedy })
}

/// Why somebody else could have written a file, and what makes that impossible.
fn distrust(link: &Metadata, file: &Metadata, shown: &str) -> Option<(&'static str, String)> {
    let user = nix::unistd::geteuid().as_raw();
    if [link, file].iter().any(|found| ![0, user].contains(&found.uid())) {
        Some(("belongs to another user", format!("chown {user} {shown}")))
    } else if file.mode() & 0o022 != 0 {
        Some(("can be written to by others", format!("chmod go-w {shown}")))
    } else {
        None
    }
}
