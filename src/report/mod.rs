//! The report that people look at: one HTML file about one snapshot.
//!
//! Its numbers are the rows of `queries/report/`, asked by the ordinary engine over the published tables. Columns above the
//! ceiling of privacy are gone before anything is written, and a query whose rows tell more than that is not asked. Long lists are
//! cut, and say by how much; what a snapshot cannot tell is said with the reason.

mod answer;
mod asked;
mod changes;
mod charts;
mod completeness;
mod facts;
mod missing;
mod page;
mod pivot;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;

pub(crate) use self::asked::{Asked, PREVIOUS};
use self::{answer::Answer, changes::Changes, completeness::Completeness, facts::Facts};
use crate::{catalog::Privacy, error::Error};

/// A report.
#[derive(Debug)]
pub(crate) struct Report {
    /// The file.
    pub(crate) html: String,
    /// The most private class that it shows.
    pub(crate) most_private: Privacy,
    /// How many rows of it name a person.
    pub(crate) named: usize,
}

/// The tables of the snapshot before that a report reads.
pub(crate) const COMPARED: [&str; 3] = ["departments", "employees", "employments"];

/// Most rows of each query that are shown; the others have few by what they ask.
const MOST: [(&str, usize); 6] = [
    ("contract_list", 100),
    ("departments_now", 200),
    ("findings", 100),
    ("legal_entities_now", 60),
    ("legal_entity_departments", 300),
    ("probation_list", 100),
];

/// Makes the report.
///
/// # Errors
/// When a table cannot be read.
pub(crate) async fn report(asked: &Asked<'_>) -> Result<Report, Error> {
    let mut answers = BTreeMap::new();
    for query in &asked.catalog.report {
        let name = &query.table.name;
        let compares = asked.previous.is_none() && query.sql.contains(PREVIOUS);
        if !compares {
            let most = MOST.iter().find(|(of, _)| of == name).map_or(usize::MAX, |(_, most)| *most);
            answers.insert(name.clone(), Answer::of(asked, query, most).await?);
        }
    }
    let completeness = Completeness::of(asked.catalog, asked.snapshot);
    let changes = asked.previous.map(|previous| Changes::between(previous, asked.snapshot));
    let most_private = answers.values().map(|answer| answer.most_private).fold(Privacy::None, Ord::max);
    let named = ["probation_list", "contract_list"].iter().filter_map(|name| answers.get(*name));
    let named = named.map(|list| list.rows.len()).sum();
    let html = page::html(asked, &Facts { answers, completeness, changes })?;
    Ok(Report { html, most_private, named })
}
