//! The two sides of a comparison: a snapshot of a lake each.

use std::{collections::BTreeSet, str::FromStr};

use chrono::NaiveDate;
use serde::Serialize;

use super::pairs::NotAvailable;
use crate::{
    assemble::table_files,
    catalog::Source,
    commands::missing_day::snapshot_of,
    context::Context,
    engine::{Session, SessionOptions},
    error::Error,
    lake::{Lake, Snapshot},
    settings::Settings,
};

/// A lake, and the day of it that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LakeDay {
    /// Where the lake is.
    pub(crate) lake: String,
    /// The day; the newest where none is said.
    pub(crate) as_of: Option<NaiveDate>,
}

impl FromStr for LakeDay {
    type Err = String;

    /// `LAKE=DAY`, or a lake alone. Folders may have `=` in their names: only a day after the last one is a day.
    fn from_str(text: &str) -> Result<Self, String> {
        let day = text.rsplit_once('=').and_then(|(lake, day)| Some((lake, day.parse::<NaiveDate>().ok()?)));
        let (lake, as_of) = day.map_or((text, None), |(lake, day)| (lake, Some(day)));
        if lake.is_empty() {
            return Err("name a lake, or LAKE=DAY such as ./lake=2026-01-31".to_owned());
        }
        Ok(Self { lake: lake.to_owned(), as_of })
    }
}

/// One side: a snapshot, ready to be asked.
pub(super) struct Side {
    pub(super) lake: Lake,
    pub(super) snapshot: Snapshot,
    pub(super) session: Session,
}

/// What is said of a side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SideTold {
    /// Where the lake is.
    pub(super) lake: String,
    /// The day.
    pub(super) as_of: NaiveDate,
    /// The snapshot, as `lucca-lake snapshots` calls it.
    pub(super) snapshot: String,
    /// What was read: `v5` or `legacy`.
    pub(super) source: Source,
}

impl Side {
    /// Opens what is meant by `wanted`. Both sides are asked at the same time: each gets half of the memory.
    ///
    /// # Errors
    /// When there is no such lake or day.
    pub(super) async fn open(
        context: &Context,
        settings: &Settings,
        wanted: &LakeDay,
        engine: &SessionOptions,
    ) -> Result<Self, Error> {
        let lake = context.lake_at(&wanted.lake, settings)?;
        let snapshot = snapshot_of(&lake, wanted.as_of).await?;
        let engine = SessionOptions { memory_limit_bytes: engine.memory_limit_bytes / 2, ..engine.clone() };
        let files = snapshot.tables.iter().map(|table| table_files(table, snapshot.as_of));
        let session = Session::over(lake.store(), &engine, files)?;
        Ok(Self { lake, snapshot, session })
    }

    /// What is said of it.
    pub(super) fn told(&self) -> SideTold {
        let (lake, as_of) = (self.lake.display(), self.snapshot.as_of);
        SideTold { lake, as_of, snapshot: self.snapshot.id().to_string(), source: self.source() }
    }

    /// What was read, as the manifest says.
    pub(super) fn source(&self) -> Source {
        self.snapshot.state.source
    }

    /// The columns that its source cannot say, as the manifest says.
    pub(super) fn not_available(&self) -> NotAvailable {
        let said = self.snapshot.state.not_available.iter();
        said.map(|lacking| (lacking.table.clone(), lacking.columns.iter().cloned().collect())).collect()
    }

    /// Names of its tables.
    pub(super) fn tables(&self) -> BTreeSet<&str> {
        self.snapshot.tables.iter().map(|table| table.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_from_a_folder() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (text, lake, as_of) in [
            ("./lake", "./lake", None),
            ("./lake=2026-01-31", "./lake", Some(day("2026-01-31"))),
            ("s3://b/as_of=2026=2026-01-31", "s3://b/as_of=2026", Some(day("2026-01-31"))),
            ("/data/a=b", "/data/a=b", None),
        ] {
            assert_eq!(text.parse(), Ok(LakeDay { lake: lake.to_owned(), as_of }), "{text}");
        }
        assert!("".parse::<LakeDay>().is_err() && "=2026-01-31".parse::<LakeDay>().is_err());
    }
}
