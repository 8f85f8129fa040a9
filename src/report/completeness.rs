//! What a snapshot says of what it lacks.

use serde::Serialize;

use crate::{
    catalog::{Catalog, Resource},
    lake::Snapshot,
};

/// What is not in a snapshot, or may be more in the tenant than in it.
#[derive(Debug, Serialize)]
pub(super) struct Completeness {
    /// Whether the older APIs were read.
    pub(super) is_legacy: bool,
    /// Columns whose references lead to records that the snapshot lacks, the most first.
    pub(super) hidden: Vec<Hidden>,
    /// Columns with references all of which lead to records that are there.
    pub(super) whole: usize,
    /// Tables that were asked for and could not be read.
    pub(super) refused: Vec<Refused>,
    /// Tables that were not asked for.
    pub(super) unread: Vec<String>,
    /// Records that the API counts and did not serve, where that was accepted.
    pub(super) accepted: Vec<Accepted>,
    /// Columns that the API which was read cannot fill.
    pub(super) unfilled: Vec<Unfilled>,
    /// Which people's attributes were read; none for everybody's.
    pub(super) people: Option<String>,
    /// Which attributes were read; none for all.
    pub(super) definitions: Option<String>,
    /// Why a gate let it through all the same.
    pub(super) accepted_gate: Option<String>,
}

/// References of a column that lead nowhere.
#[derive(Debug, Serialize)]
pub(super) struct Hidden {
    pub(super) table: String,
    pub(super) column: String,
    pub(super) references: u64,
    pub(super) unresolved: u64,
}

/// A table that could not be read.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    pub(super) table: String,
    pub(super) reason: String,
}

/// Records that are missing.
#[derive(Debug, Serialize)]
pub(super) struct Accepted {
    pub(super) resource: String,
    pub(super) records: u64,
}

/// Columns that are null in every row.
#[derive(Debug, Serialize)]
pub(super) struct Unfilled {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
}

impl Completeness {
    /// What a snapshot says of itself.
    pub(super) fn of(catalog: &Catalog, snapshot: &Snapshot) -> Self {
        let state = &snapshot.state;
        let mut hidden = Vec::new();
        let mut whole = 0;
        for (name, [references, unresolved]) in &state.references {
            let Some((table, column)) = name.split_once('.').filter(|_| *unresolved > 0) else {
                whole += usize::from(*references > 0);
                continue;
            };
            let (table, column) = (table.to_owned(), column.to_owned());
            hidden.push(Hidden { table, column, references: *references, unresolved: *unresolved });
        }
        hidden.sort_by(|a, b| {
            b.unresolved.cmp(&a.unresolved).then_with(|| (&a.table, &a.column).cmp(&(&b.table, &b.column)))
        });
        let mut expected: Vec<String> =
            catalog.resources.iter().flat_map(Resource::all_tables).map(|table| table.name).collect();
        if !state.source.is_v5() {
            expected.extend(catalog.tables_of_key().map(|table| table.name));
        }
        expected.retain(|name| snapshot.table(name).is_none() && !state.absent.contains_key(name));
        expected.sort();
        let refused = state.absent.iter().filter(|(table, _)| snapshot.table(table).is_none());
        let listed = |names: &Vec<String>| names.join(", ");
        Self {
            is_legacy: !state.source.is_v5(),
            hidden,
            whole,
            refused: refused.map(|(table, reason)| Refused { table: table.clone(), reason: reason.clone() }).collect(),
            unread: expected,
            accepted: state
                .accepted_missing
                .iter()
                .map(|(resource, records)| Accepted { resource: resource.clone(), records: *records })
                .collect(),
            unfilled: state
                .not_available
                .iter()
                .map(|lacking| Unfilled { table: lacking.table.clone(), columns: lacking.columns.clone() })
                .collect(),
            people: state.attribute_people.as_ref().map(listed),
            definitions: state
                .attribute_definitions
                .as_ref()
                .filter(|all| all.iter().all(|one| one != "*"))
                .map(listed),
            accepted_gate: state.accepted.as_ref().map(|accepted| accepted.reason.clone()),
        }
    }
}
