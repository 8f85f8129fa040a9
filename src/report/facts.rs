//! What a report shows.

use std::collections::BTreeMap;

use super::{answer::Answer, changes::Changes, completeness::Completeness};

/// Everything that is shown.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) answers: BTreeMap<String, Answer>,
    pub(super) completeness: Completeness,
    pub(super) changes: Option<Changes>,
}
