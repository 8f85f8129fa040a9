//! Where tables and columns stand in the site. Names that a lake alone remembers may be anything; those of files and anchors
//! are plain.

use std::collections::BTreeMap;

use super::catalogue::Catalogue;
use crate::catalog::is_name;

/// The page of each table.
#[derive(Debug)]
pub(super) struct Names {
    pages: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let page = |(number, name): (usize, &String)| {
            let file = if is_name(name) { name.clone() } else { format!("_{number}") };
            (name.clone(), format!("tables/{file}.html"))
        };
        let names = catalogue.entries.iter().map(|entry| &entry.table.name);
        Self { pages: names.enumerate().map(page).collect() }
    }

    /// The path of a table's page in the site.
    pub(super) fn page(&self, table: &str) -> Option<&str> {
        self.pages.get(table).map(String::as_str)
    }
}

/// The anchor of a column on the page of its table, where it has this number.
pub(super) fn anchor(column: &str, number: usize) -> String {
    match is_name(column.trim_start_matches('_')) {
        true => format!("column-{column}"),
        false => format!("column--{number}"),
    }
}
