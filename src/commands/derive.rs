//! `derive`: compute `queries/` again over a published snapshot, without touching the API.

use std::collections::BTreeMap;

use super::{
    Context,
    derivation::derive_tables,
    print,
    sync::{WIDE_TYPES, attributes_read, known_types, wide_types},
    wide::{LABELS, WIDE_TABLES, WideInputs, stage_wide},
};
use crate::{
    catalog::{LakeType, Zone},
    engine::derive::Skipped,
    error::Error,
    lake::{self, Lake, LakeError, Lease, Publication, Replaces, Snapshot, SnapshotTable, StagedTable},
    settings::Settings,
};

/// Replaces the derived tables of the snapshot of `as_of`, or of the newest one.
///
/// # Errors
/// When there is no such snapshot, a query fails, or the result cannot be published.
pub async fn derive(context: &Context, settings: &Settings, as_of: Option<chrono::NaiveDate>) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?.with_table_format(settings.table_format()?);
    let now = context.clock.now();
    let run_id = context.run_id(now);
    let holder = format!("derive {run_id} (process {})", std::process::id());
    let lease = Lease::take(&lake, &holder, None, &context.clock).await?;
    let derived = tokio::select! {
        biased;
        () = lease.lost() => Err(LakeError::Held { lake: lake.display(), holder: "another run".into() }.into()),
        derived = derive_alone(context, settings, &lake, as_of, &run_id) => derived,
    };
    lease.release().await;
    derived
}

/// The tables computed from those of the snapshot, staged; and those that could not be.
async fn compute(
    context: &Context,
    settings: &Settings,
    lake: &Lake,
    run_id: &str,
    snapshot: &Snapshot,
    kept: &[SnapshotTable],
) -> Result<(Vec<StagedTable>, Vec<Skipped>, BTreeMap<String, LakeType>), Error> {
    let queries = &context.catalog.derived;
    let day = snapshot.as_of;
    let (mut staged, mut skipped) = derive_tables(lake, run_id, day, kept.iter(), queries, &context.catalog).await?;
    let known = known_types(&lake.all_current().await?);
    let attributes = attributes_read(snapshot, &settings.personal_definitions());
    let inputs = WideInputs { day, attributes: &attributes, known: &known };
    let widened = stage_wide(lake, run_id, kept, inputs).await?;
    staged.extend(widened.staged);
    skipped.extend(widened.skipped);
    let mut types = wide_types(snapshot);
    types.extend(widened.types);
    Ok((staged, skipped, types))
}

async fn derive_alone(
    context: &Context,
    settings: &Settings,
    lake: &Lake,
    as_of: Option<chrono::NaiveDate>,
    run_id: &str,
) -> Result<(), Error> {
    lake::align(lake).await?;
    let snapshot = match as_of {
        Some(date) => lake.snapshot(date).await?,
        None => lake.newest().await?,
    };
    let Some(snapshot) = snapshot else {
        return Err(Error::NoSnapshot(format!("the lake at {} has no such snapshot", lake.display())));
    };
    let queries = &context.catalog.derived;
    let is_wide = |name: &str| WIDE_TABLES.iter().any(|(wide, ..)| *wide == name);
    let is_query = |name: &str| queries.iter().any(|q| q.table.name == name);
    let is_derived = |t: &SnapshotTable| {
        let computed = t.zone == Zone::Derived && t.name != LABELS;
        computed || is_wide(&t.name) || is_query(&t.name)
    };
    let kept: Vec<_> = snapshot.tables.iter().filter(|t| !is_derived(t)).cloned().collect();
    let derived = compute(context, settings, lake, run_id, &snapshot, &kept).await;
    let published = match derived {
        Ok((staged, skipped, types)) => {
            let mut state = snapshot.state.clone();
            state.insert(WIDE_TYPES.to_owned(), serde_json::json!(types));
            for skipped in skipped {
                tracing::warn!(table = skipped.table, missing = skipped.missing.join(", "), "not computed");
            }
            let publication = Publication {
                as_of: snapshot.as_of,
                run_id: run_id.to_owned(),
                published_at: context.clock.now(),
                tables: staged,
                carried_over: kept,
                state,
                replaces: Replaces::Exactly(Some(snapshot.sequence)),
            };
            lake::publish(lake, publication).await.map_err(Error::from)
        }
        Err(error) => Err(error),
    };
    match published {
        Ok(snapshot) => {
            let derived: Vec<String> = snapshot
                .tables
                .iter()
                .filter(|t| is_derived(t))
                .map(|t| format!("{}\t{} rows\n", t.name, t.rows()))
                .collect();
            print(&derived.concat())
        }
        Err(error) => {
            if let Err(error) = lake::discard(lake, run_id).await {
                tracing::warn!(%error, "staged files of the failed derivation stay behind");
            }
            Err(error)
        }
    }
}
