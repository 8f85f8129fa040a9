//! Findings from numbers: how a table differs from what it was, and from what is declared of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Thresholds;
use crate::catalog::{Severity, Table};

/// A finding about a whole table or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Name of the rule.
    pub(crate) rule: &'static str,
    /// How much it matters.
    pub(crate) severity: Severity,
    /// Whether it stops a publication.
    pub(crate) is_gate: bool,
    /// Table.
    pub(crate) table: String,
    /// Column.
    pub(crate) column: Option<String>,
    /// The numbers.
    pub(crate) detail: String,
}

/// Rules that need the snapshot before.
pub const COMPARING: [&str; 3] = ["rows_dropped", "values_dropped", "unresolved_references"];

/// Snapshots further apart than this are not compared: in so many days people come and go, and values with them.
pub(crate) const MAX_DAYS_APART: i64 = 45;

/// Rows of a table, and how many of them have a value in each column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Rows.
    pub(crate) rows: u64,
    /// By column; a column that is not counted is not judged.
    pub(crate) filled: BTreeMap<String, u64>,
}

/// References of a column, and those among them that lead nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct References {
    /// All that are not null.
    pub(crate) all: u64,
    /// Those that lead nowhere.
    pub(crate) unresolved: u64,
}

/// What `table` lost since the snapshot of `since`.
pub(crate) fn lost(table: &str, now: &Counts, before: &Counts, since: NaiveDate, allowed: &Thresholds) -> Vec<Finding> {
    let finding = |rule, column: Option<&str>, detail| Finding {
        rule,
        severity: Severity::Error,
        is_gate: true,
        table: table.to_owned(),
        column: column.map(str::to_owned),
        detail,
    };
    let missing = before.rows.saturating_sub(now.rows);
    let emptied = now.rows == 0 && before.rows > 0;
    if emptied || (before.rows >= allowed.min_rows && percent(missing, before.rows) > allowed.max_row_drop) {
        let detail = format!("{} rows, {} in the snapshot of {since}", now.rows, before.rows);
        // Values went with the rows; to say so of every column would hide what happened.
        return vec![finding("rows_dropped", None, detail)];
    }
    let fell = before.filled.iter().filter(|(column, filled)| {
        let left = now.filled.get(*column).copied().unwrap_or(0);
        let share = |filled: u64, rows: u64| percent(filled.min(rows), rows);
        let drop = share(**filled, before.rows).saturating_sub(share(left, now.rows));
        **filled >= allowed.min_rows && (left == 0 || drop > allowed.max_fill_drop)
    });
    fell.map(|(column, filled)| {
        let left = now.filled.get(column).copied().unwrap_or(0);
        let detail =
            format!("{left} of {} rows have a value, {filled} of {} in the snapshot of {since}", now.rows, before.rows);
        finding("values_dropped", Some(column), detail)
    })
    .collect()
}

/// Columns of `table` with fewer values than declared.
pub(crate) fn below_floor(table: &Table, now: &Counts, allowed: &Thresholds) -> Vec<Finding> {
    let floors = table.quality.filled.iter().filter_map(|floor| {
        let filled = *now.filled.get(&floor.column)?;
        let below = percent(filled, now.rows) < u64::from(floor.percent) && now.rows >= allowed.min_rows;
        below.then(|| Finding {
            rule: "values_below_floor",
            severity: Severity::Error,
            is_gate: true,
            table: table.name.clone(),
            column: Some(floor.column.clone()),
            detail: format!("{filled} of {} rows have a value, {} % are declared", now.rows, floor.percent),
        })
    });
    floors.collect()
}

