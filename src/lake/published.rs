//! Tables as snapshots have them: what the catalogue says of each, with the columns that are the tenant's own.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Snapshot, SnapshotColumn, SnapshotTable};
use crate::catalog::{Catalog, Origin, Privacy, Quality, Table, TableColumn};

/// The tables of some snapshots, oldest first, as the catalogue knows them.
pub(crate) fn published(catalog: &Catalog, snapshots: &[Snapshot]) -> Vec<Table> {
    let mut tables = with_published(catalog.tables(), snapshots);
    tables.retain(|table| of_name(snapshots, &table.name).next().is_some());
    tables
}

/// Every snapshot's table of that name, newest first.
pub(crate) fn of_name<'s>(
    snapshots: &'s [Snapshot],
    name: &'s str,
) -> impl Iterator<Item = (&'s Snapshot, &'s SnapshotTable)> {
    snapshots.iter().rev().filter_map(move |s| Some((s, s.tables.iter().find(|table| table.name == name)?)))
}

/// What some snapshots have of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Figures {
    /// Rows.
    pub(crate) rows: u64,
    /// Files.
    pub(crate) files: u64,
    /// Bytes of the files.
    pub(crate) bytes: u64,
}

impl Figures {
    /// What they have of the table called `name`; nothing of one that they do not have.
    pub(crate) fn of(snapshots: &[Snapshot], name: &str) -> Self {
        Self::of_table(snapshots, name).unwrap_or_default()
    }

    /// The same; `None` where they have no such table.
    pub(crate) fn of_table(snapshots: &[Snapshot], name: &str) -> Option<Self> {
        of_name(snapshots, name).next()?;
        let files = of_name(snapshots, name).flat_map(|(_, table)| &table.files);
        Some(files.fold(Self::default(), |held, file| Self {
            rows: held.rows + file.rows,
            files: held.files + 1,
            bytes: held.bytes + file.bytes,
        }))
    }
}

/// Tables with the columns that are the tenant's own, as the newest snapshot that has the table knows them; and the tables
/// that the lake alone remembers.
pub(crate) fn with_published(mut tables: Vec<Table>, snapshots: &[Snapshot]) -> Vec<Table> {
    for table in tables.iter_mut().filter(|table| table.origin == Origin::Wide) {
        let held = of_name(snapshots, &table.name).next();
        *table = held.map_or_else(|| table.clone(), |(snapshot, held)| as_published(table, snapshot, held));
    }
    let held: BTreeSet<&str> = snapshots.iter().flat_map(|s| &s.tables).map(|t| t.name.as_str()).collect();
    for name in held {
        if let Some((snapshot, held)) =
            of_name(snapshots, name).next().filter(|_| tables.iter().all(|t| t.name != name))
        {
            let meaning =
                format!("Of the snapshot of {}, which this version of the program does not know.", snapshot.as_of);
            let (name, zone, origin) = (held.name.clone(), held.zone, Origin::Unknown);
            let (labels, columns, quality) = (None, Vec::new(), Quality::default());
            let unknown = Table { name, zone, origin, meaning, labels, columns, quality };
            tables.push(as_published(&unknown, snapshot, held));
        }
    }
    tables
}

/// What is known of a table with the columns that a snapshot has of it: what the snapshot says counts, then what is declared.
fn as_published(known: &Table, snapshot: &Snapshot, held: &SnapshotTable) -> Table {
    let described = snapshot.state.described.get(&known.name);
    let undescribed = match known.origin {
        Origin::Wide => "By a definition of the tenant that the snapshot does not tell; `derive` has it told.",
        _ => "Not described by the snapshot.",
    };
    let column = |c: &SnapshotColumn| {
        let declared = known.columns.iter().find(|declared| declared.name == c.name);
        let told = described.and_then(|d| d.columns.get(&c.name));
        let known = told.map(|told| (told.privacy, told.meaning.as_str()));
        let known = known.or_else(|| declared.map(|d| (d.privacy, d.meaning.as_str())));
        // Nobody says how private it is: it may be anything.
        let (privacy, meaning) = known.unwrap_or((Privacy::Sensitive, undescribed));
        let definition = told.and_then(|told| told.definition.clone());
        let source = definition.as_ref().map(|definition| definition.path()).unwrap_or_default();
        let labels = declared.and_then(|declared| declared.labels.clone());
        TableColumn {
            source,
            definition,
            labels,
            ..TableColumn::new(&c.name, c.lake_type, c.nullable, privacy, meaning)
        }
    };
    Table { columns: held.columns.iter().map(column).collect(), ..known.clone() }
}
