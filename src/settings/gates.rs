//! Settings of the quality gates.

use super::{Settings, SettingsError, list};
use crate::quality::Thresholds;

impl Settings {
    /// What the gates allow.
    ///
    /// # Errors
    /// When a threshold is no whole number.
    pub(crate) fn thresholds(&self) -> Result<Thresholds, SettingsError> {
        Ok(Thresholds {
            max_row_drop: self.percent("max_row_drop")?,
            max_fill_drop: self.percent("max_fill_drop")?,
            max_unresolved_rise: self.percent("max_unresolved_rise")?,
            min_rows: self.parsed("gate_min_rows", |text| {
                text.trim().parse().map_err(|_| format!("{text:?} is no whole number"))
            })?,
            tolerated: self.get("tolerate").map(|(value, _)| list(value)).unwrap_or_default(),
        })
    }

    fn percent(&self, key: &'static str) -> Result<u64, SettingsError> {
        self.parsed(key, |text| match text.trim().parse() {
            Ok(percent @ 0..=100) => Ok(percent),
            _ => Err(format!("{text:?} is no whole number from 0 to 100")),
        })
    }
}
