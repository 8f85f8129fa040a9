//! Which column of a table says whose a row is.

use crate::catalog::Table;

/// Tables with one row per person, or per manager, whose column is called otherwise than elsewhere.
const OF_OTHER_NAMES: [(&str, &str); 4] =
    [("employees", "id"), ("legacy_users", "id"), ("unified_employees", "id"), ("span_of_control", "manager_id")];

/// What the column is called elsewhere, the surest first. An employment is somebody's.
const NAMES: [&str; 3] = ["employee_id", "report_id", "employment_id"];

/// The column that says whose a row is; `None` where rows are of nobody.
pub(super) fn whose(table: &Table) -> Option<&'static str> {
    let other = OF_OTHER_NAMES.iter().find(|(name, _)| *name == table.name).map(|(_, column)| *column);
    other.or_else(|| NAMES.into_iter().find(|name| table.columns.iter().any(|column| column.name == *name)))
}
