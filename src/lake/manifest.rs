//! The snapshot, which is its manifest: what is published, and how to find it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use arrow::datatypes::{Field, Schema, SchemaRef};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use object_store::{ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize};

use super::{
    Lake, LakeError, SnapshotId, layout,
    seal::{self, Seal, sha256_hex},
    state::SnapshotState,
};
use crate::{
    catalog::{LakeType, Table, Zone, is_name},
    run_id::RunId,
};

/// Version of the manifest's format that this program writes, and the newest it reads. 1 had no checksum of its own.
pub(crate) const FORMAT_VERSION: u32 = 2;
/// The first version with a checksum.
const SEALED_SINCE: u32 = 2;

/// The lake's state for one as-of date. Its JSON is the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Version of the manifest's format: 2 as this program writes it, 1 without a checksum of its own.
    pub format_version: u32,
    /// The day the data describes.
    pub as_of: NaiveDate,
    /// 1 for the first snapshot of the day, one more for each that replaced it.
    pub sequence: u64,
    /// The run that published it.
    pub run_id: RunId,
    /// When, by the run's clock.
    pub published_at: DateTime<Utc>,
    /// Version of the lucca-lake that published it, such as `0.1.0`.
    pub program_version: String,
    /// The manifest that this one replaced.
    pub previous: Option<PreviousManifest>,
    /// Until when the files of the snapshot that this one replaced stay; none when they went at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps_replaced_until: Option<DateTime<Utc>>,
    /// The tables, by name.
    pub tables: Vec<SnapshotTable>,
    /// State of the extraction, committed together with the data it belongs to.
    pub state: SnapshotState,
}

/// A link of the chain of manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousManifest {
    /// Path of the object, relative to the lake.
    pub path: String,
    /// Lower-case hex SHA-256 of its bytes.
    pub sha256: String,
}

/// A table of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotTable {
    /// Name: folder below the zone, view name and SQL name.
    pub name: String,
    /// The zone its files are in.
    pub zone: Zone,
    /// The columns of every file, in file order. The partition key `as_of` is not among them.
    pub columns: Vec<SnapshotColumn>,
    /// The files, in writing order; never empty.
    pub files: Vec<DataFile>,
}

/// A column of a published table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotColumn {
    /// Name in files and in SQL.
    pub name: String,
    /// Type of its values.
    #[serde(rename = "type")]
    pub lake_type: LakeType,
    /// Whether it may hold nulls.
    pub nullable: bool,
}

/// An immutable Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Path of the object, relative to the lake.
    pub path: String,
    /// How many rows it has, by its footer.
    pub rows: u64,
    /// Size of the whole file, in bytes.
    pub bytes: u64,
    /// Lower-case hex SHA-256 of the whole file.
    pub sha256: String,
}

impl Snapshot {
    /// What names this snapshot: its day and its number among those of the day.
    pub fn id(&self) -> SnapshotId {
        SnapshotId { as_of: self.as_of, sequence: self.sequence }
    }

    /// The table called `name`.
    pub fn table(&self, name: &str) -> Option<&SnapshotTable> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// The day on which the API was read. Snapshots of older versions tell only when they were published.
    pub(crate) fn read_on(&self, zone: Tz) -> NaiveDate {
        self.state.read_on.unwrap_or_else(|| self.published_at.with_timezone(&zone).date_naive())
    }

    /// Every file of every table.
    pub fn files(&self) -> impl Iterator<Item = &DataFile> {
        self.tables.iter().flat_map(|t| &t.files)
    }
}

impl SnapshotTable {
    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }

    /// The Arrow schema of its files.
    pub fn arrow_schema(&self) -> SchemaRef {
        arrow_schema(&self.columns)
    }

    pub(super) fn new(table: &Table, files: Vec<DataFile>) -> Self {
        let column = |c: &crate::catalog::TableColumn| SnapshotColumn {
            name: c.name.clone(),
            lake_type: c.lake_type,
            nullable: c.nullable,
        };
        let columns = table.columns.iter().map(column).collect();
        Self { name: table.name.clone(), zone: table.zone, columns, files }
    }
}

