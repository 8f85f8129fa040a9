//! `derive`: compute `queries/` again over a published snapshot, without touching the API.

use super::missing_day::snapshot_of;
use crate::{
    assemble::{Assembler, AttributesRead, Cause, Day, day_sessions, session_options},
    catalog::{Origin, Zone},
    context::{Context, Writer, exclusively, split_as_configured},
    error::Error,
    lake::{self, Lake, Snapshot, SnapshotState, SnapshotTable},
    print::print,
    run_id::RunId,
    run_report::{DeriveSeconds, SkippedReport},
    settings::Settings,
};

/// Replaces the derived tables of the snapshot of `as_of`, or of the newest one.
///
/// # Errors
/// When there is no such snapshot, a query fails, a gate refuses, or the result cannot be published.
pub(crate) async fn derive(
    context: &Context,
    settings: &Settings,
    as_of: Option<chrono::NaiveDate>,
) -> Result<(), Error> {
    let lake = context.lake_to_change(settings)?;
    let now = context.clock.now();
    as_of.map_or(Ok(()), |day| settings.check_day(day, now))?;
    let run_id = context.run_id(now);
    exclusively(
        context,
        &lake,
        Writer { what: "derive", run_id: &run_id, owner: None },
        derive_alone(context, settings, &lake, as_of, &run_id),
    )
    .await
}

/// The same as the only writer of the lake.
pub(super) async fn derive_alone(
    context: &Context,
    settings: &Settings,
    lake: &Lake,
    as_of: Option<chrono::NaiveDate>,
    run_id: &RunId,
) -> Result<(), Error> {
    lake::align(lake).await?;
    let snapshot = snapshot_of(lake, as_of).await?;
    let derived = replace_derived(context, settings, lake, run_id, &snapshot).await;
    match derived {
        Ok((published, DeriveSeconds { derived, wide, judged, tables: seconds, .. })) => {
            if context.quiet {
                return Ok(());
            }
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
        // What a gate holds back stays for whoever looks at it.
        Err(refused @ Error::Refused { .. }) => Err(refused),
        Err(error) => {
            if let Err(error) = lake::discard(lake, run_id).await {
                tracing::warn!(%error, "staged files of the failed derivation stay behind");
            }
            Err(error)
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
) -> Result<(Snapshot, DeriveSeconds), Error> {
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
    let seconds = assembled.notes.derive.seconds.clone();
    Ok((assembler.publish(assembled, context.clock.now()).await?.published()?, seconds))
}
