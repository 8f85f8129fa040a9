//! The table of what the quality gates find.

use super::{Label, LakeType, Origin, Privacy, Quality, Table, TableColumn, Zone};

/// Name of the table.
pub(crate) const FINDINGS: &str = "data_quality_findings";

pub(super) fn table() -> Table {
    let column =
        |name, lake_type, nullable, meaning| TableColumn::new(name, lake_type, nullable, Privacy::None, meaning);
    let text = |name, nullable, meaning| column(name, LakeType::String, nullable, meaning);
    let rule = "The rule: a file of queries/quality/, or one that schemas and queries declare.";
    let first_seen = "As-of date of the first of the unbroken row of snapshots that have the finding.";
    Table {
        name: FINDINGS.to_owned(),
        zone: Zone::Derived,
        origin: Origin::Findings,
        meaning: "What is missing or implausible in the snapshot, one row per finding.".to_owned(),
        labels: Some(Label::new("Data quality findings", "Anomalies de données")),
        columns: vec![
            text("rule", false, rule).labelled("Rule", "Règle"),
            text("severity", false, "info, warning or error.").labelled("Severity", "Gravité"),
            text("table_name", false, "Table that the finding is about.")
                .labelled("Table concerned", "Table concernée"),
            text("column_name", true, "Column, or columns, that it is about.")
                .labelled("Column concerned", "Colonne concernée"),
            text("record_id", true, "Record that it is about; null when it is about the whole table.")
                .labelled("Record ID", "Identifiant de la fiche"),
            text("detail", true, "Numbers that explain it, for rules about whole tables.").labelled("Detail", "Détail"),
            column("is_gate", LakeType::Boolean, false, "Whether findings of this rule can stop a publication.")
                .labelled("Can stop a publication", "Peut bloquer la publication"),
            column("first_seen_as_of", LakeType::Date, false, first_seen)
                .labelled("First seen on", "Constatée depuis le"),
        ],
        quality: Quality::default(),
    }
}
