//! Which absences are read with a legacy key, and whose kind may be seen.

use chrono::{Datelike as _, Days, NaiveDate};

use super::{Settings, SettingsError, list, parse_date};

/// `absent_on_day` looks so many days beyond the as-of date.
const DAYS_AHEAD: Days = Days::new(30);

/// The days whose absences are read, both included: whole months, so that no month counts in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeavesWindow {
    /// First day of the first month.
    pub(crate) from: NaiveDate,
    /// Last day of the last month.
    pub(crate) until: NaiveDate,
}

/// Leave accounts by id or name, in lower case, with commas between: what the queries of `queries/legacy/` compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AccountRules {
    /// Always sensitive.
    pub(crate) sensitive: String,
    /// Not sensitive; `*` is every account.
    pub(crate) harmless: String,
}

impl AccountRules {
    /// The parameters of queries that stand for them, by name.
    pub(crate) fn values(&self) -> [(&'static str, String); 2] {
        [("sensitive_accounts", self.sensitive.clone()), ("harmless_accounts", self.harmless.clone())]
    }
}

impl Settings {
    /// The days whose absences are read by a run of these days: as configured, else from January of the year before the
    /// first of them to December of the year after the last.
    ///
    /// # Errors
    /// When one is no date, or they are not those of whole months that hold every day, and thirty days more.
    pub(crate) fn leaves_window(&self, first: NaiveDate, last: NaiveDate) -> Result<LeavesWindow, SettingsError> {
        let default = |year: i32, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or(last);
        let from = match self.get("leaves_from") {
            None => default(first.year() - 1, 1, 1),
            Some(_) => self.parsed("leaves_from", |text| {
                let from = parse_date(text.trim())?;
                if from.day() != 1 {
                    return Err(format!(
                        "{from} is not the first day of a month: absences are counted by whole months"
                    ));
                }
                if from > first {
                    return Err(format!("{from} is after the as-of date, {first}"));
                }
                Ok(from)
            })?,
        };
        let until = match self.get("leaves_until") {
            None => default(last.year() + 1, 12, 31),
            Some(_) => self.parsed("leaves_until", |text| {
                let until = parse_date(text.trim())?;
                if until.succ_opt().is_some_and(|next| next.day() != 1) {
                    return Err(format!(
                        "{until} is not the last day of a month: absences are counted by whole months"
                    ));
                }
                if last.checked_add_days(DAYS_AHEAD).is_none_or(|needed| until < needed) {
                    return Err(format!(
                        "{until} is less than 30 days after the as-of date, {last}, which absent_on_day needs"
                    ));
                }
                Ok(until)
            })?,
        };
        Ok(LeavesWindow { from, until })
    }

    /// Which leave accounts are sensitive: all that nobody declared harmless, and those declared sensitive.
    pub(crate) fn account_rules(&self) -> AccountRules {
        let accounts = |key| {
            let named = self.get(key).map(|(value, _)| list(value)).unwrap_or_default();
            named.iter().map(|account| account.to_lowercase()).collect::<Vec<_>>().join(",")
        };
        AccountRules { sensitive: accounts("sensitive_accounts"), harmless: accounts("harmless_accounts") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env_vars::Environment;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn with(file: &str) -> Settings {
        Settings::resolve(&[].into(), &Environment::default(), Some(("lucca-lake.toml", file))).unwrap()
    }

    #[test]
    fn absences_are_read_from_the_year_before_to_the_end_of_the_year_after() {
        let window = |file: &str, first: &str, last: &str| {
            let window = with(file).leaves_window(day(first), day(last));
            window.map(|w| format!("{} {}", w.from, w.until)).map_err(|error| error.to_string())
        };
        assert_eq!(window("", "2026-11-28", "2026-11-28").unwrap(), "2025-01-01 2027-12-31");
        assert_eq!(window("", "2024-02-29", "2026-01-01").unwrap(), "2023-01-01 2027-12-31");
        let said = "leaves_from = \"2026-02-01\"\nleaves_until = \"2026-04-30\"";
        assert_eq!(window(said, "2026-02-01", "2026-03-31").unwrap(), "2026-02-01 2026-04-30");
        for (file, why) in [
            (
                said,
                "leaves_until (from lucca-lake.toml): 2026-04-30 is less than 30 days after the as-of date, 2026-04-01",
            ),
            ("leaves_from = \"2026-02-02\"", "2026-02-02 is not the first day of a month"),
            ("leaves_from = \"2026-05-01\"", "2026-05-01 is after the as-of date, 2026-03-01"),
            ("leaves_until = \"2027-02-27\"", "2027-02-27 is not the last day of a month"),
            ("leaves_until = \"soon\"", "\"soon\" is no date such as 2026-01-31"),
        ] {
            let error = window(file, "2026-03-01", "2026-04-01").unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn accounts_are_named_without_regard_to_case_and_nobody_declares_any() {
        assert_eq!(with("").account_rules(), AccountRules::default());
        let rules = with("sensitive_accounts = \" Arrêt MALADIE, 12,\"\nharmless_accounts = \"*\"").account_rules();
        assert_eq!((&*rules.sensitive, &*rules.harmless), ("arrêt maladie,12", "*"));
    }
}
