//! SQL views over exactly the published files, for engines that know nothing of manifests.
//!
//! A table's own name means what it means to `query`: the newest day. All days together are a view beside it, in the schema
//! `all_days`, or with that prefix where views have no schema. The as-of date is the last column of both. A column that
//! some snapshots do not have is null there; its type is one that holds the values of all days as they are. Where there is
//! none, the view of all days is left out and a comment says so. A table that the newest day lacks has the
//! view of all days alone, and a comment says so: an older day under the name of the newest would be taken for it.
//!
//! A file grows by one name a day, not by one for each table: all tables of a day share the lists of `series`.

mod comments;
mod duckdb;
mod series;
mod spark;
mod view;

#[cfg(test)]
mod named;
#[cfg(test)]
mod tests;

use object_store::path::Path;

#[cfg(test)]
pub(super) use self::named::named_files;
use self::{duckdb::duckdb_sql, spark::spark_sql, view::Published};
use super::{
    Lake, LakeError, UnreadableDay,
    digest::{Believe, Gist},
    layout,
};
use crate::run_id::RunId;

/// Runs that publish at the same moment each write the views; this many rounds let the last of them see all snapshots.
const MAX_ROUNDS: usize = 4;

/// Writes the views of everything published, by way of the staging of `run_id`. Another run may publish meanwhile, so
/// what was described is compared with what there is afterwards.
pub(super) async fn regenerate(lake: &Lake, run_id: &RunId, believe: Believe) -> Result<(), LakeError> {
    let mut surveyed = lake.survey(believe).await?;
    for _ in 0..MAX_ROUNDS {
        for (path, sql) in files(lake, &surveyed.gists, &surveyed.unreadable) {
            lake.replace(run_id, Path::from(path), sql.into_bytes()).await?;
        }
        if lake.snapshots().await? == surveyed.ids {
            break;
        }
        surveyed = lake.survey(believe).await?;
    }
    lake.keep_digest(&surveyed).await;
    Ok(())
}

/// Path and content of each file with views over `snapshots`, which are ascending.
pub(super) fn files(lake: &Lake, snapshots: &[Gist], unreadable: &[UnreadableDay]) -> [(&'static str, String); 2] {
    let newest = snapshots.iter().map(Gist::as_of).rfind(|day| lake.may_be_synced(*day));
    let published = Published { lake: lake.url(), snapshots, unreadable, newest, tables: lake.tables() };
    [(layout::DUCKDB_VIEWS, duckdb_sql(&published)), (layout::SPARK_VIEWS, spark_sql(&published))]
}

/// Whether a file has the views that it should have, in whatever words it describes them.
pub(super) fn are_the_same(found: &[u8], expected: &str) -> bool {
    let words_aside = |found: &str| comments::without_comments(found) == comments::without_comments(expected);
    found == expected.as_bytes() || std::str::from_utf8(found).is_ok_and(words_aside)
}
