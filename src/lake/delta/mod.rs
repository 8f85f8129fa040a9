//! Tables as Delta Lake tables over the same Parquet files.
//!
//! The manifests are the truth; a log follows them. Bringing a log up to date compares its active files with those of all
//! current snapshots and commits the difference, if there is any, as one version, put only if absent. So it does not
//! matter where a former run died, and each snapshot that changes a table is one version of it.
//!
//! - `table`: what one table should be, by the manifests
//! - `log`: what its log says, and the commit of the difference

mod log;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use self::table::DeltaTable;
use super::{Days, Lake, LakeError, Snapshot};
use crate::catalog::Zone;

/// Logs brought up to date at once.
const CONCURRENCY: usize = 4;

/// Refuses snapshots that do not fit one Delta table each.
pub(super) fn check(snapshots: &[Snapshot]) -> Result<(), LakeError> {
    tables(snapshots).map(drop)
}

/// Brings every log up to the current snapshots of all dates. `with_logs` are the tables that have a log: one that no
/// snapshot has any more becomes empty. What a log says of a date whose manifest cannot be read stays as it is.
pub(super) async fn follow(lake: &Lake, days: &Days, with_logs: Vec<(Zone, String)>) -> Result<(), LakeError> {
    let mut tables = tables(&days.snapshots)?;
    let unreadable: BTreeSet<String> = days.unreadable.iter().map(|day| day.as_of.to_string()).collect();
    for (zone, name) in with_logs {
        tables.entry((zone, name.clone())).or_insert_with(|| DeltaTable::without_files(zone, name));
    }
    let commits = tables.values().map(|table| log::bring_up_to_date(lake, table, &unreadable));
    stream::iter(commits).buffer_unordered(CONCURRENCY).try_collect().await
}

/// The tables by zone and name: one that moved to another zone is two tables.
fn tables(snapshots: &[Snapshot]) -> Result<BTreeMap<(Zone, String), DeltaTable>, LakeError> {
    let mut newest_first: Vec<&Snapshot> = snapshots.iter().collect();
    newest_first.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.as_of));
    let mut tables = BTreeMap::<(Zone, String), DeltaTable>::new();
    for snapshot in newest_first {
        for table in &snapshot.tables {
            tables
                .entry((table.zone, table.name.clone()))
                .or_insert_with(|| DeltaTable::without_files(table.zone, table.name.clone()))
                .add(snapshot, table);
        }
    }
    tables.values_mut().try_for_each(DeltaTable::merge_columns)?;
    Ok(tables)
}
