//! The catalogue as a static site: a page for each table, one that lists them, one that lists all columns, and the same for
//! machines.

use super::{
    catalogue::Catalogue,
    events::events,
    lists::{columns_page, index_page},
    markdown::document,
    names::Names,
    table_page::table_page,
};
use crate::{
    html::{HtmlError, Pages, Templates},
    language::Language,
};

/// What the pages are made of.
pub(super) const TEMPLATES: Templates = Templates {
    files: &[
        ("index.html", include_str!("templates/index.html")),
        ("columns.html", include_str!("templates/columns.html")),
        ("table.html", include_str!("templates/table.html")),
        ("subtitle.html", include_str!("templates/subtitle.html")),
    ],
    macros: include_str!("templates/macros.html"),
    texts: [include_str!("texts/en.toml"), include_str!("texts/fr.toml")],
    style: include_str!("templates/style.css"),
};

/// One file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteFile {
    /// Its path in the folder of the site, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

/// All files of the site; the last one leads to all others.
///
/// # Errors
/// When a template asks for something that is not there; tests make every page.
pub(crate) fn site(catalogue: &Catalogue, namespace: &str, language: Language) -> Result<Vec<SiteFile>, HtmlError> {
    let pages = Pages::new(language, &TEMPLATES)?;
    let names = Names::of(catalogue);
    let file = |path: &str, text: String| SiteFile { path: path.to_owned(), text };
    let unwritten = |error: serde_json::Error| HtmlError::Texts(format!("the catalogue is no JSON: {error}"));
    let mut files = Vec::new();
    for entry in &catalogue.entries {
        let Some(page) = names.page(&entry.table.name) else { continue };
        files.push(file(page, pages.whole(&table_page(&pages, catalogue, &names, entry)?)?));
    }
    let json = serde_json::to_string_pretty(&catalogue.entries).map_err(unwritten)?;
    files.push(file("catalogue.json", json + "\n"));
    files.push(file("catalogue.md", document(catalogue, &|_| true)));
    files.push(file("openlineage.ndjson", events(catalogue, namespace).map_err(unwritten)?));
    files.push(file("columns.html", pages.whole(&columns_page(&pages, catalogue, &names)?)?));
    files.push(file("index.html", pages.whole(&index_page(&pages, catalogue, &names)?)?));
    Ok(files)
}
