//! The report that people look at: one HTML file about one snapshot.
//!
//! Its numbers are the rows of `queries/report/`, asked by the ordinary engine over the published tables. Columns above the
//! ceiling of privacy are gone before anything is written, and a query whose rows tell more than that is not asked. Long lists are
//! cut, and say by how much; what a snapshot cannot tell is said with the reason.

mod answer;
mod changes;
mod charts;
mod completeness;
mod missing;
mod page;
mod pivot;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;

use self::{answer::Answer, changes::Changes, completeness::Completeness};
use crate::{
    catalog::{Catalog, Privacy},
    engine::Session,
    error::Error,
    lake::Snapshot,
    language::Language,
};

/// What a report is made of.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What exists.
    pub(crate) catalog: &'a Catalog,
    /// SQL over the tables of the snapshot, and over those of the one before under names that begin with [`PREVIOUS`].
    pub(crate) session: &'a Session,
    /// The snapshot.
    pub(crate) snapshot: &'a Snapshot,
    /// That of the latest earlier day.
    pub(crate) previous: Option<&'a Snapshot>,
    /// The most private class of columns that is shown.
    pub(crate) ceiling: Privacy,
    /// What it is written in.
    pub(crate) language: Language,
}

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

/// What the names of the tables of the snapshot before begin with.
pub(crate) const PREVIOUS: &str = "previous_";

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

/// Everything that is shown.
#[derive(Debug)]
struct Facts {
    answers: BTreeMap<String, Answer>,
    completeness: Completeness,
    changes: Option<Changes>,
}

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
