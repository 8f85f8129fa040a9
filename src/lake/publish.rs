//! Makes staged tables the snapshot of their date: all of it, or nothing.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, path::Path};

use super::{
    DataFile, FORMAT_VERSION, Lake, LakeError, Snapshot, SnapshotId, SnapshotState, SnapshotTable, StagedTable,
    digest::Believe, disk, folders, layout, logs, manifest, manifest::StoredManifest, side_by_side::all_side_by_side,
    staging, views,
};
use crate::run_id::RunId;

/// What a run publishes for one day, and which snapshot it may replace.
#[derive(Debug)]
pub struct Publication {
    /// The day the data describes.
    pub as_of: NaiveDate,
    /// The run; unique among all runs.
    pub run_id: RunId,
    /// Now, by the run's clock.
    pub published_at: DateTime<Utc>,
    /// The tables this run wrote.
    pub tables: Vec<StagedTable>,
    /// Tables kept as they are from the snapshot that is replaced.
    pub carried_over: Vec<SnapshotTable>,
    /// State of the extraction.
    pub state: SnapshotState,
    /// Which snapshot may be replaced.
    pub replaces: Replaces,
    /// How long the files of the replaced snapshot stay, for those who still read them. Until they go, a plain glob
    /// reads the rows of both.
    pub superseded_grace: TimeDelta,
}

/// Which snapshot a publication may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// Whichever is current.
    Current,
    /// The one with this sequence number, or none: a run that began before another one published must not undo it.
    Exactly(Option<u64>),
}

/// Publishes one snapshot, replacing the current one of its date: moves the staged files to their final names, puts the
/// manifest if no other run did, regenerates the views, lets the Delta logs follow where the lake has them, and removes what
/// the new snapshot does not name.
///
/// On an error before the manifest, readers keep the snapshot they had.
///
/// # Errors
/// [`LakeError::Conflict`] when another run published this date meanwhile; [`LakeError::Behind`] when the snapshot is
/// published and only its views or its Delta tables are not; the store's errors.
pub async fn publish(lake: &Lake, publication: Publication) -> Result<Snapshot, LakeError> {
    let current = lake.current(publication.as_of).await?;
    let plan = Plan::new(publication, current)?;
    let snapshot = &plan.snapshot;
    logs::check(lake, snapshot).await?;

    let promoted = plan.promote(lake).await;
    let committed = match promoted {
        Ok(()) => plan.commit(lake).await,
        Err(error) => Err(Uncommitted::Surely(error)),
    };
    let leftovers = match committed {
        Ok(leftovers) => leftovers,
        Err(Uncommitted::Surely(error)) => {
            let moved: Vec<Path> = plan.moves.iter().map(|(_, to)| to.clone()).collect();
            remove_or_warn(lake, moved).await;
            return Err(error);
        }
        // The manifest may still appear: its files must be there then. If it does not, the next run removes them.
        Err(Uncommitted::Perhaps(error)) => return Err(error),
    };
    tracing::info!(as_of = %snapshot.as_of, sequence = snapshot.sequence, "snapshot published");

    finish(lake, snapshot, leftovers).await?;
    Ok(plan.snapshot)
}

/// Ends a publication whose manifest is there: the views, the Delta logs, then what it leaves behind and its staging.
pub(super) async fn finish(lake: &Lake, snapshot: &Snapshot, leftovers: Vec<Path>) -> Result<(), LakeError> {
    let views = views::regenerate(lake, &snapshot.run_id, Believe::Digest).await;
    let followed = logs::follow(lake).await;
    // What the views or a Delta log still name stays until they do not: their readers must not miss a file.
    if views.is_ok() && followed.is_ok() {
        remove_or_warn(lake, leftovers).await;
    }
    if let Err(error) = staging::discard(lake, &snapshot.run_id).await {
        tracing::warn!(run_id = %snapshot.run_id, error = &error as &dyn std::error::Error, "staging was not removed");
    }
    let behind = |behind: &'static str| {
        move |error| LakeError::Behind { published: snapshot.id(), behind, source: Box::new(error) }
    };
    views.map_err(behind("views"))?;
    followed.map_err(behind("Delta logs"))
}

/// Why a manifest was not put.
enum Uncommitted {
    /// It does not exist and will not.
    Surely(LakeError),
    /// The store did not say.
    Perhaps(LakeError),
}

