//! The name of a snapshot.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

/// Names one published snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SnapshotId {
    /// The day the data describes.
    pub as_of: NaiveDate,
    /// 1 for the first snapshot of the day, one more for each that replaced it.
    pub sequence: u64,
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.as_of, self.sequence)
    }
}

impl FromStr for SnapshotId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('.');
        let id = parts.and_then(|(date, sequence)| {
            Some(Self { as_of: date.parse::<NaiveDate>().ok()?, sequence: sequence.parse().ok()? })
        });
        id.filter(|id| id.to_string() == text).ok_or_else(|| {
            format!("{text:?} is no snapshot: write DATE.N, such as 2026-01-31.2, as `lucca-lake snapshots` shows it")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_they_are_written() {
        let id = SnapshotId { as_of: NaiveDate::from_ymd_opt(2026, 1, 31).unwrap(), sequence: 12 };
        assert_eq!(id.to_string(), "2026-01-31.12");
        assert_eq!("2026-01-31.12".parse(), Ok(id));
        for wrong in ["2026-01-31", "2026-01-31.", "2026-1-31.1", "2026-01-31.01", "2026-01-31.+1", "x.1", ""] {
            assert!(wrong.parse::<SnapshotId>().is_err(), "{wrong}");
        }
    }
}
