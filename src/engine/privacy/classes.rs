//! The classes that tables declare.

use std::collections::HashMap;

use crate::{
    catalog::{ALL_DAYS, AS_OF, Privacy, Table, TableColumn},
    engine::flow::{How, Tables, Value},
};

/// The declared classes of the tables that plans read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Classes {
    of_column: HashMap<String, HashMap<String, Privacy>>,
    of_rows: HashMap<String, Privacy>,
}

impl Classes {
    /// The classes that tables declare.
    pub(crate) fn of(tables: &[Table]) -> Self {
        let of_table = |t: &Table| t.columns.iter().map(|c: &TableColumn| (c.name.clone(), c.privacy)).collect();
        let of_column = tables.iter().map(|t| (t.name.clone(), of_table(t))).collect();
        Self { of_column, of_rows: HashMap::new() }
    }

    /// Classes that tell some columns of tables from all others: those that are marked are sensitive.
    pub(in crate::engine) fn marking(tables: &[Table], is_marked: impl Fn(&str, &str) -> bool) -> Self {
        let class = |marked: bool| if marked { Privacy::Sensitive } else { Privacy::None };
        let of_table = |t: &Table| {
            let columns = t.columns.iter().map(|c: &TableColumn| (c.name.clone(), class(is_marked(&t.name, &c.name))));
            (t.name.clone(), columns.collect())
        };
        Self { of_column: tables.iter().map(of_table).collect(), of_rows: HashMap::new() }
    }

    /// Says what chose the rows of an internal table, for which nobody answers but the tables that read it.
    #[cfg(test)]
    pub(super) fn choose_rows(&mut self, table: &str, class: Privacy) {
        self.of_rows.insert(table.to_owned(), class);
    }
}

impl Tables for Classes {
    type Value = Privacy;

    fn rows(&self, table: &str) -> Privacy {
        self.of_rows.get(table).copied().unwrap_or(Privacy::None)
    }

    /// The class of a column; the most private one where nobody declared it.
    fn column(&self, table: &str, column: &str) -> Privacy {
        // The same table of all days.
        let table = table.strip_prefix(ALL_DAYS).and_then(|table| table.strip_prefix('_')).unwrap_or(table);
        match self.of_column.get(table).and_then(|columns| columns.get(column)) {
            Some(class) => *class,
            None if column == AS_OF => Privacy::None,
            None => Privacy::Sensitive,
        }
    }
}

impl Value for Privacy {
    fn unknown() -> Self {
        Self::Sensitive
    }

    fn class(&self) -> Privacy {
        *self
    }

    fn add(&mut self, other: &Self) -> bool {
        let is_more = *other > *self;
        *self = (*self).max(*other);
        is_more
    }

    fn by(self, _: How) -> Self {
        self
    }
}
