//! What one Delta table should be, by the manifests.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Field, Schema};
use chrono::{DateTime, NaiveDate, Utc};
use object_store::path::Path;

use super::super::{LakeError, Snapshot, SnapshotColumn, SnapshotTable, layout};
use crate::{
    catalog::{AS_OF, Zone},
    run_id::RunId,
};

/// One table over all dates.
#[derive(Debug)]
pub(super) struct DeltaTable {
    pub(super) zone: Zone,
    pub(super) name: String,
    /// Those of the newest date in their order, then those that only older ones have.
    columns: Vec<SnapshotColumn>,
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
        Self { zone, name, columns: Vec::new(), files: BTreeMap::new(), snapshots: BTreeMap::new() }
    }

    /// Zone and name, for people.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.zone, self.name)
    }

    /// Adds one date's files; later dates come first. A column that some dates lack may be null in the table.
    pub(super) fn add(&mut self, snapshot: &Snapshot, table: &SnapshotTable) -> Result<(), LakeError> {
        let (is_first, title) = (self.snapshots.is_empty(), self.title());
        for known in &mut self.columns {
            known.nullable |= !table.columns.iter().any(|column| column.name == known.name);
        }
        for column in &table.columns {
            match self.columns.iter_mut().find(|known| known.name == column.name) {
                None => {
                    let nullable = column.nullable || !is_first;
                    self.columns.push(SnapshotColumn { nullable, ..column.clone() });
                }
                Some(known) if known.lake_type != column.lake_type => {
                    return Err(LakeError::DeltaTypes {
                        table: title,
                        column: column.name.clone(),
                        as_of: snapshot.as_of,
                        earlier: column.lake_type.to_string(),
                        later: known.lake_type.to_string(),
                    });
                }
                Some(known) => known.nullable |= column.nullable,
            }
        }
        let folder = layout::table_dir(self.zone, &self.name);
        for file in &table.files {
            let path = Path::from(file.path.as_str());
            let inside: Path = path.prefix_match(&folder).into_iter().flatten().collect();
            let file = DeltaFile { as_of: snapshot.as_of, rows: file.rows, bytes: file.bytes };
            self.files.insert(inside.to_string(), file);
        }
        let Snapshot { as_of, sequence, published_at, .. } = *snapshot;
        self.snapshots.insert(as_of, Origin { sequence, published_at, run_id: snapshot.run_id.clone() });
        Ok(())
    }

    /// The columns as Delta has them, the partition key last; `None` for a table that no snapshot has.
    pub(super) fn schema(&self) -> Option<Schema> {
        let field = |c: &SnapshotColumn| Field::new(&c.name, c.lake_type.arrow(), c.nullable);
        let mut fields: Vec<Field> = self.columns.iter().map(field).collect();
        fields.push(Field::new(AS_OF, DataType::Date32, false));
        (!self.columns.is_empty()).then(|| Schema::new(fields))
    }
}
