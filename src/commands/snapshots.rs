//! `snapshots`: what the lake holds for which day, and which runs wait for somebody's word.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    lake::{Held, Lake, LakeError, Snapshot, SnapshotId},
    print::{ListFormat, print_list},
    settings::Settings,
};

/// One line of the list.
#[derive(Debug, Serialize)]
struct Listed {
    snapshot: String,
    run_id: String,
    published_at: Option<String>,
    state: State,
    tables: usize,
    rows: u64,
    /// Of the files that are there; none when those of a replaced snapshot are gone, but for what a later one keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaches: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_because: Option<String>,
}

/// What can be done with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Readers see it.
    Current,
    /// Replaced, its files still there: `query --snapshot` reads it.
    Kept,
    /// Replaced, its files gone.
    Replaced,
    /// Its manifest cannot be believed: what it holds is not known.
    Unreadable,
    /// Held back by a gate: `query --run` reads it, `publish --accept` publishes it.
    Held,
}

/// Prints every snapshot, ascending, then the held ones.
///
/// # Errors
/// When the lake cannot be read.
pub(crate) async fn snapshots(context: &Context, settings: &Settings, format: ListFormat) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?;
    let mut files = Files { there: lake.data_files().await?, counted: BTreeSet::new() };
    let listed = list(&lake, context.clock.now(), &mut files).await?;
    print_list(format, &listed, |listed| text(listed, &files))
}

/// The data files of the lake.
struct Files {
    /// Their bytes, by path.
    there: BTreeMap<String, u64>,
    /// Those that some snapshot of the list names.
    counted: BTreeSet<String>,
}

impl Files {
    /// Bytes of these files, as far as they are there.
    fn bytes<'f>(&mut self, paths: impl Iterator<Item = &'f str>) -> Option<u64> {
        let there: Vec<(&str, u64)> = paths.filter_map(|path| Some((path, *self.there.get(path)?))).collect();
        self.counted.extend(there.iter().map(|(path, _)| (*path).to_owned()));
        (!there.is_empty()).then(|| there.iter().map(|(_, bytes)| bytes).sum())
    }

    /// Bytes of all that the list names, each file once.
    fn total(&self) -> u64 {
        self.counted.iter().filter_map(|path| self.there.get(path)).sum()
    }
}

fn text(listed: &[Listed], files: &Files) -> String {
    if listed.is_empty() {
        return "no snapshots yet: `lucca-lake sync` publishes the first\n".to_owned();
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<16} {:<10} {:<34} {:<21} {:>7} {:>12} {:>14}",
        "snapshot", "state", "run", "published", "tables", "rows", "bytes"
    );
    for l in listed {
        let published = l.published_at.as_deref().unwrap_or("");
        let known = |number: String| if l.state == State::Unreadable { "?".to_owned() } else { number };
        let (tables, rows) = (known(l.tables.to_string()), known(l.rows.to_string()));
        let bytes = known(l.bytes.map_or_else(|| "gone".to_owned(), |bytes| bytes.to_string()));
        let state = format!("{:?}", l.state).to_lowercase();
        let _ = writeln!(
            text,
            "{:<16} {state:<10} {:<34} {published:<21} {tables:>7} {rows:>12} {bytes:>14}",
            l.snapshot, l.run_id
        );
        for breach in &l.breaches {
            let _ = writeln!(text, "{:<16} {breach}", "");
        }
        if let Some(reason) = &l.accepted_because {
            let _ = writeln!(text, "{:<16} accepted: {reason}", "");
        }
    }
    let held: u64 = listed.iter().filter(|l| l.state == State::Held).filter_map(|l| l.bytes).sum();
    let _ = writeln!(text, "{:<105} {:>14}", "in all, each file once", files.total() + held);
    text
}

async fn list(lake: &Lake, now: chrono::DateTime<chrono::Utc>, files: &mut Files) -> Result<Vec<Listed>, Error> {
    let mut listed = Vec::new();
    let days = lake.days().await?;
    for day in days.in_the_future() {
        tracing::warn!("{}", in_the_future(day));
    }
    let mut kept = Vec::new();
    for snapshot in &days.snapshots {
        kept.extend(lake.readable_in_grace(snapshot, now).await?.0);
    }
    let by_id = |snapshots: Vec<Snapshot>| snapshots.into_iter().map(|snapshot| (snapshot.id(), snapshot)).collect();
    let (current, kept): (BTreeMap<SnapshotId, Snapshot>, BTreeMap<_, _>) = (by_id(days.snapshots), by_id(kept));
    let readable: BTreeSet<&str> =
        current.values().chain(kept.values()).flat_map(Snapshot::files).map(|file| file.path.as_str()).collect();
    for id in lake.every_snapshot().await? {
        let known = current.get(&id).map(|snapshot| (State::Current, snapshot));
        let known = known.or_else(|| kept.get(&id).map(|snapshot| (State::Kept, snapshot)));
        let replaced;
        let (state, snapshot) = match known {
            Some(known) => known,
            None => match lake.snapshot_called(id).await {
                Ok(Some(read)) => {
                    replaced = read;
                    (State::Replaced, &replaced)
                }
                // A snapshot that was collected meanwhile is no longer one.
                Ok(None) => continue,
                Err(LakeError::Corrupt { .. }) => {
                    listed.push(Listed::unreadable(id));
                    continue;
                }
                Err(error) => return Err(error.into()),
            },
        };
        let named = snapshot.files().map(|file| file.path.as_str());
        let bytes = match state {
            State::Replaced => files.bytes(named.filter(|path| !readable.contains(path))),
            _ => files.bytes(named),
        };
        listed.push(Listed { bytes, ..Listed::new(snapshot, state) });
    }
    for held in Held::all(lake).await? {
        let mut line = Listed::new(&held.as_snapshot(), State::Held);
        line.published_at = None;
        line.breaches = held.breaches;
        listed.push(line);
    }
    Ok(listed)
}

/// What to say of a day after the latest that can be.
pub(super) fn in_the_future(day: NaiveDate) -> String {
    format!(
        "{day} is later than tomorrow, and never the newest day therefore; if it was a slip, `lucca-lake gc --drop {day}` removes it"
    )
}

impl Listed {
    fn unreadable(id: SnapshotId) -> Self {
        Self {
            snapshot: id.to_string(),
            run_id: String::new(),
            published_at: None,
            state: State::Unreadable,
            tables: 0,
            rows: 0,
            bytes: None,
            breaches: Vec::new(),
            accepted_because: None,
        }
    }

    fn new(snapshot: &Snapshot, state: State) -> Self {
        Self {
            snapshot: snapshot.id().to_string(),
            run_id: snapshot.run_id.to_string(),
            published_at: Some(snapshot.published_at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            state,
            tables: snapshot.tables.len(),
            rows: snapshot.files().map(|f| f.rows).sum(),
            bytes: Some(snapshot.files().map(|f| f.bytes).sum()),
            breaches: Vec::new(),
            accepted_because: snapshot.state.accepted.as_ref().map(|accepted| accepted.reason.clone()),
        }
    }
}
