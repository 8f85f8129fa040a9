//! The wide forms of attributes: one row per employee, and beside the columns declared here one or a few for each of the
//! tenant's own definitions.

use super::{Label, LakeType, Origin, Privacy, Quality, Table, TableColumn, Zone};

/// Column of the employee.
pub(crate) const EMPLOYEE_ID: &str = "employee_id";
/// Column that holds values of a shape that their definition does not announce: a JSON object from definition to a list of
/// values; null when there are none.
pub(crate) const UNFORESEEN: &str = "_unforeseen";

/// A table whose columns are the tenant's own, all but the first and the last.
#[derive(Debug, Clone)]
pub(crate) struct WideTable {
    /// The table with the columns that every tenant has.
    pub(crate) table: Table,
    /// The table that it is another form of: one row per value.
    pub(crate) long: &'static str,
}

pub(super) fn tables() -> Vec<WideTable> {
    vec![
        wide(
            "employee_snapshot",
            Zone::Derived,
            "employee_attributes",
            "Attributes of the day that are not personal, one row per employee, by the tenant's definitions.",
            Label::new("Employee profiles", "Fiches des collaborateurs"),
        ),
        wide(
            "personal_snapshot",
            Zone::Personal,
            "personal_attributes",
            "Personal and custom attributes of the day, one row per employee, by the tenant's definitions.",
            Label::new("Personal profiles", "Fiches personnelles"),
        ),
    ]
}

fn wide(name: &str, zone: Zone, long: &'static str, meaning: &str, label: Label) -> WideTable {
    let unforeseen = "JSON object of the values whose shape their definition does not announce, by definition; null when \
                      there are none.";
    let columns = vec![
        TableColumn::new(EMPLOYEE_ID, LakeType::String, false, Privacy::None, "The employee.")
            .labelled("Employee ID", "Identifiant du collaborateur"),
        // Values of any definition may be in it.
        TableColumn::new(UNFORESEEN, LakeType::String, true, Privacy::Sensitive, unforeseen)
            .labelled("Unforeseen values", "Valeurs non prévues"),
    ];
    let (name, meaning) = (name.to_owned(), meaning.to_owned());
    let (labels, quality) = (Some(label), Quality::default());
    let table = Table { name, zone, origin: Origin::Wide, meaning, labels, columns, quality };
    WideTable { table, long }
}
