//! Where everything is: the only place that spells a path of the lake.
//!
//! Data lives at `<zone>/<table>/as_of=<date>/<run>-<nnnn>.parquet`, everything else outside the zones, because
//! readers that glob a table's folder read whatever they find there.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use object_store::path::Path;

use super::SnapshotId;
use crate::{
    catalog::{AS_OF, Zone},
    modes::Access,
    run_id::RunId,
};

/// File with the views for DuckDB.
pub(super) const DUCKDB_VIEWS: &str = "views/duckdb.sql";
/// File with the views for Spark.
pub(super) const SPARK_VIEWS: &str = "views/spark.sql";

const MANIFESTS: &str = "_lake/manifests";

const COLLECTING: &str = "_lake/collecting";

const REMOVALS: &str = "_lake/removed";

/// Where runs keep what is not published yet.
pub(super) const STAGING: &str = "_lake/staging";

/// Folder of the runs' reports.
const RUNS: &str = "_lake/runs";

/// Who may read an object, or a folder, on a disk. What is private begins with a folder for its owner alone, below which a
/// group gets in only where an administrator made that folder for it.
pub(super) fn access(path: &Path) -> Access {
    let private = [Zone::Personal.as_str(), STAGING, RUNS, STATE];
    let path = path.as_ref();
    for folder in private {
        match path.strip_prefix(folder) {
            Some("") => return Access::Private,
            Some(rest) if rest.starts_with('/') => return Access::PrivateToFolder,
            _ => {}
        }
    }
    Access::Shared
}

/// Folders that nobody but their owner, and whoever an administrator named, should be able to read.
pub(super) fn private_folders() -> [Path; 3] {
    [Path::from(Zone::Personal.as_str()), Path::from(STAGING), Path::from(RUNS)]
}

/// Where the processes of one user keep what they share, when there is no better place.
const STATE: &str = "_lake/state";

/// See [`super::Lake::place_for_state`].
pub(super) fn state_dir() -> Path {
    Path::from(STATE)
}

/// Folder of a run's unpublished files.
pub(super) fn staging_dir(run_id: &RunId) -> Path {
    Path::from(format!("{STAGING}/{run_id}"))
}

/// Folder of a table's unpublished files.
pub(super) fn staging_table(run_id: &RunId, zone: Zone, table: &str) -> Path {
    Path::from(format!("{STAGING}/{run_id}/{zone}/{table}"))
}

/// The `number`-th unpublished file of a table.
pub(super) fn staging_file(run_id: &RunId, zone: Zone, table: &str, number: usize) -> Path {
    staging_table(run_id, zone, table).join(format!("{number:04}.parquet"))
}

/// A manifest on its way to its final name.
pub(super) fn staging_manifest(run_id: &RunId) -> Path {
    Path::from(format!("_lake/staging/{run_id}/manifest.json"))
}

/// What a run holds back.
pub(super) fn held(run_id: &RunId) -> Path {
    Path::from(format!("{STAGING}/{run_id}/held.json"))
}

/// The run whose staging holds `path`.
pub(super) fn staging_run(path: &str) -> Option<RunId> {
    let (run, _) = path.strip_prefix(STAGING)?.strip_prefix('/')?.split_once('/')?;
    run.parse().ok()
}

/// Folder of what an unfinished run keeps for the next one.
pub(super) fn checkpoint_dir(run_id: &RunId) -> Path {
    Path::from(format!("{STAGING}/{run_id}/pages"))
}

/// What an unfinished run was reading.
pub(super) fn checkpoint(run_id: &RunId) -> Path {
    Path::from(format!("{STAGING}/{run_id}/pages/begun.json"))
}

/// What an unfinished run puts down beside its pages.
pub(super) fn checkpoint_note(run_id: &RunId, name: &str) -> Path {
    Path::from(format!("{STAGING}/{run_id}/pages/{name}.json"))
}

/// A page that an unfinished run has read.
pub(super) fn kept_page(run_id: &RunId, digest: &str) -> Path {
    Path::from(format!("{STAGING}/{run_id}/pages/{digest}.arrow"))
}

/// Folders of a run's unpublished tables.
pub(super) fn staging_zones(run_id: &RunId) -> [Path; 3] {
    Zone::ALL.map(|zone| Path::from(format!("{STAGING}/{run_id}/{zone}")))
}

/// An object that only tries what the store does.
pub(super) fn probe(run_id: &RunId) -> Path {
    Path::from(format!("{STAGING}/{run_id}/probe"))
}

/// The lease of a lake in a bucket.
pub(super) fn lease() -> Path {
    Path::from("_lake/lease.json")
}

/// An object that only tells what time it is in the store.
pub(super) fn store_clock() -> Path {
    Path::from("_lake/clock")
}

/// Since when remembered page limits no longer count.
pub(super) fn page_limits() -> Path {
    Path::from("_lake/page-limits.json")
}

/// The lock of a lake on a local disk.
pub(super) fn lock_file() -> Path {
    Path::from("_lake/lock")
}

/// Folder of what collections have begun to delete and not ended.
pub(super) fn collecting_dir() -> Path {
    Path::from(COLLECTING)
}

/// What one collection deletes.
pub(super) fn collecting(run_id: &RunId) -> Path {
    Path::from(format!("{COLLECTING}/{run_id}.json"))
}