impl Lake {
    /// The current snapshot of each as-of date, ascending.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub async fn snapshots(&self) -> Result<Vec<SnapshotId>, LakeError> {
        self.list_current(layout::manifests_dir()).await
    }

    /// The current snapshot of `as_of`, if there is one.
    ///
    /// # Errors
    /// When the store refuses or fails, or the manifest is not usable.
    pub async fn snapshot(&self, as_of: NaiveDate) -> Result<Option<Snapshot>, LakeError> {
        self.current(as_of).await?.map(|stored| stored.snapshot).transpose()
    }

    /// The current manifest of `as_of`, if there is one.
    pub(super) async fn current(&self, as_of: NaiveDate) -> Result<Option<StoredManifest>, LakeError> {
        match self.snapshots_of(as_of).await?.last() {
            Some(&id) => Ok(Some(self.load(id).await?)),
            None => Ok(None),
        }
    }

    /// The current snapshot of `as_of`, as a list of one, or of none.
    pub(super) async fn snapshots_of(&self, as_of: NaiveDate) -> Result<Vec<SnapshotId>, LakeError> {
        self.list_current(layout::manifests_of(as_of)).await
    }

    async fn list_current(&self, folder: Path) -> Result<Vec<SnapshotId>, LakeError> {
        Ok(newest_of(&self.list_manifests(&folder).await?))
    }

    /// Every snapshot with a manifest in `folder`, ascending.
    pub(super) async fn list_manifests(&self, folder: &Path) -> Result<Vec<SnapshotId>, LakeError> {
        let found = self.objects_in(folder).await?;
        let mut ids: Vec<SnapshotId> = found.iter().filter_map(|o| layout::parse_manifest(&o.location)).collect();
        ids.sort();
        Ok(ids)
    }

    pub(super) async fn read(&self, id: SnapshotId) -> Result<Snapshot, LakeError> {
        self.load(id).await?.snapshot
    }

    /// What the store holds for a manifest, believed or not.
    pub(super) async fn load(&self, id: SnapshotId) -> Result<StoredManifest, LakeError> {
        let path = layout::manifest(id);
        let failed = |e| LakeError::store("read", &path, e);
        let content = self.store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
        Ok(StoredManifest { id, snapshot: parse(&content, id), path: path.to_string(), sha256: sha256_hex(&content) })
    }
}

/// The Arrow schema of files with these columns.
pub(super) fn arrow_schema(columns: &[SnapshotColumn]) -> SchemaRef {
    let field = |c: &SnapshotColumn| Field::new(&c.name, c.lake_type.arrow(), c.nullable);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The last of each date among `ids`, ascending.
pub(super) fn newest_of(ids: &[SnapshotId]) -> Vec<SnapshotId> {
    ids.iter().map(|id| (id.as_of, *id)).collect::<BTreeMap<NaiveDate, SnapshotId>>().into_values().collect()
}

/// A manifest as the store holds it.
pub(super) struct StoredManifest {
    pub(super) id: SnapshotId,
    /// What it says, or why that cannot be believed.
    pub(super) snapshot: Result<Snapshot, LakeError>,
    pub(super) path: String,
    pub(super) sha256: String,
}

impl StoredManifest {
    /// What the next manifest says of this one.
    pub(super) fn link(&self) -> PreviousManifest {
        PreviousManifest { path: self.path.clone(), sha256: self.sha256.clone() }
    }
}

/// The bytes of a manifest.
pub(super) fn to_json(snapshot: &Snapshot) -> Result<Vec<u8>, LakeError> {
    let failed = |e| LakeError::Internal { reason: format!("a manifest cannot be written as JSON: {e}") };
    Ok(seal::seal(&serde_json::to_vec_pretty(snapshot).map_err(failed)?))
}

#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

/// Reads the manifest stored for `id`, and believes nothing that could lead a reader or a deletion astray.
fn parse(content: &[u8], id: SnapshotId) -> Result<Snapshot, LakeError> {
    let path = layout::manifest(id).to_string();
    let corrupt = |reason: String, source| LakeError::Corrupt { path: path.clone(), reason, source };
    let not_json = |e: serde_json::Error| corrupt(format!("line {} column {}", e.line(), e.column()), Some(e));
    // Before the version is believed: it may be what has changed.
    let (json, sealed) = match seal::open(content) {
        Seal::Whole(json) => (Cow::Owned(json), true),
        Seal::Broken => return Err(corrupt("its content does not have the sha256 it carries".to_owned(), None)),
        Seal::Absent => (Cow::Borrowed(content), false),
    };
    let Version { format_version: found } = serde_json::from_slice(&json).map_err(not_json)?;
    if found > FORMAT_VERSION {
        return Err(LakeError::Newer { path, found, supported: FORMAT_VERSION });
    }
    if sealed != (found >= SEALED_SINCE) {
        let reason = format!("{} sha256 at its end", if sealed { "it must not have a" } else { "it has no" });
        return Err(corrupt(reason, None));
    }
    let snapshot: Snapshot = serde_json::from_slice(&json).map_err(not_json)?;
    if snapshot.id() != id {
        let SnapshotId { as_of, sequence } = snapshot.id();
        return Err(corrupt(format!("it says as-of date {as_of} and sequence {sequence}"), None));
    }
    match check_tables(snapshot.as_of, &snapshot.tables) {
        Ok(()) => Ok(snapshot),
        Err(reason) => Err(corrupt(reason, None)),
    }
}

/// What holds of the tables of every snapshot; the error names the first that breaks it.
pub(super) fn check_tables(as_of: NaiveDate, tables: &[SnapshotTable]) -> Result<(), String> {
    let mut names = HashSet::new();
    for table in tables {
        let name = &table.name;
        if !is_name(name) {
            return Err(format!("table name {name:?} is not lower snake_case"));
        }
        if !names.insert(name) {
            return Err(format!("table {name} appears twice"));
        }
        if table.files.is_empty() || table.columns.is_empty() {
            return Err(format!("table {name} has no files or no columns"));
        }
        if let Some(file) = table.files.iter().find(|f| !layout::is_data_file(&f.path, table.zone, name, as_of)) {
            return Err(format!("table {name}: {:?} is not one of its files", file.path));
        }
    }
    Ok(())
}
