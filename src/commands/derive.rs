//! `derive`: compute `queries/` again over a published snapshot, without touching the API.

use chrono::{DateTime, NaiveDate, Utc};
use tokio::time::Instant;

use super::{
    ended::{self, Ran},
    missing_day::snapshot_of,
};
use crate::{
    api::RequestCounts,
    assemble::{Assembler, AttributesRead, Cause, Day, Notes, day_sessions, session_options},
    catalog::{Origin, Source, Zone},
    context::{Context, Writer, exclusively, split_as_configured},
    error::Error,
    lake::{self, Lake, Snapshot, SnapshotId, SnapshotState, SnapshotTable},
    print::print,
    run_id::RunId,
    run_report::{DeriveSeconds, Outcome, PublishedDay, RunReport, SkippedReport, TableReport},
    settings::Settings,
};

/// A derivation that was begun, and what came of it.
pub(super) struct Derivation {
    as_of: NaiveDate,
    tenant: String,
    source: Source,
    pub(super) result: Result<Derived, Error>,
}

/// The snapshot with tables computed anew.
pub(super) struct Derived {
    published: Snapshot,
    notes: Notes,
}

/// Replaces the derived tables of the snapshot of `as_of`, or of the newest one, and prints them. It fails when there is no such
/// snapshot, a query fails, a gate refuses, or the result cannot be published.
pub(crate) async fn derive(
    context: &Context,
    settings: &Settings,
    as_of: Option<NaiveDate>,
    started_at: DateTime<Utc>,
) -> Ran {
    match derivation(context, settings, as_of, started_at).await {
        Ok((report, result)) => {
            let result = result.and_then(|derived| told(context, &derived));
            Ran { report: Some(Box::new(report)), result }
        }
        Err(error) => Err(error).into(),
    }
}

