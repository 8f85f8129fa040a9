//! The log of one table: what it says, and the commit that makes it say what the manifests do.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    error::Error as StdError,
    sync::Arc,
};

use deltalake_core::{
    DeltaTableError,
    kernel::{
        Action, Add, EagerSnapshot, Metadata, MetadataExt, Protocol, StructType,
        engine::arrow_conversion::TryIntoKernel,
        new_metadata,
        transaction::{CommitBuilder, PostCommit, TransactionError},
    },
    logstore::{LogStoreRef, StorageConfig, default_logstore},
    protocol::{DeltaOperation, SaveMode},
};
use futures::TryStreamExt;
use object_store::{Error as StoreError, ObjectStore, local::LocalFileSystem, path::Path, prefix::PrefixStore};
use serde_json::json;
use url::Url;

use super::{
    super::{Lake, LakeError, disk, layout},
    table::{DeltaFile, DeltaTable},
};
use crate::catalog::AS_OF;

/// Nobody shall write a checkpoint: it is Parquet, and whoever globs the table's folder would read it as rows. Versions
/// between two checkpoints; the largest number that every engine takes.
const NO_CHECKPOINTS: (&str, &str) = ("delta.checkpointInterval", "2147483647");

/// What every Delta reader is told of a table: by its own name it is not one day, as it is in the views and in `query`.
const DESCRIPTION: &str =
    "All days of the lake, told apart by as_of: without a filter on it a count is of all days together.";

/// Commits what the log of `table` lacks, if anything, as one version. Files of `unreadable` dates stay as the log has them.
pub(super) async fn bring_up_to_date(
    lake: &Lake,
    table: &DeltaTable,
    unreadable: &BTreeSet<String>,
) -> Result<(), LakeError> {
    let failed = |source: DeltaTableError| LakeError::Delta {
        table: table.title(),
        retryable: is_retryable(&source),
        source: Box::new(source),
    };
    let log = open(lake, table)?;
    let known = match EagerSnapshot::try_new(log.as_ref(), None).await {
        Ok(known) => Some(known),
        Err(DeltaTableError::NotATable(_)) => None,
        Err(error) => return Err(failed(error)),
    };
    let change = Change::of(table, known.as_ref(), &log, unreadable).await.map_err(failed)?;
    if change.actions.is_empty() {
        return Ok(());
    }
    let version = change.commit(table, known.as_ref(), &log).await.map_err(failed)?;
    let path = layout::delta_log(table.zone, &table.name).join(format!("{version:020}.json"));
    disk::sync(lake.root(), &[path]).await?;
    tracing::info!(table = table.title(), version, "Delta version committed");
    Ok(())
}

/// What the log lacks.
struct Change {
    actions: Vec<Action>,
    /// Dates whose files change, as text.
    dates: BTreeSet<String>,
    removes: bool,
}

impl Change {
    async fn of(
        table: &DeltaTable,
        known: Option<&EagerSnapshot>,
        log: &LogStoreRef,
        unreadable: &BTreeSet<String>,
    ) -> Result<Self, DeltaTableError> {
        let mut change = Self { actions: Vec::new(), dates: BTreeSet::new(), removes: false };
        let mut keeps_unreadable = false;
        let mut missing: BTreeMap<&str, &DeltaFile> = table.files.iter().map(|(path, f)| (path.as_str(), f)).collect();
        if let Some(known) = known {
            let mut active = known.file_views(log.as_ref(), None);
            while let Some(file) = active.try_next().await? {
                if missing.remove(file.path().as_ref()).is_none() {
                    let partition = file.partition_values_map().remove(AS_OF).flatten();
                    if partition.as_ref().is_some_and(|date| unreadable.contains(date)) {
                        keeps_unreadable = true;
                        continue;
                    }
                    change.dates.extend(partition);
                    change.removes = true;
                    change.actions.push(Action::Remove(file.remove_action(true)));
                }
            }
        }
        // The columns of rows that stay are not known: the table keeps those it has.
        if !(keeps_unreadable && known.is_some()) {
            let mut actions = head(table, known)?;
            actions.append(&mut change.actions);
            change.actions = actions;
        }
        for (path, file) in missing {
            change.dates.insert(file.as_of.to_string());
            change.actions.push(Action::Add(add(table, path, file)));
        }
        Ok(change)
    }

