//! The quality gates over the tables of one snapshot, published or still staged: what is found becomes the table
//! `data_quality_findings`, and what passes a threshold stops the publication.

use super::{
    attributes::same_attributes,
    session::{session_over, table_files},
};
use crate::{
    catalog::{Catalog, FINDINGS, Origin, Resource, Table},
    engine::{SessionOptions, derive},
    error::Error,
    lake::{Lake, Snapshot, SnapshotState, SnapshotTable, StagedTable, TableWriter, WriterOptions},
    quality::{
        Counts, Gate, Statement, Thresholds,
        compare::{self, Finding, MAX_DAYS_APART, References},
        statement,
    },
    report::ReferenceReport,
    run_id::RunId,
};
use chrono::NaiveDate;
use futures::StreamExt as _;

/// What is to be judged.
pub(crate) struct Subject<'a> {
    pub(crate) day: NaiveDate,
    /// Whether the API was read on that day.
    pub(crate) read_that_day: bool,
    /// All tables of the snapshot.
    pub(crate) tables: &'a [SnapshotTable],
    pub(crate) references: &'a [ReferenceReport],
    /// What the snapshot remembers.
    pub(crate) state: &'a SnapshotState,
    /// The snapshot before.
    pub(crate) before: Option<&'a Snapshot>,
    pub(crate) thresholds: &'a Thresholds,
    /// What SQL may use.
    pub(crate) engine: &'a SessionOptions,
}

/// What came of it.
pub(crate) struct Judged {
    /// The table of findings.
    pub(crate) findings: StagedTable,
    /// What stops the publication, a line each.
    pub(crate) breaches: Vec<String>,
}

/// Judges the tables of a snapshot that was read from the API.
///
/// # Errors
/// When tables cannot be read, or written.
pub(crate) async fn judge(
    lake: &Lake,
    run_id: &RunId,
    catalog: &Catalog,
    subject: &Subject<'_>,
) -> Result<Judged, Error> {
    let mut statements: Vec<Statement> =
        compared(lake, catalog, subject).await?.iter().map(statement::of_finding).collect();
    statements.extend(declared(catalog, subject));
    ask(lake, run_id, &catalog.findings, subject, statements, Vec::new()).await
}

/// Judges the tables of a snapshot whose derived tables were computed again. What was found by comparing when the API
/// was read stays as it was.
///
/// # Errors
/// When tables cannot be read, or written.
pub(crate) async fn judge_again(
    lake: &Lake,
    run_id: &RunId,
    catalog: &Catalog,
    subject: &Subject<'_>,
) -> Result<Judged, Error> {
    ask(lake, run_id, &catalog.findings, subject, declared(catalog, subject).collect(), compare::COMPARING.to_vec())
        .await
}

/// What schemas, queries and rules ask of these tables.
fn declared<'a>(catalog: &'a Catalog, subject: &'a Subject<'_>) -> impl Iterator<Item = Statement> + 'a {
    let tables = catalog.tables().into_iter().filter(|t| subject.tables.iter().any(|s| s.name == t.name));
    let of_tables = tables.flat_map(|table| statement::declared(&table).collect::<Vec<_>>());
    let rules = catalog.rules.iter().filter(|rule| subject.read_that_day || !rule.only_today);
    of_tables.chain(rules.map(statement::of_rule))
}