/// The snapshot to be, and how to get there.
struct Plan {
    snapshot: Snapshot,
    replaced: Vec<SnapshotTable>,
    moves: Vec<(Path, Path)>,
}

impl Plan {
    fn new(publication: Publication, current: Option<StoredManifest>) -> Result<Self, LakeError> {
        let Publication {
            as_of,
            run_id,
            published_at,
            tables: staged,
            carried_over,
            state,
            replaces,
            superseded_grace,
        } = publication;
        // A manifest that cannot be believed is replaced all the same, and its link tells which bytes they were: reading
        // the day again is how it is repaired. What it named is not known, so that nothing of it stays.
        let previous = current.as_ref().map(StoredManifest::link);
        let found = current.as_ref().map(|manifest| manifest.id.sequence);
        let known = match current.map(|manifest| manifest.snapshot) {
            None | Some(Err(LakeError::Corrupt { .. })) => None,
            Some(known) => Some(known?),
        };
        let current_run = known.as_ref().map(|snapshot| &snapshot.run_id);
        if current_run == Some(&run_id) || staged.iter().any(|t| *t.run_id() != run_id) {
            return Err(LakeError::Internal { reason: format!("run id {run_id} is not the run's own") });
        }
        let sequence = found.unwrap_or(0).saturating_add(1);
        let replaced = known.as_ref().map(|snapshot| snapshot.tables.clone()).unwrap_or_default();
        let overtaken = match replaces {
            Replaces::Current => false,
            Replaces::Exactly(expected) => found != expected,
        };
        // The files of a table that is carried over went with the snapshot they were part of.
        if overtaken || carried_over.iter().any(|table| !replaced.contains(table)) {
            let unknown = if found.is_some() { "its manifest cannot be read" } else { "nothing is published" };
            let winner = current_run.map_or(unknown, RunId::as_str).to_owned();
            return Err(LakeError::Conflict { as_of, sequence: sequence.saturating_sub(1), winner });
        }
        let (mut tables, mut moves) = (carried_over, Vec::new());
        for table in &staged {
            let mut published = table.table().clone();
            for (number, file) in published.files.iter_mut().enumerate() {
                let to = layout::data_file(published.zone, &published.name, as_of, &run_id, number);
                moves.push((Path::from(file.path.as_str()), to.clone()));
                file.path = to.to_string();
            }
            tables.push(published);
        }
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        manifest::check_tables(as_of, &tables).map_err(|reason| LakeError::Internal { reason })?;
        let snapshot = Snapshot {
            format_version: FORMAT_VERSION,
            as_of,
            sequence,
            run_id,
            published_at,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            keeps_replaced_until: previous
                .as_ref()
                .filter(|_| known.is_some() && superseded_grace > TimeDelta::zero())
                .map(|_| published_at + superseded_grace),
            previous,
            tables,
            state,
        };
        Ok(Self { snapshot, replaced, moves })
    }

    /// Gives the staged files their final names. The originals stay until staging is removed, so that what was held back
    /// can be published again when this fails: on a disk a file has two names meanwhile. Its content is durable first:
    /// readers that glob must not find half a file after a power cut.
    async fn promote(&self, lake: &Lake) -> Result<(), LakeError> {
        let staged: Vec<Path> = self.moves.iter().map(|(from, _)| from.clone()).collect();
        disk::sync(lake.root(), &staged).await?;
        let is_local = lake.root().is_some();
        let one = |(from, to): (Path, Path)| async move {
            let moved = if is_local { second_name(lake, &from, &to).await } else { lake.store.copy(&from, &to).await };
            moved.map_err(|e| LakeError::store("move a staged file to", &to, e))?;
            Ok(to)
        };
        // All of them end before the first failure is reported: whoever cleans up must know that nothing is under way.
        let promoted = all_side_by_side(self.moves.clone(), one).await?;
        disk::sync(lake.root(), &promoted).await
    }

