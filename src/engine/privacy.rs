//! How private the columns of a result are, computed from its logical plan: a column is at least as private as what flows
//! into it.
//!
//! Two things are computed. The class of each column: that of every column whose values it shows or is made of. And the
//! class of the *rows*: that of every column that chose which rows there are (filters, joins, groups, order, limits). A
//! filter makes no column more private by itself, since no value of the filtered column is shown, but:
//!
//! - aggregates and window functions are made of rows: a count of the women of a department is as private as the filter;
//! - what an outer join leaves null tells its condition, and a row of a lookup table joined by a private key tells the key;
//! - a literal in one branch of a `UNION` tells which filter a row came through;
//! - whoever publishes a result answers for its rows too: see [`Computed::rows`].
//!
//! Nothing lowers a class here, `HAVING count(*) >= 5` neither: five rows need not be five people. Lowering is for whoever
//! writes a query, with a reason. What is not understood has the most private class of all that goes into it.

#[cfg(test)]
pub(crate) mod declared;
mod flow;
mod reads;
mod walk;

use std::collections::{BTreeSet, HashMap};

use super::query::Planned;
use crate::catalog::{ALL_DAYS, AS_OF, Privacy, Table, TableColumn};

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

    /// Says what chose the rows of an internal table, for which nobody answers but the tables that read it.
    #[cfg(test)]
    fn choose_rows(&mut self, table: &str, class: Privacy) {
        self.of_rows.insert(table.to_owned(), class);
    }

    /// The most private column that chose which rows a table has, as far as its readers answer for them.
    fn rows(&self, table: &str) -> Privacy {
        self.of_rows.get(table).copied().unwrap_or(Privacy::None)
    }

    /// The class of a column; the most private one where nobody declared it.
    fn class(&self, table: &str, column: &str) -> Privacy {
        // The same table of all days.
        let table = table.strip_prefix(ALL_DAYS).and_then(|table| table.strip_prefix('_')).unwrap_or(table);
        match self.of_column.get(table).and_then(|columns| columns.get(column)) {
            Some(class) => *class,
            None if column == AS_OF => Privacy::None,
            None => Privacy::Sensitive,
        }
    }
}

/// How private a result is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Computed {
    /// Name and class of each column, in the order of the result.
    pub(crate) columns: Vec<(String, Privacy)>,
    /// The most private column that chose which rows there are.
    pub(crate) rows: Privacy,
}

impl Computed {
    /// The most private of columns and rows.
    pub(crate) fn most_private(&self) -> Privacy {
        self.columns.iter().map(|(_, class)| *class).fold(self.rows, Ord::max)
    }

    /// Names of the columns of a class.
    pub(crate) fn of_class(&self, wanted: Privacy) -> Vec<&str> {
        self.columns.iter().filter(|(_, class)| *class == wanted).map(|(name, _)| name.as_str()).collect()
    }
}

/// How private the result of a planned statement is.
pub(crate) fn computed(planned: &Planned<'_>, classes: &Classes) -> Computed {
    let plan = planned.logical();
    let flow = walk::Walk::new(classes).flow(plan);
    let names = plan.schema().fields().iter().map(|field| field.name().clone());
    Computed { columns: names.zip(flow.columns.iter().map(|c| c.class)).collect(), rows: flow.rows }
}

/// One column on its way through a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Flowing {
    class: Privacy,
    /// No column flows into it.
    constant: bool,
    /// The relations whose rows its values are of.
    origins: BTreeSet<usize>,
}

/// What comes out of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Flow {
    columns: Vec<Flowing>,
    rows: Privacy,
}

impl Flow {
    fn most_private(&self) -> Privacy {
        self.columns.iter().map(|c| c.class).fold(self.rows, Ord::max)
    }

    fn origins(&self) -> BTreeSet<usize> {
        self.columns.iter().flat_map(|c| c.origins.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests;
