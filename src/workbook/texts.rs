//! The sentences of a workbook, in one language.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{error::Error, language::Language};

/// What `texts/en.toml` and `texts/fr.toml` say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub(super) about: About,
    /// What each sheet is, by the name of its table.
    pub(super) sheets: BTreeMap<String, String>,
}

/// The first sheet. `{name}`s stand for values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// Its own name.
    pub(super) sheet: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) rows: String,
    pub(super) says: String,
    pub(super) is_fact: String,
    pub(super) is_sheet: String,
    pub(super) is_left_out: String,
    pub(super) tenant: String,
    pub(super) day: String,
    pub(super) snapshot: String,
    pub(super) published: String,
    pub(super) made: String,
    pub(super) made_by: String,
    pub(super) privacy: String,
    pub(super) ceiling: String,
    pub(super) unknown: String,
    pub(super) hidden: String,
    pub(super) private: String,
    pub(super) absent: String,
    pub(super) absent_because: String,
    pub(super) too_long: String,
}

impl Texts {
    /// In a language.
    ///
    /// # Errors
    /// When the file says more or less than this; a test makes sure that none does.
    pub(super) fn of(language: Language) -> Result<Self, Error> {
        let text = match language {
            Language::English => include_str!("texts/en.toml"),
            Language::French => include_str!("texts/fr.toml"),
        };
        toml::from_str(text).map_err(|error| Error::Bug(format!("src/workbook/texts: {error}")))
    }
}
