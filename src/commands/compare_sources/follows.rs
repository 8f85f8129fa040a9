//! Columns that follow from others: a derived column all of whose sources cannot be said cannot be said either.

use std::collections::BTreeSet;

use super::pairs::NotAvailable;
use crate::catalog::{Origin, Table};

/// Adds to `not_available` the columns of derived tables whose declared sources are all among it.
pub(super) fn with_derived(mut not_available: NotAvailable, tables: &[Table]) -> NotAvailable {
    let derived: Vec<&Table> = tables.iter().filter(|table| table.origin == Origin::Query).collect();
    loop {
        let mut new = Vec::new();
        for table in &derived {
            for column in &table.columns {
                let sources = sources(&column.source, tables);
                let is_known = not_available.get(&table.name).is_some_and(|columns| columns.contains(&column.name));
                let gone = |(table, column): &(String, String)| {
                    not_available.get(table).is_some_and(|columns| columns.contains(column))
                };
                if !is_known && !sources.is_empty() && sources.iter().all(gone) {
                    new.push((table.name.clone(), column.name.clone()));
                }
            }
        }
        if new.is_empty() {
            return not_available;
        }
        for (table, column) in new {
            not_available.entry(table).or_default().insert(column);
        }
    }
}

/// The columns of the lake that a source names as `table.column`.
fn sources(source: &str, tables: &[Table]) -> BTreeSet<(String, String)> {
    let words = source.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
    let named = words.filter_map(|word| word.trim_end_matches('.').split_once('.'));
    let is_column = |(table, column): &(&str, &str)| {
        let table = tables.iter().find(|known| known.name == *table);
        table.is_some_and(|table| table.columns.iter().any(|known| known.name == *column))
    };
    named.filter(is_column).map(|(table, column)| (table.to_owned(), column.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::Catalog;

    fn set(columns: &[&str]) -> BTreeSet<String> {
        columns.iter().map(|column| (*column).to_owned()).collect()
    }

    #[test]
    fn a_column_is_gone_with_all_that_it_is_made_of() {
        let tables = Catalog::embedded().unwrap().tables();
        let gone = BTreeMap::from([
            ("departments".to_owned(), set(&["owning_application"])),
            ("employees".to_owned(), set(&["given_name", "portrait_id"])),
        ]);
        let all = with_derived(gone, &tables);
        assert_eq!(all["legacy_departments"], set(&["owning_application"]));
        // Names are made of two columns, of which one is there.
        assert_eq!(all["legacy_users"], set(&["first_name", "picture_id"]));
        assert!(!all.contains_key("headcount"), "{all:?}");
    }
}
