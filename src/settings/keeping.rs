//! Settings of what the lake keeps, and for how long.

use chrono::TimeDelta;

use super::{Settings, SettingsError};
use crate::lake::Retention;

impl Settings {
    /// Which dates `gc` keeps.
    ///
    /// # Errors
    /// When a number is none.
    pub(crate) fn retention(&self) -> Result<Retention, SettingsError> {
        Ok(Retention {
            last: self.number("keep_last")?.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            days: self.number("keep_days")?,
            month_ends: self.number("keep_month_ends")?.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
        })
    }

    /// How long the files of a replaced snapshot stay.
    ///
    /// # Errors
    /// When it is no number of hours or days.
    pub(crate) fn superseded_grace(&self) -> Result<TimeDelta, SettingsError> {
        self.parsed("superseded_grace", |text| {
            duration(text.trim()).ok_or_else(|| format!("{text:?} is no time such as 6h or 2d, at most 366d, or 0"))
        })
    }

    fn number(&self, key: &'static str) -> Result<Option<u64>, SettingsError> {
        let Some(_) = self.get(key) else { return Ok(None) };
        let parse = |text: &str| text.trim().parse().map_err(|_| format!("{text:?} is no whole number"));
        self.parsed(key, parse).map(Some)
    }
}

fn duration(text: &str) -> Option<TimeDelta> {
    if text == "0" {
        return Some(TimeDelta::zero());
    }
    let (number, hours) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 24),
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|n| (0..=366 * 24).contains(n))?;
    Some(TimeDelta::hours(number * hours)).filter(|time| *time <= TimeDelta::days(366))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("0"), Some(TimeDelta::zero()));
        assert_eq!(duration("6h"), Some(TimeDelta::hours(6)));
        assert_eq!(duration("2d"), Some(TimeDelta::days(2)));
        for wrong in ["", "6", "h", "-1h", "6 h", "1w", "367d", "9999999999999h", "1.5h"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
