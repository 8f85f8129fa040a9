//! What is asked for.

use chrono::{DateTime, Utc};

use crate::{
    catalog::{Catalog, Privacy},
    engine::Session,
    lake::Snapshot,
    language::Language,
};

/// What a workbook is made of.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What exists.
    pub(crate) catalog: &'a Catalog,
    /// SQL over the tables of the snapshot, in one partition: rows come as they were written.
    pub(crate) session: &'a Session,
    /// The snapshot.
    pub(crate) snapshot: &'a Snapshot,
    /// The most private class of columns that is shown.
    pub(crate) ceiling: Privacy,
    /// What its headings are written in.
    pub(crate) language: Language,
    /// When it is made.
    pub(crate) at: DateTime<Utc>,
}