    /// Puts the manifest. Returns what it leaves behind: replaced files, and those of runs that crashed.
    ///
    /// The folders are listed before the manifest is put and cleaned after: whatever the listing shows was written for
    /// this manifest's sequence number or an earlier one, so no run that could still publish owns it. A run that
    /// publishes next begins by reading this manifest, so its files are not in the listing.
    async fn commit(&self, lake: &Lake) -> Result<Vec<Path>, Uncommitted> {
        let leftovers = self.leftovers(lake).await.map_err(Uncommitted::Surely)?;
        let json = manifest::to_json(&self.snapshot).map_err(Uncommitted::Surely)?;
        let path = layout::manifest(self.snapshot.id());
        let staged = layout::staging_manifest(&self.snapshot.run_id);
        let put = if lake.root().is_some() {
            // On a disk the content is durable before its name exists.
            lake.put(staged.clone(), json).await.map_err(Uncommitted::Surely)?;
            lake.store.copy_if_not_exists(&staged, &path).await
        } else {
            lake.store.put_opts(&path, json.into(), PutMode::Create.into()).await.map(drop)
        };
        let put = match put {
            Ok(()) => disk::sync(lake.root(), std::slice::from_ref(&path)).await,
            Err(error) => Err(LakeError::store("publish", &path, error)),
        };
        match put {
            Ok(()) => Ok(leftovers),
            Err(error) => self.resolve(lake, &path, error).await.map(|()| leftovers),
        }
    }

    /// A put that failed may have happened, here or elsewhere: only reading it back tells.
    async fn resolve(&self, lake: &Lake, path: &Path, error: LakeError) -> Result<(), Uncommitted> {
        let SnapshotId { as_of, sequence } = self.snapshot.id();
        match lake.read(self.snapshot.id()).await {
            Ok(found) if found.run_id == self.snapshot.run_id => {
                tracing::warn!(%path, "the store reported a failure, but the manifest is there");
                Ok(())
            }
            Ok(found) => {
                let winner = format!("run {}", found.run_id);
                Err(Uncommitted::Surely(LakeError::Conflict { as_of, sequence, winner }))
            }
            Err(LakeError::Corrupt { .. } | LakeError::Newer { .. }) => {
                let winner = "its manifest is not readable for this program".to_owned();
                Err(Uncommitted::Surely(LakeError::Conflict { as_of, sequence, winner }))
            }
            // A refused put does not happen later, nor does one that a local disk did not make.
            Err(absent) if is_refusal(&error) || (lake.root().is_some() && absent.is_not_found()) => {
                Err(Uncommitted::Surely(error))
            }
            Err(_) => Err(Uncommitted::Perhaps(error)),
        }
    }

    async fn leftovers(&self, lake: &Lake) -> Result<Vec<Path>, LakeError> {
        let found = folders::data_files(lake, self.snapshot.as_of).await?;
        let (in_grace, unreadable) = lake.readable_in_grace(&self.snapshot, self.snapshot.published_at).await?;
        if let Some(error) = &unreadable {
            tracing::warn!(%error, "files that no readable manifest of this date names stay until their grace is over");
        }
        let found = found.into_iter().filter(|_| unreadable.is_none());
        let replaced = self.replaced.iter().flat_map(|t| &t.files).map(|f| Path::from(f.path.as_str()));
        let named = in_grace.iter().chain([&self.snapshot]).flat_map(Snapshot::files);
        let kept: HashSet<&str> = named.map(|f: &DataFile| f.path.as_str()).collect();
        let all: BTreeSet<Path> = found.chain(replaced).collect();
        Ok(all.into_iter().filter(|path| !kept.contains(path.as_ref())).collect())
    }
}

/// Gives a file on a disk a second name. One that an earlier attempt of the same run left goes first: it was published by
/// nobody.
async fn second_name(lake: &Lake, from: &Path, to: &Path) -> Result<(), StoreError> {
    match lake.store.copy_if_not_exists(from, to).await {
        Err(StoreError::AlreadyExists { .. }) => {
            lake.store.delete(to).await?;
            lake.store.copy_if_not_exists(from, to).await
        }
        done => done,
    }
}

/// Whether the store has decided against the put.
fn is_refusal(error: &LakeError) -> bool {
    matches!(error, LakeError::Denied { .. } | LakeError::Full { .. } | LakeError::Store { retryable: false, .. })
}

async fn remove_or_warn(lake: &Lake, paths: Vec<Path>) {
    let files = paths.len();
    if let Err(error) = lake.remove(paths).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            files,
            error,
            "files of no snapshot were not all removed; the next run of this date tries again"
        );
    }
}
