//! What there is to say of one table.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use crate::{
    catalog::{Label, Origin, Privacy, Quality, Table, TableColumn, Zone},
    engine::lineage::{Field, Fields, How},
    lake::published::Figures,
};

/// One table with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// As every reader of the lake sees it.
    pub(crate) table: Table,
    /// More of its columns, in file order. Every table has `as_of` beside them.
    pub(crate) columns: Vec<EntryColumn>,
    /// Where its rows come from.
    pub(crate) source: String,
    /// The most private of its columns, but for `_extra`, which holds what is not known.
    pub(crate) privacy: Privacy,
    /// How private it is that it has a row.
    pub(crate) privacy_of_rows: Privacy,
    /// Tables that its rows are made of.
    pub(crate) reads: BTreeSet<String>,
    /// Tables that are made of its rows.
    pub(crate) read_by: BTreeSet<String>,
    /// What decides which rows there are.
    pub(crate) rows: Vec<MadeOf>,
    /// The query that computes it, where there is one.
    pub(crate) sql: Option<String>,
    /// The steps between: tables that are computed for it, and then discarded.
    pub(crate) steps: Vec<Step>,
    /// A statement over it that runs as it stands.
    pub(crate) example: String,
    /// What the newest day of the lake has of it; `None` where there is no such table, or no lake.
    pub(crate) newest_day: Option<Figures>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct EntryColumn {
    /// As every reader of the lake sees it.
    #[serde(flatten)]
    pub(crate) column: TableColumn,
    /// The table whose rows its values name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refers_to: Option<String>,
    /// Why it is declared less private than what flows into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lowered_because: Option<String>,
    /// What its values are made of.
    pub(crate) made_of: Vec<MadeOf>,
}

/// A column that flows into another one, or into the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MadeOf {
    /// Its table.
    pub(crate) table: String,
    /// Its name.
    pub(crate) column: String,
    /// The ways in which it flows.
    pub(crate) how: BTreeSet<How>,
}

/// A table between two others that nobody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// What one row is.
    pub(crate) meaning: String,
    /// The query that computes it.
    pub(crate) sql: String,
}

impl MadeOf {
    /// The columns of a lineage, in the order of their names.
    pub(super) fn all(fields: &Fields) -> Vec<Self> {
        let of = |(field, how): (&Field, &BTreeSet<How>)| Self {
            table: field.table.clone(),
            column: field.column.clone(),
            how: how.clone(),
        };
        fields.iter().map(of).collect()
    }

    /// Whether its values are shown, or others computed of them.
    pub(super) fn is_direct(&self) -> bool {
        self.how.iter().any(|how| how.is_direct())
    }
}

/// What JSON has of a table: first what the catalogue declares.
#[derive(Serialize)]
struct Shown<'e> {
    name: &'e str,
    zone: Zone,
    origin: Origin,
    meaning: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'e Label>,
    columns: &'e [EntryColumn],
    quality: &'e Quality,
    source: &'e str,
    privacy: Privacy,
    privacy_of_rows: Privacy,
    reads: &'e BTreeSet<String>,
    read_by: &'e BTreeSet<String>,
    rows: &'e [MadeOf],
    sql: Option<&'e str>,
    steps: &'e [Step],
    example: &'e str,
    newest_day: Option<Figures>,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Table { name, zone, origin, meaning, labels, quality, .. } = &self.table;
        Shown {
            name,
            zone: *zone,
            origin: *origin,
            meaning,
            label: labels.as_ref(),
            columns: &self.columns,
            quality,
            source: &self.source,
            privacy: self.privacy,
            privacy_of_rows: self.privacy_of_rows,
            reads: &self.reads,
            read_by: &self.read_by,
            rows: &self.rows,
            sql: self.sql.as_deref(),
            steps: &self.steps,
            example: &self.example,
            newest_day: self.newest_day,
        }
        .serialize(serializer)
    }
}
