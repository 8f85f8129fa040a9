//! The snapshots of all days. A day whose manifest cannot be believed does not hide the others: it is left out, and said
//! to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

use chrono::NaiveDate;
use object_store::ObjectStore as _;

use super::{
    Lake, LakeError, Snapshot, SnapshotId,
    last_written::{LastWritten, Written, last_written},
    layout,
    side_by_side::side_by_side,
};
use crate::catalog::LakeType;

/// What a lake holds for its days.
#[derive(Debug)]
pub struct Days {
    /// The current snapshot of each day that was read, ascending.
    pub snapshots: Vec<Snapshot>,
    /// The days that could not be read, ascending.
    pub unreadable: Vec<UnreadableDay>,
    /// The days that nobody needed to read, ascending: none but for [`Lake::days_around`].
    pub(super) unread: Vec<SnapshotId>,
    /// The type that each column of the wide tables had first, in any of the snapshots.
    pub(super) wide_types: BTreeMap<String, LakeType>,
    /// By table: where it is as it was written last, of all days.
    pub(super) last_written: BTreeMap<String, LastWritten>,
    /// See [`Lake::with_latest_day`].
    pub(super) latest_day: NaiveDate,
}

/// A day whose current manifest cannot be believed.
#[derive(Debug)]
pub struct UnreadableDay {
    /// The day that its data describes.
    pub as_of: NaiveDate,
    /// Number of the manifest among those of its day.
    pub sequence: u64,
    /// Lake-relative path of the manifest.
    pub path: String,
    /// Why; it names the path and what to do.
    pub error: LakeError,
}

impl Days {
    /// The type that each column of the wide tables had first, in any of the snapshots.
    pub(crate) fn wide_types(&self) -> &BTreeMap<String, LakeType> {
        &self.wide_types
    }

    /// The snapshot of the newest day that can be read and is not in the future.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.snapshots.iter().rfind(|snapshot| snapshot.as_of <= self.latest_day)
    }

    /// The current snapshot of `as_of`, where it can be read.
    pub fn of(&self, as_of: NaiveDate) -> Option<&Snapshot> {
        self.snapshots.iter().find(|snapshot| snapshot.as_of == as_of)
    }

    /// Sequence number of the current snapshot of `as_of`, readable or not.
    pub(crate) fn sequence_of(&self, as_of: NaiveDate) -> Option<u64> {
        self.ids().find(|id| id.as_of == as_of).map(|id| id.sequence)
    }

    fn ids(&self) -> impl Iterator<Item = SnapshotId> {
        let unreadable = self.unreadable.iter().map(|day| SnapshotId { as_of: day.as_of, sequence: day.sequence });
        self.snapshots.iter().map(Snapshot::id).chain(unreadable).chain(self.unread.iter().copied())
    }

    /// Every day that has a snapshot, readable or not, ascending.
    pub fn dates(&self) -> Vec<NaiveDate> {
        let mut dates: Vec<NaiveDate> = self.ids().map(|id| id.as_of).collect();
        dates.sort_unstable();
        dates
    }

    /// The days after the latest that a day can be: mistakes, none of which is ever the newest.
    pub(crate) fn in_the_future(&self) -> impl Iterator<Item = NaiveDate> {
        self.dates().into_iter().filter(|day| *day > self.latest_day)
    }
}

impl Lake {
    /// The same lake on a day when snapshots of days until `latest_day` can be right: none after it is ever the newest.
    #[must_use]
    pub(crate) fn with_latest_day(self, latest_day: NaiveDate) -> Self {
        Self { latest_day, ..self }
    }

    /// Whether a snapshot of this day can be right: none after `latest_day` can.
    pub(crate) fn may_be_synced(&self, day: NaiveDate) -> bool {
        day <= self.latest_day
    }

