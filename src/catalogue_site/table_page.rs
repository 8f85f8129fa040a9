//! The page of one table.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    catalogue::Catalogue,
    entry::{Entry, EntryColumn, MadeOf, Step},
    graph,
    names::{Names, anchor},
    parts::{Near, drawing, foreign, navigation},
};
use crate::{
    catalog::{Interval, LakeType, Privacy, Zone},
    html::{HtmlError, Markup, Page, Pages, Texts},
    lake::{published::Figures, sentence},
};

/// From the page of a table to the folder of the site.
const ROOT: &str = "../";

#[derive(Serialize)]
struct Table<'c> {
    name: &'c str,
    label: &'c str,
    foreign: Markup,
    zone: Zone,
    privacy: Privacy,
    privacy_of_rows: Privacy,
    key: &'c [String],
    interval: Option<Applies<'c>>,
    source: &'c str,
    has_lake: bool,
    figures: Option<Figures>,
    columns: Vec<Column<'c>>,
    reads: Vec<Near>,
    read_by: Vec<Near>,
    of_tables: Markup,
    of_columns: Markup,
    rows: Vec<Made>,
    example: &'c str,
    sql: Option<&'c str>,
    steps: &'c [Step],
}

#[derive(Serialize)]
struct Applies<'c> {
    kind: &'static str,
    from: &'c str,
    to: &'c str,
    of: String,
}

#[derive(Serialize)]
struct Column<'c> {
    anchor: String,
    name: &'c str,
    #[serde(rename = "type")]
    lake_type: LakeType,
    nullable: bool,
    privacy: Privacy,
    meaning: String,
    label: String,
    refers_to: Option<Near>,
    lowered_because: Option<&'c str>,
    /// The one column that it is made of.
    only: Option<Made>,
    made_of: Vec<Made>,
    source: Option<&'c str>,
}

/// A column elsewhere.
#[derive(Serialize)]
struct Made {
    table: String,
    column: String,
    href: String,
    how: String,
    is_direct: bool,
}

/// The page of a table.
///
/// # Errors
/// When a template asks for something that is not there.
pub(super) fn table_page(
    pages: &Pages,
    catalogue: &Catalogue,
    names: &Names,
    entry: &Entry,
) -> Result<Page, HtmlError> {
    let texts = pages.texts();
    let page_of = |table: &str| names.page(table).map(Near::beside);
    let of_columns =
        graph::of_columns(entry, &page_of, texts.get("graph.columns")?, texts.get("graph.columns_described")?);
    let columns = entry.columns.iter().enumerate().map(|(at, column)| of_column(texts, catalogue, names, at, column));
    let near =
        |tables: &BTreeSet<String>| -> Vec<Near> { tables.iter().filter_map(|table| Near::of(table, names)).collect() };
    let table = Table {
        name: &entry.table.name,
        label: entry.table.label(texts.language()),
        foreign: foreign(texts.language()),
        zone: entry.table.zone,
        privacy: entry.privacy,
        privacy_of_rows: entry.privacy_of_rows,
        key: &entry.table.quality.key,
        interval: entry.table.quality.interval.as_ref().map(applies),
        source: &entry.source,
        has_lake: catalogue.newest.is_some(),
        figures: entry.newest_day,
        columns: columns.collect::<Result<_, _>>()?,
        reads: near(&entry.reads),
        read_by: near(&entry.read_by),
        of_tables: drawing(pages, catalogue, names, entry)?,
        of_columns: of_columns.map_or_else(Markup::empty, Markup::of_own),
        rows: made_of(texts, catalogue, names, &entry.rows)?,
        example: &entry.example,
        sql: entry.sql.as_deref(),
        steps: &entry.steps,
    };
    let mut sections = vec![("#about", "table.about"), ("#columns", "fields.columns"), ("#lineage", "table.lineage")];
    sections.push(("#example", "table.example"));
    if entry.sql.is_some() {
        sections.push(("#query", "table.query"));
    }
    Ok(Page {
        title: entry.table.name.clone(),
        subtitle: pages.part(
            "subtitle.html",
            Subtitle { meaning: sentence(&entry.table.meaning), foreign: foreign(texts.language()) },
        )?,
        navigation: navigation(pages, ROOT, "", &sections)?,
        main: pages.part("table.html", table)?,
        footer: Markup::empty(),
    })
}

#[derive(Serialize)]
struct Subtitle {
    meaning: String,
    foreign: Markup,
}

fn applies(interval: &Interval) -> Applies<'_> {
    let kind = if interval.to_included { "included" } else { "excluded" };
    Applies { kind, from: &interval.from, to: &interval.to, of: interval.of.join(", ") }
}

fn of_column<'c>(
    texts: &Texts,
    catalogue: &Catalogue,
    names: &Names,
    at: usize,
    EntryColumn { column, refers_to, lowered_because, made_of: made }: &'c EntryColumn,
) -> Result<Column<'c>, HtmlError> {
    let is_said = |source: &str| matches!(made.as_slice(), [one] if format!("{}.{}", one.table, one.column) == source);
    // What is shown comes before what decides about it.
    let mut sorted = made.clone();
    sorted.sort_by_key(|made| !made.is_direct());
    Ok(Column {
        anchor: anchor(&column.name, at),
        name: &column.name,
        lake_type: column.lake_type,
        nullable: column.nullable,
        privacy: column.privacy,
        meaning: sentence(&column.meaning),
        label: column.label(texts.language()).into_owned(),
        refers_to: refers_to.as_ref().and_then(|table| Near::of(table, names)),
        lowered_because: lowered_because.as_deref(),
        source: Some(column.source.as_str()).filter(|source| !source.is_empty() && !is_said(source)),
        only: if made.len() == 1 { made_of(texts, catalogue, names, made)?.pop() } else { None },
        made_of: made_of(texts, catalogue, names, &sorted)?,
    })
}

/// Columns elsewhere, and in words how they flow.
fn made_of(texts: &Texts, catalogue: &Catalogue, names: &Names, made: &[MadeOf]) -> Result<Vec<Made>, HtmlError> {
    let one = |made: &MadeOf| {
        let how: Result<Vec<&str>, HtmlError> =
            made.how.iter().map(|how| texts.get(&format!("how.{}", how.as_str()))).collect();
        let entry = catalogue.entry(&made.table);
        let place = |entry: &Entry| entry.columns.iter().position(|column| column.column.name == made.column);
        // `as_of` is told of beside the columns.
        let anchor = entry.and_then(place).map_or("columns".to_owned(), |at| anchor(&made.column, at));
        let page = names.page(&made.table).map(Near::beside).unwrap_or_default();
        Ok(Made {
            table: made.table.clone(),
            column: made.column.clone(),
            is_direct: made.is_direct(),
            href: format!("{page}#{anchor}"),
            how: how?.join(", "),
        })
    };
    made.iter().map(one).collect()
}
