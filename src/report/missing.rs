//! Which tables a query lacks: those that were not read, rather than those that could not be computed without them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::asked::Asked;
use crate::{catalog::DerivedTable, engine::derive, error::Error};

/// A table that the snapshot lacks.
#[derive(Debug, Serialize)]
pub(super) struct MissingTable {
    /// Its name.
    pub(super) name: String,
    /// What the snapshot says of it.
    pub(super) reason: Option<String>,
}

/// The tables that a query reads, or that what it reads is computed from, and that the snapshot lacks.
pub(super) fn tables(asked: &Asked<'_>, query: &DerivedTable) -> Result<Vec<MissingTable>, Error> {
    let mut roots = BTreeSet::new();
    for table in derive::missing(asked.session, query)? {
        collect(asked, &table, &mut BTreeSet::new(), &mut roots)?;
        if roots.is_empty() {
            roots.insert(table);
        }
    }
    let reason = |name: &str| asked.snapshot.state.absent.get(name).cloned();
    Ok(roots.into_iter().map(|name| MissingTable { reason: reason(&name), name }).collect())
}

fn collect(
    asked: &Asked<'_>,
    table: &str,
    seen: &mut BTreeSet<String>,
    roots: &mut BTreeSet<String>,
) -> Result<(), Error> {
    if !seen.insert(table.to_owned()) {
        return Ok(());
    }
    let Some(query) = asked.catalog.derived.iter().find(|derived| derived.table.name == table) else {
        roots.insert(table.to_owned());
        return Ok(());
    };
    let below = derive::missing(asked.session, query)?;
    if below.is_empty() && !query.internal {
        // Everything it is computed from is there: a version made the snapshot that did not know it.
        roots.insert(table.to_owned());
    }
    below.iter().try_for_each(|table| collect(asked, table, seen, roots))
}
