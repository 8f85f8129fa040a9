//! The table `data_quality_findings`.

use crate::catalog::{LakeType, Privacy, Quality, Table, TableColumn, Zone};

/// Name of the table.
pub const FINDINGS: &str = "data_quality_findings";

/// What the table is.
pub fn table() -> Table {
    let column = |name: &str, lake_type, nullable, meaning: &str| TableColumn {
        name: name.to_owned(),
        lake_type,
        nullable,
        meaning: meaning.to_owned(),
        privacy: Privacy::None,
        source: String::new(),
    };
    let text = LakeType::String;
    Table {
        name: FINDINGS.to_owned(),
        zone: Zone::Derived,
        meaning: "What is missing or implausible in the snapshot, one row per finding.".to_owned(),
        columns: vec![
            column(
                "rule",
                text,
                false,
                "The rule: a file of queries/quality/, or one that schemas and queries declare.",
            ),
            column("severity", text, false, "info, warning or error."),
            column("table_name", text, false, "Table that the finding is about."),
            column("column_name", text, true, "Column, or columns, that it is about."),
            column("record_id", text, true, "Record that it is about; null when it is about the whole table."),
            column("detail", text, true, "Numbers that explain it, for rules about whole tables."),
            column("is_gate", LakeType::Boolean, false, "Whether findings of this rule can stop a publication."),
            column(
                "first_seen_as_of",
                LakeType::Date,
                false,
                "As-of date of the first of the unbroken row of snapshots that have the finding.",
            ),
        ],
        quality: Quality::default(),
    }
}