/// What to say of the references of one column. References that lead nowhere show what the application may not see:
/// worth knowing always, and a gate when there are suddenly many more.
pub(crate) fn unresolved(
    table: &str,
    column: &str,
    now: References,
    before: Option<References>,
    allowed: &Thresholds,
) -> Option<Finding> {
    if now.unresolved == 0 {
        return None;
    }
    let share = |r: References| percent(r.unresolved, r.all);
    let rise = before.map(|before| share(now).saturating_sub(share(before)));
    let risen = rise.is_some_and(|rise| rise > allowed.max_unresolved_rise) && now.all >= allowed.min_rows;
    let then = before.map_or(String::new(), |b| format!(", {} of {} in the snapshot before", b.unresolved, b.all));
    Some(Finding {
        rule: "unresolved_references",
        severity: if risen { Severity::Error } else { Severity::Warning },
        is_gate: risen,
        table: table.to_owned(),
        column: Some(column.to_owned()),
        detail: format!("{} of {} references lead nowhere{then}", now.unresolved, now.all),
    })
}

/// A share in percent, rounded down; of nothing, everything.
fn percent(part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(part) * 100 / u128::from(whole.max(1))).unwrap_or(u64::MAX).max(if whole == 0 {
        100
    } else {
        0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: u64, filled: &[(&str, u64)]) -> Counts {
        Counts { rows, filled: filled.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect() }
    }

    fn lost_since(now: Counts, before: Counts) -> Vec<(&'static str, Option<String>)> {
        let since = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        let found = lost("employees", &now, &before, since, &Thresholds::default());
        found.into_iter().map(|f| (f.rule, f.column)).collect()
    }

    #[test]
    fn a_table_that_shrinks_or_empties_is_found() {
        let dropped = vec![("rows_dropped", None)];
        assert_eq!(lost_since(counts(79, &[]), counts(100, &[])), dropped);
        assert_eq!(lost_since(counts(80, &[]), counts(100, &[])), []);
        assert_eq!(lost_since(counts(0, &[]), counts(1, &[])), dropped);
        assert_eq!(lost_since(counts(1, &[]), counts(9, &[])), [], "too few to judge");
        assert_eq!(lost_since(counts(0, &[]), counts(0, &[])), []);
        assert_eq!(lost_since(counts(500, &[]), counts(100, &[])), [], "growth is no loss");
    }

    #[test]
    fn a_column_gone_null_is_found() {
        let dropped = vec![("values_dropped", Some("email".to_owned()))];
        let before = counts(100, &[("email", 95), ("phone", 12), ("fax", 3)]);
        assert_eq!(lost_since(counts(100, &[("email", 0), ("phone", 12), ("fax", 0)]), before.clone()), dropped);
        assert_eq!(lost_since(counts(100, &[("email", 74), ("phone", 12)]), before.clone()), dropped);
        assert_eq!(lost_since(counts(100, &[("email", 75), ("phone", 12)]), before.clone()), []);
        assert_eq!(lost_since(counts(100, &[("phone", 12)]), before.clone()), dropped, "the column itself is gone");
        let phone = vec![("values_dropped", Some("phone".to_owned()))];
        assert_eq!(lost_since(counts(100, &[("email", 95), ("phone", 0)]), before), phone, "few, but all of them");
    }

    #[test]
    fn references_that_lead_nowhere_are_told_and_judged_by_their_rise() {
        let refs = |all, unresolved| References { all, unresolved };
        let judged = |now, before| {
            unresolved("job_positions", "manager_id", now, before, &Thresholds::default()).map(|f| f.is_gate)
        };
        assert_eq!(judged(refs(100, 0), None), None);
        assert_eq!(judged(refs(100, 90), None), Some(false), "what the application never could see");
        assert_eq!(judged(refs(100, 90), Some(refs(100, 80))), Some(false));
        assert_eq!(judged(refs(100, 22), Some(refs(100, 1))), Some(true));
        assert_eq!(judged(refs(9, 9), Some(refs(9, 0))), Some(false), "too few to judge");
    }

    #[test]
    fn shares_have_no_edge_that_panics() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(u64::MAX, 1), u64::MAX);
        assert_eq!(percent(1, u64::MAX), 0);
    }
}
