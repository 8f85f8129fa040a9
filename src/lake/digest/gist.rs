//! What the digest keeps of a snapshot: which tables with which columns, in which files; what is said of them; which types were
//! chosen. What most days have in common is kept once.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{LakeType, Zone},
    lake::{DataFile, Described, Snapshot, SnapshotColumn, SnapshotId, SnapshotTable, layout},
    run_id::RunId,
};

/// What is kept of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gist {
    /// Its day, and its number.
    pub(in crate::lake) id: SnapshotId,
    /// The runs that wrote its files.
    pub(super) runs: Vec<RunId>,
    /// The sizes of its files in bytes, table after table.
    pub(super) sizes: Vec<u64>,
    pub(super) shape: Arc<Shape>,
}

/// A snapshot but for its day and the runs that wrote it: the same on most days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// By name.
    pub(super) tables: Vec<GistTable>,
    /// Tables that could not be read, and why.
    pub(super) absent: BTreeMap<String, String>,
    /// What the tables mean that have the tenant's own columns.
    pub(super) described: BTreeMap<String, Arc<Described>>,
    /// The types of columns of the wide tables.
    pub(super) wide_types: Arc<BTreeMap<String, LakeType>>,
}

/// A table of a snapshot, whichever day it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct GistTable {
    pub(in crate::lake) name: String,
    pub(in crate::lake) zone: Zone,
    /// The columns of every file.
    pub(in crate::lake) columns: Arc<Vec<SnapshotColumn>>,
    pub(super) files: Vec<FileName>,
}

/// The name of a data file in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum FileName {
    /// Of one of the runs, by its place among those of the gist, and the number of the file.
    Numbered(usize, usize),
    /// Another.
    Other(String),
}

impl Gist {
    /// The day.
    pub(crate) fn as_of(&self) -> NaiveDate {
        self.id.as_of
    }

    /// The tables, by name.
    pub(in crate::lake) fn tables(&self) -> &[GistTable] {
        &self.shape.tables
    }

    /// The names of a table's files in its folder, in writing order.
    pub(in crate::lake) fn file_names<'g>(&'g self, table: &'g GistTable) -> impl Iterator<Item = String> + 'g {
        table.files.iter().filter_map(|file| match file {
            FileName::Numbered(run, number) => Some(layout::file_name(self.runs.get(*run)?, *number)),
            FileName::Other(name) => Some(name.clone()),
        })
    }

    /// Size and path of each file of each table, in the order of the tables.
    pub(super) fn files(&self) -> impl Iterator<Item = (&GistTable, Vec<(String, u64)>)> {
        let mut sizes = self.sizes.iter().copied();
        self.tables().iter().map(move |table| {
            let folder = layout::data_dir(table.zone, &table.name, self.as_of());
            let paths = self.file_names(table).map(|name| format!("{folder}/{name}"));
            (table, paths.zip(sizes.by_ref()).collect())
        })
    }

    /// Tables that could not be read, and why.
    pub(in crate::lake) fn absent(&self) -> &BTreeMap<String, String> {
        &self.shape.absent
    }

    /// What a table means that has the tenant's own columns.
    pub(in crate::lake) fn described(&self, table: &str) -> Option<&Arc<Described>> {
        self.shape.described.get(table)
    }

    /// The types of columns of the wide tables.
    pub(super) fn wide_types(&self) -> &BTreeMap<String, LakeType> {
        &self.shape.wide_types
    }
}

/// Makes gists that share what they have in common.
#[derive(Debug, Default)]
pub(super) struct Gists {
    shapes: Vec<Arc<Shape>>,
    columns: Vec<Arc<Vec<SnapshotColumn>>>,
    described: Vec<Arc<Described>>,
    wide_types: Vec<Arc<BTreeMap<String, LakeType>>>,
}

impl Gists {
    /// Shares with these, too.
    pub(super) fn over<'g>(gists: impl Iterator<Item = &'g Gist>) -> Self {
        let mut made = Self::default();
        for gist in gists {
            if made.shapes.iter().any(|shape| Arc::ptr_eq(shape, &gist.shape)) {
                continue;
            }
            gist.shape.tables.iter().for_each(|table| adopt(&mut made.columns, &table.columns));
            gist.shape.described.values().for_each(|words| adopt(&mut made.described, words));
            adopt(&mut made.wide_types, &gist.shape.wide_types);
            made.shapes.push(Arc::clone(&gist.shape));
        }
        made
    }

    /// The gist of a snapshot.
    pub(super) fn of(&mut self, snapshot: &Snapshot) -> Gist {
        let mut runs = vec![snapshot.run_id.clone()];
        let tables = snapshot.tables.iter().map(|table| self.table(table, &mut runs)).collect();
        let state = &snapshot.state;
        let described = state.described.iter();
        let described = described.map(|(name, words)| (name.clone(), share(&mut self.described, words))).collect();
        let wide_types = share(&mut self.wide_types, &state.wide_types);
        let shape = Shape { tables, absent: state.absent.clone(), described, wide_types };
        let sizes = snapshot.files().map(|file| file.bytes).collect();
        Gist { id: snapshot.id(), runs, sizes, shape: share(&mut self.shapes, &shape) }
    }

    fn table(&mut self, table: &SnapshotTable, runs: &mut Vec<RunId>) -> GistTable {
        let files = table.files.iter().map(|file| file_name(file, runs)).collect();
        let columns = share(&mut self.columns, &table.columns);
        GistTable { name: table.name.clone(), zone: table.zone, columns, files }
    }
}

fn file_name(file: &DataFile, runs: &mut Vec<RunId>) -> FileName {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let Some((run, number)) = layout::run_and_number(name) else { return FileName::Other(name.to_owned()) };
    let known = runs.iter().position(|known| *known == run);
    let at = known.unwrap_or_else(|| {
        runs.push(run);
        runs.len() - 1
    });
    FileName::Numbered(at, number)
}

/// The one that is equal, or a new one; the newest are tried first.
fn share<T: PartialEq + Clone>(known: &mut Vec<Arc<T>>, value: &T) -> Arc<T> {
    if let Some(equal) = known.iter().rev().find(|known| ***known == *value) {
        return Arc::clone(equal);
    }
    let new = Arc::new(value.clone());
    known.push(Arc::clone(&new));
    new
}

/// Knows one that is shared already.
fn adopt<T>(known: &mut Vec<Arc<T>>, shared: &Arc<T>) {
    if !known.iter().any(|known| Arc::ptr_eq(known, shared)) {
        known.push(Arc::clone(shared));
    }
}