    /// The current snapshots of all days, read side by side from one listing. A day that cannot be read is warned of, once
    /// for each opened lake.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub async fn days(&self) -> Result<Days, LakeError> {
        let days = self.read_days(&self.snapshots().await?).await?;
        self.tell_of(&days.unreadable);
        Ok(days)
    }

    /// The snapshot of the newest day that can be read and is not in the future, if there is any. Newer days that cannot be
    /// read are warned of, once for each opened lake.
    ///
    /// # Errors
    /// When the store refuses or fails, or a manifest is of a newer format.
    pub async fn newest(&self) -> Result<Option<Snapshot>, LakeError> {
        if self.root().is_none() {
            return self.newest_of(&self.snapshots().await?).await;
        }
        // On a disk each day is a folder to open, in a bucket a thousand names are one request.
        for day in self.days_on_disk().await?.into_iter().rev() {
            let newest = self.newest_of(&self.snapshots_of(day).await?).await?;
            if newest.is_some() {
                return Ok(newest);
            }
        }
        Ok(None)
    }

    async fn newest_of(&self, ascending: &[SnapshotId]) -> Result<Option<Snapshot>, LakeError> {
        for id in ascending.iter().rev().filter(|id| id.as_of <= self.latest_day) {
            match self.read_day(*id).await? {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(unreadable) => self.tell(&unreadable),
            }
        }
        Ok(None)
    }

    /// The days that have a folder among the manifests, ascending; in it there need not be one.
    async fn days_on_disk(&self) -> Result<BTreeSet<NaiveDate>, LakeError> {
        let folder = layout::manifests_dir();
        let listing = self.store.list_with_delimiter(Some(&folder)).await;
        let folders = listing.map_err(|e| LakeError::store("list", &folder, e))?.common_prefixes;
        Ok(folders.iter().filter_map(layout::day_of_manifests).collect())
    }

    /// Some snapshot, the newest at best: what holds of every snapshot can be learnt from it. None where no manifest is.
    ///
    /// # Errors
    /// When the store refuses or fails, or there are manifests and none can be read.
    pub(crate) async fn any_snapshot(&self) -> Result<Option<Snapshot>, LakeError> {
        if let Some(newest) = self.newest().await? {
            return Ok(Some(newest));
        }
        let ids = self.every_snapshot().await?;
        for id in ids.iter().rev() {
            if let Ok(snapshot) = self.read_day(*id).await? {
                return Ok(Some(snapshot));
            }
        }
        match ids.last() {
            None => Ok(None),
            Some(id) => Err(LakeError::NoneReadable { path: layout::manifest(*id).to_string(), lake: self.display() }),
        }
    }

    /// The current snapshots named by `ids`, in their order, without a word on those that cannot be read.
    pub(super) async fn read_days(&self, ids: &[SnapshotId]) -> Result<Days, LakeError> {
        let (mut snapshots, mut unreadable) = (Vec::new(), Vec::new());
        for day in side_by_side(ids.iter().copied(), |id| self.read_day(id)).await? {
            match day {
                Ok(snapshot) => snapshots.push(snapshot),
                Err(day) => unreadable.push(day),
            }
        }
        let wide_types = first_types(snapshots.iter().map(|snapshot| &snapshot.state.wide_types));
        let last_written = last_written(snapshots.iter().flat_map(written));
        Ok(Days { snapshots, unreadable, unread: Vec::new(), wide_types, last_written, latest_day: self.latest_day })
    }

    async fn read_day(&self, id: SnapshotId) -> Result<Result<Snapshot, UnreadableDay>, LakeError> {
        match self.read(id).await {
            Ok(snapshot) => Ok(Ok(snapshot)),
            Err(error) => error.of_one_day(id).map(Err),
        }
    }

    /// Warns of days that cannot be read.
    pub(super) fn tell_of(&self, unreadable: &[UnreadableDay]) {
        unreadable.iter().for_each(|day| self.tell(day));
    }

    /// Everything that one command does reads the manifests several times; one warning is enough.
    fn tell(&self, day: &UnreadableDay) {
        let id = SnapshotId { as_of: day.as_of, sequence: day.sequence };
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            tracing::warn!("{}; the day is left out meanwhile", day.error);
        }
    }
}

/// The tables of a snapshot, and who wrote them.
fn written(snapshot: &Snapshot) -> impl Iterator<Item = Written<'_>> {
    snapshot.tables.iter().map(|table| {
        let runs = table.files.iter().filter_map(|file| layout::run_of(file.path.rsplit('/').next()?));
        Written { of: snapshot.id(), table: &table.name, run: runs.max() }
    })
}

/// The first type of each column, of those that several days had; the days ascending.
pub(super) fn first_types<'t>(
    days: impl Iterator<Item = &'t BTreeMap<String, LakeType>>,
) -> BTreeMap<String, LakeType> {
    let mut types = BTreeMap::new();
    for (name, lake_type) in days.flatten() {
        types.entry(name.clone()).or_insert(*lake_type);
    }
    types
}

impl LakeError {
    /// A manifest that cannot be believed concerns its own day alone; everything else concerns the lake.
    fn of_one_day(self, SnapshotId { as_of, sequence }: SnapshotId) -> Result<UnreadableDay, Self> {
        match self {
            Self::Corrupt { ref path, .. } => Ok(UnreadableDay { as_of, sequence, path: path.clone(), error: self }),
            error => Err(error),
        }
    }
}