    async fn commit(
        self,
        table: &DeltaTable,
        known: Option<&EagerSnapshot>,
        log: &LogStoreRef,
    ) -> Result<u64, DeltaTableError> {
        let changed = |date: &String| format!("{AS_OF} = '{date}'");
        let operation = DeltaOperation::Write {
            mode: if self.removes { SaveMode::Overwrite } else { SaveMode::Append },
            partition_by: Some(vec![AS_OF.to_owned()]),
            predicate: self.removes.then(|| self.dates.iter().map(changed).collect::<Vec<_>>().join(" OR ")),
        };
        let snapshots = table.snapshots.iter().filter(|(as_of, _)| self.dates.contains(&as_of.to_string()));
        let snapshots: Vec<_> = snapshots
            .map(|(as_of, origin)| json!({ "as_of": as_of, "sequence": origin.sequence, "run_id": origin.run_id }))
            .collect();
        // What a version was made from, where every engine shows it.
        let made_from = json!({ "program": concat!("lucca-lake ", env!("CARGO_PKG_VERSION")), "snapshots": snapshots });
        let metadata = HashMap::from([("userMetadata".to_owned(), json!(made_from.to_string()))]);
        // No retries: somebody else's version would have to be looked at first, which running again does.
        let commit =
            CommitBuilder::default().with_actions(self.actions).with_app_metadata(metadata).with_max_retries(0);
        let reference = known.map(|known| known as _);
        let commit = commit.build(reference, Arc::clone(log), operation).into_prepared_commit_future().await?;
        // What would follow a commit is left out: it writes checkpoints and deletes old versions.
        let PostCommit { version, .. } = commit.await?;
        Ok(version)
    }
}

/// Protocol, description and columns, where the log does not have them. The columns of a table that is gone stay.
fn head(table: &DeltaTable, known: Option<&EagerSnapshot>) -> Result<Vec<Action>, DeltaTableError> {
    let Some(schema) = table.schema() else { return Ok(Vec::new()) };
    let schema: StructType = (&schema).try_into_kernel()?;
    let Some(known) = known else {
        let protocol: Protocol = serde_json::from_value(json!({ "minReaderVersion": 1, "minWriterVersion": 2 }))?;
        let metadata: Metadata = new_metadata(&schema, [AS_OF], [NO_CHECKPOINTS])?;
        let metadata = metadata.with_name(table.name.clone())?.with_description(DESCRIPTION.to_owned())?;
        return Ok(vec![Action::Protocol(protocol), Action::Metadata(metadata)]);
    };
    let is_described = known.metadata().description() == Some(DESCRIPTION);
    if is_described && *known.schema() == schema {
        return Ok(Vec::new());
    }
    let metadata = known.metadata().clone().with_description(DESCRIPTION.to_owned())?.with_schema(&schema)?;
    Ok(vec![Action::Metadata(metadata)])
}

/// Without smallest and largest values: a version outlives the files that it names, and people must be forgettable.
fn add(table: &DeltaTable, path: &str, file: &DeltaFile) -> Add {
    let published_at = table.snapshots.get(&file.as_of).map_or(0, |origin| origin.published_at.timestamp_millis());
    Add {
        path: path.to_owned(),
        partition_values: HashMap::from([(AS_OF.to_owned(), Some(file.as_of.to_string()))]),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: published_at,
        data_change: true,
        stats: Some(json!({ "numRecords": file.rows }).to_string()),
        ..Add::default()
    }
}

/// The log in the lake's own store. Elsewhere than on a disk the URL is only how the library spells paths of that store. Of a
/// disk the library reads by absolute paths: it looks for the folder first, and knows that listings are not sorted.
fn open(lake: &Lake, table: &DeltaTable) -> Result<LogStoreRef, LakeError> {
    let folder = layout::table_dir(table.zone, &table.name);
    let (root, base): (Arc<dyn ObjectStore>, _) = match lake.root() {
        Some(_) => (Arc::new(LocalFileSystem::new()), lake.url().clone()),
        None => (lake.store(), Url::parse("lake:///").map_err(|e| not_a_url(&folder, e))?),
    };
    let url = base.join(&format!("{folder}/")).map_err(|e| not_a_url(&folder, e))?;
    let below = PrefixStore::new(lake.store(), folder);
    Ok(default_logstore(Arc::new(below), root, &url, &StorageConfig::default()))
}

fn not_a_url(folder: &Path, error: url::ParseError) -> LakeError {
    LakeError::Internal { reason: format!("{folder} makes no URL: {error}") }
}

/// Whether running again makes sense: the store failed, or somebody else committed.
fn is_retryable(error: &DeltaTableError) -> bool {
    let overtaken = matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::VersionAlreadyExists(_)
                    | TransactionError::MaxCommitAttempts(_)
                    | TransactionError::CommitConflict(_)
            }
    );
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(store) = error.downcast_ref::<StoreError>() {
            return !matches!(store, StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. });
        }
        cause = error.source();
    }
    overtaken
}
