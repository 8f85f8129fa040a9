//! What is said of a comparison: of each table and column whether it is the same, and what counts.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    found::{ColumnFound, RowsFound},
    lakes::SideTold,
    pairs::{Which, Why},
};
use crate::catalog::Lowered;

/// How two sides are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// The same.
    Equal,
    /// Not the same.
    Differs,
    /// The right side does not have it.
    OnlyLeft,
    /// The left side does not have it.
    OnlyRight,
    /// The source of one side cannot say it.
    NotAvailable,
    /// Not the same, which was expected.
    Accepted,
    /// Not compared, as it tells of the reading.
    LeftOut,
}

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Comparison {
    pub(super) left: SideTold,
    pub(super) right: SideTold,
    /// Equal, or differs.
    pub(super) verdict: Verdict,
    pub(super) tables: Vec<TableTold>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TableTold {
    pub(super) table: String,
    pub(super) verdict: Verdict,
    /// The side whose source cannot say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_available_on: Option<Which>,
    /// Columns by which rows were paired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) key: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<RowsTold>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) columns: Vec<ColumnTold>,
}

/// The rows of a table that both sides have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RowsTold {
    /// How the sets of rows are to each other, whatever their columns say.
    pub(super) verdict: Verdict,
    pub(super) left: u64,
    pub(super) right: u64,
    #[serde(flatten)]
    pub(super) found: super::found::Rows,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ColumnTold {
    pub(super) column: String,
    pub(super) verdict: Verdict,
    /// The side whose source cannot say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_available_on: Option<Which>,
    /// The types of both sides, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) types: Option<[String; 2]>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<ColumnFound>,
}

/// Differences that are expected: `table`, `table.column` or `table.rows`.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected(pub(super) BTreeSet<String>);

impl Expected {
    fn table(&self, table: &str) -> bool {
        self.0.contains(table)
    }

    fn column(&self, table: &str, column: &str) -> bool {
        self.table(table) || self.0.contains(&format!("{table}.{column}"))
    }

    /// `verdict`, unless it was expected.
    fn judged(&self, table: &str, column: &str, verdict: Verdict) -> Verdict {
        if verdict.counts() && self.column(table, column) { Verdict::Accepted } else { verdict }
    }
}

impl Verdict {
    /// Whether it makes the sides different.
    pub(super) fn counts(self) -> bool {
        matches!(self, Self::Differs | Self::OnlyLeft | Self::OnlyRight)
    }

    /// As people read it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Differs => "differs",
            Self::OnlyLeft => "only left",
            Self::OnlyRight => "only right",
            Self::NotAvailable => "not available",
            Self::Accepted => "accepted",
            Self::LeftOut => "left out",
        }
    }

    fn only(side: Which) -> Self {
        match side {
            Which::Left => Self::OnlyLeft,
            Which::Right => Self::OnlyRight,
        }
    }
}

impl Which {
    /// As people read it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

impl Comparison {
    /// Of these tables.
    pub(super) fn new(left: SideTold, right: SideTold, tables: Vec<TableTold>) -> Self {
        let differs = tables.iter().any(|table| table.verdict.counts());
        let verdict = if differs { Verdict::Differs } else { Verdict::Equal };
        Self { left, right, verdict, tables }
    }

    /// Names of the tables that make the sides different.
    pub(super) fn different(&self) -> Vec<String> {
        self.tables.iter().filter(|table| table.verdict.counts()).map(|table| table.table.clone()).collect()
    }
}

impl TableTold {
    /// A table that one side alone has.
    pub(super) fn only(table: String, side: Which, expected: &Expected) -> Self {
        let verdict = if expected.table(&table) { Verdict::Accepted } else { Verdict::only(side) };
        Self { table, verdict, not_available_on: None, key: Vec::new(), rows: None, columns: Vec::new() }
    }

    /// A table that a source cannot say.
    pub(super) fn not_available(table: String, side: Which) -> Self {
        let (verdict, not_available_on) = (Verdict::NotAvailable, Some(side));
        Self { table, verdict, not_available_on, key: Vec::new(), rows: None, columns: Vec::new() }
    }

    /// A table whose rows were compared by `key`; `others` are columns that were not.
    pub(super) fn compared(
        table: String,
        key: Vec<String>,
        found: RowsFound,
        others: Vec<(String, Why)>,
        expected: &Expected,
    ) -> Self {
        let (left, right) = (found.rows(Which::Left), found.rows(Which::Right));
        let RowsFound { rows, columns } = found;
        let verdict = match (rows.left.count, rows.right.count) {
            (0, 0) => Verdict::Equal,
            (_, 0) => Verdict::OnlyLeft,
            (0, _) => Verdict::OnlyRight,
            _ => Verdict::Differs,
        };
        let rows = RowsTold { verdict: expected.judged(&table, Lowered::ROWS, verdict), left, right, found: rows };
        let compared = columns.into_iter().map(|column| ColumnTold::compared(&table, column, expected));
        let others = others.into_iter().map(|(column, why)| ColumnTold::other(&table, column, &why, expected));
        let columns: Vec<ColumnTold> = compared.chain(others).collect();
        let verdicts = || columns.iter().map(|column| column.verdict).chain([rows.verdict]);
        let verdict = if verdicts().any(Verdict::counts) {
            Verdict::Differs
        } else if verdicts().any(|verdict| verdict == Verdict::Accepted) {
            Verdict::Accepted
        } else {
            Verdict::Equal
        };
        Self { table, verdict, not_available_on: None, key, rows: Some(rows), columns }
    }
}

impl ColumnTold {
    fn compared(table: &str, found: ColumnFound, expected: &Expected) -> Self {
        let verdict = if found.different() == 0 { Verdict::Equal } else { Verdict::Differs };
        let (column, verdict) = (found.column.clone(), expected.judged(table, &found.column, verdict));
        Self { column, verdict, not_available_on: None, types: None, found: Some(found) }
    }

    fn other(table: &str, column: String, why: &Why, expected: &Expected) -> Self {
        let verdict = match why {
            Why::Only(side) => Verdict::only(*side),
            Why::NotAvailable(_) => Verdict::NotAvailable,
            Why::Types(..) => Verdict::Differs,
            Why::OfTheReading => Verdict::LeftOut,
        };
        let verdict = expected.judged(table, &column, verdict);
        let not_available_on = if let Why::NotAvailable(side) = why { Some(*side) } else { None };
        let types = if let Why::Types(left, right) = why { Some([left, right].map(ToString::to_string)) } else { None };
        Self { column, verdict, not_available_on, types, found: None }
    }
}
