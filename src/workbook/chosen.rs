//! Which tables become sheets, what stands in where they may not be shown, and why others have none.

use super::asked::Asked;
use crate::{
    catalog::{DerivedTable, Privacy, Table, TableColumn},
    engine::{derive, output::MOST_ROWS},
    error::Error,
    lake::published::published,
};

/// A table, in the order of the sheets: people, numbers of them, dates to keep, the organisation, the register, the data
/// itself. Below a ceiling that hides it, the query of `queries/report/` that says less of it.
pub(super) const SHEETS: [(&str, Option<&str>); 18] = [
    ("people_current", None),
    ("headcount", None),
    ("headcount_rollup", None),
    ("headcount_monthly", Some("headcount_months")),
    ("movements", None),
    ("movements_monthly", None),
    ("turnover_12_months", None),
    ("upcoming_changes", None),
    ("probation_deadlines", Some("probation_list")),
    ("contract_end_dates", Some("contract_list")),
    ("tenure", None),
    ("gender_balance", Some("genders")),
    ("age_pyramid", None),
    ("span_of_control", None),
    ("absences_monthly", None),
    ("absent_on_day", None),
    ("registre_unique_du_personnel", None),
    ("data_quality_findings", Some("findings")),
];

/// What becomes a sheet.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) table: Table,
    /// The columns of it that may be seen.
    pub(super) columns: Vec<TableColumn>,
    /// The query that gives its rows; a published table has them.
    pub(super) query: Option<&'a DerivedTable>,
}

/// A table that has no sheet, though perhaps a query that says less of it does.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) table: Table,
    pub(super) why: Why,
}

/// Why a table has no sheet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// That it has a row tells what is of this class.
    Private(Privacy),
    /// The snapshot has none, perhaps for this reason.
    Absent(Option<String>),
    /// It has more rows than a sheet holds.
    TooLong(u64),
}

/// What becomes sheets, and what does not.
///
/// # Errors
/// When a query cannot be planned.
pub(super) fn of<'a>(asked: &Asked<'a>) -> Result<(Vec<Chosen<'a>>, Vec<LeftOut>), Error> {
    let tables = published(asked.catalog, std::slice::from_ref(asked.snapshot));
    let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
    for (name, otherwise) in SHEETS {
        let known = tables.iter().find(|known| known.name == name).cloned();
        let Some(table) = known.or_else(|| asked.catalog.table(name)) else { continue };
        let Some(why) = why_not(asked, &table) else {
            let held = asked.snapshot.table(name).map(|held| held.columns.as_slice()).unwrap_or_default();
            let columns = seen(&table, asked.ceiling);
            let columns = columns.into_iter().filter(|c| held.iter().any(|held| held.name == c.name)).collect();
            chosen.push(Chosen { table, columns, query: None });
            continue;
        };
        if let Why::Private(_) = why
            && let Some(query) = otherwise.and_then(|name| asked.catalog.report.iter().find(|q| q.table.name == name))
            && query.rows() <= asked.ceiling
            && derive::missing(asked.session, query)?.is_empty()
        {
            let (table, columns) = (query.table.clone(), seen(&query.table, asked.ceiling));
            chosen.push(Chosen { table, columns, query: Some(query) });
        }
        left_out.push(LeftOut { table, why });
    }
    Ok((chosen, left_out))
}

fn why_not(asked: &Asked<'_>, table: &Table) -> Option<Why> {
    let Some(held) = asked.snapshot.table(&table.name) else {
        return Some(Why::Absent(asked.snapshot.state.absent.get(&table.name).cloned()));
    };
    let rows_tell = asked.catalog.privacy_of_rows(table);
    let columns = table.columns.iter().map(|column| column.privacy);
    // Rows without a column would tell nothing.
    if let Some(class) = Some(rows_tell).max(columns.min()).filter(|class| *class > asked.ceiling) {
        return Some(Why::Private(class));
    }
    Some(held.rows()).filter(|rows| *rows > u64::from(MOST_ROWS)).map(Why::TooLong)
}

fn seen(table: &Table, ceiling: Privacy) -> Vec<TableColumn> {
    table.columns.iter().filter(|column| column.privacy <= ceiling).cloned().collect()
}
