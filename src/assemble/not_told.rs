//! What the columns that no API told leave of computed tables and rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Catalog, Table},
    engine::not_told::{Columns, NotTold},
    error::Error,
    lake::NotAvailable,
};

/// What cannot be computed or asked, and which columns of what can are null.
#[derive(Debug, Default)]
pub(super) struct Untold {
    /// Columns that nobody told, computed ones too.
    columns: Columns,
    /// Computed tables that would be wrong, with the columns that they lack.
    tables: BTreeMap<String, BTreeSet<String>>,
    /// The same of rules.
    rules: BTreeMap<String, BTreeSet<String>>,
}

impl Untold {
    /// What follows from what is `said` of the tables that were read.
    ///
    /// # Errors
    /// When a query cannot be planned.
    pub(super) async fn of(catalog: &Catalog, said: &[NotAvailable]) -> Result<Self, Error> {
        let read = catalog.api_tables();
        let of_read = said.iter().filter(|lacking| read.iter().any(|table| table.name == lacking.table));
        let columns: Columns = of_read.map(|one| (one.table.clone(), one.columns.iter().cloned().collect())).collect();
        if columns.is_empty() {
            return Ok(Self::default());
        }
        let names: Vec<&str> = read.iter().map(|table| table.name.as_str()).collect();
        let internal = catalog.derived.iter().filter(|derived| derived.internal).map(|derived| derived.table.clone());
        let mut not_told = NotTold::new(catalog.tables().into_iter().chain(internal).collect(), columns)?;
        let tables = not_told.follow(&catalog.derived, &names).await?;
        let mut rules = BTreeMap::new();
        for rule in &catalog.rules {
            let lacking = not_told.lacking(rule).await?;
            if !lacking.is_empty() {
                rules.insert(rule.name.clone(), lacking);
            }
        }
        Ok(Self { columns: not_told.into_columns(), tables, rules })
    }

    /// What a computed table would be wrong without.
    pub(super) fn of_table(&self, table: &str) -> BTreeSet<String> {
        self.tables.get(table).cloned().unwrap_or_default()
    }

    /// Rules that would find what is only not told, with the columns that they lack.
    pub(super) fn rules(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.rules
    }

    /// Whether nobody told a column.
    pub(super) fn has(&self, table: &str, column: &str) -> bool {
        self.columns.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// What is to be said of the `tables` of a snapshot, in the order of their names, columns in that of the table.
    pub(super) fn said(&self, tables: &[Table]) -> Vec<NotAvailable> {
        let of = |table: &Table| {
            let columns = table.columns.iter().map(|column| &column.name).filter(|name| self.has(&table.name, name));
            NotAvailable { table: table.name.clone(), columns: columns.cloned().collect() }
        };
        let mut said: Vec<NotAvailable> = tables.iter().map(of).filter(|one| !one.columns.is_empty()).collect();
        said.sort_by(|a, b| a.table.cmp(&b.table));
        said
    }
}
