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

/// Folder of received events that no table holds yet.
const RECEIVED: &str = "_lake/events";

/// Who may read an object, or a folder, on a disk. What is private begins with a folder for its owner alone, below which a
/// group gets in only where an administrator made that folder for it.
pub(super) fn access(path: &Path) -> Access {
    let private = [Zone::Personal.as_str(), STAGING, RUNS, RECEIVED, STATE];
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
pub(super) fn private_folders() -> [Path; 4] {
    [Zone::Personal.as_str(), STAGING, RUNS, RECEIVED].map(Path::from)
}

/// Folder of received events that no table holds yet.
pub(super) fn received_dir() -> Path {
    Path::from(RECEIVED)
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
    data_dir(zone, table, as_of).join(file_name(run_id, number))
}

/// The name of the `number`-th published file of a table, in its folder.
pub(super) fn file_name(run_id: &RunId, number: usize) -> String {
    format!("{run_id}-{number:04}.parquet")
}

/// The run that a published file is named by.
pub(super) fn run_of(file: &str) -> Option<RunId> {
    let (run, _) = file.strip_suffix(".parquet")?.rsplit_once('-')?;
    run.parse().ok()
}

/// The run and the number that a published file is named by; none for a name that this program does not give.
pub(super) fn run_and_number(file: &str) -> Option<(RunId, usize)> {
    let (run, number) = file.strip_suffix(".parquet")?.rsplit_once('-')?;
    let (run, number) = (run.parse().ok()?, number.parse().ok()?);
    (file_name(&run, number) == file).then_some((run, number))
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

/// The date whose manifests are in a folder.
pub(super) fn day_of_manifests(folder: &Path) -> Option<NaiveDate> {
    let day = folder.filename()?.strip_prefix(AS_OF)?.strip_prefix('=')?.parse().ok()?;
    (manifests_of(day) == *folder).then_some(day)
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

/// Folder of the runs' reports.
pub(super) fn runs_dir() -> Path {
    Path::from(RUNS)
}

/// The report of a run.
pub(super) fn report(run_id: &RunId) -> Path {
    Path::from(format!("{RUNS}/{run_id}/report.json"))
}

/// Whether `path` is a file that a manifest of `as_of` may name for this table. A manifest is input: following a path
/// out of the table's folder would read, and later delete, what is not the table's.
pub(super) fn is_data_file(path: &str, zone: Zone, table: &str, as_of: NaiveDate) -> bool {
    // Views write the name into SQL, into a pattern and into a list: no other character may stand in it.
    let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    lies_among_files(path, zone, table, as_of) && path.rsplit('/').next().is_some_and(is_plain)
}

/// Whether readers that glob take `path` for a file of this table and day, whoever put it there.
fn lies_among_files(path: &str, zone: Zone, table: &str, as_of: NaiveDate) -> bool {
    let Ok(parsed) = Path::parse(path) else { return false };
    let dir = data_dir(zone, table, as_of);
    let inside = parsed.prefix_match(&dir).is_some_and(|rest| rest.count() == 1);
    inside && parsed.as_ref() == path && path.ends_with(".parquet")
}

/// What manifests say, for runs that need not read them.
pub(super) fn digest() -> Path {
    Path::from("_lake/digest.json")
}

/// Folder of what collections removed.
pub(super) fn removals_dir() -> Path {
    Path::from(REMOVALS)
}

/// Which days a collection removed.
pub(super) fn removal(run_id: &RunId) -> Path {
    Path::from(format!("{REMOVALS}/{run_id}.json"))
}

/// Day and name of a data file, whichever table it is of: `2026-03-15/<run>-0000.parquet`. Views name files of many tables
/// by it at once, and no two runs share it.
pub(super) fn day_and_name(path: &str) -> Option<(NaiveDate, &str)> {
    let (folder, name) = path.rsplit_once('/')?;
    let day = folder.rsplit(['/', '=']).next()?;
    Some((day.parse().ok()?, name)).filter(|(_, name)| name.ends_with(".parquet"))
}

/// Day and name of the data files that the text of views names, wherever the lake is and however the engine quotes.
pub(super) fn files_in_views(text: &str) -> BTreeSet<(NaiveDate, String)> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.=/".contains(c)));
    words.filter_map(day_and_name).map(|(day, name)| (day, name.to_owned())).collect()
}

/// Zone and date of a file that lies where the data files of some table lie.
pub(super) fn place_of(path: &str) -> Option<(Zone, NaiveDate)> {
    let mut parts = path.split('/');
    let (zone, table, day) = (parts.next()?, parts.next()?, parts.next()?);
    let as_of = day.strip_prefix(AS_OF)?.strip_prefix('=')?.parse().ok()?;
    let zone = Zone::ALL.into_iter().find(|z| z.as_str() == zone)?;
    lies_among_files(path, zone, table, as_of).then_some((zone, as_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_files_that_views_name() {
        let (day, name) = ("2026-03-15", "20260315T060000Z-00000001.20260315-0000.parquet");
        let file = format!("core/employees/as_of={day}/{name}");
        for sql in [
            format!("SELECT * FROM read_parquet(['/data/o''brien/[l]ake/{file}', 's3://b/{file}', 'x.parquet'])"),
            format!(
                "SELECT `id` FROM parquet.`s3a://bucket/a b/{file}` UNION ALL SELECT `id` FROM parquet.`x.parquet`"
            ),
            format!("SELECT `id` FROM parquet.`file:///data/\\[lake\\]/{file}`;"),
            format!("CREATE OR REPLACE MACRO all_days.files_2026_03_1(folder) AS [folder || '{day}/{name}'];"),
            format!("SET lucca_lake.files_2026_03_1={day}/{name},{day}/{name};"),
        ] {
            assert_eq!(files_in_views(&sql), BTreeSet::from([(day.parse().unwrap(), name.to_owned())]), "{sql}");
        }
        assert_eq!(
            files_in_views("-- 2026-03-15 is left out: its manifest a/as_of=2026-03-15/0000000001.json"),
            [].into()
        );
    }

    #[test]
    fn a_file_is_named_by_its_run_and_its_number() {
        let run: RunId = "20260315T060000Z-00000001.20260315".parse().unwrap();
        for number in [0, 7, 12_345] {
            assert_eq!(run_and_number(&file_name(&run, number)), Some((run.clone(), number)));
        }
        for other in ["x.parquet", "x-1.parquet", "x-00001.parquet", "x-0001.csv", "-0001.parquet", "x-+001.parquet"] {
            assert_eq!(run_and_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_of_a_table_has_a_plain_name() {
        let day = "2026-03-15".parse().unwrap();
        let is_file = |name: &str| is_data_file(&format!("core/people/as_of={day}/{name}"), Zone::Core, "people", day);
        assert!(is_file("20260315T060000Z-00000001.20260315-0000.parquet"));
        for other in
            ["a b.parquet", "a'b.parquet", "a,b.parquet", "{a}.parquet", "é.parquet", "a/b.parquet", "a.csv", ""]
        {
            assert!(!is_file(other), "{other}");
        }
    }
}