/// Asks every statement and writes what it finds.
async fn ask(
    lake: &Lake,
    run_id: &RunId,
    table: &Table,
    subject: &Subject<'_>,
    statements: Vec<Statement>,
    kept: Vec<&str>,
) -> Result<Judged, Error> {
    let Subject { day, tables, before, thresholds, engine, .. } = subject;
    let session = session_over(lake, *day, tables.iter().filter(|t| t.name != FINDINGS), engine)?;
    let findings_before = before.and_then(|snapshot| Some((snapshot.table(FINDINGS)?, snapshot.as_of)));
    if let Some((table, as_of)) = findings_before {
        let mut files = table_files(table, as_of);
        statement::BEFORE.clone_into(&mut files.table);
        session.register(&[files])?;
    }
    let mut writer = TableWriter::new(lake, run_id, table, WriterOptions::default());
    let mut breaches = Vec::new();
    let mut write = async |origin: &str, sql: &str| -> Result<u64, Error> {
        let mut rows = derive::start(&session, origin, sql, table, *day).await?.into_stream();
        let mut found = 0;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            found += batch.num_rows() as u64;
            writer.write(&batch).await?;
        }
        Ok(found)
    };
    let written = async {
        if !kept.is_empty() && findings_before.is_some() {
            let rules: Vec<String> = kept.iter().map(|rule| format!("'{rule}'")).collect();
            let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            let (columns, rules) = (columns.join(", "), rules.join(", "));
            let sql = format!("SELECT {columns} FROM \"{}\" WHERE rule IN ({rules})", statement::BEFORE);
            write("the findings of the snapshot before", &sql).await?;
        }
        for statement in &statements {
            let reads =
                derive::references(&session, &statement.sql).map_err(|error| error.in_derived(&statement.origin))?;
            if reads.iter().any(|table| !session.has_table(table)) {
                continue;
            }
            let found = write(&statement.origin, &statement.findings(findings_before.is_some())).await?;
            breaches.extend(breach(statement, found, tables, thresholds));
        }
        Ok::<_, Error>(())
    };
    match written.await {
        Ok(()) => Ok(Judged { findings: writer.close().await?, breaches }),
        Err(error) => {
            writer.abort().await;
            Err(error)
        }
    }
}

/// What to say when a statement found more than its gate allows.
fn breach(statement: &Statement, found: u64, tables: &[SnapshotTable], allowed: &Thresholds) -> Option<String> {
    let gate = statement.gate.as_ref().filter(|_| !allowed.tolerated.contains(&statement.rule) && found > 0)?;
    let rule = &statement.rule;
    match gate {
        Gate::Any => Some(match &statement.detail {
            Some(detail) => format!("{rule}: {}: {detail}", statement.about),
            None => format!("{rule}: {}: {found} findings", statement.about),
        }),
        Gate::Share { percent, of } => {
            let rows = tables.iter().find(|t| t.name == *of).map_or(0, SnapshotTable::rows);
            let above = u128::from(found) * 100 > u128::from(rows) * u128::from(*percent);
            (above && rows >= allowed.min_rows)
                .then(|| format!("{rule}: {found} findings among {rows} rows of {of}, more than {percent} %"))
        }
    }
}

/// What comparing numbers finds.
async fn compared(lake: &Lake, catalog: &Catalog, subject: &Subject<'_>) -> Result<Vec<Finding>, Error> {
    let Subject { day, tables, thresholds, .. } = subject;
    let recent = |snapshot: &&Snapshot| (*day - snapshot.as_of).num_days() <= MAX_DAYS_APART;
    let before = subject.before.filter(recent);
    let mut findings = Vec::new();
    for table in judged_tables(catalog) {
        let Some(now) = tables.iter().find(|t| t.name == table.name) else { continue };
        let then = before.and_then(|snapshot| Some((snapshot.table(&table.name)?, snapshot)));
        let then = then
            .filter(|(then, snapshot)| then.files != now.files && comparable(catalog, &table.name, subject, snapshot));
        let counts = counts(lake, now, &table).await?;
        findings.extend(compare::below_floor(&table, &counts, thresholds));
        if let Some((then, snapshot)) = then {
            let was = self::counts(lake, then, &table).await?;
            findings.extend(compare::lost(&table.name, &counts, &was, snapshot.as_of, thresholds));
        }
    }
    let remembered = before.map(|snapshot| &snapshot.state.references);
    findings.extend(subject.references.iter().filter_map(|r| {
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
    catalog.resources.iter().flat_map(documented).chain(wide).collect()
}

/// Attributes are the same only if the same ones were read: of a day or of all, of some definitions, of some people.
fn comparable(catalog: &Catalog, table: &str, subject: &Subject<'_>, before: &Snapshot) -> bool {
    let is_attributes = catalog.wide.iter().any(|wide| wide.table.name == table || wide.long == table);
    !is_attributes || same_attributes(&before.state, subject.state)
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
