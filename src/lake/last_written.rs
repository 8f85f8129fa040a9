//! Which snapshot has a table as it was written last, whichever day it is of.

use std::collections::BTreeMap;

use super::{RunId, SnapshotId};

/// The snapshot that has a table as it was written last, and the run that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastWritten {
    pub(super) run: RunId,
    pub(super) of: SnapshotId,
}

/// One table of one snapshot.
#[derive(Debug)]
pub(super) struct Written<'t> {
    pub(super) of: SnapshotId,
    pub(super) table: &'t str,
    /// The last of the runs that wrote its files, where their names tell.
    pub(super) run: Option<RunId>,
}

/// By table: its last writing, of tables whose days ascend. A table that a later run kept as it was is no later for it.
pub(super) fn last_written<'t>(tables: impl Iterator<Item = Written<'t>>) -> BTreeMap<String, LastWritten> {
    let mut last = BTreeMap::<String, LastWritten>::new();
    for Written { of, table, run } in tables {
        let Some(run) = run else { continue };
        // Of several days that one run wrote, the newest counts.
        if last.get(table).is_none_or(|known| known.run <= run) {
            last.insert(table.to_owned(), LastWritten { run, of });
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_decides_and_not_the_day() {
        let of = |day: &str| SnapshotId { as_of: day.parse().unwrap(), sequence: 1 };
        let run = |name: &str| Some(name.parse().unwrap());
        let tables = [
            Written { of: of("2026-01-31"), table: "events", run: run("20260316T060000Z-0000000a") },
            Written { of: of("2026-03-14"), table: "events", run: run("20260314T060000Z-0000000a") },
            Written { of: of("2026-03-15"), table: "events", run: run("20260314T060000Z-0000000a") },
            Written { of: of("2026-03-15"), table: "other", run: None },
        ];
        let last = last_written(tables.into_iter());
        assert_eq!(last.keys().collect::<Vec<_>>(), ["events"]);
        assert_eq!(last["events"].of, of("2026-01-31"));
        let same = ["2026-01-31", "2026-02-28"].map(|day| Written { of: of(day), table: "events", run: run("r1") });
        assert_eq!(last_written(same.into_iter())["events"].of, of("2026-02-28"));
    }
}