/// One derivation, with its report, which the lake has.
async fn derivation(
    context: &Context,
    settings: &Settings,
    as_of: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<(RunReport, Result<Derived, Error>), Error> {
    let lake = context.lake_to_change(settings)?;
    let started = Instant::now();
    as_of.map_or(Ok(()), |day| settings.check_day(day, now))?;
    let run_id = context.run_id(now);
    let writer = Writer { what: "derive", run_id: &run_id, owner: None };
    let work = derive_alone(context, settings, &lake, as_of, &run_id);
    let derivation = exclusively(context, &lake, writer, work).await?;
    let report = derivation.report(context, &run_id, now, started.elapsed().as_secs_f64());
    ended::put_report(&lake, &report).await;
    Ok((report, derivation.result))
}

/// Prints what was computed.
fn told(context: &Context, Derived { published, notes }: &Derived) -> Result<(), Error> {
    if context.quiet {
        return Ok(());
    }
    let DeriveSeconds { derived, wide, judged, tables: seconds, .. } = &notes.derive.seconds;
    tracing::info!(
        "derived tables {derived:.1} s, wide tables beside them {wide:.1} s, then gates {judged:.1} s; per query: \
         `lucca-lake derive --explain TABLE`"
    );
    let tables = published.tables.iter().filter(|t| is_derived(context, t));
    let line = |t: &SnapshotTable| {
        let seconds = seconds.get(&t.name).map(|seconds| format!("\t{seconds:.3} s")).unwrap_or_default();
        format!("{}\t{} rows{seconds}\n", t.name, t.rows())
    };
    print(&tables.map(line).collect::<String>())
}

/// The same as the only writer of the lake.
///
/// # Errors
/// When nothing can be begun.
pub(super) async fn derive_alone(
    context: &Context,
    settings: &Settings,
    lake: &Lake,
    as_of: Option<NaiveDate>,
    run_id: &RunId,
) -> Result<Derivation, Error> {
    lake::align(lake).await?;
    let snapshot = snapshot_of(lake, as_of).await?;
    let result = replace_derived(context, settings, lake, run_id, &snapshot).await;
    if let Err(error) = &result
        // What a gate holds back stays for whoever looks at it.
        && error.held().is_none()
        && let Err(error) = lake::discard(lake, run_id).await
    {
        tracing::warn!(%error, "staged files of the failed derivation stay behind");
    }
    let tenant = snapshot.state.tenant.clone().unwrap_or_default();
    Ok(Derivation { as_of: snapshot.as_of, tenant, source: snapshot.state.source, result })
}

impl Derivation {
    /// What it did, and how it ended.
    fn report(&self, context: &Context, run_id: &RunId, started_at: DateTime<Utc>, seconds: f64) -> RunReport {
        let (outcome, published) = match &self.result {
            Ok(Derived { published, .. }) => (Outcome::Published { sequence: published.sequence }, Some(published)),
            Err(error) => (ended::badly(error), None),
        };
        let derived = published.map(|p| p.tables.iter().filter(|t| is_derived(context, t)).map(TableReport::from));
        let day = published.map(Snapshot::id).map(|SnapshotId { as_of, sequence }| PublishedDay { as_of, sequence });
        let notes = self.result.as_ref().map(|derived| derived.notes.clone()).unwrap_or_default();
        RunReport {
            run_id: run_id.clone(),
            command: "derive".into(),
            program_version: env!("CARGO_PKG_VERSION").into(),
            tenant: self.tenant.clone(),
            source: self.source,
            as_of: self.as_of,
            unpublished: if day.is_some() { Vec::new() } else { vec![self.as_of] },
            published: day.into_iter().collect(),
            kept: Vec::new(),
            started_at,
            seconds,
            outcome,
            requests: RequestCounts::default(),
            continued: None,
            seconds_lost_to_others: 0.0,
            seconds_waited_for_budget: 0.0,
            fewest_requests: 0,
            resources: Vec::new(),
            tables: derived.into_iter().flatten().collect(),
            skipped: notes.skipped,
            absent: Vec::new(),
            not_available: Vec::new(),
            references: notes.references,
            wide: notes.wide,
            derive: notes.derive,
        }
    }
}

/// Whether a table is computed from others of its snapshot.
fn is_derived(context: &Context, table: &SnapshotTable) -> bool {
    match context.catalog.table(&table.name) {
        Some(table) => table.origin != Origin::Api,
        // What queries of another version made.
        None => table.zone == Zone::Derived,
    }
}

async fn replace_derived(
    context: &Context,
    settings: &Settings,
    lake: &Lake,
    run_id: &RunId,
    snapshot: &Snapshot,
) -> Result<Derived, Error> {
    let kept: Vec<_> = snapshot.tables.iter().filter(|t| !is_derived(context, t)).cloned().collect();
    // A damaged file may read well, as other rows.
    if let Some(finding) = lake::check_files(lake, &kept).await?.first() {
        return Err(Error::DamagedInput { as_of: snapshot.as_of, finding: finding.to_string() });
    }
    let (_, split) = split_as_configured(&context.catalog, settings)?;
    // When the API was read shows in when the snapshot was published, which is about to change.
    let read_on = snapshot.read_on(settings.timezone()?);
    let day = Day {
        as_of: snapshot.as_of,
        run_id: run_id.clone(),
        staged: Vec::new(),
        carried_over: kept,
        replaces: Some(snapshot.sequence),
        before: Some(snapshot),
        day_before: None,
        attributes: AttributesRead::of(&snapshot.state, &split),
        known_types: lake.wide_types().await?,
        read_that_day: read_on == snapshot.as_of,
        cause: Cause::NewQueries,
        state: SnapshotState { read_on: Some(read_on), ..snapshot.state.clone() },
    };
    let assembler = Assembler {
        lake,
        catalog: &context.catalog,
        sessions: &day_sessions(lake, &session_options(settings)?)?,
        thresholds: &settings.thresholds()?,
        superseded_grace: settings.superseded_grace()?,
    };
    let assembled = assembler.assemble(day).await?;
    for SkippedReport { table, missing } in &assembled.notes.skipped {
        let missing = missing.join(", ");
        match snapshot.tables.iter().any(|had| had.name == *table) {
            true => tracing::warn!(table, missing, "no longer computed"),
            false => tracing::info!(table, missing, "not computed"),
        }
    }
    let notes = assembled.notes.clone();
    let published = assembler.publish(assembled, context.clock.now()).await?.published()?;
    Ok(Derived { published, notes })
}
