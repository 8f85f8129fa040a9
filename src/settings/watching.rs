//! Settings of who is told how a command ended.

use std::path::PathBuf;

use super::{SETTINGS, Settings, SettingsError, list};

/// What lets us in where traces, metrics and lineage go.
const OF_OTHERS: [&str; 4] = [
    "OPENLINEAGE_API_KEY",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
];

/// How a command ended, as far as it matters to those who are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// With code 0.
    Success,
    /// A gate holds back what it made.
    Held,
    /// With an error.
    Failure,
}

impl Occasion {
    const ALL: [Self; 3] = [Self::Success, Self::Held, Self::Failure];

    fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Held => "held",
            Self::Failure => "failure",
        }
    }
}

/// The environment variables that hold secrets: of settings, and of those who are told.
pub(crate) fn secret_variables() -> Vec<&'static str> {
    let of_settings = SETTINGS.iter().filter(|declared| declared.secret).filter_map(|declared| declared.variable);
    of_settings.chain(OF_OTHERS.iter().copied()).collect()
}

impl Settings {
    /// The file that metrics are written to, where they are.
    ///
    /// # Errors
    /// When it is named by nothing.
    pub(crate) fn metrics_file(&self) -> Result<Option<PathBuf>, SettingsError> {
        self.file_to_write("metrics_file")
    }

    /// The file that events of OpenLineage are added to, where they are.
    ///
    /// # Errors
    /// When it is named by nothing.
    pub(crate) fn openlineage_file(&self) -> Result<Option<PathBuf>, SettingsError> {
        self.file_to_write("openlineage_file")
    }

    fn file_to_write(&self, key: &'static str) -> Result<Option<PathBuf>, SettingsError> {
        let Some(_) = self.get(key) else { return Ok(None) };
        self.parsed(key, |text| match text {
            "" => Err("names no file".to_owned()),
            path => Ok(Some(PathBuf::from(path))),
        })
    }

    /// Program and arguments that are run at the end of a command; empty for none.
    ///
    /// # Errors
    /// When it is no program, or a list that is none of texts.
    pub(crate) fn notify_command(&self) -> Result<Vec<String>, SettingsError> {
        let Some(_) = self.get("notify_command") else { return Ok(Vec::new()) };
        self.parsed("notify_command", |text| {
            let words = match text.starts_with('[') {
                true => serde_json::from_str(text).map_err(|_| "is no JSON list of a program and its arguments")?,
                false => vec![text.to_owned()],
            };
            match words.first() {
                Some(program) if !program.trim().is_empty() => Ok(words),
                _ => Err("names no program".to_owned()),
            }
        })
    }

    /// How a command must have ended for it to be run.
    ///
    /// # Errors
    /// When it names something else.
    pub(crate) fn notify_on(&self) -> Result<Vec<Occasion>, SettingsError> {
        self.parsed("notify_on", |text| {
            let occasion = |word: &String| {
                let found = Occasion::ALL.into_iter().find(|occasion| occasion.as_str() == word);
                found.ok_or_else(|| format!("{word:?} is none of success, held, failure"))
            };
            match list(text) {
                words if words.is_empty() => Err("names no ending; leave out notify_command for none".to_owned()),
                words => words.iter().map(occasion).collect(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{env_vars::Environment, settings::as_command};

    fn settings(flags: &[(&'static str, &str)], file: &str) -> Result<Settings, SettingsError> {
        let flags: BTreeMap<_, _> = flags.iter().map(|(flag, value)| (*flag, (*value).to_owned())).collect();
        Settings::resolve(&flags, &Environment::default(), Some(("lucca-lake.toml", file)))
    }

    #[test]
    fn a_command_is_a_program_or_a_list_of_it_and_its_arguments() {
        let command = |file: &str| settings(&[], file).unwrap().notify_command();
        assert_eq!(command("").unwrap(), [""; 0]);
        assert_eq!(command("notify_command = \"/opt/my tool\"").unwrap(), ["/opt/my tool"]);
        let list = "notify_command = [\"curl\", \"-d\", \"@-\", \"a,b \\\"c\\\"\"]";
        assert_eq!(command(list).unwrap(), ["curl", "-d", "@-", "a,b \"c\""]);
        let by_flag = settings(&[("notify-command", &as_command(&["x", "é,", ""]))], list).unwrap();
        assert_eq!(by_flag.notify_command().unwrap(), ["x", "é,", ""]);
        for wrong in ["\"\"", "\" \"", "[]", "[\"\"]", "\"[1]\"", "\"[x\""] {
            assert!(command(&format!("notify_command = {wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_endings_that_matter_are_named() {
        let on = |file: &str| settings(&[], file).unwrap().notify_on();
        assert_eq!(on("").unwrap(), Occasion::ALL);
        assert_eq!(on("notify_on = [\"failure\", \"held\"]").unwrap(), [Occasion::Failure, Occasion::Held]);
        assert!(
            on("notify_on = \"never\"")
                .unwrap_err()
                .to_string()
                .contains("\"never\" is none of success, held, failure")
        );
        assert!(on("notify_on = \"\"").is_err());
    }

    #[test]
    fn a_file_of_metrics_has_a_name() {
        let file = |text: &str| settings(&[], text).unwrap().metrics_file();
        assert_eq!(file("").unwrap(), None);
        assert_eq!(file("metrics_file = \"/var/x.prom\"").unwrap(), Some(PathBuf::from("/var/x.prom")));
        assert!(file("metrics_file = \"\"").is_err());
    }
}
