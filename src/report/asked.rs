//! What a report is asked of.

use crate::{
    catalog::{Catalog, Privacy},
    engine::Session,
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

/// What the names of the tables of the snapshot before begin with.
pub(crate) const PREVIOUS: &str = "previous_";
