//! `derive`: compute `queries/` again over a published snapshot, without touching the API.

use super::{Context, definitions::split_as_configured, exclusive::exclusively, print::print};
use crate::{
    assemble::{
        AttributesRead, Subject, WideInputs, derive_tables, judge_again, known_types, session_options, stage_wide,
    },
    catalog::{Origin, Zone},
    engine::SessionOptions,
    error::Error,
    lake::{self, Held, Lake, Publication, Replaces, Snapshot, SnapshotState, SnapshotTable, StagedTable},
    run_id::RunId,
    settings::Settings,
};

/// Replaces the derived tables of the snapshot of `as_of`, or of the newest one.
///
/// # Errors
/// When there is no such snapshot, a query fails, a gate refuses, or the result cannot be published.
pub async fn derive(context: &Context, settings: &Settings, as_of: Option<chrono::NaiveDate>) -> Result<(), Error> {
    let lake = context.lake_to_change(settings)?;
    let now = context.clock.now();
    as_of.map_or(Ok(()), |day| settings.check_day(day, now))?;
    let run_id = context.run_id(now);
    exclusively(context, &lake, ("derive", &run_id), derive_alone(context, settings, &lake, as_of, &run_id)).await
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
    let snapshot = match as_of {
        Some(date) => lake.snapshot(date).await?,
        None => lake.newest().await?,
    };
    let Some(snapshot) = snapshot else {
        let what = format!("the lake at {} has no such snapshot that can be read", lake.display());
        return Err(Error::NoSnapshot(format!("{what}; `lucca-lake snapshots` lists what there is")));
    };
    let derived = replace_derived(context, settings, lake, run_id, &snapshot).await;
    match derived {
        Ok(published) => {
            let derived = published.tables.iter().filter(|t| is_derived(context, t));
            print(&derived.map(|t| format!("{}\t{} rows\n", t.name, t.rows())).collect::<String>())
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
) -> Result<Snapshot, Error> {
    let kept: Vec<_> = snapshot.tables.iter().filter(|t| !is_derived(context, t)).cloned().collect();
    // A damaged file may read well, as other rows.
    if let Some(finding) = lake::check_files(lake, &kept).await?.first() {
        return Err(Error::DamagedInput { as_of: snapshot.as_of, finding: finding.to_string() });
    }
    let engine = session_options(settings)?;
    let (mut staged, state) = compute(context, settings, lake, run_id, (snapshot, &kept), &engine).await?;
    let tables: Vec<SnapshotTable> = staged.iter().map(StagedTable::table).chain(&kept).cloned().collect();
    let subject = Subject {
        day: snapshot.as_of,
        read_that_day: state.read_on == Some(snapshot.as_of),
        tables: &tables,
        references: &[],
        state: &state,
        before: Some(snapshot),
        thresholds: &settings.thresholds()?,
        engine: &engine,
    };
    let judged = judge_again(lake, run_id, &context.catalog, &subject).await?;
    staged.push(judged.findings);
    let publication = Publication {
        as_of: snapshot.as_of,
        run_id: run_id.clone(),
        published_at: context.clock.now(),
        tables: staged,
        carried_over: kept,
        state,
        replaces: Replaces::Exactly(Some(snapshot.sequence)),
        superseded_grace: settings.superseded_grace()?,
    };
    if judged.breaches.is_empty() {
        return Ok(lake::publish(lake, publication).await?);
    }
    let held = Held::keep(lake, publication, judged.breaches).await?;
    Err(Error::Refused { as_of: held.as_of, run_id: held.run_id, breaches: held.breaches })
}

/// The tables computed from those of the snapshot, staged, and what the new snapshot remembers.
async fn compute(
    context: &Context,
    settings: &Settings,
    lake: &Lake,
    run_id: &RunId,
    (snapshot, kept): (&Snapshot, &[SnapshotTable]),
    engine: &SessionOptions,
) -> Result<(Vec<StagedTable>, SnapshotState), Error> {
    let queries = &context.catalog.derived;
    let day = snapshot.as_of;
    let (mut staged, mut skipped) =
        derive_tables(lake, run_id, day, kept.iter(), queries, &context.catalog, engine).await?;
    let known = known_types(&lake.days().await?.snapshots);
    let (_, split) = split_as_configured(&context.catalog, settings)?;
    let attributes = AttributesRead::of(&snapshot.state, &split);
    let inputs = WideInputs { day, attributes: &attributes, known: &known, engine };
    let widened = stage_wide(lake, run_id, &context.catalog, kept, inputs).await?;
    staged.extend(widened.staged);
    skipped.extend(widened.skipped);
    for skipped in skipped {
        tracing::warn!(table = skipped.table, missing = skipped.missing.join(", "), "not computed");
    }
    let mut state = snapshot.state.clone();
    // When the API was read shows in when the snapshot was published, which is about to change.
    state.read_on = Some(snapshot.read_on(settings.timezone()?));
    state.wide_types.extend(widened.types);
    state.described = widened.described;
    Ok((staged, state))
}
