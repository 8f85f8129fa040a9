//! How private the columns of a result are, computed from its logical plan: a column is at least as private as what flows
//! into it.
//!
//! The walk over plans is [`super::flow`]'s; the class of the *rows* is that of every column that chose which rows there are,
//! for which whoever publishes a result answers too: see [`Computed::rows`].
//!
//! Nothing lowers a class here, `HAVING count(*) >= 5` neither: five rows need not be five people. Lowering is for whoever
//! writes a query, with a reason. What is not understood has the most private class of all that goes into it.

mod classes;
#[cfg(test)]
pub(crate) mod declared;

pub(crate) use self::classes::Classes;
use super::{flow, query::Planned};
use crate::catalog::Privacy;

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
    let flow = flow::of_plan(planned.logical(), classes);
    let names = planned.headings().iter().cloned();
    Computed { columns: names.zip(flow.columns.iter().map(|column| column.value)).collect(), rows: flow.rows }
}

#[cfg(test)]
mod tests;
