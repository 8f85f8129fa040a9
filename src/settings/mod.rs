//! Configuration: flags, then environment, then `lucca-lake.toml`, then defaults, resolved once.

mod both_ways;
mod command;
mod credentials;
mod days;
mod declared;
mod error;
mod file;
mod gates;
mod incremental;
mod keeping;
mod leaves;
mod origin;
mod portraits;
mod resources;
mod secret;
#[cfg(test)]
mod tests;
mod watching;

use std::{collections::BTreeMap, fmt, path::Path, time::Duration};

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};

pub use self::declared::{Declared, SETTINGS};
pub(crate) use self::{
    command::as_command,
    days::{Every, series},
    error::SettingsError,
    file::{FILE_NAME, read_file},
    incremental::Increments,
    leaves::{AccountRules, LeavesWindow},
    origin::Origin,
    watching::{Occasion, secret_variables},
};
pub(crate) use crate::similar::did_you_mean;
use crate::{
    api::{Tenant, secure_url},
    catalog::Split,
    env_vars::Environment,
    lake::TableFormat,
};

/// Days before this year are slips of the pen.
const EARLIEST_YEAR: i32 = 1950;

/// A value is shown in the error that refuses it, unless that is longer than so many bytes.
const LONGEST_PROBLEM: usize = 2000;

/// Which values of historised collections are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum HistoryMode {
    /// Those that apply on the as-of date.
    #[default]
    AsOf,
    /// All of them, past and future.
    History,
    /// None.
    Off,
}

/// What to read of historised collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistorySettings {
    /// Which values.
    pub(crate) mode: HistoryMode,
    /// Definitions: ids, or prefixes that end in `*`.
    pub(crate) patterns: Vec<String>,
    /// Statuses of the people; `None` for all.
    pub(crate) statuses: Option<Vec<String>>,
}

impl Default for HistorySettings {
    fn default() -> Self {
        Self { mode: HistoryMode::AsOf, patterns: vec!["*".to_owned()], statuses: None }
    }
}

/// All settings, resolved.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, (String, Origin)>,
    secrets: BTreeMap<&'static str, (SecretString, Origin)>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").finish_non_exhaustive()
    }
}

impl Settings {
    /// Resolves every declared setting. `flags` holds the flags that were given; `file` is `(path, text)`.
    ///
    /// # Errors
    /// When the file is not TOML or has a key that does not exist; when a variable is set to nothing.
    pub(crate) fn resolve(
        flags: &BTreeMap<&'static str, String>,
        environment: &Environment,
        file: Option<(&str, &str)>,
    ) -> Result<Self, SettingsError> {
        let in_file = match file {
            Some((path, text)) => file::parse_file(path, text)?,
            None => BTreeMap::new(),
        };
        let (mut values, mut secrets) = (BTreeMap::new(), BTreeMap::new());
        for declared in SETTINGS {
            if let Some(name) = declared.variable
                && let Some(problem) = environment.problem(name)
            {
                return Err(SettingsError::Variable { name, problem });
            }
            // A secret has one source, and goes from there into a type that forgets it.
            if declared.secret {
                let secret = declared.variable.and_then(|n| Some((environment.get(n)?.into(), Origin::Variable(n))));
                secret.map(|secret| secrets.insert(declared.key, secret));
                continue;
            }
            let flag = declared.flag.and_then(|name| Some((flags.get(name)?.clone(), Origin::Flag(name))));
            let variable =
                || declared.variable.and_then(|n| Some((environment.get(n)?.to_owned(), Origin::Variable(n))));
            let path = || file.map_or_else(String::new, |(path, _)| path.to_owned());
            let in_file = || Some((in_file.get(declared.key)?.clone(), Origin::File(path())));
            let default = || Some((declared.default?.to_owned(), Origin::Default));
            if let Some(value) = flag.or_else(variable).or_else(in_file).or_else(default) {
                values.insert(declared.key, value);
            }
        }
        Ok(Self { values, secrets })
    }

