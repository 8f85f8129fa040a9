//! Everything that there is to say of the tables of a lake, put together once for all forms that it is told in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    entry::{Entry, EntryColumn, MadeOf, Step},
    example,
};
use crate::{
    catalog::{Catalog, DerivedTable, EXTRA, Origin, Privacy, Table, wide::EMPLOYEE_ID},
    engine::{
        EngineError, Session,
        lineage::{self, Field, Fields, How, TableLineage},
        prepared,
    },
    lake::{
        Snapshot,
        published::{Figures, with_published},
    },
    wide,
};

/// The tables of a lake, and of which day their own columns are.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The newest day of the lake, where there is one.
    pub(crate) newest: Option<NewestDay>,
    /// The tables: of the API first, then the computed ones, then those that the lake alone remembers.
    pub(crate) entries: Vec<Entry>,
}

/// The newest snapshot of a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewestDay {
    /// The day.
    pub(crate) as_of: NaiveDate,
    /// The name of its snapshot.
    pub(crate) snapshot: String,
    /// When it was published.
    pub(crate) published_at: DateTime<Utc>,
}

impl Catalogue {
    /// What the catalogue says of every table, and the newest snapshot of a lake of the tenant's own.
    ///
    /// # Errors
    /// When a query cannot be planned; a test makes sure that every one can.
    pub(crate) async fn of(catalog: &Catalog, newest: Option<&Snapshot>) -> Result<Self, EngineError> {
        let snapshots = newest.map(std::slice::from_ref).unwrap_or_default();
        let tables = with_published(catalog.tables(), snapshots);
        let lineage = lineage::of_queries(&catalog.derived, &catalog.api_tables()).await?;
        let rules = reads_of_rules(catalog)?;
        let mut entries = Vec::new();
        for table in &tables {
            let derived = catalog.derived.iter().find(|derived| derived.table.name == table.name);
            let made = match table.origin {
                Origin::Query => lineage.get(&table.name).cloned().unwrap_or_default(),
                Origin::Wide => of_wide(catalog, table),
                Origin::Findings => TableLineage { reads: rules.clone(), ..TableLineage::default() },
                Origin::Api | Origin::Unknown => TableLineage::default(),
            };
            let figures = newest.and_then(|_| Figures::of_table(snapshots, &table.name));
            entries.push(entry(catalog, table, derived, made, figures));
        }
        let read_by = read_by(&entries);
        for entry in &mut entries {
            entry.read_by = read_by.get(&entry.table.name).cloned().unwrap_or_default();
        }
        let newest = newest.map(|snapshot| NewestDay {
            as_of: snapshot.as_of,
            snapshot: snapshot.id().to_string(),
            published_at: snapshot.published_at,
        });
        Ok(Self { newest, entries })
    }

    /// The table of that name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.table.name == name)
    }
}

fn entry(
    catalog: &Catalog,
    table: &Table,
    derived: Option<&DerivedTable>,
    made: TableLineage,
    newest_day: Option<Figures>,
) -> Entry {
    let columns = table.columns.iter().map(|column| EntryColumn {
        column: column.clone(),
        refers_to: catalog.refers_to(&table.name, &column.name).map(str::to_owned),
        lowered_because: derived.and_then(|derived| {
            derived.lowered.iter().find(|lowered| lowered.column == column.name).map(|lowered| lowered.reason.clone())
        }),
        made_of: made.columns.get(&column.name).map(MadeOf::all).unwrap_or_default(),
    });
    // What a table keeps of unknown properties says nothing about what the table is.
    let known = table.columns.iter().filter(|column| column.name != EXTRA);
    let steps = made.through.iter().filter_map(|name| catalog.derived.iter().find(|step| step.table.name == *name));
    Entry {
        table: table.clone(),
        columns: columns.collect(),
        source: source(catalog, table),
        privacy: known.map(|column| column.privacy).fold(Privacy::None, Ord::max),
        privacy_of_rows: catalog.privacy_of_rows(table),
        reads: made.reads,
        read_by: BTreeSet::new(),
        rows: MadeOf::all(&made.rows),
        sql: derived.map(|derived| derived.sql.clone()),
        steps: steps
            .map(|step| Step {
                name: step.table.name.clone(),
                meaning: step.table.meaning.clone(),
                sql: step.sql.clone(),
            })
            .collect(),
        example: example::of(table),
        newest_day,
    }
}

/// Where the rows of a table come from, in words.
fn source(catalog: &Catalog, table: &Table) -> String {
    let is_of = |tables: Vec<Table>| tables.iter().any(|known| known.name == table.name);
    let mut resources = catalog.resources.iter().chain(&catalog.legacy);
    match table.origin {
        Origin::Api => match resources.find(|resource| is_of(resource.all_tables())) {
            Some(resource) => resource.source().to_owned(),
            None => format!("the older APIs, by queries/legacy/{}.sql", table.name),
        },
        Origin::Query => format!("queries/{}.sql", table.name),
        Origin::Wide => "the attributes of the day, by the tenant's definitions".to_owned(),
        Origin::Findings => "the quality gates".to_owned(),
        Origin::Unknown => "another version of the program".to_owned(),
    }
}

/// What a wide table is made of: each column of the values of one definition, one row for each employee.
fn of_wide(catalog: &Catalog, table: &Table) -> TableLineage {
    let Some(wide) = catalog.wide.iter().find(|wide| wide.table.name == table.name) else {
        return TableLineage::default();
    };
    let is_other = |name: &str| catalog.wide.iter().any(|other| other.long == name && other.long != wide.long);
    let field = |table: &str, column: &str| Field { table: table.to_owned(), column: column.to_owned() };
    let fields = |field: Field, how: How| Fields::from([(field, BTreeSet::from([how]))]);
    let of_column = |name: &String| match name.as_str() {
        EMPLOYEE_ID => fields(field(wide::EMPLOYEES, "id"), How::Identity),
        _ => {
            let mut made = fields(field(wide.long, "value"), How::Transformation);
            made.extend(fields(field(wide.long, "definition_id"), How::Conditional));
            made
        }
    };
    TableLineage {
        reads: wide::sources(catalog).into_iter().filter(|name| !is_other(name)).map(str::to_owned).collect(),
        columns: table.columns.iter().map(|column| (column.name.clone(), of_column(&column.name))).collect(),
        ..TableLineage::default()
    }
}

/// Every table that a rule of quality reads.
fn reads_of_rules(catalog: &Catalog) -> Result<BTreeSet<String>, EngineError> {
    let session = Session::of_declared([])?;
    let mut read = BTreeSet::new();
    for rule in &catalog.rules {
        read.extend(prepared::reads(&session, &rule.sql).map_err(|e| e.in_derived(&rule.file()))?.iter().cloned());
    }
    Ok(read)
}

/// Which tables are made of each.
fn read_by(entries: &[Entry]) -> BTreeMap<String, BTreeSet<String>> {
    let mut read_by = BTreeMap::<String, BTreeSet<String>>::new();
    for entry in entries {
        for read in &entry.reads {
            read_by.entry(read.clone()).or_default().insert(entry.table.name.clone());
        }
    }
    read_by
}
