//! The pages that list tables and columns.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    catalogue::Catalogue,
    entry::Entry,
    names::{Names, anchor},
    parts::{foreign, navigation},
};
use crate::{
    catalog::{LakeType, Privacy, Zone},
    html::{HtmlError, Markup, Page, Pages},
    lake::{published::Figures, sentence},
};

#[derive(Serialize)]
struct Index<'c> {
    foreign: Markup,
    counts: Counts,
    newest: Option<Newest<'c>>,
    classes: [Privacy; 4],
    zones: Vec<OfZone<'c>>,
}

#[derive(Serialize)]
struct Counts {
    tables: usize,
    columns: usize,
}

#[derive(Serialize)]
struct Newest<'c> {
    snapshot: &'c str,
}

#[derive(Serialize)]
struct OfZone<'c> {
    name: &'static str,
    tables: Vec<Listed<'c>>,
}

#[derive(Serialize)]
struct Listed<'c> {
    name: &'c str,
    label: &'c str,
    href: &'c str,
    meaning: String,
    privacy: Privacy,
    columns: usize,
    figures: Option<Size>,
}

#[derive(Serialize)]
struct Size {
    rows: u64,
    kilobytes: u64,
}

impl From<Figures> for Size {
    fn from(figures: Figures) -> Self {
        Self { rows: figures.rows, kilobytes: figures.bytes.div_ceil(1000) }
    }
}

/// The page that lists the tables.
///
/// # Errors
/// When a template asks for something that is not there.
pub(super) fn index_page(pages: &Pages, catalogue: &Catalogue, names: &Names) -> Result<Page, HtmlError> {
    let language = pages.texts().language();
    let listed = |entry: &'_ &Entry| -> bool { names.page(&entry.table.name).is_some() };
    let zones = Zone::ALL.into_iter().map(|zone| {
        let mut tables: Vec<Listed<'_>> = catalogue
            .entries
            .iter()
            .filter(|entry| entry.table.zone == zone)
            .filter(listed)
            .map(|entry| Listed {
                name: &entry.table.name,
                label: entry.table.label(language),
                href: names.page(&entry.table.name).unwrap_or_default(),
                meaning: sentence(&entry.table.meaning),
                privacy: entry.privacy,
                columns: entry.columns.len(),
                figures: entry.newest_day.map(Size::from),
            })
            .collect();
        tables.sort_by_key(|table| table.name);
        OfZone { name: zone.as_str(), tables }
    });
    let index = Index {
        foreign: foreign(language),
        counts: Counts {
            tables: catalogue.entries.len(),
            columns: catalogue.entries.iter().map(|entry| entry.columns.len()).sum(),
        },
        newest: catalogue.newest.as_ref().map(|newest| Newest { snapshot: &newest.snapshot }),
        classes: Privacy::ALL,
        zones: zones.filter(|zone| !zone.tables.is_empty()).collect(),
    };
    let anchors: Vec<(String, String)> =
        index.zones.iter().map(|zone| (format!("#zone-{}", zone.name), format!("zones.{}", zone.name))).collect();
    let sections: Vec<(&str, &str)> = anchors.iter().map(|(href, name)| (href.as_str(), name.as_str())).collect();
    let subtitle = Markup::of_own(format!("<p class=\"muted\">{}</p>", pages.texts().html("index.subtitle", &[])?));
    Ok(Page {
        title: pages.texts().get("index.title")?.to_owned(),
        subtitle,
        navigation: navigation(pages, "", "index.html", &sections)?,
        main: pages.part("index.html", index)?,
        footer: Markup::empty(),
    })
}

#[derive(Serialize)]
struct AllColumns<'c> {
    foreign: Markup,
    letters: Vec<OfLetter<'c>>,
}

#[derive(Serialize)]
struct OfLetter<'c> {
    letter: String,
    columns: Vec<OneColumn<'c>>,
}

#[derive(Serialize)]
struct OneColumn<'c> {
    name: &'c str,
    label: String,
    table: &'c str,
    href: String,
    #[serde(rename = "type")]
    lake_type: LakeType,
    privacy: Privacy,
    meaning: String,
}

/// The page that lists the columns.
///
/// # Errors
/// As [`index_page`].
pub(super) fn columns_page(pages: &Pages, catalogue: &Catalogue, names: &Names) -> Result<Page, HtmlError> {
    let language = pages.texts().language();
    let mut letters = BTreeMap::<String, Vec<OneColumn<'_>>>::new();
    for entry in &catalogue.entries {
        let Some(page) = names.page(&entry.table.name) else { continue };
        for (at, column) in entry.columns.iter().map(|column| &column.column).enumerate() {
            let first = column.name.trim_start_matches('_').chars().next().filter(|c| c.is_alphanumeric());
            let letter = first.map_or_else(|| "…".to_owned(), |first| first.to_uppercase().to_string());
            letters.entry(letter).or_default().push(OneColumn {
                name: &column.name,
                label: column.label(language).into_owned(),
                table: &entry.table.name,
                href: format!("{page}#{}", anchor(&column.name, at)),
                lake_type: column.lake_type,
                privacy: column.privacy,
                meaning: sentence(&column.meaning),
            });
        }
    }
    let letters = letters.into_iter().map(|(letter, mut columns)| {
        columns.sort_by_key(|column| (column.name, column.table));
        OfLetter { letter, columns }
    });
    let all = AllColumns { foreign: foreign(language), letters: letters.collect() };
    let subtitle = Markup::of_own(format!("<p class=\"muted\">{}</p>", pages.texts().html("columns.subtitle", &[])?));
    Ok(Page {
        title: pages.texts().get("columns.title")?.to_owned(),
        subtitle,
        navigation: navigation(pages, "", "columns.html", &[])?,
        main: pages.part("columns.html", all)?,
        footer: Markup::empty(),
    })
}
