//! The catalogue for people and for other catalogues: every table and column with its meaning, class, source and lineage, and a
//! statement to begin with.
//!
//! - `catalogue`, `entry`: all of it, put together once; `example`: the statements
//! - `markdown`: one document; `events`: events of OpenLineage
//! - `pages`: a static site, with `lists` and a `table_page` for each table; `parts`: what they share; `names`: where things stand in it; `graph`: its drawings

mod catalogue;
mod entry;
mod events;
mod example;
mod graph;
mod lists;
mod markdown;
mod names;
mod pages;
mod parts;
mod table_page;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    catalogue::Catalogue,
    entry::Entry,
    events::NO_LAKE,
    markdown::document,
    pages::{SiteFile, site},
};
