//! SQL views over exactly the published files, for engines that know nothing of manifests.
//!
//! A table's own name means what it means to `query`: the newest day. All days together are a view beside it, in the schema
//! `all_days`, or with that prefix where views have no schema. The as-of date is the last column of both. A column that
//! some snapshots do not have is null there; its type is one that holds the values of all days as they are. Where there is
//! none, the view of all days is left out and a comment says so. A table that the newest day lacks has the
//! view of all days alone, and a comment says so: an older day under the name of the newest would be taken for it.

mod comments;
mod duckdb;
mod spark;
mod view;

#[cfg(test)]
mod tests;

use object_store::path::Path;

pub(crate) use duckdb::duckdb_sql;
pub(crate) use spark::spark_sql;
pub(crate) use view::Published;

use super::{Days, Lake, LakeError, layout};
use crate::run_id::RunId;

/// Runs that publish at the same moment each write the views; this many rounds let the last of them see all snapshots.
const MAX_ROUNDS: usize = 4;

/// Writes the views of everything published, by way of the staging of `run_id`. Another run may publish meanwhile, so
/// what was described is compared with what there is afterwards.
pub(super) async fn regenerate(lake: &Lake, run_id: &RunId) -> Result<(), LakeError> {
    let mut current = lake.snapshots().await?;
    for _ in 0..MAX_ROUNDS {
        let days = lake.read_days(&current).await?;
        for (path, sql) in files(lake, &days) {
            lake.replace(run_id, Path::from(path), sql.into_bytes()).await?;
        }
        let described = std::mem::replace(&mut current, lake.snapshots().await?);
        if described == current {
            return Ok(());
        }
    }
    Ok(())
}

/// Path and content of each file with views over `days`.
pub(super) fn files(lake: &Lake, days: &Days) -> [(&'static str, String); 2] {
    let Days { snapshots, unreadable, .. } = days;
    let newest = days.newest().map(|snapshot| snapshot.as_of);
    let published = Published { lake: lake.url(), snapshots, unreadable, newest, tables: lake.tables() };
    [(layout::DUCKDB_VIEWS, duckdb_sql(&published)), (layout::SPARK_VIEWS, spark_sql(&published))]
}

/// Whether a file has the views that it should have, in whatever words it describes them.
pub(super) fn are_the_same(found: &[u8], expected: &str) -> bool {
    let words_aside = |found: &str| comments::without_comments(found) == comments::without_comments(expected);
    found == expected.as_bytes() || std::str::from_utf8(found).is_ok_and(words_aside)
}
