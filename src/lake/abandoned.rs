//! Staging of runs that were killed: nobody else removes it, and it holds personal data outside its zone's folder.

use chrono::{DateTime, NaiveDateTime, Utc};
use object_store::path::Path;

use super::{Lake, layout, publish::discard};

/// How run ids begin: the second the run began.
const STARTED_AT: &str = "%Y%m%dT%H%M%SZ";

/// Removes the staging of runs that began before `before`, as their ids tell. What cannot be removed is left for the next
/// time, with a warning: it is no reason to fail a run.
pub async fn discard_abandoned(lake: &Lake, before: DateTime<Utc>) {
    let folder = Path::from(layout::STAGING);
    let runs = match lake.store().list_with_delimiter(Some(&folder)).await {
        Ok(listing) => listing.common_prefixes,
        Err(error) => return tracing::warn!(%error, "staging of former runs was not looked for"),
    };
    for run_id in runs.iter().filter_map(Path::filename) {
        let Some((started_at, _)) = run_id.split_once('-') else { continue };
        let started_at = NaiveDateTime::parse_from_str(started_at, STARTED_AT).map(|time| time.and_utc());
        if started_at.is_ok_and(|started_at| started_at < before)
            && let Err(error) = discard(lake, run_id).await
        {
            tracing::warn!(run_id, %error, "staging of a former run was not removed");
        }
    }
}
