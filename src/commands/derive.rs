//! `derive`: compute `queries/` again over a published snapshot, without touching the API.

use super::{Context, derivation::derive_tables, print};
use crate::{
    catalog::Zone,
    error::Error,
    lake::{self, Lake, LakeError, Lease, Publication, Replaces, SnapshotTable},
    settings::Settings,
};

/// Replaces the derived tables of the snapshot of `as_of`, or of the newest one.
///
/// # Errors
/// When there is no such snapshot, a query fails, or the result cannot be published.
pub async fn derive(context: &Context, settings: &Settings, as_of: Option<chrono::NaiveDate>) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?;
    let now = context.clock.now();
    let run_id = context.run_id(now);
    let holder = format!("derive {run_id} (process {})", std::process::id());
    let lease = Lease::take(&lake, &holder, None, &context.clock).await?;
    let derived = tokio::select! {
        biased;
        () = lease.lost() => Err(LakeError::Held { lake: lake.display(), holder: "another run".into() }.into()),
        derived = derive_alone(context, &lake, as_of, &run_id) => derived,
    };
    lease.release().await;
    derived
}

async fn derive_alone(
    context: &Context,
    lake: &Lake,
    as_of: Option<chrono::NaiveDate>,
    run_id: &str,
) -> Result<(), Error> {
    let snapshot = match as_of {
        Some(date) => lake.snapshot(date).await?,
        None => lake.newest().await?,
    };
    let Some(snapshot) = snapshot else {
        return Err(Error::NoSnapshot(format!("the lake at {} has no such snapshot", lake.display())));
    };
    let kept: Vec<_> = snapshot.tables.iter().filter(|t| t.zone != Zone::Derived).cloned().collect();
    let queries = &context.catalog.derived;
    let derived = derive_tables(lake, run_id, snapshot.as_of, kept.iter(), queries, &context.catalog).await;
    let published = match derived {
        Ok((staged, skipped)) => {
            for skipped in skipped {
                tracing::warn!(table = skipped.table, missing = skipped.missing.join(", "), "not computed");
            }
            let publication = Publication {
                as_of: snapshot.as_of,
                run_id: run_id.to_owned(),
                published_at: context.clock.now(),
                tables: staged,
                carried_over: kept,
                state: snapshot.state.clone(),
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
                .filter(|t| t.zone == Zone::Derived)
                .map(|t: &SnapshotTable| format!("{}\t{} rows\n", t.name, t.rows()))
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
