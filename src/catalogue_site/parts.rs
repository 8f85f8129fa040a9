//! What several pages have: where one can go, names of other tables, drawings of tables.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{catalogue::Catalogue, entry::Entry, graph, names::Names};
use crate::{
    html::{HtmlError, Link, Markup, Pages},
    language::Language,
};

/// What says, where a page is in another language, that a text is in English: it stands in a tag.
pub(super) fn foreign(language: Language) -> Markup {
    match language {
        Language::English => Markup::empty(),
        Language::French => Markup::of_own(" lang=\"en\"".to_owned()),
    }
}

/// Where one can go from a page, whose folder is `root` away, and on it.
pub(super) fn navigation(
    pages: &Pages,
    root: &str,
    here: &str,
    sections: &[(&str, &str)],
) -> Result<Vec<Link>, HtmlError> {
    let texts = pages.texts();
    let link = |(href, name): (&str, &str)| {
        let text = texts.get(name)?.to_owned();
        let to = if href.starts_with('#') { href.to_owned() } else { format!("{root}{href}") };
        Ok(Link { href: to, text, is_here: href == here })
    };
    let of_site = [("index.html", "index.title"), ("columns.html", "columns.title")];
    of_site.into_iter().chain(sections.iter().copied()).map(link).collect()
}

/// A table elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Near {
    name: String,
    href: String,
}

impl Near {
    /// Where a page of the site is, as seen from a table's page, which has a folder with all others.
    pub(super) fn beside(page: &str) -> String {
        page.rsplit('/').next().unwrap_or(page).to_owned()
    }

    pub(super) fn of(name: &str, names: &Names) -> Option<Self> {
        Some(Self { name: name.to_owned(), href: Self::beside(names.page(name)?) })
    }
}

/// A drawing of the tables near one: all that it is made of, back to the API, and what is made of it.
pub(super) fn drawing(pages: &Pages, catalogue: &Catalogue, names: &Names, entry: &Entry) -> Result<Markup, HtmlError> {
    let mut near = BTreeSet::from([entry.table.name.as_str()]);
    let mut open = vec![entry];
    let mut edges = BTreeSet::new();
    while let Some(next) = open.pop() {
        for read in &next.reads {
            edges.insert((read.as_str(), next.table.name.as_str()));
            if near.insert(read) {
                open.extend(catalogue.entry(read));
            }
        }
    }
    for reader in &entry.read_by {
        if near.insert(reader) {
            edges.insert((entry.table.name.as_str(), reader.as_str()));
        }
    }
    if edges.is_empty() {
        return Ok(Markup::empty());
    }
    let edges = without_detours(&edges);
    let tables: Vec<&str> = near.into_iter().collect();
    let number = |name: &str| tables.iter().position(|table| *table == name);
    let edges: Vec<(usize, usize)> =
        edges.into_iter().filter_map(|(from, to)| Some((number(from)?, number(to)?))).collect();
    let drawn: Vec<graph::Nearby> = tables
        .iter()
        .map(|name| graph::Nearby {
            name: (*name).to_owned(),
            class: catalogue.entry(name).map_or("", |entry| entry.table.zone.as_str()),
            href: names.page(name).filter(|_| *name != entry.table.name).map(Near::beside),
        })
        .collect();
    let texts = pages.texts();
    let svg = graph::of_tables(&drawn, &edges, texts.get("graph.tables")?, texts.get("graph.tables_described")?);
    Ok(Markup::of_own(svg))
}

/// The edges but for those between two tables of which one leads to the other by a longer way too.
fn without_detours<'e>(edges: &BTreeSet<(&'e str, &'e str)>) -> BTreeSet<(&'e str, &'e str)> {
    let next =
        |from: &str| edges.iter().filter(move |(other, _)| *other == from).map(|(_, to)| *to).collect::<Vec<_>>();
    let leads = |from: &'e str, to: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(table) = open.pop() {
            open.extend(next(table).into_iter().filter(|next| seen.insert(*next)));
        }
        seen.contains(to)
    };
    let is_short =
        |(from, to): &&(&'e str, &'e str)| next(from).into_iter().all(|other| other == *to || !leads(other, to));
    edges.iter().filter(is_short).copied().collect()
}
