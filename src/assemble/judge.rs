//! The quality gates over the tables of one day, staged or carried over: what is found becomes the table
//! `data_quality_findings`, and what passes a threshold stops the publication.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};

use super::{Assembler, compare::compared, day_before::names_no_day, session::table_files, staging, subject::Subject};
use crate::{
    catalog::{Catalog, FINDINGS},
    engine::{Rows, Session, days, derive, duplicates, prepared},
    error::Error,
    lake::{Provenance, SnapshotTable, StagedTable, TableWriter, WriterOptions},
    quality::{Gate, Statement, Thresholds, compare::COMPARING, statement},
    run_report::ReferenceReport,
};

/// What came of it.
pub(super) struct Judged {
    /// The table of findings.
    pub(super) findings: StagedTable,
    /// What stops the publication, a line each.
    pub(super) breaches: Vec<String>,
    /// Statements that name no day and found nothing.
    pub(super) found_nothing: BTreeSet<String>,
}

/// Judges tables that were read.
///
/// # Errors
/// When tables cannot be read, or written.
pub(super) async fn judge(
    assembler: &Assembler<'_>,
    session: &Session,
    subject: &Subject<'_>,
    references: &[ReferenceReport],
) -> Result<Judged, Error> {
    let compared = compared(assembler, subject, references).await?;
    let declared = declared(assembler.catalog, subject);
    ask(assembler, session, subject, compared.iter().map(statement::of_finding).chain(declared).collect(), &[]).await
}

/// Judges tables of which only the computed ones are new. What was found by comparing when the others were read stays as it
/// was.
///
/// # Errors
/// When tables cannot be read, or written.
pub(super) async fn judge_again(
    assembler: &Assembler<'_>,
    session: &Session,
    subject: &Subject<'_>,
) -> Result<Judged, Error> {
    ask(assembler, session, subject, declared(assembler.catalog, subject).collect(), &COMPARING).await
}

/// What schemas, queries and rules ask of these tables.
fn declared<'a>(catalog: &'a Catalog, subject: &'a Subject<'_>) -> impl Iterator<Item = Statement> + 'a {
    let tables = catalog.tables().into_iter().filter(|t| subject.tables.iter().any(|s| s.name == t.name));
    let of_tables = tables.flat_map(|table| {
        let is_told = |column: &str| !subject.untold.has(&table.name, column);
        statement::declared(&table, is_told).collect::<Vec<_>>()
    });
    let rules = catalog.rules.iter().filter(|rule| subject.read_that_day || !rule.only_today);
    let rules = rules.filter(|rule| !subject.untold.rules().contains_key(&rule.name));
    of_tables.chain(rules.map(statement::of_rule))
}

/// Asks every statement and writes what it finds.
async fn ask(
    Assembler { lake, catalog, thresholds, .. }: &Assembler<'_>,
    session: &Session,
    subject: &Subject<'_>,
    statements: Vec<Statement>,
    kept: &[&str],
) -> Result<Judged, Error> {
    let Subject { as_of, run_id, tables, state, before, .. } = subject;
    let table = &catalog.findings;
    let findings_before = before.and_then(|snapshot| Some((snapshot.table(FINDINGS)?, snapshot.as_of)));
    if let Some((table, as_of)) = findings_before {
        let mut files = table_files(table, as_of);
        statement::BEFORE.clone_into(&mut files.table);
        days::add(session, files).await?;
    }
    let mut writer = TableWriter::new(lake, run_id, table, WriterOptions::default())
        .with_provenance(Provenance { tenant: state.tenant.clone(), as_of: Some(*as_of) });
    let (mut breaches, mut found_nothing) = (Vec::new(), BTreeSet::new());
    let mut write = async |rows: Rows| -> Result<u64, Error> {
        let mut rows = rows.into_stream();
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
            write(derive::start(session, "the findings of the snapshot before", &sql, table, *as_of).await?).await?;
        }
        let mut asked = Vec::new();
        for statement in &statements {
            let reads =
                prepared::reads(session, &statement.sql).map_err(|error| error.in_derived(&statement.origin))?;
            if reads.iter().all(|table| session.has_table(table)) {
                let nothing_again = names_no_day(&statement.sql) && subject.finds_nothing_again(&statement.sql, &reads);
                asked.push((statement, nothing_again));
            }
        }
        // Some are asked while what the one before found is written.
        let asked = asked.into_iter().map(|(statement, nothing_again)| async move {
            let sql = statement.findings(findings_before.is_some());
            let origin = statement.origin.clone();
            let rows = || match statement.key.clone() {
                Some(key) => duplicates::begin(session, origin, sql, table, *as_of, key),
                None => derive::begin(session, origin, sql, table, *as_of),
            };
            (statement, (!nothing_again).then(rows))
        });
        let mut answers = stream::iter(asked).buffered(session.queries_at_once());
        while let Some((statement, rows)) = answers.next().await {
            let found = match rows {
                Some(rows) => write(rows).await?,
                None => 0,
            };
            if found == 0 && names_no_day(&statement.sql) {
                found_nothing.insert(statement.sql.clone());
            }
            breaches.extend(breach(statement, found, tables, thresholds));
        }
        Ok::<_, Error>(())
    };
    let written = written.await;
    Ok(Judged { findings: staging::close(writer, written).await?, breaches, found_nothing })
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
