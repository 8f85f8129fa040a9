//! The name of a run.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// How names begin: the second the run began.
const BEGAN_AT: &str = "%Y%m%dT%H%M%SZ";
/// How the name of a run's part ends that is about one of several days.
const DAY: &str = "%Y%m%d";
/// How the name of a run's part ends that is about what several of its days share.
const SHARED: &str = "shared";
/// More characters have no place in the name of a file.
const MOST_CHARACTERS: usize = 100;

/// Names one run, and the folders and files that it writes: `20261127T220133Z-ab12cd34`, or
/// `20261127T220133Z-ab12cd34.20260131` for one of several days, `….shared` for what several of these share. Names sort by when the runs began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// A text that names no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run id begins with a letter or digit and holds at most {MOST_CHARACTERS} letters, digits, - _ . only")]
pub struct InvalidRunId;

impl RunId {
    /// The run that began then; the random part keeps it from meeting another one.
    pub(crate) fn new(began_at: DateTime<Utc>, random: u32) -> Self {
        Self(format!("{}-{random:08x}", began_at.format(BEGAN_AT)))
    }

    /// The part of this run that is about `day`, where it is about several.
    #[must_use]
    pub(crate) fn of_day(&self, day: NaiveDate) -> Self {
        Self(format!("{self}.{}", day.format(DAY)))
    }

    /// The part of this run that is about what several of its days share.
    #[must_use]
    pub(crate) fn of_several_days(&self) -> Self {
        Self(format!("{self}.{SHARED}"))
    }

    /// The run that this is a part of, or this run.
    #[must_use]
    pub(crate) fn whole(&self) -> Self {
        Self(self.0.split_once('.').map_or(&*self.0, |(run, _)| run).to_owned())
    }

    /// When the run began, if its name tells.
    pub(crate) fn began_at(&self) -> Option<DateTime<Utc>> {
        let (began_at, _) = self.0.split_once('-')?;
        NaiveDateTime::parse_from_str(began_at, BEGAN_AT).ok().map(|time| time.and_utc())
    }

    /// The name as it stands in paths, rows and reports.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for RunId {
    type Error = InvalidRunId;

    fn try_from(text: String) -> Result<Self, InvalidRunId> {
        let valid = text.len() <= MOST_CHARACTERS
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if valid { Ok(Self(text)) } else { Err(InvalidRunId) }
    }
}

impl FromStr for RunId {
    type Err = InvalidRunId;

    fn from_str(text: &str) -> Result<Self, InvalidRunId> {
        text.to_owned().try_into()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_can_name_a_file_names_a_run() {
        let longest = "x".repeat(MOST_CHARACTERS);
        for id in ["20261127T220133Z-ab12cd34", "20261127T220133Z-ab12cd34.20260131", "run_1", &longest] {
            assert_eq!(id.parse::<RunId>().map(|id| id.to_string()).as_deref(), Ok(id));
        }
        for wrong in ["", ".", "..", "-x", "_x", "a/b", "a b", "é", "a\0", &format!("{longest}x")] {
            assert_eq!(wrong.parse::<RunId>(), Err(InvalidRunId), "{wrong}");
            assert!(serde_json::from_value::<RunId>(wrong.into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_others_do_not_tell_when_they_began() {
        for id in ["older", "20261127", "20261127-1", "x-20261127T220133Z"] {
            assert_eq!(id.parse::<RunId>().unwrap().began_at(), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_and_sorts_by_time(
            seconds in 0_i64..253_402_300_800, later in 1_i64..1_000_000, random: u32, other: u32, day in 0_u32..2_900_000,
        ) {
            let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
            let id = RunId::new(at(seconds), random);
            let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day + 400).unwrap()).unwrap();
            for id in [id.clone(), id.of_day(day), id.of_several_days()] {
                prop_assert_eq!(id.to_string().parse(), Ok(id.clone()));
                prop_assert_eq!(id.began_at(), Some(at(seconds)));
                prop_assert_eq!(id.whole(), RunId::new(at(seconds), random));
                let json = serde_json::to_string(&id).unwrap();
                prop_assert_eq!(&json, &format!("\"{id}\""));
                prop_assert_eq!(serde_json::from_str::<RunId>(&json).unwrap(), id);
            }
            if seconds + later < 253_402_300_800 {
                prop_assert!(id.of_day(day) < RunId::new(at(seconds + later), other));
            }
        }
    }
}
