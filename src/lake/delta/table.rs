//! What one Delta table should be, by the manifests.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{DateTime, NaiveDate, Utc};
use object_store::path::Path;

use super::super::{LakeError, Snapshot, SnapshotTable, layout};
use crate::{
    catalog::{AS_OF, Types, Zone, columns_over_days},
    run_id::RunId,
};

/// One table over all dates.
#[derive(Debug)]
pub(super) struct DeltaTable {
    pub(super) zone: Zone,
    pub(super) name: String,
    /// The columns of the files of each date, the newest first.
    days: Vec<(NaiveDate, SchemaRef)>,
    columns: Vec<Field>,
    /// By path below the table's folder, as the log has it.
    pub(super) files: BTreeMap<String, DeltaFile>,
    pub(super) snapshots: BTreeMap<NaiveDate, Origin>,
}

/// A file of a table.
#[derive(Debug)]
pub(super) struct DeltaFile {
    pub(super) as_of: NaiveDate,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// The snapshot that a date's files are from.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) sequence: u64,
    pub(super) run_id: RunId,
    pub(super) published_at: DateTime<Utc>,
}

impl DeltaTable {
    pub(super) fn without_files(zone: Zone, name: String) -> Self {
        Self { zone, name, days: Vec::new(), columns: Vec::new(), files: BTreeMap::new(), snapshots: BTreeMap::new() }
    }

    /// Zone and name, for people.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.zone, self.name)
    }

    /// Adds one date's files; later dates come first.
    pub(super) fn add(&mut self, snapshot: &Snapshot, table: &SnapshotTable) {
        self.days.push((snapshot.as_of, table.arrow_schema()));
        let folder = layout::table_dir(self.zone, &self.name);
        for file in &table.files {
            let path = Path::from(file.path.as_str());
            let inside: Path = path.prefix_match(&folder).into_iter().flatten().collect();
            let file = DeltaFile { as_of: snapshot.as_of, rows: file.rows, bytes: file.bytes };
            self.files.insert(inside.to_string(), file);
        }
        let Snapshot { as_of, sequence, published_at, .. } = *snapshot;
        self.snapshots.insert(as_of, Origin { sequence, published_at, run_id: snapshot.run_id.clone() });
    }

    /// Finds the columns over the dates that were added. A log cannot widen the type of what it has.
    pub(super) fn merge_columns(&mut self) -> Result<(), LakeError> {
        let newest_first: Vec<(NaiveDate, &Schema)> = self.days.iter().map(|(day, s)| (*day, s.as_ref())).collect();
        let merged = columns_over_days(&newest_first, Types::Equal)
            .map_err(|clash| LakeError::DeltaTypes { table: self.title(), clash })?;
        self.columns = merged.into_iter().map(|column| column.field).collect();
        Ok(())
    }

    /// The columns as Delta has them, the partition key last; `None` for a table that no snapshot has.
    pub(super) fn schema(&self) -> Option<Schema> {
        let mut fields = self.columns.clone();
        fields.push(Field::new(AS_OF, DataType::Date32, false));
        (!self.columns.is_empty()).then(|| Schema::new(fields))
    }
}