/// Folder of a table's files of one date.
pub(super) fn data_dir(zone: Zone, table: &str, as_of: NaiveDate) -> Path {
    Path::from(format!("{zone}/{table}/{AS_OF}={as_of}"))
}

/// The `number`-th published file of a table.
pub(super) fn data_file(zone: Zone, table: &str, as_of: NaiveDate, run_id: &RunId, number: usize) -> Path {
    Path::from(format!("{zone}/{table}/{AS_OF}={as_of}/{run_id}-{number:04}.parquet"))
}

/// The run that a published file is named by.
pub(super) fn run_of(file: &str) -> Option<RunId> {
    let (run, _) = file.strip_suffix(".parquet")?.rsplit_once('-')?;
    run.parse().ok()
}

/// Folder of a table's files of every date.
pub(super) fn table_dir(zone: Zone, table: &str) -> Path {
    Path::from(format!("{zone}/{table}"))
}

/// Folder of a table's Delta Lake log. Readers that glob take no file from it: it never holds Parquet, and engines skip
/// folders that begin with an underscore.
pub(super) fn delta_log(zone: Zone, table: &str) -> Path {
    table_dir(zone, table).join("_delta_log")
}

/// Folder of a zone's tables.
pub(super) fn zone_dir(zone: Zone) -> Path {
    Path::from(zone.as_str())
}

/// Folder of all manifests.
pub(super) fn manifests_dir() -> Path {
    Path::from(MANIFESTS)
}

/// Folder of one date's manifests.
pub(super) fn manifests_of(as_of: NaiveDate) -> Path {
    Path::from(format!("{MANIFESTS}/{AS_OF}={as_of}"))
}

/// One manifest.
pub(super) fn manifest(id: SnapshotId) -> Path {
    Path::from(format!("{MANIFESTS}/{AS_OF}={}/{:010}.json", id.as_of, id.sequence))
}

/// The snapshot a manifest's path stands for; `None` for anything else that lies among the manifests.
pub(super) fn parse_manifest(path: &Path) -> Option<SnapshotId> {
    let rest = path.as_ref().strip_prefix(MANIFESTS)?.strip_prefix('/')?;
    let (date, name) = rest.split_once('/')?;
    let as_of = date.strip_prefix(AS_OF)?.strip_prefix('=')?.parse().ok()?;
    let sequence = name.strip_suffix(".json")?.parse().ok()?;
    let id = SnapshotId { as_of, sequence };
    // Round trip: `+1.json`, `1.json` or `2026-1-2` are not names this program gives.
    (manifest(id) == *path).then_some(id)
}

/// The report of a run.
pub(super) fn report(run_id: &RunId) -> Path {
    Path::from(format!("{RUNS}/{run_id}/report.json"))
}

/// Whether `path` is a file that a manifest of `as_of` may name for this table. A manifest is input: following a path
/// out of the table's folder would read, and later delete, what is not the table's.
pub(super) fn is_data_file(path: &str, zone: Zone, table: &str, as_of: NaiveDate) -> bool {
    let Ok(parsed) = Path::parse(path) else { return false };
    let dir = data_dir(zone, table, as_of);
    let inside = parsed.prefix_match(&dir).is_some_and(|rest| rest.count() == 1);
    inside && parsed.as_ref() == path && path.ends_with(".parquet")
}

/// Folder of what collections removed.
pub(super) fn removals_dir() -> Path {
    Path::from(REMOVALS)
}

/// Which days a collection removed.
pub(super) fn removal(run_id: &RunId) -> Path {
    Path::from(format!("{REMOVALS}/{run_id}.json"))
}

/// The data files that the text of views names, wherever the lake is and however the engine quotes.
pub(super) fn data_files_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.=/".contains(c)));
    let relative = words.filter_map(|word| {
        let (slash, _) = word.rmatch_indices('/').nth(3)?;
        word.get(slash + 1..)
    });
    relative.filter(|path| place_of(path).is_some()).map(str::to_owned).collect()
}

/// Zone and date of a file that lies where the data files of some table lie.
pub(super) fn place_of(path: &str) -> Option<(Zone, NaiveDate)> {
    let mut parts = path.split('/');
    let (zone, table, day) = (parts.next()?, parts.next()?, parts.next()?);
    let as_of = day.strip_prefix(AS_OF)?.strip_prefix('=')?.parse().ok()?;
    let zone = Zone::ALL.into_iter().find(|z| z.as_str() == zone)?;
    is_data_file(path, zone, table, as_of).then_some((zone, as_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_files_that_views_name() {
        let file = "core/employees/as_of=2026-03-15/20260315T060000Z-00000001.20260315-0000.parquet";
        for sql in [
            format!("SELECT * FROM read_parquet(['/data/o''brien/[l]ake/{file}', 's3://b/{file}', 'x.parquet'])"),
            format!(
                "SELECT `id` FROM parquet.`s3a://bucket/a b/{file}` UNION ALL SELECT `id` FROM parquet.`x.parquet`"
            ),
            format!("SELECT `id` FROM parquet.`file:///data/\\[lake\\]/{file}`;"),
        ] {
            assert_eq!(data_files_in(&sql), BTreeSet::from([file.to_owned()]), "{sql}");
        }
    }
}
