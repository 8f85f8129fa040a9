//! Days that were read on that very day are kept: attributes and the directory as they were seen then are more than a later
//! reading can tell of leavers, archived departments and hidden references.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use futures::{StreamExt as _, stream};

use crate::{
    day_list::days_in_words,
    error::Error,
    lake::{Lake, LakeError, SnapshotId},
    run_report::{KeptBecause, KeptDay},
};

/// Manifests read at once.
const AT_ONCE: usize = 8;

/// The days that a run is asked for.
#[derive(Debug)]
pub(crate) struct AskedDays {
    /// To be read, ascending.
    pub(crate) read: Vec<NaiveDate>,
    /// Left as they are, ascending.
    pub(crate) kept: Vec<KeptDay>,
}

/// Parts the days to read from those that the lake keeps as they are: all but today that were read on their own day. Of a
/// day whose manifest cannot be believed the names of its files tell.
///
/// # Errors
/// When the lake cannot be read, or no day is left but some whose manifests cannot be believed.
pub(crate) async fn sort_out(
    lake: &Lake,
    asked: &[NaiveDate],
    now: DateTime<Utc>,
    zone: Tz,
) -> Result<AskedDays, Error> {
    let today = now.with_timezone(&zone).date_naive();
    let other = |day: &NaiveDate| *day != today && asked.contains(day);
    let mut days = AskedDays { read: asked.to_vec(), kept: Vec::new() };
    if asked.iter().all(|day| *day == today) {
        return Ok(days);
    }
    let there: Vec<SnapshotId> = lake.snapshots().await?.into_iter().filter(|id| other(&id.as_of)).collect();
    let read = |id: SnapshotId| async move { (id.as_of, lake.snapshot_called(id).await) };
    let mut snapshots = stream::iter(there).map(read).buffered(AT_ONCE);
    let mut unreadable = None;
    while let Some((as_of, snapshot)) = snapshots.next().await {
        let because = match snapshot {
            Ok(Some(snapshot)) if snapshot.read_on(zone) == as_of => KeptBecause::ReadOnThatDay,
            Ok(_) => continue,
            Err(LakeError::Corrupt { path, .. }) => {
                let written = lake.written_at(as_of).await?;
                if written.iter().all(|at| at.with_timezone(&zone).date_naive() != as_of) {
                    continue;
                }
                tracing::warn!(%as_of, path, "not usable, and of a day that was read on that very day: --replace reads it");
                unreadable = Some(Error::Usage(format!(
                    "manifest {path} is not usable, and its files are of a day that was read on that very day, which tells more \
                     than reading it now; restore the manifest from a backup, or read and replace the day with --replace"
                )));
                KeptBecause::Unreadable
            }
            Err(error) => return Err(error.into()),
        };
        days.read.retain(|day| *day != as_of);
        days.kept.push(KeptDay { as_of, because });
    }
    match unreadable {
        Some(error) if days.read.is_empty() => Err(error),
        _ => Ok(days),
    }
}

/// Says which days stay as they are, if any.
pub(crate) fn tell(kept: &[KeptDay]) {
    let days: Vec<NaiveDate> =
        kept.iter().filter(|k| k.because == KeptBecause::ReadOnThatDay).map(|k| k.as_of).collect();
    if !days.is_empty() {
        tracing::info!(
            days = days_in_words(&days),
            "kept: read on that very day, which tells more than reading it now; --replace reads and replaces"
        );
    }
}