    /// Every setting with its value, secrets hidden, and where it came from.
    pub(crate) fn shown(&self) -> Vec<(&'static Declared, Option<(String, String)>)> {
        let show = |d: &'static Declared| {
            let hidden = || "(hidden)".to_owned();
            if let Some((_, origin)) = self.secrets.get(d.key) {
                return Some((hidden(), origin.to_string()));
            }
            let (value, origin) = self.values.get(d.key)?;
            let has_password = value.contains('@') && value.contains("://");
            Some((if has_password { hidden() } else { value.clone() }, origin.to_string()))
        };
        SETTINGS.iter().map(|d| (d, show(d))).collect()
    }

    fn get(&self, key: &'static str) -> Option<(&str, &Origin)> {
        self.values.get(key).map(|(value, origin)| (value.as_str(), origin))
    }

    fn required(&self, key: &'static str) -> Result<(&str, &Origin), SettingsError> {
        self.get(key).ok_or_else(|| SettingsError::Missing { key, how: how_to_set(key) })
    }

    fn parsed<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, SettingsError> {
        let (value, origin) = self.required(key)?;
        parse(value).map_err(|problem| {
            let told =
                if problem.len() <= LONGEST_PROBLEM { problem } else { format!("no value of {} bytes", value.len()) };
            SettingsError::Invalid { key, origin: origin.clone(), problem: told }
        })
    }

    /// The tenant.
    ///
    /// # Errors
    /// When it is missing or no address that a token may be sent to.
    pub(crate) fn tenant(&self) -> Result<Tenant, SettingsError> {
        self.parsed("base_url", |text| Tenant::new(text).map_err(|e| e.to_string()))
    }

    /// The token endpoint.
    ///
    /// # Errors
    /// When it is no address that a secret may be sent to.
    pub(crate) fn token_url(&self) -> Result<url::Url, SettingsError> {
        self.parsed("token_url", |text| secure_url(text).map_err(|e| e.to_string()))
    }

    /// The secrets of webhook endpoints, from their variable or their file; none where there is neither.
    ///
    /// # Errors
    /// When the file cannot be read, or holds none.
    pub(crate) fn webhook_secrets(&self) -> Result<Vec<SecretString>, SettingsError> {
        let each = |text: &SecretString| text.expose_secret().split_whitespace().map(SecretString::from).collect();
        match (self.secrets.get("webhook_secret"), self.get("webhook_secret_file")) {
            (Some((secrets, _)), _) => Ok(each(secrets)),
            (None, Some((path, _))) => match each(&secret::read(Path::new(path))?) {
                secrets if secrets.is_empty() => self.parsed("webhook_secret_file", |_| Err("is empty".to_owned())),
                secrets => Ok(secrets),
            },
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Where the lake is.
    pub(crate) fn lake(&self) -> &str {
        self.get("lake").map_or("./lake", |(value, _)| value)
    }

    /// How tables are published.
    ///
    /// # Errors
    /// When it is none of parquet, delta, or this build cannot write it.
    pub(crate) fn table_format(&self) -> Result<TableFormat, SettingsError> {
        self.parsed("table_format", |text| {
            let format = match text.trim() {
                "parquet" => TableFormat::Parquet,
                "delta" => TableFormat::Delta,
                _ => return Err(format!("{text:?} is neither parquet nor delta")),
            };
            let how = "this build has no Delta Lake; build one with: cargo install --path . --locked --features delta";
            if format.is_built() { Ok(format) } else { Err(how.to_owned()) }
        })
    }

    /// Whether CSV has no cell that a spreadsheet runs.
    ///
    /// # Errors
    /// When it is neither true nor false.
    pub(crate) fn safe_csv(&self) -> Result<bool, SettingsError> {
        self.parsed("safe_csv", |text| text.trim().parse().map_err(|_| format!("{text:?} is neither true nor false")))
    }

    /// Requests per minute.
    ///
    /// # Errors
    /// When it is no whole number from 1.
    pub(crate) fn requests_per_minute(&self) -> Result<u32, SettingsError> {
        self.parsed("requests_per_minute", |text| match text.trim().parse() {
            Ok(0) | Err(_) => Err(format!("{text:?} is no whole number from 1")),
            Ok(number) => Ok(number),
        })
    }

    /// The longest time of one request.
    ///
    /// # Errors
    /// When it is no whole number of seconds from 1, at most a day.
    pub(crate) fn request_timeout(&self) -> Result<Duration, SettingsError> {
        self.parsed("request_timeout_seconds", |text| match text.trim().parse() {
            Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
            _ => Err(format!("{text:?} is no whole number of seconds from 1, at most 86400")),
        })
    }

    /// How long pages of a run that died may be used; `None` for never.
    ///
    /// # Errors
    /// When it is no whole number of hours, at most a year.
    pub(crate) fn resume_within(&self) -> Result<Option<chrono::Duration>, SettingsError> {
        let hours = self.parsed("resume_within_hours", |text| match text.trim().parse() {
            Ok(hours @ 0..=8760) => Ok(hours),
            _ => Err(format!("{text:?} is no whole number of hours, at most 8760")),
        })?;
        Ok((hours > 0).then(|| chrono::Duration::hours(hours)))
    }

    /// The as-of date: the last one given, or today in the configured time zone.
    ///
    /// # Errors
    /// When it is no date, or one that no snapshot can be of, or the time zone does not exist.
    pub(crate) fn as_of(&self, now: chrono::DateTime<chrono::Utc>) -> Result<NaiveDate, SettingsError> {
        let today = self.today(now)?;
        match self.get("as_of") {
            None => Ok(today),
            Some(_) => self.days(now)?.pop().ok_or(SettingsError::Missing { key: "as_of", how: how_to_set("as_of") }),
        }
    }

    /// Today in the configured time zone.
    ///
    /// # Errors
    /// When the time zone does not exist.
    pub(crate) fn today(&self, now: chrono::DateTime<chrono::Utc>) -> Result<NaiveDate, SettingsError> {
        Ok(now.with_timezone(&self.timezone()?).date_naive())
    }

    /// The configured time zone.
    ///
    /// # Errors
    /// When it does not exist.
    pub(crate) fn timezone(&self) -> Result<Tz, SettingsError> {
        self.parsed("timezone", |text| {
            text.parse().map_err(|_| format!("{text:?} is no time zone such as Europe/Paris"))
        })
    }

    /// The days to describe, ascending: as given, or today in the configured time zone.
    ///
    /// # Errors
    /// When one is no date, or one that no snapshot can be of, or the time zone does not exist.
    pub(crate) fn days(&self, now: chrono::DateTime<chrono::Utc>) -> Result<Vec<NaiveDate>, SettingsError> {
        let Some(_) = self.get("as_of") else { return Ok(vec![self.as_of(now)?]) };
        let (today, latest) = (self.today(now)?, self.latest_day(now)?);
        self.parsed("as_of", |text| {
            let days = dates(text)?;
            days.iter().try_for_each(|day| check_day(*day, today, latest))?;
            Ok(days)
        })
    }

    /// Refuses a day of the command line that no snapshot can be of.
    ///
    /// # Errors
    /// When it is later than tomorrow or too long ago, or the time zone does not exist.
    pub(crate) fn check_day(&self, day: NaiveDate, now: chrono::DateTime<chrono::Utc>) -> Result<(), SettingsError> {
        let (today, latest) = (self.today(now)?, self.latest_day(now)?);
        let invalid = |problem| SettingsError::Invalid { key: "as_of", origin: Origin::Flag("as-of"), problem };
        check_day(day, today, latest).map_err(invalid)
    }

    /// The latest day that a snapshot can be of: tomorrow in the configured time zone, as places east of it may be there
    /// already.
    ///
    /// # Errors
    /// When the time zone does not exist.
    pub(crate) fn latest_day(&self, now: chrono::DateTime<chrono::Utc>) -> Result<NaiveDate, SettingsError> {
        let today = self.today(now)?;
        Ok(today.succ_opt().unwrap_or(today))
    }

    /// Names of the tables asked for; `None` for all.
    ///
    /// # Errors
    /// When the list is empty: an unset variable in a script must not publish a snapshot without tables.
    pub(crate) fn tables(&self) -> Result<Option<Vec<String>>, SettingsError> {
        let Some(_) = self.get("tables") else { return Ok(None) };
        let named = |text: &str| match list(text) {
            names if names.is_empty() => Err("names no table; leave it out for all tables".to_owned()),
            names => Ok(names),
        };
        self.parsed("tables", named).map(Some)
    }

    /// Names of the tables that a run may do without.
    pub(crate) fn optional_tables(&self) -> Vec<String> {
        self.get("optional_tables").map(|(value, _)| list(value)).unwrap_or_default()
    }

    /// How many records of which tables may be missing.
    ///
    /// # Errors
    /// When it is no list of tables with numbers, or names a table twice.
    pub(crate) fn accept_missing(&self) -> Result<BTreeMap<String, u64>, SettingsError> {
        let Some(_) = self.get("accept_missing") else { return Ok(BTreeMap::new()) };
        self.parsed("accept_missing", |text| {
            let mut accepted = BTreeMap::new();
            for item in list(text) {
                let number = item.split_once('=').and_then(|(table, n)| Some((table.trim(), n.trim().parse().ok()?)));
                let (table, most) = number.ok_or_else(|| format!("{item:?} is not of the form TABLE=N"))?;
                if accepted.insert(table.to_owned(), most).is_some() {
                    return Err(format!("{table:?} is named twice"));
                }
            }
            Ok(accepted)
        })
    }

    /// Which values of historised collections to read.
    ///
    /// # Errors
    /// When it is none of as-of, history, off; when the patterns or statuses make no sense.
    pub(crate) fn history(&self) -> Result<HistorySettings, SettingsError> {
        let mode = self.parsed("attributes", |text| match text.trim() {
            "as-of" => Ok(HistoryMode::AsOf),
            "history" => Ok(HistoryMode::History),
            "off" => Ok(HistoryMode::Off),
            _ => Err(format!("{text:?} is none of as-of, history, off")),
        })?;
        let patterns = self.parsed("attribute_definitions", |text| match list(text) {
            patterns if patterns.is_empty() => Err("names no definition; * is all of them".to_owned()),
            patterns => Ok(patterns),
        })?;
        let statuses = self.parsed("attribute_people", |text| {
            let statuses = list(text);
            let known = ["active", "upcoming", "deactivated"];
            match statuses.as_slice() {
                [all] if all == "all" => Ok(None),
                [] => Err("names no status; all is all of them".to_owned()),
                some if some.iter().all(|s| known.contains(&s.as_str())) => Ok(Some(statuses)),
                _ => Err(format!("{text:?} is neither all nor a list of active, upcoming, deactivated")),
            }
        })?;
        Ok(HistorySettings { mode, patterns, statuses })
    }

    /// Tells a [`Split`] which definitions are personal beyond its own rule, and which custom ones are not.
    ///
    /// # Errors
    /// When a definition is opened that may not be.
    pub(crate) fn split_definitions(&self, split: &mut Split) -> Result<(), SettingsError> {
        split.also = self.get("personal_definitions").map(|(value, _)| list(value)).unwrap_or_default();
        match self.get("public_definitions") {
            None => split.opened.clear(),
            Some(_) => self.parsed("public_definitions", |text| split.open(list(text)))?,
        }
        Ok(())
    }
}

/// Refuses a day that no snapshot can be of: a slip of the pen that would stay the newest for ever, or the oldest.
fn check_day(day: NaiveDate, today: NaiveDate, latest: NaiveDate) -> Result<(), String> {
    if day > latest {
        return Err(format!("{day} is later than tomorrow: today is {today} in the configured time zone"));
    }
    if day.year() < EARLIEST_YEAR {
        return Err(format!("{day} is before {EARLIEST_YEAR}: no account has data of that day"));
    }
    Ok(())
}

/// Days, ascending, each once.
fn dates(text: &str) -> Result<Vec<NaiveDate>, String> {
    let mut days = list(text).iter().map(|day| parse_date(day)).collect::<Result<Vec<_>, _>>()?;
    days.sort_unstable();
    days.dedup();
    if days.is_empty() { Err("names no day".to_owned()) } else { Ok(days) }
}

/// A date as the command line takes it.
///
/// # Errors
/// Says what a date looks like.
pub(crate) fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let strict = text.len() == 10;
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| strict)
        .ok_or_else(|| format!("{text:?} is no date such as 2026-01-31"))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn how_to_set(key: &str) -> String {
    let Some(declared) = SETTINGS.iter().find(|d| d.key == key) else { return String::new() };
    let variable = declared.variable.map(|name| format!("the environment variable {name}"));
    let flag = declared.flag.map(|name| format!("the flag --{name}"));
    let file = declared.in_file.then(|| format!("{key} in {FILE_NAME}"));
    format!("use {}", variable.into_iter().chain(flag).chain(file).collect::<Vec<_>>().join(", or "))
}
