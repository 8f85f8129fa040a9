//! What is said of a day that the lake does not have: which days there are, and how to come by the others.

use std::fmt::Display;

use chrono::NaiveDate;

use crate::{
    error::Error,
    lake::{Lake, Snapshot, SnapshotId},
};

/// Most days that are named one by one.
const MAX_NAMED: usize = 10;
/// How many of the newest are named where there are more.
const NEWEST: usize = 3;

/// That the lake has no snapshot of this day.
pub(super) async fn no_such_day(lake: &Lake, day: NaiveDate) -> Error {
    match lake.snapshots().await {
        Ok(ids) => Error::NoSnapshot(told(lake, &format!("as of {day}"), day, &ids)),
        Err(error) => error.into(),
    }
}

/// The snapshot of a day, or of the newest.
pub(super) async fn snapshot_of(lake: &Lake, as_of: Option<NaiveDate>) -> Result<Snapshot, Error> {
    let Some(day) = as_of else {
        return lake.newest().await?.ok_or_else(|| {
            let what = format!("the lake at {} has no snapshot that can be read", lake.display());
            Error::NoSnapshot(format!("{what}; `lucca-lake snapshots` lists what there is"))
        });
    };
    match lake.snapshot(day).await? {
        Some(snapshot) => Ok(snapshot),
        None => Err(no_such_day(lake, day).await),
    }
}

/// That the lake has no snapshot of this name.
pub(super) async fn no_such_snapshot(lake: &Lake, id: SnapshotId) -> Error {
    let ids = match lake.every_snapshot().await {
        Ok(ids) => ids,
        Err(error) => return error.into(),
    };
    let of_day: Vec<_> = ids.iter().filter(|other| other.as_of == id.as_of).collect();
    Error::NoSnapshot(if of_day.is_empty() {
        told(lake, &id.to_string(), id.as_of, &ids)
    } else {
        let are = if of_day.len() == 1 { "is" } else { "are" };
        format!("the lake at {} has no snapshot {id}; of {} there {are} {}", lake.display(), id.as_of, listed(&of_day))
    })
}

fn told(lake: &Lake, what: &str, day: NaiveDate, ids: &[SnapshotId]) -> String {
    let mut days: Vec<NaiveDate> = ids.iter().map(|id| id.as_of).collect();
    days.sort_unstable();
    days.dedup();
    let has = format!("the lake at {} has no snapshot", lake.display());
    let Some(newest) = days.last() else { return format!("{has}; run `lucca-lake sync` first") };
    let mut text = format!("{has} {what}; {}", there_are(&days, day));
    if lake.may_be_synced(day) {
        text.push_str(&format!("; `lucca-lake sync --as-of {day}` reads that day"));
    }
    if day < *newest {
        text.push_str(
            "; headcount_monthly and assignment_history of the newest day hold past days without a snapshot of them",
        );
    }
    text
}

/// The days there are; where they are many, the newest and those around the one that is missing.
fn there_are(days: &[NaiveDate], missing: NaiveDate) -> String {
    if days.len() == 1 {
        return format!("there is {}", listed(days));
    }
    if days.len() <= MAX_NAMED {
        return format!("there are {}", listed(days));
    }
    let newest: Vec<_> = days.iter().rev().take(NEWEST).collect();
    let next = days.partition_point(|day| *day < missing);
    let around: Vec<_> =
        [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|at| days.get(at)).collect();
    let nearest = if around.iter().all(|day| newest.contains(day)) {
        String::new()
    } else {
        format!(", the nearest {}", listed(&around))
    };
    format!("there are {} days, the newest {}{nearest}", days.len(), listed(&newest))
}

/// "a, b and c".
fn listed(items: &[impl Display]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Vec<NaiveDate> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn days_are_listed_while_they_are_few_and_counted_then() {
        let missing = "2026-01-15".parse().unwrap();
        assert_eq!(there_are(&days(&["2026-01-31"]), missing), "there is 2026-01-31");
        let few = days(&["2026-01-01", "2026-01-31", "2026-02-01"]);
        assert_eq!(there_are(&few, missing), "there are 2026-01-01, 2026-01-31 and 2026-02-01");
        let first: NaiveDate = "2026-01-01".parse().unwrap();
        let many: Vec<NaiveDate> = first.iter_weeks().take(20).collect();
        assert_eq!(
            there_are(&many, "2026-01-20".parse().unwrap()),
            "there are 20 days, the newest 2026-05-14, 2026-05-07 and 2026-04-30, the nearest 2026-01-15 and 2026-01-22"
        );
        assert_eq!(
            there_are(&many, "2026-06-01".parse().unwrap()),
            "there are 20 days, the newest 2026-05-14, 2026-05-07 and 2026-04-30"
        );
        assert_eq!(
            there_are(&many, "2020-06-01".parse().unwrap()),
            "there are 20 days, the newest 2026-05-14, 2026-05-07 and 2026-04-30, the nearest 2026-01-01"
        );
    }
}
