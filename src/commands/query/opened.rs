//! The snapshots that a query reads.

use std::str::FromStr;

use chrono::NaiveDate;

use crate::{
    assemble::table_files,
    commands::{
        accept::{held, run_called},
        missing_day::{no_such_day, no_such_snapshot},
    },
    engine::{FileRef, Session, SessionOptions, TableFiles, all_days},
    error::Error,
    lake::{DayTable, Lake, LakeError, Snapshot, SnapshotId},
    settings::parse_date,
};

/// Which snapshots a query reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Which {
    /// The one of the latest as-of date.
    #[default]
    Newest,
    /// The one of that date.
    Date(NaiveDate),
    /// All of them, told apart by the column `as_of`, under the tables' own names.
    All,
    /// One by its name, also when a later one replaced it.
    Snapshot(SnapshotId),
    /// What a run published, or holds back.
    Run(String),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" { Ok(Self::All) } else { parse_date(text).map(Self::Date) }
    }
}

/// Snapshots that can be asked.
pub(in crate::commands) struct Opened {
    pub(in crate::commands) session: Session,
    pub(in crate::commands) snapshots: Vec<Snapshot>,
    /// The files of all days, once a statement named a table of theirs.
    all_days: Option<Vec<TableFiles>>,
}

impl Opened {
    /// What `$as_of` stands for: the latest day.
    pub(in crate::commands) fn day(&self) -> Option<NaiveDate> {
        self.snapshots.last().map(|snapshot| snapshot.as_of)
    }

    /// Makes the tables of all days known, if the statement names one.
    pub(super) async fn know_all_days(&mut self, lake: &Lake, sql: &str) -> Result<(), Error> {
        if !all_days::named_in(sql) {
            return Ok(());
        }
        let files = match self.all_days.take() {
            Some(files) => files,
            None => lake.tables_of_all_days().await?.into_iter().map(of_day).collect(),
        };
        all_days::register(&self.session, &files, sql)?;
        self.all_days = Some(files);
        Ok(())
    }
}

/// Opens the snapshots of a lake.
pub(in crate::commands) async fn open(lake: &Lake, which: &Which, engine: &SessionOptions) -> Result<Opened, Error> {
    let snapshots = snapshots(lake, which).await?;
    let session = Session::over(lake.store(), engine, files(&snapshots))?;
    session.give_functions();
    Ok(Opened { session, snapshots, all_days: None })
}

fn of_day(DayTable { as_of, name, schema, files }: DayTable) -> TableFiles {
    let files = files.into_iter().map(|(path, bytes)| FileRef { path, bytes }).collect();
    TableFiles { table: name, as_of, schema, files }
}

fn files(snapshots: &[Snapshot]) -> Vec<TableFiles> {
    snapshots.iter().flat_map(|s| s.tables.iter().map(|t| table_files(t, s.as_of))).collect()
}

/// The snapshots that a command was asked for, oldest first; never none.
pub(in crate::commands) async fn snapshots(lake: &Lake, which: &Which) -> Result<Vec<Snapshot>, Error> {
    let nothing = async |what: &str| match lake.snapshots().await {
        Err(error) => error.into(),
        Ok(any) if any.is_empty() => {
            let here = format!("the lake at {} has no snapshot", lake.display());
            Error::NoSnapshot(format!("{here}; run `lucca-lake sync` first"))
        }
        Ok(_) => {
            let here = format!("the lake at {} has no snapshot{what}", lake.display());
            Error::NoSnapshot(format!("{here}; `lucca-lake snapshots` lists those there are"))
        }
    };
    let readable = " that can be read and is not in the future";
    match which {
        Which::Newest => match lake.newest().await? {
            Some(newest) => Ok(vec![newest]),
            None => Err(nothing(readable).await),
        },
        Which::Date(date) => match lake.snapshot(*date).await? {
            Some(snapshot) => Ok(vec![snapshot]),
            None => Err(no_such_day(lake, *date).await),
        },
        Which::All => {
            let all = lake.days().await?.snapshots;
            if all.is_empty() { Err(nothing(" that can be read").await) } else { Ok(all) }
        }
        Which::Snapshot(id) => Ok(vec![called(lake, *id).await?]),
        Which::Run(run) => {
            let run_id = run_called(lake, run)?;
            for id in lake.every_snapshot().await?.into_iter().rev() {
                let snapshot = match lake.snapshot_called(id).await {
                    // Whichever run published it, it is not known to be this one.
                    Err(LakeError::Corrupt { .. }) => None,
                    snapshot => snapshot?,
                };
                if snapshot.is_some_and(|snapshot| snapshot.run_id == run_id) {
                    return Ok(vec![called(lake, id).await?]);
                }
            }
            Ok(vec![held(lake, &run_id).await?.as_snapshot()])
        }
    }
}

/// A snapshot by its name. One whose files went with its successor is told apart from one that never was.
async fn called(lake: &Lake, id: SnapshotId) -> Result<Snapshot, Error> {
    let Some(snapshot) = lake.snapshot_called(id).await? else { return Err(no_such_snapshot(lake, id).await) };
    if lake.has_files(&snapshot).await? {
        return Ok(snapshot);
    }
    let why = "a later one of its date replaced it, and `superseded_grace` is over";
    Err(Error::NoSnapshot(format!("the files of snapshot {id} are gone: {why}")))
}
