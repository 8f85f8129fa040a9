//! What an envelope says, whichever it is.

use crate::{
    decode::{json::NotJson, labels::Labels, rows::Faulty},
    page::Next,
};

/// What the envelope said.
#[derive(Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) next: Next,
    pub(crate) total_count: Option<u64>,
    pub(crate) labels: Labels,
}

/// Why a text is not the page of a collection.
#[derive(Debug)]
pub(crate) enum NotAPage {
    /// It breaks off being JSON, or [`Rows::fault`] says what is wrong with a record.
    Faulty,
    /// It is JSON of another shape.
    Shape,
    /// It has no list of records.
    NoItems,
    /// It says of itself that it is an error, whatever the status of the response was.
    ErrorBody,
}

impl From<Faulty> for NotAPage {
    fn from(_: Faulty) -> Self {
        Self::Faulty
    }
}

impl From<NotJson> for NotAPage {
    fn from(_: NotJson) -> Self {
        Self::Faulty
    }
}

/// `totalCount`: documented as a whole number or null; `3.0` and `"3"` are borne.
pub(super) fn count(raw: &str) -> Option<u64> {
    let digits = raw.trim_matches('"');
    digits.strip_suffix(".0").unwrap_or(digits).parse().ok()
}
