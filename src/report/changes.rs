//! How the tables of two snapshots differ in size.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::lake::Snapshot;

/// What is otherwise than in the snapshot before.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    /// Day of the snapshot before.
    pub(super) since: String,
    /// Its name.
    pub(super) snapshot: String,
    /// Tables with another number of rows, the largest change first.
    pub(super) tables: Vec<Changed>,
    /// Tables with as many rows as before.
    pub(super) same: usize,
}

/// A table with another number of rows.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    pub(super) name: String,
    /// Rows now; none where the table is gone.
    pub(super) now: Option<i64>,
    /// Rows before; none where there was no such table.
    pub(super) before: Option<i64>,
    /// The difference.
    pub(super) change: i64,
}

impl Changes {
    /// Compares two snapshots by their manifests.
    pub(super) fn between(previous: &Snapshot, snapshot: &Snapshot) -> Self {
        let names: BTreeSet<&String> =
            previous.tables.iter().chain(&snapshot.tables).map(|table| &table.name).collect();
        let rows =
            |of: &Snapshot, name: &str| of.table(name).map(|table| i64::try_from(table.rows()).unwrap_or(i64::MAX));
        let (mut tables, mut same) = (Vec::new(), 0);
        for name in names {
            let (now, before) = (rows(snapshot, name), rows(previous, name));
            if now == before {
                same += 1;
            } else {
                let change = now.unwrap_or_default() - before.unwrap_or_default();
                tables.push(Changed { name: name.clone(), now, before, change });
            }
        }
        tables.sort_by(|a, b| b.change.unsigned_abs().cmp(&a.change.unsigned_abs()).then_with(|| a.name.cmp(&b.name)));
        Self { since: previous.as_of.to_string(), snapshot: previous.id().to_string(), tables, same }
    }
}
