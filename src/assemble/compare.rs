//! What comparing the tables of a day with the snapshot before finds: rows, values and references that are gone.

use super::{Assembler, attributes::same_attributes, subject::Subject};
use crate::{
    catalog::{Catalog, Origin, Resource, Table},
    error::Error,
    lake::{Lake, Snapshot, SnapshotState, SnapshotTable},
    quality::{
        Counts,
        compare::{self, Finding, MAX_DAYS_APART, References},
    },
    run_report::ReferenceReport,
};

/// What comparing numbers finds.
///
/// # Errors
/// When the footers of the tables' files cannot be read.
pub(super) async fn compared(
    Assembler { lake, catalog, thresholds, .. }: &Assembler<'_>,
    Subject { as_of, tables, state, before, .. }: &Subject<'_>,
    references: &[ReferenceReport],
) -> Result<Vec<Finding>, Error> {
    let recent = |snapshot: &&Snapshot| (*as_of - snapshot.as_of).num_days() <= MAX_DAYS_APART;
    // What two sources tell of the same people differs by nature.
    let before = before.filter(recent).filter(|snapshot| snapshot.state.source == state.source);
    let mut findings = Vec::new();
    for table in judged_tables(catalog) {
        let Some(now) = tables.iter().find(|t| t.name == table.name) else { continue };
        let then = before.and_then(|snapshot| Some((snapshot.table(&table.name)?, snapshot)));
        let then = then
            .filter(|(then, snapshot)| then.files != now.files && comparable(catalog, &table.name, state, snapshot));
        let counts = counts(lake, now, &table).await?;
        // Nobody expects values of a column that the API that was read cannot fill.
        let mut expected = table.clone();
        expected.quality.filled.retain(|filled| state.can_fill(&table.name, &filled.column));
        findings.extend(compare::below_floor(&expected, &counts, thresholds));
        if let Some((then, snapshot)) = then {
            let was = self::counts(lake, then, &table).await?;
            findings.extend(compare::lost(&table.name, &counts, &was, snapshot.as_of, thresholds));
        }
    }
    let remembered = before.map(|snapshot| &snapshot.state.references);
    findings.extend(references.iter().filter_map(|r| {
        let now = References { all: r.references, unresolved: r.unresolved };
        let then = remembered.and_then(|of| of.get(&format!("{}.{}", r.table, r.column)));
        let then = then.map(|[all, unresolved]| References { all: *all, unresolved: *unresolved });
        compare::unresolved(&r.table, &r.column, now, then, thresholds)
    }));
    Ok(findings)
}

/// Tables of the API, and the wide ones: a definition that is hidden shows as a column of theirs that is gone. Derived
/// tables follow from these.
fn judged_tables(catalog: &Catalog) -> Vec<Table> {
    let documented = |resource: &Resource| {
        let is_promised = |name: &str| !resource.columns.iter().any(|c| c.name == name && c.undocumented);
        let mut tables = resource.tables();
        tables.iter_mut().for_each(|table| table.columns.retain(|c| is_promised(&c.name)));
        tables
    };
    let wide = catalog.wide.iter().map(|wide| wide.table.clone());
    let legacy = catalog.legacy.iter().filter(|resource| resource.published);
    let made = catalog.mapped.iter().filter(|mapped| !mapped.internal).filter_map(|mapped| mapped.own.clone());
    catalog.resources.iter().chain(legacy).flat_map(documented).chain(made).chain(wide).collect()
}

/// Attributes are the same only if the same ones were read: of a day or of all, of some definitions, of some people.
fn comparable(catalog: &Catalog, table: &str, state: &SnapshotState, before: &Snapshot) -> bool {
    let is_attributes = catalog.wide.iter().any(|wide| wide.table.name == table || wide.long == table);
    !is_attributes || same_attributes(&before.state, state)
}

async fn counts(lake: &Lake, table: &SnapshotTable, declared: &Table) -> Result<Counts, Error> {
    let mut filled = lake.filled(table).await?;
    // What the lake adds, and what the API never promised, may come and go.
    filled.retain(|column, _| !column.starts_with('_'));
    // Of a wide table they are the tenant's own.
    if declared.origin != Origin::Wide {
        filled.retain(|column, _| declared.columns.iter().any(|c| c.name == *column));
    }
    Ok(Counts { rows: table.rows(), filled })
}
